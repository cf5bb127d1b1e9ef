import Sharing
import Storage
import Transparency
import Wire

/// A store whose last published checkpoint is kept outside it too. It shows no head that isn't noted
/// there, and none that is older than what is: a gateway can't take back what it published without
/// noticing.
struct RememberingStore: Store {
    private let store: any Store
    private let remembering: RememberingLedger

    var ledger: any LedgerStore { remembering }
    var rows: any StateStore { store.rows }
    var index: any IndexStore { store.index }
    var blobs: any BlobStore { store.blobs }
    var boxes: any DropBox { store.boxes }
    func vault() async throws(StoreError) -> Vault { try await store.vault() }

    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        try await store.attachments(of: indices, sections: sections, enough: enough)
    }

    /// Throws ``StoreError/unreadable(_:)`` where `store` is behind what was published, or is another
    /// history; with `acceptingLoss` its own head is taken for the last published instead.
    init(
        _ store: any Store, _ published: PublishedCheckpoint, acceptingLoss: Bool
    ) async throws(StoreError) {
        self.store = store
        remembering = RememberingLedger(ledger: store.ledger, published: published)
        do { try await published.last?.requireHistory(of: store) } catch {
            guard acceptingLoss, case .unreadable(let mismatch) = error, mismatch.isLoss else {
                throw error
            }
            // What was published is all that is left of a log that isn't there.
            guard let head = try await store.head() else { throw .unreadable(.noGenesis) }
            try await published.replace(with: head.checkpoint)
        }
    }
}

extension PublishedCheckpoint.Head {
    /// The tree of `store`, as it was when it had as many entries as were published, is the one that was
    /// published. Throws ``StoreError/unreadable(_:)`` otherwise.
    func requireHistory(of store: any ReadableStore) async throws(StoreError) {
        try requireNotBehind(try await store.head())
        let edge = try await TileEdge.load(size: UInt64(size), from: store)
        guard edge.root == root else { throw .unreadable(.otherThanPublished(size: size)) }
    }

    func requireNotBehind(_ head: Storage.Head?) throws(StoreError) {
        let have = head?.size ?? 0
        guard have >= size else { throw .unreadable(.behindPublished(have: have, published: size)) }
        guard have > size || head?.edge.root == root else {
            throw .unreadable(.otherThanPublished(size: size))
        }
    }
}

/// The ledger of a store whose last published checkpoint is kept outside it too.
struct RememberingLedger: LedgerStore {
    let ledger: any LedgerStore
    let published: PublishedCheckpoint

    func head() async throws(StoreError) -> Head? {
        // Asked first: what is published while the store is read isn't held against it.
        let last = published.last
        let head = try await ledger.head()
        try last?.requireNotBehind(head)
        // One that was damaged in the store isn't what anybody is to be held to.
        if let head, PublishedCheckpoint.Head(head.checkpoint)?.isOver(head.edge) == true {
            try published.note(head.checkpoint)
        }
        return head
    }

    /// Refuses a head that is dated before what was published: whoever holds both could prove a
    /// rollback that wasn't one. So an older store, or a clock that was set back, waits.
    func commit(
        _ staged: StagedEntries, after previous: Position?, in tenure: Tenure?
    ) async throws(StoreError) -> Tenure {
        if let last = published.last, let next = PublishedCheckpoint.Head(staged.head.checkpoint),
            next.date < last.date
        {
            throw .failed(.datedBefore(published: last.date))
        }
        let tenure = try await ledger.commit(staged, after: previous, in: tenure)
        // From here on the batch is durable, and a crash before it is noted is recovered by the next
        // look at the head.
        do { try published.note(staged.head.checkpoint) } catch {
            guard case .failed(let fault) = error else { throw error }
            throw .outcomeUnknown(fault)
        }
        return tenure
    }

    /// No further than was published: a log that is put back to what was published has the keys of
    /// all that isn't erased in it.
    func destroyErased(before size: Int64) async throws(StoreError) {
        try await ledger.destroyErased(before: min(size, published.last?.size ?? 0))
    }

    func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try await ledger.leaves(range)
    }

    func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try await ledger.tile(level: level, index: index)
    }
}
