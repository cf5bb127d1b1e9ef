/// A range of leaves `start..<end` whose Merkle tree hash is meaningful in every larger tree.
///
/// `start` is a multiple of the smallest power of two that is at least `end − start`. Every node
/// that the recursion of RFC 6962 §2.1 visits is of this form, also where it isn't complete.
public struct Subtree: Hashable, Sendable {
    public let start: UInt64
    public let end: UInt64

    /// Throws ``ProofError/noSubtree(start:end:)`` for a range that isn't a subtree.
    public init(start: UInt64, end: UInt64) throws(ProofError) {
        guard start <= end, Self.isAligned(start: start, count: end - start) else {
            throw .noSubtree(start: start, end: end)
        }
        self.start = start
        self.end = end
    }

    /// The subtree of all leaves of a tree.
    init(size: UInt64) {
        start = 0
        end = size
    }

    /// A subtree that the caller derived from one.
    init(derived range: Range<UInt64>) {
        start = range.lowerBound
        end = range.upperBound
    }

    var count: UInt64 { end - start }
    var isEmpty: Bool { start == end }

    /// Its place, where it is complete.
    var node: NodePosition? {
        guard count.nonzeroBitCount == 1 else { return nil }
        let height = count.highestSetBit
        return NodePosition(height: height, index: start >> UInt64(height))
    }

    /// The complete subtrees it consists of, from the left; each is smaller than the one before.
    var nodes: [NodePosition] {
        var nodes: [NodePosition] = []
        var begin = start
        while begin < end {
            let height = (end - begin).highestSetBit
            nodes.append(NodePosition(height: height, index: begin >> UInt64(height)))
            begin += 1 << UInt64(height)
        }
        return nodes
    }

    /// Where RFC 6962 §2.1 divides it: the left part is the largest power of two below the count.
    var split: UInt64 { start + (1 << UInt64((count - 1).highestSetBit)) }

    private static func isAligned(start: UInt64, count: UInt64) -> Bool {
        guard count > 1 else { return true }
        let bits = (count - 1).highestSetBit + 1
        return start.trailingZeroBitCount >= bits
    }
}

/// The place of a complete subtree: the `2^height` leaves from `index · 2^height` on.
struct NodePosition: Hashable, Sendable {
    let height: Int
    let index: UInt64
}

extension UInt64 {
    /// The exponent of the largest power of two in it. It must not be zero.
    var highestSetBit: Int { 63 - leadingZeroBitCount }
}

extension Sequence where Element == Hash {
    /// The hash of a tree made of complete subtrees with these hashes, from the left; each is
    /// smaller than the one before (RFC 6962 §2.1).
    var foldedRight: Hash {
        var hash: Hash?
        for left in reversed() { hash = hash.map { Hash.node(left, $0) } ?? left }
        return hash ?? .ofEmptyTree
    }
}
