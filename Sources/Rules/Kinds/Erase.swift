import Sharing
import Wire

/// Erases a record's fields or a statement's selective claims, from the state too. The log keeps the
/// digests.
enum EraseRule: KindRule {
    static let actions: [PolicyAction] = [.erase]

    static func reads(_ said: Stated<Erase>, _ reads: inout Reads) {
        let target = said.claims.target.jti
        reads.add(StatementState.key(target))
        reads.add(GrantState.key(target))
        reads.add(RequestState.key(target))
        reads.add(CarrierState.key(target))
        reads.add(HoldsState.key(said.issuer))
    }

    static func furtherReads(_ said: Stated<Erase>, in state: Slice, _ reads: inout Reads) {
        let target = said.claims.target.jti
        if let carrier = state[CarrierState.key(target)] {
            reads.add(GrantState.key(carrier.grant))
        }
        guard let record = state[StatementState.key(target)]?.record else { return }
        reads.add(BookState.key(said.issuer, record.book))
        reads.add(SourceState.key(said.issuer, record.source))
    }

    static func decide(_ said: Stated<Erase>, _ decision: inout Decision) throws(Refusal) {
        let jti = said.claims.target.jti
        guard var target = decision.state[StatementState.key(jti)] else {
            throw .erasure(.unknownStatement(jti))
        }
        // A request is who asked's, and not the host's that carried it.
        let owner = decision.state[RequestState.key(jti)]?.by ?? target.issuer
        guard owner == said.issuer else { throw .issuer(.notYours(jti)) }
        guard !target.erased else { throw .erasure(.alreadyErased(jti)) }
        let question = decision.erasing(in: target.record?.book, by: decision.issuerEntity)
        if said.claims.record != nil, question.held { throw .erasure(.underLegalHold) }
        try decision.requirePermission(question)
        switch (said.claims.target, target.record) {
        case (.record, .some(let record)): erase(record, jti, &decision)
        case (.statement, .none): try eraseTerms(of: jti, target.kind, &decision)
        case (.record, .none), (.statement, .some): throw .erasure(.cannotErase(jti))
        }
        target.erased = true
        decision.change(StatementState.key(jti), to: target)
    }

    static func facts(_ said: Stated<Erase>) -> [AuditFact] {
        switch said.claims.target {
        case .record: [.counted(AuditFact.erasedRecords)]
        case .statement: [.counted(AuditFact.erasedStatements)]
        }
    }

    private static func erase(
        _ record: StatementState.RecordDetail, _ jti: JTI, _ decision: inout Decision
    ) {
        let issuer = decision.statement.issuer
        var book = decision.book(record.book, of: issuer)
        book.erase(record.number)
        decision.change(BookState.key(issuer, record.book), to: book)
        let source = SourceState.key(issuer, record.source)
        if decision.state[source]?.record == jti { decision.change(source, to: nil) }
    }

    /// Of a grant, and of the rekey that brought its latest envelope, only once the grant has ended.
    private static func eraseTerms(
        of jti: JTI, _ kind: Kind, _ decision: inout Decision
    ) throws(Refusal) {
        guard kind.rule.isErasable else { throw .erasure(.cannotErase(jti)) }
        if decision.state[RequestState.key(jti)] != nil {
            decision.change(RequestState.key(jti), to: nil)
        }
        if let carrier = decision.state[CarrierState.key(jti)] {
            try requireEnded(carrier.grant, decision)
            decision.change(CarrierState.key(jti), to: nil)
        }
        if var grant = decision.state[GrantState.key(jti)] {
            try requireEnded(jti, decision)
            grant.terms = nil
            decision.change(GrantState.key(jti), to: grant)
        }
    }

    /// What a grant that stands needs stays: without it nobody could show what was granted, and
    /// nobody could read under it.
    private static func requireEnded(_ grant: JTI, _ decision: Decision) throws(Refusal) {
        guard let state = decision.state[GrantState.key(grant)] else { return }
        guard state.revoked != nil || state.claims.expires <= decision.now else {
            throw .erasure(.grantStands(grant))
        }
    }
}

extension PolicyAction {
    public static let erase = PolicyAction(
        "erase", "erase something of the BOOKS", about: .ownBooks, with: [.held, .time])
}

extension AuditFact {
    public static let erasedRecords = "erased records"
    public static let erasedStatements = "erased statements"
}
