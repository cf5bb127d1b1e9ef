import Wire

/// Statements whose selective claims were said to be erased, until an entry that erases them is
/// seen.
struct ErasureClaims: Sendable {
    private var indices: [JTI: Int64] = [:]

    mutating func claim(_ jti: JTI, at index: Int64) { indices[jti] = index }
    mutating func prove(_ jti: JTI) { indices[jti] = nil }

    /// Ascending.
    var unproven: [Int64] { indices.values.sorted() }
}
