import Sharing
import Wire

/// Statements whose selective claims were said to be erased, until an entry that erases them is
/// seen.
struct ErasureClaims: Sendable {
    /// By the statements that an erasure can name.
    private var indices: [JTI: [Int64]] = [:]
    private var open: Set<Int64> = []

    /// They are erased with the statement itself, or with the grant that it is about.
    mutating func claim(_ statement: Statement, at index: Int64) {
        open.insert(index)
        for jti in [statement.jti, statement.claims.follows].compactMap({ $0 }) {
            indices[jti, default: []].append(index)
        }
    }

    mutating func prove(_ jti: JTI) {
        for index in indices.removeValue(forKey: jti) ?? [] { open.remove(index) }
    }

    /// Ascending.
    var unproven: [Int64] { open.sorted() }
}
