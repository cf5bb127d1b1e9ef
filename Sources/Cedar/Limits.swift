/// Limits on text that others wrote.
public struct Limits: Sendable {
    /// The length of all sources together, in bytes of UTF-8. It bounds the time to parse, and the
    /// time to decide, since no part of a policy is evaluated more than once per request.
    public var maximumBytes: Int
    /// How many policies and templates a set may have.
    public var maximumPolicies: Int
    /// How deep expressions and types may nest. It bounds the stack: a level takes up to 4 KiB
    /// while parsing (three times that without optimisation), and less while evaluating.
    public var maximumNesting: Int

    public init(maximumBytes: Int, maximumPolicies: Int, maximumNesting: Int) {
        self.maximumBytes = maximumBytes
        self.maximumPolicies = maximumPolicies
        self.maximumNesting = maximumNesting
    }

    /// Enough for any policy written by hand; the stack fits the 512 KiB that secondary threads
    /// have on some systems.
    public static let standard = Limits(
        maximumBytes: 1 << 20, maximumPolicies: 4096, maximumNesting: 64)
}
