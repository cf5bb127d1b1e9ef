import Sharing
import Wire

extension Decision {
    /// Grants over one series that can stand at once.
    static let maximumLiveGrants = 1024

    mutating func request() throws(Refusal) {
        try requireNotSuspended()
        guard case .request(let terms) = view.candidate.selective else { return }
        guard let holder = view.participant(terms.to) else { throw .unknownParticipant(terms.to) }
        guard holder.roles.contains(.enterprise) else { throw .notPermittedToIssuer(.request) }
        guard terms.notBefore < terms.expires else { throw .periodEmpty }
        guard case .request(let purpose) = statement.claims else { return }
        try checkSubject(terms.subject, scope: terms.scope)
        try requirePermission(
            requesting(
                PolicyUse(terms, for: purpose), of: entity(terms.to, holder), by: issuerEntity))
        view.changes[.request(statement.jti)] = .request(
            RequestState(by: statement.issuer, purpose: purpose, terms: terms))
    }

    mutating func grant(_ grant: Claims.GrantClaims) throws(Refusal) {
        try requireEnterprise()
        try requireNotSuspended()
        guard grant.notBefore < grant.expires else { throw .periodEmpty }
        guard now < grant.expires else { throw .alreadyExpired }
        guard grant.policies == log.policies else { throw .wrongPolicies }
        if grant.right == .prove { try checkPoint(of: grant) }
        var terms: GrantTerms?
        if case .grant(let disclosed) = view.candidate.selective {
            try checkTerms(disclosed, of: grant)
            try note(disclosed, expires: grant.expires)
            terms = disclosed
        }
        view.changes[.grant(statement.jti)] = .grant(
            GrantState(
                issuer: statement.issuer, index: view.candidate.index, claims: grant, terms: terms,
                carrier: statement.jti))
    }

    private func checkTerms(
        _ terms: GrantTerms, of grant: Claims.GrantClaims
    ) throws(Refusal) {
        guard terms.to != statement.issuer else { throw .grantToOneself }
        guard let grantee = view.participant(terms.to) else { throw .unknownParticipant(terms.to) }
        guard grantee.encryptionKey != nil else { throw .unusableEncryptionKey }
        try checkSubject(terms.subject, scope: terms.scope)
        if case .statements(let texts) = terms.subject { try checkList(terms.scope, of: texts) }
        let use = PolicyUse(terms, grant)
        var answers: AnsweredRequest?
        if let request = terms.request {
            guard let asked = view.statement(request), asked.kind == .request,
                asked.issuer == terms.to, !asked.erased
            else { throw .requestNotAnswered }
            answers = answered(
                request, by: asked.issuer, with: use, terms, from: statement.issuer,
                until: grant.expires)
        }
        try requirePermission(
            granting(
                use, to: entity(terms.to, grantee), by: issuerEntity, answering: answers))
    }

    /// Remembers which epochs the grantee can open, for the day the grant is dead.
    private mutating func note(_ terms: GrantTerms, expires: Timestamp) throws(Refusal) {
        guard let series = terms.scope.series, let epoch = terms.epochs.last else {
            throw .foreignScope
        }
        var epochs = view.epochs(statement.issuer, series) ?? EpochState()
        epochs.bury(at: now)
        guard epochs.given.count < Self.maximumLiveGrants else {
            throw .tooManyGrants(limit: Self.maximumLiveGrants)
        }
        epochs.given.append(
            .init(
                grant: statement.jti, months: terms.scope.months, epoch: epoch, expires: expires))
        view.changes[.epochs(statement.issuer, series)] = .epochs(epochs)
    }

    private func checkSubject(_ subject: GrantSubject, scope: Scope) throws(Refusal) {
        guard let series = scope.series, let type = RecordType.of(series) else {
            throw .foreignScope
        }
        if case .months(_, let months) = scope, months.count > Limits.booksPerAccess {
            throw .foreignScope
        }
        let names: [String]
        switch subject {
        case .fields(let fields): names = fields
        case .statements(let texts): return try checkStatements(texts, of: type, scope: scope)
        }
        let unknown = names.filter { type.field($0) == nil && type.field(committedAs: $0) == nil }
        guard unknown.isEmpty else { throw .unknownFields(unknown) }
    }

    /// A new envelope for a grant that stands, after its enterprise moved to a new epoch.
    mutating func rekey(_ jti: JTI, _ envelope: Digest<Digested.Envelope>) throws(Refusal) {
        try requireEnterprise()
        try requireNotSuspended()
        var grant = try ownGrant(jti)
        guard grant.revoked == nil, now < grant.claims.expires else { throw .grantDead(jti) }
        try checkRekey(of: grant)
        grant.carrier = statement.jti
        grant.envelope = envelope
        if case .rekey(let given) = view.candidate.selective, let terms = grant.terms,
            let series = terms.scope.series, let epoch = given.last
        {
            var epochs = view.epochs(statement.issuer, series) ?? EpochState()
            epochs.bury(at: now)
            for position in epochs.given.indices where epochs.given[position].grant == jti {
                epochs.given[position].epoch = max(epochs.given[position].epoch, epoch)
            }
            view.changes[.epochs(statement.issuer, series)] = .epochs(epochs)
        }
        view.changes[.grant(jti)] = .grant(grant)
    }

    /// New keys are a use of the grant: what may no longer be granted isn't rekeyed either.
    private func checkRekey(of grant: GrantState) throws(Refusal) {
        guard let terms = grant.terms else { return }
        guard let grantee = view.participant(terms.to) else { throw .unknownParticipant(terms.to) }
        try requirePermission(
            rekeying(
                PolicyUse(terms, grant.claims), to: entity(terms.to, grantee), by: issuerEntity),
            alsoUnder: grant.claims.policies)
    }

    /// The enterprise takes a grant back, or the grantee gives it back. Suspension doesn't hinder it.
    mutating func revoke(_ jti: JTI) throws(Refusal) {
        guard var grant = view.grant(jti) else { throw .unknownGrant(jti) }
        let isGrantee = grant.terms?.to == statement.issuer
        let unknownGrantee = grant.terms == nil && view.candidate.statement.issuer != grant.issuer
        guard grant.issuer == statement.issuer || isGrantee || unknownGrantee else {
            throw .notYours(jti)
        }
        guard grant.revoked == nil, now < grant.claims.expires else { throw .grantDead(jti) }
        try requirePermission(
            revoking(
                grant.claims, of: grant.issuer,
                view.participant(grant.issuer).map { entity(grant.issuer, $0) }, by: issuerEntity))
        grant.revoked = view.candidate.index
        view.changes[.grant(jti)] = .grant(grant)
        if let series = grant.terms?.scope.series, var epochs = view.epochs(grant.issuer, series) {
            epochs.bury(at: now, revoked: jti)
            view.changes[.epochs(grant.issuer, series)] = .epochs(epochs)
        }
    }

    private func ownGrant(_ jti: JTI) throws(Refusal) -> GrantState {
        guard let grant = view.grant(jti) else { throw .unknownGrant(jti) }
        guard grant.issuer == statement.issuer else { throw .notYours(jti) }
        return grant
    }
}
