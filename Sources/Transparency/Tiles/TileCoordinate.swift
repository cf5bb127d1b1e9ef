/// The place of a tile of hashes (C2SP tlog-tiles): up to 256 consecutive hashes of one level.
///
/// The hashes of level *l* are those of complete subtrees of `256^l` leaves, so level 0 holds the
/// leaf hashes, and each hash above is the root of one full tile below. A tile that isn't full is a
/// *partial* tile; its hashes begin every wider tile at the same place.
public struct TileCoordinate: Hashable, Sendable {
    /// 0 to 63; a tree has hashes at levels 0 to 7 only.
    public let level: Int
    /// Counted from the left of its level.
    public let index: UInt64
    /// How many hashes, 1 to 256.
    public let width: Int

    /// The width of a full tile.
    public static var fullWidth: Int { TilePath.fullWidth }
    /// The number of levels that the format can name.
    public static var maximumLevels: Int { 64 }

    /// Throws ``TileError/malformedLevel`` and ``TileError/malformedWidth``.
    public init(level: Int, index: UInt64, width: Int = fullWidth) throws(TileError) {
        guard 0..<Self.maximumLevels ~= level else { throw .malformedLevel }
        guard 1...Self.fullWidth ~= width else { throw .malformedWidth }
        self.init(level: level, path: TilePath(index: index, width: width))
    }

    /// Reads `tile/<L>/<N>[.p/<W>]`; throws ``TileError`` for any other spelling.
    public init(parsing path: some StringProtocol) throws(TileError) {
        let elements = Substring(path).utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 16, omittingEmptySubsequences: false)
        guard elements.count >= 3, elements[0].elementsEqual("tile".utf8) else {
            throw .notATilePath
        }
        guard let level = Decimal.parse(elements[1]), level < UInt64(Self.maximumLevels) else {
            throw .malformedLevel
        }
        self.init(level: Int(level), path: try TilePath(parsing: elements.dropFirst(2)))
    }

    /// `tile/<L>/<N>`, with `.p/<W>` for a partial tile.
    public var path: String { "tile/\(level)/\(tilePath.text)" }

    /// Whether all hashes of the tile exist in a tree of `size` leaves.
    public func exists(inTreeOf size: UInt64) -> Bool {
        width <= Self.width(level: level, index: index, size: size)
    }

    /// How many hashes a tree of `size` leaves has for the tile at `level` and `index`, 0 to 256.
    public static func width(level: Int, index: UInt64, size: UInt64) -> Int {
        TilePath.width(at: index, count: count(level: level, size: size))
    }

    /// The tiles that change when a tree grows, each as wide as the larger tree makes it, level by
    /// level; from size 0, all tiles of a tree. `oldSize` is at most `newSize`.
    ///
    /// They are made as they are asked for, so that a size somebody claims costs nothing.
    public static func changed(
        from oldSize: UInt64, to newSize: UInt64
    ) -> some Sequence<TileCoordinate> {
        precondition(oldSize <= newSize, "a log only grows")
        return (0..<8).lazy.flatMap { level in
            let range = count(level: level, size: oldSize)..<count(level: level, size: newSize)
            return TilePath.covering(range).map { TileCoordinate(level: level, path: $0) }
        }
    }

    /// How many hashes a level has.
    static func count(level: Int, size: UInt64) -> UInt64 { size >> UInt64(8 * level) }

    private var tilePath: TilePath { TilePath(index: index, width: width) }

    private init(level: Int, path: TilePath) {
        self.level = level
        index = path.index
        width = path.width
    }
}

extension TileCoordinate: CustomStringConvertible {
    public var description: String { path }
}
