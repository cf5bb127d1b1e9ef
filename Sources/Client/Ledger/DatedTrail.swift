import Custody
public import Transparency
import Wire

/// Dated checkpoints of one log, in the order of size and date: what its host said was the newest, and
/// when.
public struct DatedTrail: Sendable {
    public private(set) var notes: [DatedCheckpoint] = []

    /// So that the file stays small. Of more, every second of the older half goes.
    static let maximumNotes = 128

    init() {}

    public var last: DatedCheckpoint? { notes.last }

    /// Adds one that is larger than the last, or dated later.
    mutating func add(_ dated: DatedCheckpoint) {
        notes.append(dated)
        guard notes.count > Self.maximumNotes else { return }
        let older = notes.prefix(Self.maximumNotes / 2).enumerated()
            .filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        notes = older + notes.dropFirst(Self.maximumNotes / 2)
    }

    /// The latest date at which the log didn't have the entry yet.
    func dateBefore(_ index: Int64) -> DatedCheckpoint? {
        notes.filter { $0.size <= UInt64(clamping: index) }.max { $0.time < $1.time }
    }

    // MARK: The file

    private struct File: Message {
        let notes: [String]

        static let maximumBytes = 1 << 20
        private static let format = "trine-checkpoints/1"
        private var formatName: String { Self.format }

        static let shape = Shape<File>(
            { (_, notes) throws(ClaimError) in File(notes: notes) },
            .required("format", \.formatName, .format(format)),
            .required("notes", \.notes, .list(of: .text)))
    }

    var bytes: [UInt8] {
        File(notes: notes.map { String(decoding: $0.checkpoint.note.bytes, as: UTF8.self) }).bytes
    }

    /// `nil` for what isn't a file of notes that `policy` and `clock` accept.
    init?(_ bytes: [UInt8], _ policy: TrustPolicy, _ clock: VerifierKey) {
        guard let file = try? File(parsing: bytes) else { return nil }
        for text in file.notes {
            guard let note = try? Note(parsing: text.utf8),
                let dated = try? policy.verify(note).dated(by: clock)
            else { return nil }
            notes.append(dated)
        }
    }
}

extension DatedCheckpoint {
    /// Checks the signatures of a note, and that the host dated it. Throws ``LogFault``.
    init(verifying note: Note, _ policy: TrustPolicy, _ clock: VerifierKey) throws(LogFault) {
        let checkpoint: VerifiedCheckpoint
        do { checkpoint = try policy.verify(note) } catch { throw .checkpoint(error) }
        do { self = try checkpoint.dated(by: clock) } catch {
            throw error == .noKnownSignature
                ? .undated(size: checkpoint.size) : .checkpoint(.note(error))
        }
    }

    /// Whether `other` is larger, or was dated later.
    func isBefore(_ other: DatedCheckpoint) -> Bool { (size, time) < (other.size, other.time) }

    var timestamp: Timestamp { Timestamp(clamping: Int64(clamping: time)) }
}

extension Home {
    /// The dated checkpoints that were verified here. Throws ``HomeError``.
    func trail(_ policy: TrustPolicy, _ clock: VerifierKey) throws(HomeError) -> DatedTrail {
        guard let bytes = try read(.trail) else { return DatedTrail() }
        guard let trail = DatedTrail(bytes, policy, clock) else { throw malformed(.trail) }
        return trail
    }
}
