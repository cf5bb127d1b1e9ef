/// The inclusion proofs of leaves that were just added to a tree, from the right edge that the tree had
/// and the leaves alone: nothing else is read.
public struct GrowthProofs: Sendable {
    /// The right edge with the leaves.
    public let edge: RightEdge
    private let oldSize: UInt64
    /// For each height the complete subtrees from the one on that the first new leaf is in, or that
    /// stands beside that one.
    private var levels: [(first: UInt64, hashes: [Hash])] = []
    /// The hash over the last 1, 2, … subtrees of the edge: what stands to the right of a leaf.
    private var ends: [Hash] = []

    /// Adds `leaves` to the tree with the right edge `edge`.
    public init(_ edge: RightEdge, adding leaves: [Hash]) {
        oldSize = edge.size
        let size = edge.size + UInt64(leaves.count)
        // An edge has a subtree for each bit of the size, the largest first.
        var known = edge.hashes[...]
        var added = leaves
        var height: UInt64 = 0
        while size >> height > 0 {
            let begin = oldSize >> height
            var hashes = added
            if begin & 1 == 1, let left = known.popLast() { hashes.insert(left, at: 0) }
            levels.append((begin & ~1, hashes))
            added = stride(from: 0, to: hashes.count - 1, by: 2).map {
                Hash.node(hashes[$0], hashes[$0 + 1])
            }
            height += 1
        }
        var edges: [Hash] = []
        for (height, level) in levels.enumerated().reversed()
        where size >> UInt64(height) & 1 == 1 {
            guard let last = level.hashes.last else { preconditionFailure("an odd level ends") }
            edges.append(last)
        }
        guard let grown = try? RightEdge(size: size, hashes: edges) else {
            preconditionFailure("a subtree for each bit")
        }
        self.edge = grown
        for left in grown.hashes.reversed() {
            ends.append(ends.last.map { Hash.node(left, $0) } ?? left)
        }
    }

    /// The proof of one of the new leaves in the tree with all of them (RFC 6962 §2.1.1).
    public func proof(of index: UInt64) -> InclusionProof {
        precondition((oldSize..<edge.size).contains(index), "a leaf that was added")
        var hashes: [Hash] = []
        hashes.reserveCapacity(levels.count)
        for place in levels.indices {
            let height = UInt64(place)
            let sibling = (index >> height) ^ 1
            if sibling < edge.size >> height {
                hashes.append(levels[place].hashes[Int(sibling - levels[place].first)])
            } else if sibling << height < edge.size {
                // What stands to the right is no complete subtree.
                let smaller = (edge.size & ((1 << height) - 1)).nonzeroBitCount
                hashes.append(ends[smaller - 1])
            }
        }
        return InclusionProof(index: index, size: edge.size, hashes: hashes)
    }
}
