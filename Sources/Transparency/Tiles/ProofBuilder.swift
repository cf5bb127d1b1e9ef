/// Builds proofs in one tree from its tiles.
///
/// It reads each tile once and hashes each node once, so that the receipts of a whole batch cost
/// little more than one. It keeps what it has read, some 16 kB a tile; let go of it after the batch.
public struct ProofBuilder<Reader: TileReader> {
    /// The number of leaves of the tree.
    public let size: UInt64
    private var nodes: NodeReader<Reader>
    /// The hashes of subtrees at the right edge that aren't complete. All proofs have the same few.
    private var incomplete: [Subtree: Hash] = [:]

    /// For a tree of `size` leaves; `reader` has the tiles of this tree or of a later one.
    public init(size: UInt64, reading reader: Reader) {
        self.size = size
        nodes = NodeReader(reader)
    }

    /// Throws ``ProofError``, ``TileError/tooNarrow(_:have:)`` and what the reader throws.
    public mutating func inclusion(of index: UInt64) throws -> InclusionProof {
        let path = try InclusionProof.path(index: index, size: size)
        return InclusionProof(index: index, size: size, hashes: try hashes(of: path))
    }

    /// Throws ``ProofError``, ``TileError/tooNarrow(_:have:)`` and what the reader throws.
    public mutating func consistency(from oldSize: UInt64) throws -> ConsistencyProof {
        let path = try ConsistencyProof.path(oldSize: oldSize, newSize: size)
        return ConsistencyProof(oldSize: oldSize, newSize: size, hashes: try hashes(of: path))
    }

    mutating func hashes(of path: TreePath) throws -> [Hash] {
        var hashes: [Hash] = []
        hashes.reserveCapacity(path.steps.count + 1)
        if let seed = path.seed { hashes.append(try hash(of: seed)) }
        for step in path.steps { hashes.append(try hash(of: step.sibling)) }
        return hashes
    }

    private mutating func hash(of subtree: Subtree) throws -> Hash {
        if let node = subtree.node { return try nodes.hash(of: node) }
        if let known = incomplete[subtree] { return known }
        let hash = try subtree.nodes.map { try nodes.hash(of: $0) }.foldedRight
        incomplete[subtree] = hash
        return hash
    }
}

/// Reads the hashes of complete subtrees from tiles.
private struct NodeReader<Reader: TileReader> {
    private let reader: Reader
    private var tiles: [TileCoordinate: TileNodes] = [:]
    /// The tile of each level that was used last.
    private var last: [(index: UInt64, nodes: TileNodes)?]

    init(_ reader: Reader) {
        self.reader = reader
        last = Array(repeating: nil, count: 1 + 64 / TileNodes.levelHeight)
    }

    mutating func hash(of node: NodePosition) throws -> Hash {
        let level = node.height / TileNodes.levelHeight
        let height = node.height % TileNodes.levelHeight
        let first = node.index << UInt64(height)
        let index = first / UInt64(TileCoordinate.fullWidth)
        let position = Int(first % UInt64(TileCoordinate.fullWidth))
        if let last = last[level], last.index == index,
            let hash = last.nodes[height, position >> height]
        {
            return hash
        }
        let full = try TileCoordinate(level: level, index: index)
        let nodes = try tiles[full] ?? reader.nodes(level: level, index: index)
        tiles[full] = nodes
        last[level] = (index, nodes)
        guard let hash = nodes[height, position >> height] else {
            throw TileError.tooNarrow(
                try TileCoordinate(level: level, index: index, width: position + 1 << height),
                have: nodes.width)
        }
        return hash
    }
}

extension TreePath {
    /// The tiles that the proof's hashes are read from, as a tree of `size` leaves has them.
    func tiles(size: UInt64) -> [TileCoordinate] {
        var tiles: [TileCoordinate] = []
        for node in proof.flatMap(\.nodes) {
            let level = node.height / 8
            let first = node.index << UInt64(node.height % 8)
            let index = first / UInt64(TileCoordinate.fullWidth)
            let width = TileCoordinate.width(level: level, index: index, size: size)
            guard let tile = try? TileCoordinate(level: level, index: index, width: width) else {
                preconditionFailure("a tree has the tiles of its own nodes")
            }
            if !tiles.contains(tile) { tiles.append(tile) }
        }
        return tiles
    }
}
