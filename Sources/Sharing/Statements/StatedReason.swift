public import Wire

/// Why, as the issuer says it: the selective claim of `revoke`, `erase`, `suspend` and `reinstate`.
public struct StatedReason: SelectiveClaims {
    public let reason: Reason

    public init(_ reason: Reason) { self.reason = reason }

    public static let shape = Shape<StatedReason>(
        StatedReason.init(_:), .required("reason", \.reason, .code))
}
