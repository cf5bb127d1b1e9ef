/// A tile with the hashes of all complete subtrees in it: what lies between its level and the next.
///
/// It grows as the tile does. A complete subtree never changes, so each is hashed once.
public struct TileNodes: Sendable {
    /// By height within the tile, from the tile's own hashes on.
    private var heights: [[Hash]]

    /// Of a tile with these hashes.
    public init(_ hashes: [Hash] = []) {
        heights = Array(repeating: [], count: Self.levelHeight)
        grow(to: hashes)
    }

    /// How many hashes the tile has.
    public var width: Int { hashes.count }

    public var hashes: [Hash] { heights[0] }

    /// Takes over what a wider tile at the same place has more.
    public mutating func grow(to hashes: [Hash]) {
        guard hashes.count > width else { return }
        heights[0] += hashes[width...]
        for height in 1..<Self.levelHeight {
            let below = heights[height - 1]
            for index in heights[height].count..<below.count / 2 {
                heights[height].append(Hash.node(below[2 * index], below[2 * index + 1]))
            }
        }
    }

    /// The hash of a complete subtree, if the tile is wide enough.
    subscript(height: Int, index: Int) -> Hash? {
        index < heights[height].count ? heights[height][index] : nil
    }

    /// Tiles hold every eighth level.
    static let levelHeight = 8
}
