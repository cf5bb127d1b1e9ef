public import Wire

/// The host carries a grantee's call that gives a grant back.
public struct Return: KindForm {
    public typealias Selective = CarriedCall<ReturnTerms>
    public static let isSubmitted = false
    public static let kind = Kind.return
    public static let scope = KeyScope.serve

    public let grant: JTI

    public init(grant: JTI) { self.grant = grant }

    public var follows: JTI? { grant }

    public static let shape = Shape<Return>(
        Return.init(grant:), .required("grant", \.grant, .jti))

    public var pointers: Set<Reference> { [.grant(grant)] }
}

/// A grantee's signed call that gives a grant back.
public typealias ReturnCall = SignedCall<ReturnTerms>

/// Which grant is given back, and why.
public struct ReturnTerms: CarriedClaims, Hashable {
    public static let type = "trine-return-call+jwt"
    public static let scope = KeyScope.revoke

    public let grant: JTI
    public let reason: Reason

    public init(grant: JTI, _ reason: Reason) {
        self.grant = grant
        self.reason = reason
    }

    public static let shape = Shape<ReturnTerms>(
        ReturnTerms.init(grant:_:),
        .required("grant", \.grant, .jti), .required("reason", \.reason, .code))
}
