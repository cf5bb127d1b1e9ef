import Sharing
import Wire

/// An enterprise grants somebody a right over some of its records.
enum GrantRule: KindRule {
    static let states: [any StateObject.Type] = [GrantState.self, EpochState.self]
    static let actions: [PolicyAction] = [.grant]

    /// Grants over one series that can stand at once.
    static let maximumLiveGrants = 1024

    static func reads(_ said: Stated<Grant>, _ reads: inout Reads) {
        guard let terms = said.selective else { return }
        reads.add(TypesState.key)
        reads.add(ParticipantState.key(terms.to))
        reads.add(HoldsState.key(said.issuer))
        reads.add(InvolvementState.key(terms.to, with: said.issuer))
        for series in terms.scope.series { reads.add(EpochState.key(said.issuer, series)) }
        if let request = terms.request {
            reads.add(StatementState.key(request))
            reads.add(RequestState.key(request))
        }
        if terms.subject.right == .prove {
            for book in terms.scope.listedBooks { reads.add(BookState.key(said.issuer, book)) }
        }
    }

    static func decide(_ said: Stated<Grant>, _ decision: inout Decision) throws(Refusal) {
        let grant = said.claims
        try decision.requireEnterprise()
        guard grant.notBefore < grant.expires else { throw .grant(.periodEmpty) }
        guard decision.now < grant.expires else { throw .grant(.alreadyExpired) }
        guard grant.policies == decision.log.policies else { throw .grant(.wrongPolicies) }
        if grant.right == .prove { try checkPoint(of: grant, at: said.candidate.index) }
        if let terms = said.selective {
            try check(terms, of: said, decision)
            try rememberEpochs(terms, of: said, &decision)
        }
        decision.change(
            GrantState.key(said.jti),
            to: GrantState(
                issuer: said.issuer, index: said.candidate.index, claims: grant,
                terms: said.selective, envelopeStatement: said.jti))
    }

    static func parties(_ said: Stated<Grant>, in state: Slice) -> [Handle] {
        said.selective.map { [$0.to] } ?? []
    }

    static func facts(_ said: Stated<Grant>) -> [AuditFact] {
        [.granted(said.jti, for: said.claims.purpose, until: said.claims.expires)]
    }

    /// The records of a grant to prove are listed as of a tree that there is.
    private static func checkPoint(of grant: Grant, at index: Int64) throws(Refusal) {
        guard let at = grant.at else { throw .proof(.pointMissing) }
        guard at.size <= index else { throw .proof(.pointBeyondLog(size: at.size, entries: index)) }
    }

    private static func check(
        _ terms: GrantTerms, of said: Stated<Grant>, _ decision: Decision
    ) throws(Refusal) {
        guard terms.to != said.issuer else { throw .grant(.grantToOneself) }
        let grantee = try decision.participant(terms.to)
        try decision.requireRecipient(terms.recipientKey, of: grantee)
        try GrantSubjectRule.check(terms.subject, scope: terms.scope, decision.types)
        if case .statements(let texts) = terms.subject {
            try GrantSubjectRule.checkList(terms.scope, of: texts, by: said.issuer, decision)
        }
        let use = PolicyUse(terms, said.claims)
        var answers: AnsweredRequest?
        if let request = terms.request {
            guard let statement = decision.state[StatementState.key(request)],
                statement.kind == Request.kind, !statement.erased
            else { throw .grant(.requestNotAnswered) }
            // Where its call isn't known, anybody may have asked.
            let asked = decision.state[RequestState.key(request)]
            guard asked.map({ $0.by == terms.to }) ?? true else {
                throw .grant(.requestNotAnswered)
            }
            answers = decision.answered(
                request, by: terms.to, with: use, terms, from: said.issuer,
                until: said.claims.expires)
        }
        for part in use.bySeries {
            try decision.requirePermission(
                decision.granting(
                    part, to: decision.entity(terms.to, grantee), by: decision.issuerEntity,
                    answering: answers))
        }
    }

    /// Remembers which epochs the grantee can open, for the day the grant has ended.
    private static func rememberEpochs(
        _ terms: GrantTerms, of said: Stated<Grant>, _ decision: inout Decision
    ) throws(Refusal) {
        for given in terms.epochs {
            guard let epoch = given.counts.last, let part = terms.scope.part(of: given.series)
            else { throw .grant(.foreignScope) }
            try decision.requireEpoch(epoch)
            var epochs = decision.epochs(given.series, of: said.issuer)
            epochs.retireEnded(at: decision.now)
            guard epochs.live.count < maximumLiveGrants else {
                throw .grant(.tooManyGrants(limit: maximumLiveGrants))
            }
            epochs.live.append(
                .init(
                    grant: said.jti, months: part.months, epoch: epoch,
                    expires: said.claims.expires))
            decision.change(EpochState.key(said.issuer, given.series), to: epochs)
        }
    }
}

extension Reads {
    /// What a use of a grant that exists needs, besides the grant.
    mutating func add(useOf grant: GrantState) {
        add(ParticipantState.key(grant.issuer))
        add(HoldsState.key(grant.issuer))
        guard let terms = grant.terms else { return }
        add(ParticipantState.key(terms.to))
        add(InvolvementState.key(terms.to, with: grant.issuer))
        for series in terms.scope.series { add(EpochState.key(grant.issuer, series)) }
    }
}

extension GrantState {
    /// Who gave it and, where known, who got it.
    static func parties(_ jti: JTI, in state: Slice) -> [Handle] {
        guard let grant = state[key(jti)] else { return [] }
        return [grant.issuer] + (grant.terms.map { [$0.to] } ?? [])
    }
}

extension PolicyAction {
    public static let grant = PolicyAction(
        "grant", "grant OTHER the BOOKS", about: .grant, with: [.terms, .grantee, .answered])
}

extension Decision {
    /// The envelope is sealed to the grantee's key of now, so that a host which shows the enterprise
    /// an older one is noticed.
    func requireRecipient(
        _ key: Digest<Digested.EncryptionKey>, of grantee: ParticipantState
    ) throws(Refusal) {
        guard let current = grantee.encryptionKey else {
            throw .participant(.unusableEncryptionKey)
        }
        guard key == current else { throw .grant(.wrongRecipientKey) }
    }
}
