/// Where a tree's hashes are read from.
public protocol TileReader {
    /// The hashes stored for the tile at `level` and `index`, from the left, at most 256; none
    /// where there is no such tile. They may be more than the tree that is asked about has.
    func tile(level: Int, index: UInt64) throws -> [Hash]

    /// The same tile with the subtrees in it, for a reader that has them already.
    func nodes(level: Int, index: UInt64) throws -> TileNodes
}

extension TileReader {
    public func nodes(level: Int, index: UInt64) throws -> TileNodes {
        TileNodes(try tile(level: level, index: index))
    }
}

/// Tiles in memory, such as those a client fetched to build a proof itself.
public struct TileSet: TileReader, Sendable {
    private struct Place: Hashable {
        let level: Int
        let index: UInt64
    }

    private var tiles: [Place: [Hash]] = [:]

    public init(_ tiles: some Sequence<Tile> = []) {
        for tile in tiles { insert(tile) }
    }

    /// Adds a tile; of two at one place the wider one stays, and the later one of the same width.
    public mutating func insert(_ tile: Tile) {
        let place = Place(level: tile.coordinate.level, index: tile.coordinate.index)
        if let known = tiles[place], known.count > tile.hashes.count { return }
        tiles[place] = tile.hashes
    }

    public func tile(level: Int, index: UInt64) -> [Hash] {
        tiles[Place(level: level, index: index)] ?? []
    }
}
