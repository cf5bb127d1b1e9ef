import Sharing
import Wire

/// The enterprise takes a grant back. Suspension doesn't hinder it.
enum RevokeRule: KindRule {
    static let actions: [PolicyAction] = [.revoke]

    static func reads(_ said: Stated<Revoke>, _ reads: inout Reads) {
        reads.add(GrantState.key(said.claims.grant))
    }

    static func furtherReads(_ said: Stated<Revoke>, in state: Slice, _ reads: inout Reads) {
        if let grant = state[GrantState.key(said.claims.grant)] { reads.add(useOf: grant) }
    }

    static func decide(_ said: Stated<Revoke>, _ decision: inout Decision) throws(Refusal) {
        let jti = said.claims.grant
        guard try decision.grant(jti).issuer == said.issuer else { throw .issuer(.notYours(jti)) }
        let grant = try decision.notDead(jti)
        try decision.requireMayRevoke(grant, by: decision.issuerEntity)
        decision.end(jti, grant)
    }

    static func parties(_ said: Stated<Revoke>, in state: Slice) -> [Handle] {
        GrantState.parties(said.claims.grant, in: state)
    }

    static func facts(_ said: Stated<Revoke>) -> [AuditFact] { [.revoked(said.claims.grant)] }
}

extension Decision {
    /// A grant that is neither revoked nor given back, and hasn't expired. Throws ``Refusal``.
    func notDead(_ jti: JTI) throws(Refusal) -> GrantState {
        let grant = try grant(jti)
        guard grant.revoked == nil, now < grant.claims.expires else {
            throw .grant(.grantDead(jti))
        }
        return grant
    }

    /// The policies let `participant` end the grant. Throws ``Refusal``.
    func requireMayRevoke(_ grant: GrantState, by participant: PolicyEntity) throws(Refusal) {
        let enterprise = state[ParticipantState.key(grant.issuer)]
        try requirePermission(
            revoking(
                grant.claims, of: grant.issuer, enterprise.map { entity(grant.issuer, $0) },
                by: participant))
    }

    /// The grant ends at this index, and the epochs that it was given are lost to it.
    mutating func end(_ jti: JTI, _ grant: GrantState) {
        var grant = grant
        grant.revoked = candidate.index
        change(GrantState.key(jti), to: grant)
        for series in grant.terms?.scope.series ?? [] {
            let key = EpochState.key(grant.issuer, series)
            guard var epochs = state[key] else { continue }
            epochs.retireEnded(at: now, revoked: jti)
            change(key, to: epochs)
        }
    }
}

extension PolicyAction {
    public static let revoke = PolicyAction(
        "revoke", "end a grant of the BOOKS", about: .givenGrant, with: [.time, .right])
}
