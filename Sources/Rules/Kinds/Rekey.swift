import Sharing
import Wire

/// A new envelope for a grant that stands, after its enterprise moved to a new epoch.
enum RekeyRule: KindRule {
    static let actions: [PolicyAction] = [.rekey]

    static func reads(_ said: Stated<Rekey>, _ reads: inout Reads) {
        reads.add(TypesState.key)
        reads.add(GrantState.key(said.claims.grant))
    }

    static func furtherReads(_ said: Stated<Rekey>, in state: Slice, _ reads: inout Reads) {
        if let grant = state[GrantState.key(said.claims.grant)] { reads.add(useOf: grant) }
    }

    static func decide(_ said: Stated<Rekey>, _ decision: inout Decision) throws(Refusal) {
        let jti = said.claims.grant
        try decision.requireEnterprise()
        var grant = try decision.grant(jti)
        guard grant.issuer == said.issuer else { throw .issuer(.notYours(jti)) }
        guard grant.revoked == nil, decision.now < grant.claims.expires else {
            throw .grant(.grantDead(jti))
        }
        if let terms = grant.terms, let key = said.selective?.recipientKey {
            try decision.requireRecipient(key, of: try decision.participant(terms.to))
        }
        try requirePermission(for: grant, decision)
        grant.envelopeStatement = said.jti
        grant.envelope = said.claims.envelope
        if let terms = grant.terms, let given = said.selective?.epochs {
            guard given.map(\.series) == terms.scope.series else { throw .grant(.foreignScope) }
            for given in given {
                try raise(given, of: jti, by: said.issuer, &decision)
            }
        }
        decision.change(GrantState.key(jti), to: grant)
    }

    /// Remembers that the grant opens these epochs too.
    private static func raise(
        _ given: SeriesEpochs, of grant: JTI, by issuer: Handle, _ decision: inout Decision
    ) throws(Refusal) {
        guard let epoch = given.counts.last else { return }
        try decision.requireEpoch(epoch)
        var epochs = decision.epochs(given.series, of: issuer)
        epochs.retireEnded(at: decision.now)
        for position in epochs.live.indices where epochs.live[position].grant == grant {
            epochs.live[position].epoch = max(epochs.live[position].epoch, epoch)
        }
        decision.change(EpochState.key(issuer, given.series), to: epochs)
    }

    static func parties(_ said: Stated<Rekey>, in state: Slice) -> [Handle] {
        GrantState.parties(said.claims.grant, in: state)
    }

    /// New keys are a use of the grant: what may no longer be granted isn't rekeyed either.
    private static func requirePermission(
        for grant: GrantState, _ decision: Decision
    ) throws(Refusal) {
        guard let terms = grant.terms else { return }
        let grantee = try decision.participant(terms.to)
        for part in PolicyUse(terms, grant.claims).bySeries {
            try decision.requirePermission(
                decision.rekeying(
                    part, to: decision.entity(terms.to, grantee), by: decision.issuerEntity),
                alsoUnder: grant.claims.policies)
        }
    }
}

extension PolicyAction {
    public static let rekey = PolicyAction(
        "rekey", "give OTHER new keys of the BOOKS", about: .grant, with: [.terms, .grantee])
}
