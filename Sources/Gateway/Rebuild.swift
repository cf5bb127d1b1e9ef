public import Rules
import Sharing
public import Storage
import Transparency
import Wire

/// Makes everything of a store anew that follows from its entries: how they are found, the tree and the
/// state. The entries, their attachments, the head and the vault stay as they are.
///
/// What claims that were erased since made of the state can't be made again: as far as it can be read it
/// stays, where such claims can have made it.
public struct Rebuild: Sendable {
    public enum Outcome: Sendable {
        /// So many entries and pieces of state, of which so many were kept as they were.
        case rebuilt(entries: Int64, state: Int, kept: Int)
        /// The entries don't make the tree of the checkpoint, or can't be replayed: what was found. Nothing
        /// was changed.
        case impossible([InspectionFinding])
        /// From this entry on they are under rules that aren't known. Nothing was changed.
        case stopped(UnknownRules)
    }

    private let store: SQLiteStore

    public init(_ store: SQLiteStore) { self.store = store }

    /// `progress` gets the number of entries done and of all. Throws ``Storage/StoreError``.
    public func run(
        progress: @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws(StoreError) -> Outcome {
        guard let head = try await store.head() else { throw .unreadable(.noGenesis) }
        var walk = InspectionWalk(store: store, deriving: true)
        for index in stride(from: 0, to: head.size, by: 256) {
            let end = min(index + 256, head.size)
            try await walk.entries(index..<end)
            progress(end, head.size)
        }
        if let unknown = walk.stopped { return .stopped(unknown) }
        guard walk.root == head.edge.root, var state = walk.replayed, let derived = walk.derived
        else {
            let first = InspectionFinding(place: .checkpoint, fault: .otherTree)
            return .impossible(walk.findings.isEmpty ? [first] : walk.findings)
        }
        let kept = walk.explained(try await store.readableState())
        state.merge(kept) { $1 }
        try await store.replace(
            with: DerivedRows(
                entries: derived.entries, tiles: Array(derived.tiles.values), state: state))
        return .rebuilt(entries: head.size, state: state.count, kept: kept.count)
    }
}

extension GatewayDirectory {
    /// Makes everything of this gateway's store anew that follows from its entries. No gateway works on it
    /// meanwhile. `progress` gets the number of entries done and of all.
    ///
    /// Throws ``Storage/StoreError``, where the store is behind what was published, or isn't the same
    /// history, before anything in it is changed.
    public func rebuild(
        progress: @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws(StoreError) -> Rebuild.Outcome {
        let last = try lastPublished()
        // Before the store is opened, which writes into its vault how many entries there are.
        try last?.requireNotBehind(try await FrozenStore(store).head())
        let store = try SQLiteStore(opening: store, existing: true)
        defer { try? store.close() }
        try await last?.requireEntries(of: store)
        return try await Rebuild(store).run(progress: progress)
    }
}

extension PublishedCheckpoint.Head {
    /// The tree over the first entries of `store` is the one that was published, whatever its stored tiles
    /// say. Throws ``Storage/StoreError``.
    fileprivate func requireEntries(of store: any ReadableStore) async throws(StoreError) {
        var edge = TileEdge()
        for index in stride(from: 0, to: size, by: 256) {
            let leaves = try await store.leaves(index..<min(index + 256, size))
            _ = edge.append(leaves.map { Hash.leaf($0) })
        }
        guard edge.root == root else { throw .unreadable(.otherThanPublished(size: size)) }
    }
}

extension SQLiteStore {
    /// Makes the state anew that was replaced, and whose keys were destroyed with an erasure, after this
    /// ledger was copied: an operator put an older one in its place and accepted the loss.
    ///
    /// What the erased claims made can't be made again. Throws ``Storage/StoreError``.
    public func makeLostState() async throws(StoreError) {
        guard try await hasLostState() else { return }
        guard case .rebuilt = try await Rebuild(self).run() else {
            throw .corrupt(.file("state"), .keyMissing)
        }
    }
}
