import Foundation
import Storage
import Synchronization
import Transparency
import Wire

/// The last checkpoint that a gateway published, in a small file outside its store: an older store
/// that is put back doesn't have it.
///
/// The file has three places, so that a write that is cut short leaves the others as they were. Each has the
/// SHA-256 of what follows it, a length as 32 bits big-endian, and a checkpoint's note.
///
/// A checkpoint is written when it is noted, which survives the process, and is synced within about a
/// second, in the background; until then the ones that follow it go to the same place. While that place
/// is synced they go to the third: one is durable, and one is about to be. So a commit
/// has no second sync. After a power cut the file may be behind by that second, and says of all that was
/// published before it what it has to: that an older store isn't the one of this gateway.
final class PublishedCheckpoint: Sendable {
    /// What was published: the head of a log as far as a checkpoint tells it.
    struct Head: Equatable, Sendable {
        let size: Int64
        let root: Hash
        /// When it was dated last.
        let date: UInt64

        init?(_ note: [UInt8]) {
            guard let note = try? Note(parsing: note),
                let checkpoint = try? Checkpoint(parsing: note.unverifiedText)
            else { return nil }
            size = Int64(checkpoint.size)
            root = checkpoint.root
            let name = try? KeyName(checkpoint.origin)
            date = name.flatMap { note.unverifiedTime(under: $0) } ?? 0
        }

        func isOver(_ edge: RightEdge) -> Bool { size == Int64(edge.size) && root == edge.root }

        /// Whether `other` is larger, or was dated later.
        func isBefore(_ other: Head) -> Bool { (size, date) < (other.size, other.date) }
    }

    private struct State {
        var last: Head?
        /// What stands there is durable, and isn't written over.
        var durable: Int
        /// Where the next one goes.
        var place: Int
        /// What was written there isn't synced yet, and will be.
        var isDue = false

        /// The place that is neither.
        var third: Int { 3 - durable - place }
    }

    private let path: String
    private let descriptor: Int32
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "trine.published")

    private static let placeBytes = 16 << 10
    /// How long the newest checkpoint may take to be durable, and a little.
    private static let delay = DispatchTimeInterval.seconds(1)

    /// The file of a gateway that has published nothing yet.
    static var empty: [UInt8] { [UInt8](repeating: 0, count: places.count * placeBytes) }
    private static let places = 0..<3

    /// Opens the file. Throws ``StoreError/unreadable(_:)`` where nothing in it can be read, so that
    /// nobody knows what was published.
    init(at path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else {
                throw .failed(.system(call: "open", path: path, code: errno))
            }
            throw .unreadable(.publishedUnknown)
        }
        var bytes = Self.empty
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let places = Self.places.map {
            Self.read(bytes[($0 * Self.placeBytes)..<(($0 + 1) * Self.placeBytes)])
        }
        guard count == bytes.count, places.contains(where: { $0 != .damaged }) else {
            close(descriptor)
            throw .unreadable(.publishedUnknown)
        }
        let heads = places.map { if case .has(let head) = $0 { head } else { nil as Head? } }
        var newest = 0
        for place in Self.places {
            guard let head = heads[place] else { continue }
            if heads[newest].map({ $0.isBefore(head) }) ?? true { newest = place }
        }
        self.path = path
        self.descriptor = descriptor
        state = Mutex(State(last: heads[newest], durable: newest, place: (newest + 1) % 3))
    }

    deinit {
        fdatasync(descriptor)
        close(descriptor)
    }

    var last: Head? { state.withLock { $0.last } }

    /// Takes note of a checkpoint that is about to be shown, unless it is the last one already or a later
    /// one was noted.
    func note(_ checkpoint: [UInt8]) throws(StoreError) {
        guard let head = Head(checkpoint) else { throw .corrupt(.checkpoint, .malformed) }
        try state.withLock { (state) throws(StoreError) in
            if let last = state.last, !last.isBefore(head) { return }
            try write(checkpoint, in: &state)
            state.last = head
        }
    }

    private func write(_ checkpoint: [UInt8], in state: inout State) throws(StoreError) {
        try write(checkpoint, at: state.place)
        guard !state.isDue else { return }
        state.isDue = true
        queue.asyncAfter(deadline: .now() + Self.delay) { [weak self] in self?.sync() }
    }

    /// Makes what was written last durable, so that the place which was may be written over. Where that fails
    /// it isn't, and the one that was is kept.
    private func sync() {
        let written = state.withLock { state in
            let written = state.place
            (state.place, state.isDue) = (state.third, false)
            return written
        }
        guard fdatasync(descriptor) == 0 else { return }
        state.withLock { $0.durable = written }
    }

    /// Forgets what was published, and takes `checkpoint` for the last instead, durably.
    func replace(with checkpoint: [UInt8]?) async throws(StoreError) {
        try await onQueue { [self] () throws(StoreError) in
            try state.withLock { (state) throws(StoreError) in
                for place in Self.places { try write(checkpoint, at: place) }
                guard fdatasync(descriptor) == 0 else {
                    throw .failed(.system(call: "fdatasync", path: path, code: errno))
                }
                state.last = checkpoint.flatMap { Head($0) }
            }
        }
    }

    /// Where waiting for a disk keeps no task from going on.
    private func onQueue(
        _ body: @escaping @Sendable () throws(StoreError) -> Void
    ) async throws(StoreError) {
        let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(catching: body)) }
        }
        try result.get()
    }

    private func write(_ checkpoint: [UInt8]?, at place: Int) throws(StoreError) {
        let bytes =
            checkpoint.map { Self.encoded($0) } ?? [UInt8](repeating: 0, count: Self.placeBytes)
        guard bytes.count <= Self.placeBytes else { throw .corrupt(.checkpoint, .malformed) }
        let count = pwrite(descriptor, bytes, bytes.count, off_t(place * Self.placeBytes))
        guard count == bytes.count else {
            throw .failed(.system(call: "pwrite", path: path, code: count < 0 ? errno : EIO))
        }
    }

    // MARK: One place of the file

    private enum Place: Equatable {
        case empty
        case has(Head)
        case damaged
    }

    private static func encoded(_ note: [UInt8]) -> [UInt8] {
        let count = withUnsafeBytes(of: UInt32(note.count).bigEndian) { Array($0) }
        let content = count + note
        return Digest<Digested.Blob>(hashing: content).bytes + content
    }

    private static func read(_ place: ArraySlice<UInt8>) -> Place {
        guard place.contains(where: { $0 != 0 }) else { return .empty }
        let digest = Array(place.prefix(32))
        let length = place.dropFirst(32).prefix(4)
        let count = length.reduce(0) { $0 << 8 | Int($1) }
        guard count <= placeBytes - 36 else { return .damaged }
        let note = Array(place.dropFirst(36).prefix(count))
        guard Digest<Digested.Blob>(hashing: length + note).bytes == digest,
            let head = Head(note)
        else { return .damaged }
        return .has(head)
    }
}
