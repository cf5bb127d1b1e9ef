/// The tiles at the right edge of a tree, with which it grows: at each level the hashes that don't
/// fill a tile yet.
///
/// It belongs to the one who sequences the log. Appending gives the tiles to store; it changes
/// nothing outside, so after a failed commit the edge from before is used again.
public struct TileEdge: Hashable, Sendable {
    /// The number of leaves.
    public private(set) var size: UInt64

    /// The partial tile of each level, 0 to 255 hashes.
    private var levels: [[Hash]]

    /// The edge of the tree without leaves.
    public init() {
        size = 0
        levels = Array(repeating: [], count: Self.levelCount)
    }

    /// Reads the edge of a tree of `size` leaves: one tile a level.
    ///
    /// Wider tiles than the tree has are cut, so that what was stored ahead of a commit does no
    /// harm. Throws ``TileError/tooNarrow(_:have:)`` and what `reader` throws.
    public init(size: UInt64, reading reader: some TileReader) throws {
        self.init()
        self.size = size
        for level in 0..<Self.levelCount {
            let count = TileCoordinate.count(level: level, size: size)
            let index = count / UInt64(TileCoordinate.fullWidth)
            let width = TileCoordinate.width(level: level, index: index, size: size)
            guard width > 0 else { continue }
            let hashes = try reader.tile(level: level, index: index)
            guard hashes.count >= width else {
                throw TileError.tooNarrow(
                    try TileCoordinate(level: level, index: index, width: width),
                    have: hashes.count)
            }
            levels[level] = Array(hashes.prefix(width))
        }
    }

    /// The root of the tree (RFC 6962 §2.1).
    public var root: Hash { rightEdge.root }

    /// The same edge as complete subtrees.
    public var rightEdge: RightEdge {
        var hashes: [Hash] = []
        for level in levels.reversed() {
            for node in Subtree(size: UInt64(level.count)).nodes {
                let start = Int(node.index) << node.height
                hashes.append(Tile.root(of: level[start..<start + 1 << node.height]))
            }
        }
        guard let edge = try? RightEdge(size: size, hashes: hashes) else {
            preconditionFailure("each level has as many hashes as its digit of the size says")
        }
        return edge
    }

    /// The hashes of a tile that isn't full yet; `nil` for a tile that is no part of the edge.
    public func partialTile(level: Int, index: UInt64) -> [Hash]? {
        guard levels.indices ~= level,
            TileCoordinate.count(level: level, size: size) / UInt64(TileCoordinate.fullWidth)
                == index
        else { return nil }
        return levels[level]
    }

    /// Adds leaves, and returns every tile that this changes, with all its hashes, level by level.
    ///
    /// Each tile appears once, as it is in the larger tree; in it are also the hashes that the tile
    /// it replaces had. Sizes from 2⁶³ on are out of reach.
    public mutating func append(_ leaves: some Collection<Hash>) -> [Tile] {
        var changed: [Tile] = []
        var added = Array(leaves)
        for level in 0..<Self.levelCount where !added.isEmpty {
            let count = TileCoordinate.count(level: level, size: size)
            var index = count / UInt64(TileCoordinate.fullWidth)
            let hashes = levels[level] + added
            added = []
            var start = 0
            while start < hashes.count {
                let tile = hashes[start..<min(start + TileCoordinate.fullWidth, hashes.count)]
                changed.append(Self.tile(level: level, index: index, hashes: tile))
                if tile.count == TileCoordinate.fullWidth { added.append(Tile.root(of: tile)) }
                index += 1
                start += TileCoordinate.fullWidth
            }
            levels[level] = Array(hashes.suffix(hashes.count % TileCoordinate.fullWidth))
        }
        size += UInt64(leaves.count)
        return changed
    }

    /// 256⁸ leaves are more than 64 bits count.
    private static var levelCount: Int { 8 }

    private static func tile(level: Int, index: UInt64, hashes: ArraySlice<Hash>) -> Tile {
        guard let coordinate = try? TileCoordinate(level: level, index: index, width: hashes.count),
            let tile = try? Tile(coordinate, hashes: Array(hashes))
        else { preconditionFailure("a tile has 1 to 256 hashes") }
        return tile
    }
}
