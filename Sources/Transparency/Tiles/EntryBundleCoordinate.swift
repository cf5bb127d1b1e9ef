/// The place of an entry bundle (C2SP tlog-tiles): up to 256 consecutive entries, those whose leaf
/// hashes are in the tile with the same index at level 0.
public struct EntryBundleCoordinate: Hashable, Sendable {
    /// Counted from the first bundle.
    public let index: UInt64
    /// How many entries, 1 to 256.
    public let width: Int

    /// Throws ``TileError/malformedWidth``, and ``TileError/malformedIndex`` for an index beyond
    /// the largest tree.
    public init(index: UInt64, width: Int = TileCoordinate.fullWidth) throws(TileError) {
        guard 1...TileCoordinate.fullWidth ~= width else { throw .malformedWidth }
        guard index < Self.maximumCount else { throw .malformedIndex }
        self.init(path: TilePath(index: index, width: width))
    }

    /// Reads `tile/entries/<N>[.p/<W>]`; throws ``TileError`` for any other spelling.
    public init(parsing path: some StringProtocol) throws(TileError) {
        let elements = Substring(path).utf8.split(
            separator: UInt8(ascii: "/"), maxSplits: 16, omittingEmptySubsequences: false)
        guard elements.count >= 3, elements[0].elementsEqual("tile".utf8),
            elements[1].elementsEqual("entries".utf8)
        else { throw .notATilePath }
        let tilePath = try TilePath(parsing: elements.dropFirst(2))
        try self.init(index: tilePath.index, width: tilePath.width)
    }

    /// `tile/entries/<N>`, with `.p/<W>` for a partial bundle.
    public var path: String { "tile/entries/\(TilePath(index: index, width: width).text)" }

    /// The indexes of the entries.
    public var entries: Range<UInt64> {
        let start = index * UInt64(TileCoordinate.fullWidth)
        return start..<start + UInt64(width)
    }

    /// Whether all entries of the bundle exist in a log of `size` entries.
    public func exists(inTreeOf size: UInt64) -> Bool {
        width <= TilePath.width(at: index, count: size)
    }

    /// The bundles that change when a log grows, each as wide as the larger log makes it; from size
    /// 0, all bundles of a log. `oldSize` is at most `newSize`.
    ///
    /// They are made as they are asked for, so that a size somebody claims costs nothing.
    public static func changed(
        from oldSize: UInt64, to newSize: UInt64
    ) -> some RandomAccessCollection<EntryBundleCoordinate> {
        precondition(oldSize <= newSize, "a log only grows")
        return TilePath.covering(oldSize..<newSize).map { EntryBundleCoordinate(path: $0) }
    }

    /// Bundles that 2⁶⁴ entries fill but for the last, so that no end overflows.
    private static var maximumCount: UInt64 { UInt64.max / UInt64(TileCoordinate.fullWidth) }

    private init(path: TilePath) {
        index = path.index
        width = path.width
    }
}

extension EntryBundleCoordinate: CustomStringConvertible {
    public var description: String { path }
}
