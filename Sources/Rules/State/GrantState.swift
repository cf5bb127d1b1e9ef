public import Sharing
public import Wire

/// A grant, and what became of it.
public struct GrantState: StateObject {
    public static let family = "grant"
    public static let pattern = StateName.Pattern.jti
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
    /// The statement that carries the latest envelope: the grant itself, or a rekey.
    public var carrier: JTI
    public var envelope: Digest<Digested.Envelope>

    public init(
        issuer: Handle, index: Int64, claims: Grant, terms: GrantTerms?, carrier: JTI
    ) {
        self.issuer = issuer
        self.index = index
        self.claims = claims
        self.terms = terms
        self.carrier = carrier
        used = 0
        revoked = nil
        envelope = claims.envelope
    }

    public static let shape = Shape<GrantState>(
        { (issuer, index, claims, terms, used, revoked, carrier, envelope) throws(ClaimError) in
            var grant = GrantState(
                issuer: issuer, index: index, claims: claims, terms: terms, carrier: carrier)
            grant.used = used
            grant.revoked = revoked
            grant.envelope = envelope
            return grant
        },
        .required("issuer", \.issuer, .handle),
        .required("index", \.index, .count),
        .required("claims", \.claims, .object),
        .optional("terms", \.terms, .object(GrantTerms.shape, leavingOutNulls: true)),
        .required("used", \.used, .count),
        .optional("revoked", \.revoked, .count),
        .required("carrier", \.carrier, .jti),
        .required("envelope", \.envelope, .digest()))

    /// Whether the grant stands at `time`: not revoked, not before its start, not expired.
    public func isLive(at time: Timestamp) -> Bool {
        revoked == nil && claims.notBefore <= time && time < claims.expires
    }
}
