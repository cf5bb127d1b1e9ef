/// Why a path or a tile is refused.
public enum TileError: Error, Hashable, Sendable {
    /// The path doesn't begin with `tile/`, or lacks parts.
    case notATilePath
    /// The level isn't a decimal number from 0 to 63, without leading zeros.
    case malformedLevel
    /// The index isn't in canonical groups of three digits, or too large.
    case malformedIndex
    /// The width isn't a decimal number from 1 to 255, without leading zeros.
    case malformedWidth
    /// A tile of a width of `need` hashes has another number of hashes or bytes.
    case wrongCount(have: Int, need: Int)
    /// A tile was read that has fewer hashes than the tree says.
    case tooNarrow(TileCoordinate, have: Int)
}
