import Rules

/// One of the two tables that the state is divided into: what follows from public claims, and the rest.
struct StatePart: Sendable {
    let table: String
    /// Whether values of the family may have a row in it.
    let has: @Sendable (StateFamily) -> Bool
    /// What the row has of a value.
    let bytes: @Sendable (StateValue) -> [UInt8]?

    static let all = [
        StatePart(
            table: "state", has: { $0.object.origin != .selectiveClaims },
            bytes: { $0.publicBytes }),
        StatePart(
            table: "selective_state", has: { $0.object.origin != .publicClaims },
            bytes: { $0.selectiveBytes }),
    ]
}
