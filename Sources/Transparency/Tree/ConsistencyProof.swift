/// The proof that a tree begins with all leaves of an older one (RFC 6962 §2.1.2).
///
/// It is what somebody claims. To check it, compute the new root from the old one and compare.
public struct ConsistencyProof: Hashable, Sendable {
    public let oldSize: UInt64
    public let newSize: UInt64
    public let hashes: [Hash]

    public init(oldSize: UInt64, newSize: UInt64, hashes: [Hash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// The root of the newer tree, where the older one has the root `oldRoot`.
    ///
    /// Throws ``ProofError/emptyTree``, ``ProofError/sizesOutOfOrder(old:new:)``,
    /// ``ProofError/wrongHashCount(have:need:)``, and
    /// ``ProofError/rootMismatch(computed:expected:)`` where the proof is of another older tree.
    public func root(extending oldRoot: Hash) throws(ProofError) -> Hash {
        try Self.path(oldSize: oldSize, newSize: newSize).root(from: oldRoot, proof: hashes)
    }

    /// The proof, from the tiles of a tree of at least `newSize` leaves.
    ///
    /// Throws ``ProofError``, ``TileError/tooNarrow(_:have:)`` and what `reader` throws.
    public static func build(
        oldSize: UInt64, newSize: UInt64, reading reader: some TileReader
    ) throws -> ConsistencyProof {
        var builder = ProofBuilder(size: newSize, reading: reader)
        return try builder.consistency(from: oldSize)
    }

    /// The tiles that ``build(oldSize:newSize:reading:)`` reads, as a tree of `newSize` leaves has
    /// them.
    public static func tiles(
        oldSize: UInt64, newSize: UInt64
    ) throws(ProofError) -> [TileCoordinate] {
        try path(oldSize: oldSize, newSize: newSize).tiles(size: newSize)
    }

    static func path(oldSize: UInt64, newSize: UInt64) throws(ProofError) -> TreePath {
        guard oldSize <= newSize else { throw .sizesOutOfOrder(old: oldSize, new: newSize) }
        guard oldSize > 0 else { throw .emptyTree }
        return TreePath(from: Subtree(size: oldSize), size: newSize)
    }
}
