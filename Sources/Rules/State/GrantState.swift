public import Sharing
public import Wire

/// A grant, and what became of it.
public struct GrantState: StateObject {
    public static let family = "grant"
    public static let pattern = StateName.Pattern.jti
    public static let origin = StateOrigin.both(selective: ["terms"])
    public static func key(_ grant: JTI) -> StateKey.Of<GrantState> { .init(.jti(grant)) }

    public var issuer: Handle
    public var index: Int64
    public var claims: Grant
    /// `nil` for a replay that wasn't shown them.
    public var terms: GrantTerms?
    /// Accesses made.
    public var used: Int64
    /// The index of the revocation.
    public var revoked: Int64?
    /// The statement that has the latest envelope's digest: the grant itself, or a rekey.
    public var envelopeStatement: JTI
    public var envelope: Digest<Digested.Envelope>

    public static let shape = Shape<GrantState>(
        GrantState.init(
            issuer:index:claims:terms:used:revoked:envelopeStatement:envelope:),
        .required("issuer", \.issuer, .handle),
        .required("index", \.index, .count),
        .required("claims", \.claims, .object),
        .optional("terms", \.terms, .object(GrantTerms.shape, leavingOutNulls: true)),
        .required("used", \.used, .count),
        .optional("revoked", \.revoked, .count),
        .required("carrier", \.envelopeStatement, .jti),
        .required("envelope", \.envelope, .digest()))

    /// Whether the grant stands at `time`: not revoked, not before its start, not expired.
    public func isLive(at time: Timestamp) -> Bool {
        revoked == nil && claims.notBefore <= time && time < claims.expires
    }
}

extension GrantState {
    /// A grant that was just given.
    public init(
        issuer: Handle, index: Int64, claims: Grant, terms: GrantTerms?, envelopeStatement: JTI
    ) {
        self.init(
            issuer: issuer, index: index, claims: claims, terms: terms, used: 0, revoked: nil,
            envelopeStatement: envelopeStatement, envelope: claims.envelope)
    }
}
