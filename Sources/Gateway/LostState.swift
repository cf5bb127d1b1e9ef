public import Storage

extension SQLiteStore {
    /// Makes the state anew that was replaced, and whose keys were destroyed with an erasure, after this
    /// ledger was copied: an operator put an older one in its place and accepted the loss.
    ///
    /// What the erased claims made can't be made again. Throws ``Storage/StoreError``.
    public func makeLostState() async throws(StoreError) {
        guard try await hasLostState() else { return }
        guard let made = try await Inspection(store: self).replayedState() else {
            throw .corrupt(.file("state"), .keyMissing)
        }
        try await replaceLostState(with: made)
    }
}
