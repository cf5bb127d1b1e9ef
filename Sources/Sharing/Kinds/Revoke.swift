public import Wire

/// An enterprise takes a grant back, or the grantee gives it back.
public struct Revoke: KindForm {
    public static let kind = Kind.revoke
    public static let scope = KeyScope.revoke

    public let grant: JTI
    public let reason: Reason

    public init(grant: JTI, _ reason: Reason) {
        self.grant = grant
        self.reason = reason
    }

    public static let shape = Shape<Revoke>(
        Revoke.init(grant:_:),
        .required("grant", \.grant, .jti), .required("reason", \.reason, .code))

    public var pointers: Set<Reference> { [.grant(grant)] }
}
