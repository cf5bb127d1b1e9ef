public import Wire

/// An enterprise takes a grant back.
public struct Revoke: KindForm {
    public typealias Selective = StatedReason
    public static let kind = Kind.revoke
    public static let scope = KeyScope.revoke

    public let grant: JTI

    public init(grant: JTI) { self.grant = grant }

    public var follows: JTI? { grant }

    public static let shape = Shape<Revoke>(
        Revoke.init(grant:), .required("grant", \.grant, .jti))

    public var pointers: Set<Reference> { [.grant(grant)] }
}
