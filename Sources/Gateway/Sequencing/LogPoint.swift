import Rules
import Sharing
import Storage
import Transparency
import Wire

/// Where a log stands after a batch: all that the next one is made from, besides the state.
struct LogPoint: Sendable {
    var head: Head?
    /// The note of `head`.
    var note: Note?
    var edge = TileEdge()
    var log: LogState?
    /// The last time that the clock's key signed for what is stored.
    var dated: Timestamp?
    /// The record types of this log, up to the same index as the shelf.
    private(set) var published = PublishedTypes()
    /// Every set that this log was ever under and all its types, and the index up to which they were
    /// looked for.
    private(set) var shelf = TextShelf()
    /// The sets of the shelf.
    private(set) var sets: [Digest<Digested.Policies>: CedarPolicies] = [:]
    private(set) var shelved: Int64 = 0

    /// The size of the log when something was last entered that says who may sign what.
    var keysChanged: Int64 = 0

    var size: Int64 { head?.size ?? 0 }

    /// The right edge of the tree.
    var rightEdge: RightEdge { head?.edge ?? RightEdge() }

    /// Takes in the texts that entries up to the index `end` brought.
    mutating func shelve(
        _ sets: [CedarPolicies], _ documents: [PublishedTypes.Document], upTo end: Int64
    ) {
        for set in sets {
            shelf.add(RecentAnswers(of: set))
            self.sets[set.digest] = set
        }
        if let origin = log?.origin {
            for document in documents {
                published.add(document)
                shelf.add(document.type, of: origin)
            }
        }
        shelved = end
    }

    /// As the store has it; the texts that `self` has are taken for those of the same log. A checkpoint that
    /// `keys` didn't sign over this tree is left out. Throws ``StoreError``, also for another log's keys.
    func reloaded(
        from store: any Store, signedBy keys: HostKeys
    ) async throws(StoreError) -> LogPoint {
        var point = self
        let head = try await store.head()
        // A crash may have come before the keys of what was published as erased were destroyed.
        if let head { try await store.destroyErased(before: head.size) }
        let edge = try await TileEdge.load(size: UInt64(head?.size ?? 0), from: store)
        if let head, edge.root != head.edge.root { throw .corrupt(.tree, .otherRoot) }
        point.log = try await store.value(of: LogState.key)
        if let log = point.log, !keys.areThose(of: log) { throw .unreadable(.otherKeyring) }
        point.head = head
        point.edge = edge
        point.keysChanged = head?.size ?? 0
        point.note = head.flatMap { keys.note(of: $0) }
        point.dated = point.note.flatMap {
            $0.unverifiedTime(under: keys.clock.verifierKey.name)
                .map { Timestamp(clamping: Int64(clamping: $0)) }
        }
        let size = head?.size ?? 0
        point.shelve(
            try await PublishedPolicies.read(from: store, shelved..<size),
            try await PublishedTypes.read(from: store, shelved..<size), upTo: size)
        return point
    }
}

extension HostKeys {
    /// Whether the log's checkpoints are signed and dated with these.
    func areThose(of log: LogState) -> Bool {
        (log.logKey, log.clockKey) == (self.log.verifierKey.text, clock.verifierKey.text)
    }

    /// The checkpoint of `head`; `nil` where these keys didn't sign and date that over this tree.
    func note(of head: Head) -> Note? {
        guard let note = try? Note(parsing: head.checkpoint),
            let verified = try? TrustPolicy(trusting: log.verifierKey).verify(note),
            (try? verified.dated(by: clock.verifierKey)) != nil,
            verified.size == head.edge.size, verified.root == head.edge.root
        else { return nil }
        return note
    }
}

/// A point that is in the store, and when it was last certain that nothing follows it there.
final class Settled: Sendable {
    let point: LogPoint
    /// `nil` where a commit failed since: what became of it the store knows.
    let since: ContinuousClock.Instant?

    init(_ point: LogPoint, isCertain: Bool = true) {
        self.point = point
        since = isCertain ? .now : nil
    }
}

/// What one commit published: a checkpoint, and the proofs of the entries that it brought.
public struct PublishedBatch: Sendable {
    let head: Head
    let note: Note
    let growth: GrowthProofs
    let entries: [NewEntry]

    /// One of its entries.
    func entry(at index: Int64) -> NewEntry { entries[Int(index - entries[0].index)] }

    /// The inclusion proof of one of its entries.
    func proof(of index: Int64) -> [Hash] { growth.proof(of: UInt64(index)).hashes }

    /// The tlog-proof of one of its entries.
    func receipt(of index: Int64) -> [UInt8] {
        let receipt = try? TransparencyProof(
            index: UInt64(index), hashes: proof(of: index), checkpoint: note)
        guard let receipt else { preconditionFailure("a proof has 64 hashes at most") }
        return receipt.bytes
    }
}
