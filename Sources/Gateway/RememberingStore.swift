import Rules
import Sharing
import Storage
import Transparency
import Wire

/// A store whose last published checkpoint is kept outside it too. It shows no head that isn't noted
/// there, and none that is older than what is: a gateway can't take back what it published without
/// noticing.
struct RememberingStore: Store {
    private let store: any Store
    private let published: PublishedCheckpoint

    /// Throws ``StoreError/unreadable(_:)`` where `store` is behind what was published, or is another
    /// history; with `acceptingLoss` its own head is taken for the last published instead.
    init(
        _ store: any Store, _ published: PublishedCheckpoint, acceptingLoss: Bool
    ) async throws(StoreError) {
        self.store = store
        self.published = published
        do { try await requireSameHistory() } catch {
            guard acceptingLoss, case .unreadable(let mismatch) = error, mismatch.isLoss else {
                throw error
            }
            try await published.replace(with: try await store.head()?.checkpoint)
        }
    }

    /// The tree of the store, as it was when it had as many entries as were published, is the one
    /// that was published.
    private func requireSameHistory() async throws(StoreError) {
        guard let last = published.last else { return }
        let head = try await store.head()
        try requireNotBehind(head, last)
        let edge = try await TileEdge.load(size: UInt64(last.size), from: store)
        guard edge.root == last.root else {
            throw .unreadable(.otherThanPublished(size: last.size))
        }
    }

    private func requireNotBehind(
        _ head: Head?, _ last: PublishedCheckpoint.Head
    ) throws(StoreError) {
        let size = head?.size ?? 0
        guard size >= last.size else {
            throw .unreadable(.behindPublished(have: size, published: last.size))
        }
        guard size > last.size || head?.edge.root == last.root else {
            throw .unreadable(.otherThanPublished(size: last.size))
        }
    }

    func head() async throws(StoreError) -> Head? {
        // Asked first: what is published while the store is read isn't held against it.
        let last = published.last
        let head = try await store.head()
        if let last { try requireNotBehind(head, last) }
        if let head { try await published.note(head.checkpoint) }
        return head
    }

    /// Refuses a head that is dated before what was published: whoever holds both could prove a
    /// rollback that wasn't one. So an older store, or a clock that was set back, waits.
    func commit(_ batch: Batch, after previous: Head?) async throws(StoreError) {
        if let last = published.last, let next = PublishedCheckpoint.Head(batch.head.checkpoint),
            next.date < last.date
        {
            throw .failed(.datedBefore(published: last.date))
        }
        try await store.commit(batch, after: previous)
        // From here on the batch is durable, and a crash before it is noted is recovered by the next
        // look at the head.
        do { try await published.note(batch.head.checkpoint) } catch {
            guard case .failed(let fault) = error else { throw error }
            throw .outcomeUnknown(fault)
        }
    }

    /// No further than was published: a log that is put back to what was published has the keys of
    /// all that isn't erased in it.
    func destroyErased(before size: Int64) async throws(StoreError) {
        try await store.destroyErased(before: min(size, published.last?.size ?? 0))
    }

    // MARK: As the store itself has it

    func state(_ keys: Set<StateKey>) async throws(StoreError) -> Slice {
        try await store.state(keys)
    }

    func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try await store.leaves(range)
    }

    func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try await store.tile(level: level, index: index)
    }

    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        try await store.attachments(of: indices, sections: sections, enough: enough)
    }

    func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try await store.indices(concerning: party, kinds: kinds, from: from, limit: limit)
    }

    func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try await store.indices(issuer: issuer, kind: kind, from: from, limit: limit)
    }

    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)] {
        try await store.records(of: enterprise, in: book, range)
    }

    func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?
    ) async throws(StoreError) -> [(book: BookName, state: BookState)] {
        try await store.books(of: enterprise, series: series, months: months)
    }

    func allState(
        after key: String?, limit: Int
    ) async throws(StoreError) -> [(key: String, value: StateValue)] {
        try await store.allState(after: key, limit: limit)
    }

    func keep(_ application: StoredApplication) async throws(StoreError) {
        try await store.keep(application)
    }

    func applications() async throws(StoreError) -> [StoredApplication] {
        try await store.applications()
    }

    func dropApplication(_ handle: Handle) async throws(StoreError) {
        try await store.dropApplication(handle)
    }
}
