public import Wire

/// An authority's word that it wants a statement that the authorities decide together. It isn't an
/// entry: the statement embeds it.
public typealias Approval = SignedCall<ApprovalClaims>

/// What is approved, and until when.
public struct ApprovalClaims: CallClaims {
    public static let type = "trine-approval+jwt"

    public let motion: Digest<Digested.Motion>
    /// From then on the approval doesn't count.
    public let expires: Timestamp

    public static let shape = Shape<ApprovalClaims>(
        ApprovalClaims.init(motion:expires:),
        .required("motion", \.motion, .digest()),
        .required("exp", \.expires, .time))
}

extension Approval {
    /// Approves `motion` for as long as an approval can count, unless told otherwise.
    public static func sign(
        _ motion: Digest<Digested.Motion>, until expires: Timestamp? = nil, by signer: Signer,
        at time: Timestamp, jti: JTI
    ) -> Approval {
        let end = expires ?? time.advanced(by: Limits.approvalSeconds)
        let jws = sign(
            ApprovalClaims(motion: motion, expires: end), by: signer, at: time, jti: jti)
        do { return try Approval(parsing: jws.bytes) } catch {
            preconditionFailure("an approval made here is well-formed: \(error)")
        }
    }
}

extension Codec where Value == [Approval] {
    /// Approvals of different authorities, in the order of their handles.
    static let approvals = Codec.ascending(
        by: \.issuer,
        of: Codec<Approval>.mapped(
            .jws, "approval", from: { try? Approval(parsing: $0.bytes) }, to: \.jws),
        0...(Limits.authorities - 1))
}

/// A kind of statement that the authorities decide together: as many of them agree as the charter
/// demands.
public protocol GovernanceForm: KindForm {
    /// The approvals of authorities other than the issuer.
    var approvals: [Approval] { get set }

    /// Whether the time at which the statement is issued is part of what is decided.
    static var isTimeDecided: Bool { get }
}

extension GovernanceForm {
    public static var isTimeDecided: Bool { false }
}

extension Statement {
    /// What an approval of the statement names: all that it says, whoever issues it and when; of
    /// `time` also when, which is all that it says.
    ///
    /// Its `jti` is in it, so that an approval is good for one entry.
    public var motion: Digest<Digested.Motion> { Self.motion(of: kind, jws.payload) }

    static func motion(of kind: Kind, _ payload: [UInt8]) -> Digest<Digested.Motion> {
        guard case .object(var members)? = try? JSON(canonical: payload) else {
            preconditionFailure("a statement's payload is an object")
        }
        let form = kind.form as? any GovernanceForm.Type
        for name in ["approvals", "iss"] { members[name] = nil }
        if form?.isTimeDecided != true { members["iat"] = nil }
        return Digest(
            hashing: DomainSeparated(.motion).appending(kind.rawValue)
                .appending(JSON.object(members).canonicalBytes).bytes)
    }
}
