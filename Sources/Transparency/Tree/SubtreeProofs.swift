/// The proof that a leaf stands at an index of a subtree.
public struct SubtreeInclusionProof: Hashable, Sendable {
    /// The leaf's index in the whole tree.
    public let index: UInt64
    public let subtree: Subtree
    public let hashes: [Hash]

    public init(index: UInt64, subtree: Subtree, hashes: [Hash]) {
        self.index = index
        self.subtree = subtree
        self.hashes = hashes
    }

    /// The root of the subtree of which the proof holds.
    ///
    /// Throws ``ProofError/indexOutside(index:end:)`` and
    /// ``ProofError/wrongHashCount(have:need:)``.
    public func root(of leaf: Hash) throws(ProofError) -> Hash {
        guard subtree.start <= index, index < subtree.end else {
            throw .indexOutside(index: index, end: subtree.end)
        }
        let inner = InclusionProof(
            index: index - subtree.start, size: subtree.count, hashes: hashes)
        return try inner.root(of: leaf)
    }
}

/// The proof that a tree contains a subtree, which needn't be a node of the tree.
public struct SubtreeConsistencyProof: Hashable, Sendable {
    public let subtree: Subtree
    public let size: UInt64
    public let hashes: [Hash]

    public init(subtree: Subtree, size: UInt64, hashes: [Hash]) {
        self.subtree = subtree
        self.size = size
        self.hashes = hashes
    }

    /// The root of the tree, where the subtree has the root `subtreeRoot`.
    ///
    /// Throws ``ProofError/emptyTree`` for an empty subtree, which fixes no root,
    /// ``ProofError/sizesOutOfOrder(old:new:)``, ``ProofError/wrongHashCount(have:need:)`` and
    /// ``ProofError/rootMismatch(computed:expected:)``.
    public func root(containing subtreeRoot: Hash) throws(ProofError) -> Hash {
        try checkSize()
        guard !subtree.isEmpty else { throw .emptyTree }
        return try TreePath(from: subtree, size: size).root(from: subtreeRoot, proof: hashes)
    }

    /// Returns where the tree with the root `treeRoot` contains the subtree with `subtreeRoot`.
    ///
    /// An empty subtree is contained in every tree that reaches its place. Throws as
    /// ``root(containing:)`` does.
    public func check(subtreeRoot: Hash, treeRoot: Hash) throws(ProofError) {
        if subtree.isEmpty {
            try checkSize()
            guard hashes.isEmpty else { throw .wrongHashCount(have: hashes.count, need: 0) }
            guard subtreeRoot == .ofEmptyTree else {
                throw .rootMismatch(computed: .ofEmptyTree, expected: subtreeRoot)
            }
        } else {
            let computed = try root(containing: subtreeRoot)
            guard computed == treeRoot else {
                throw .rootMismatch(computed: computed, expected: treeRoot)
            }
        }
    }

    /// The proof, from the tiles of a tree of at least `size` leaves.
    ///
    /// Throws ``ProofError``, ``TileError/tooNarrow(_:have:)`` and what `reader` throws.
    public static func build(
        subtree: Subtree, size: UInt64, reading reader: some TileReader
    ) throws -> SubtreeConsistencyProof {
        let empty = SubtreeConsistencyProof(subtree: subtree, size: size, hashes: [])
        try empty.checkSize()
        guard !subtree.isEmpty else { return empty }
        var builder = ProofBuilder(size: size, reading: reader)
        let hashes = try builder.hashes(of: TreePath(from: subtree, size: size))
        return SubtreeConsistencyProof(subtree: subtree, size: size, hashes: hashes)
    }

    private func checkSize() throws(ProofError) {
        guard subtree.end <= size else { throw .sizesOutOfOrder(old: subtree.end, new: size) }
    }
}
