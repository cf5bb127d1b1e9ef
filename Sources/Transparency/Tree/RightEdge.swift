/// All that is needed of a tree to let it grow and to know its root: the hashes of the complete
/// subtrees it consists of, one for each bit that is set in its size.
public struct RightEdge: Hashable, Sendable {
    /// The number of leaves.
    public private(set) var size: UInt64

    /// From the left; each subtree is smaller than the one before.
    public private(set) var hashes: [Hash]

    /// The edge of the tree without leaves.
    public init() {
        size = 0
        hashes = []
    }

    /// Takes the edge of a tree of `size` leaves; throws ``RightEdgeError/wrongHashCount``.
    public init(size: UInt64, hashes: [Hash]) throws(RightEdgeError) {
        guard hashes.count == size.nonzeroBitCount else {
            throw .wrongHashCount(have: hashes.count, need: size.nonzeroBitCount)
        }
        self.size = size
        self.hashes = hashes
    }

    /// The root of the tree (RFC 6962 §2.1).
    public var root: Hash { hashes.foldedRight }

    /// Adds a leaf, on average with one node hash.
    public mutating func append(_ leaf: Hash) { push(leaf, height: 0) }

    /// Adds a complete subtree of `2^height` leaves, such as the root of a full tile (height 8).
    ///
    /// Throws ``RightEdgeError/misaligned(size:height:)`` unless the size is a multiple of
    /// `2^height`, and ``RightEdgeError/tooLarge``.
    public mutating func append(subtree: Hash, height: Int) throws(RightEdgeError) {
        guard 0..<64 ~= height, size.trailingZeroBitCount >= height else {
            throw .misaligned(size: size, height: height)
        }
        guard !size.addingReportingOverflow(1 << UInt64(height)).overflow else { throw .tooLarge }
        push(subtree, height: height)
    }

    /// Adds all leaves of another tree, hashed apart from this one (by another thread, say).
    ///
    /// Throws ``RightEdgeError/misaligned(size:height:)`` unless the size is a multiple of the
    /// other's largest complete subtree, and ``RightEdgeError/tooLarge``. Nothing is added then.
    public mutating func append(contentsOf other: RightEdge) throws(RightEdgeError) {
        guard other.size > 0 else { return }
        let height = other.size.highestSetBit
        guard size.trailingZeroBitCount >= height else {
            throw .misaligned(size: size, height: height)
        }
        guard !size.addingReportingOverflow(other.size).overflow else { throw .tooLarge }
        for (position, hash) in zip(Subtree(size: other.size).nodes, other.hashes) {
            push(hash, height: position.height)
        }
    }

    private mutating func push(_ hash: Hash, height: Int) {
        var hash = hash
        var rest = size >> UInt64(height)
        while rest & 1 == 1 {
            hash = Hash.node(hashes.removeLast(), hash)
            rest >>= 1
        }
        hashes.append(hash)
        size += 1 << UInt64(height)
    }
}

extension RightEdge {
    /// The size as 64 bits big-endian, then the hashes; at most 8 + 64 · 32 bytes.
    public var bytes: [UInt8] { Array(bigEndian: size) + hashes.bytes }

    /// Reads ``bytes``; throws ``RightEdgeError``.
    public init(bytes: some Collection<UInt8>) throws(RightEdgeError) {
        guard let size = UInt64(bigEndian: bytes.prefix(8)),
            let hashes = [Hash](bytes: bytes.dropFirst(8))
        else { throw .malformed }
        try self.init(size: size, hashes: hashes)
    }
}

/// Why bytes or hashes aren't a right edge, or cannot be added to one.
public enum RightEdgeError: Error, Hashable, Sendable {
    case malformed
    /// An edge has one hash for each bit that is set in the size.
    case wrongHashCount(have: Int, need: Int)
    /// A complete subtree starts at a multiple of its own size only.
    case misaligned(size: UInt64, height: Int)
    /// A tree has less than 2⁶⁴ leaves.
    case tooLarge
}

extension FixedWidthInteger {
    /// Reads as many bytes as the number has; `nil` for another count.
    init?(bigEndian bytes: some Collection<UInt8>) {
        guard bytes.count == Self.bitWidth / 8 else { return nil }
        self = bytes.reduce(0) { $0 << 8 | Self($1) }
    }
}

extension Array where Element == UInt8 {
    init(bigEndian number: some FixedWidthInteger) {
        self = Swift.withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
