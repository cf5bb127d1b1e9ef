public import Wire

/// A statement that the authorities are to decide, before one of them issues it: what it says, and
/// its selective claims.
///
/// Whoever has enough approvals issues it; it is the same motion whoever that is, and whenever.
public struct Motion: Sendable {
    /// Without approvals.
    public let claims: any GovernanceForm
    public let disclosures: [Disclosure]
    public let origin: Origin
    public let log: Digest<Digested.Genesis>
    public let jti: JTI
    /// Who says that it is the proposer, and when. Approvals don't depend on it.
    public let proposer: Handle
    public let proposedAt: Timestamp
    /// What the proposer would sign, with no approvals.
    public let payload: [UInt8]
    private let selective: SelectiveDigests

    public var kind: Kind { type(of: claims).kind }

    /// What its approvals name.
    public var digest: Digest<Digested.Motion> { Statement.motion(of: kind, payload) }

    /// Proposes `claims`.
    public init(
        _ claims: any GovernanceForm, selective disclosures: [Disclosure] = [],
        by proposer: Signer, at time: Timestamp, jti: JTI
    ) {
        guard let log = proposer.log else { preconditionFailure("a motion speaks to a log") }
        var claims = claims
        claims.approvals = []
        let common = CommonClaims(by: proposer, at: time, jti: jti, selective: disclosures)
        self.claims = claims
        self.disclosures = disclosures
        origin = proposer.origin
        self.log = log
        self.jti = jti
        self.proposer = proposer.handle
        proposedAt = time
        payload = JSONWriter.object(claims.boundMembers + CommonClaims.shape.bound(to: common))
        selective = common.selective ?? SelectiveDigests([])
    }

    /// Reads the payload of a motion of this kind, with all its disclosures. Throws
    /// ``StatementError``.
    public init(
        parsing payload: [UInt8], kind: Kind, disclosures: [Disclosure]
    ) throws(StatementError) {
        let (common, claims) = try CommonClaims.parse(payload) { reader throws(ClaimError) in
            try kind.form.read(&reader)
        }
        try common.check(hasLog: true, selective: kind.form.selectiveCounts)
        guard let governed = claims as? any GovernanceForm, let log = common.log else {
            throw .unknownType(kind.type)
        }
        guard governed.approvals.isEmpty else { throw .claims(.malformed("approvals")) }
        self.claims = governed
        self.disclosures = disclosures
        origin = common.issuer.origin
        self.log = log
        jti = common.jti
        proposer = common.issuer.handle
        proposedAt = common.issuedAt
        self.payload = payload
        selective = common.selective ?? SelectiveDigests([])
        _ = try opened()
    }

    /// The selective claims. Throws ``StatementError``.
    public func opened() throws(StatementError) -> any SelectiveClaims {
        let values = try selective.matched(disclosures, as: type(of: claims).selectiveNames)
        guard disclosures.count == selective.count else {
            throw .disclosuresIncomplete(missing: selective.count - disclosures.count)
        }
        return type(of: claims).hasSelectiveClaims
            ? try claims.opened(values) : NoSelectiveClaims()
    }

    /// An authority's approval.
    public func approved(
        by signer: Signer, at time: Timestamp, until expires: Timestamp? = nil, jti: JTI
    ) -> Approval {
        Approval.sign(digest, until: expires, by: signer, at: time, jti: jti)
    }

    /// The statement itself, by whoever issues it, with the approvals of others; at `time`, unless the
    /// motion is about that.
    public func issued(
        by signer: Signer, at time: Timestamp, with approvals: [Approval]
    ) -> SignedStatement {
        var claims = claims
        claims.approvals = approvals.sorted { $0.issuer < $1.issuer }
        let time = type(of: claims).isTimeDecided ? proposedAt : time
        return Statement.sign(claims, selective: disclosures, by: signer, at: time, jti: jti)
    }
}
