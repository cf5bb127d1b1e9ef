/// The proof that a leaf stands at an index of a tree (RFC 6962 §2.1.1).
///
/// It is what somebody claims. To check it, compute the root and compare that with one from a
/// ``VerifiedCheckpoint`` of the same size.
public struct InclusionProof: Hashable, Sendable {
    public let index: UInt64
    public let size: UInt64
    /// From the leaf's sibling to the root's child; at most ``maximumHashes`` in a proof that holds.
    public let hashes: [Hash]

    /// A tree has less than 2⁶⁴ leaves.
    public static var maximumHashes: Int { 64 }

    public init(index: UInt64, size: UInt64, hashes: [Hash]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// The root of the tree of which the proof holds.
    ///
    /// Throws ``ProofError/indexOutside(index:end:)`` and
    /// ``ProofError/wrongHashCount(have:need:)``.
    public func root(of leaf: Hash) throws(ProofError) -> Hash {
        try Self.path(index: index, size: size).root(from: leaf, proof: hashes)
    }

    /// The proof, from the tiles of a tree of at least `size` leaves; for many proofs of one tree
    /// use a ``ProofBuilder``.
    ///
    /// Throws ``ProofError``, ``TileError/tooNarrow(_:have:)`` and what `reader` throws.
    public static func build(
        index: UInt64, size: UInt64, reading reader: some TileReader
    ) throws -> InclusionProof {
        var builder = ProofBuilder(size: size, reading: reader)
        return try builder.inclusion(of: index)
    }

    /// The tiles that ``build(index:size:reading:)`` reads, as a tree of `size` leaves has them.
    public static func tiles(index: UInt64, size: UInt64) throws(ProofError) -> [TileCoordinate] {
        try path(index: index, size: size).tiles(size: size)
    }

    static func path(index: UInt64, size: UInt64) throws(ProofError) -> TreePath {
        guard index < size else { throw .indexOutside(index: index, end: size) }
        return TreePath(from: Subtree(derived: index..<index + 1), size: size)
    }
}
