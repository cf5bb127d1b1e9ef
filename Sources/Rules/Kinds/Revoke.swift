import Sharing
import Wire

/// The enterprise takes a grant back, or the grantee gives it back. Suspension doesn't hinder it.
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
        var grant = try decision.grant(jti)
        // Where the terms aren't known, anybody may be the grantee.
        guard grant.issuer == said.issuer || grant.terms == nil || grant.terms?.to == said.issuer
        else { throw .issuer(.notYours(jti)) }
        guard grant.revoked == nil, decision.now < grant.claims.expires else {
            throw .grant(.grantDead(jti))
        }
        let enterprise = decision.state[ParticipantState.key(grant.issuer)]
        try decision.requirePermission(
            decision.revoking(
                grant.claims, of: grant.issuer,
                enterprise.map { decision.entity(grant.issuer, $0) }, by: decision.issuerEntity))
        grant.revoked = said.candidate.index
        decision.change(GrantState.key(jti), to: grant)
        for series in grant.terms?.scope.series ?? [] {
            let key = EpochState.key(grant.issuer, series)
            guard var epochs = decision.state[key] else { continue }
            epochs.retireEnded(at: decision.now, revoked: jti)
            decision.change(key, to: epochs)
        }
    }

    static func parties(_ said: Stated<Revoke>, in state: Slice) -> [Handle] {
        GrantState.parties(said.claims.grant, in: state)
    }

    static func facts(_ said: Stated<Revoke>) -> [AuditFact] { [.revoked(said.claims.grant)] }
}

extension PolicyAction {
    public static let revoke = PolicyAction(
        "revoke", "revoke a grant of the BOOKS", about: .givenGrant, with: [.time, .right])
}
