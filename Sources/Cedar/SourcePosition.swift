/// Where something stands in a source text.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    /// In UTF-8 bytes, counted from 1.
    public let column: Int

    public var description: String { "\(line):\(column)" }
}
