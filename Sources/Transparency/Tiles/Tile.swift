/// A tile: its place and its hashes.
public struct Tile: Hashable, Sendable {
    public let coordinate: TileCoordinate
    /// As many as the coordinate's width.
    public let hashes: [Hash]

    /// Throws ``TileError/wrongCount(have:need:)``.
    public init(_ coordinate: TileCoordinate, hashes: [Hash]) throws(TileError) {
        guard hashes.count == coordinate.width else {
            throw .wrongCount(have: hashes.count, need: coordinate.width)
        }
        self.coordinate = coordinate
        self.hashes = hashes
    }

    /// Reads a tile as served, 32 bytes a hash; throws ``TileError/wrongCount(have:need:)``, which
    /// then counts bytes.
    public init(_ coordinate: TileCoordinate, parsing bytes: [UInt8]) throws(TileError) {
        let need = coordinate.width * Hash.byteCount
        guard bytes.count == need, let hashes = [Hash](bytes: bytes) else {
            throw .wrongCount(have: bytes.count, need: need)
        }
        try self.init(coordinate, hashes: hashes)
    }

    /// The tile as served: its hashes, one after another.
    public var bytes: [UInt8] { hashes.bytes }

    /// The hash that a full tile has at the level above.
    static func root(of hashes: ArraySlice<Hash>) -> Hash {
        precondition(hashes.count.nonzeroBitCount == 1, "only complete subtrees are hashed")
        var level = hashes
        while level.count > 1 {
            level =
                stride(from: level.startIndex, to: level.endIndex, by: 2)
                .map { Hash.node(level[$0], level[$0 + 1]) }[...]
        }
        return level[level.startIndex]
    }
}
