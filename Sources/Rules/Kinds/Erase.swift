import Sharing
import Wire

/// Erases a record's fields or a statement's selective claims, from the state too. The log keeps the
/// digests.
enum EraseRule: KindRule {
    static let actions: [PolicyAction] = [.erase, .forget]

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
        if let grant = state[GrantState.key(target)] {
            for series in grant.terms?.scope.series ?? [] {
                reads.add(EpochState.key(grant.issuer, series))
            }
        }
        guard let statement = state[StatementState.key(target)] else { return }
        if let handle = statement.admitted {
            reads.add(ParticipantState.key(handle))
            reads.add(HoldsState.key(handle))
        }
        guard let record = statement.record else { return }
        reads.add(BookState.key(said.issuer, record.book))
        reads.add(SourceState.key(said.issuer, record.source))
    }

    static func decide(_ said: Stated<Erase>, _ decision: inout Decision) throws(Refusal) {
        let jti = said.claims.target.jti
        guard var target = decision.state[StatementState.key(jti)] else {
            throw .erasure(.unknownStatement(jti))
        }
        guard !target.erased else { throw .erasure(.alreadyErased(jti)) }
        try requireOwner(of: jti, target, decision)
        switch (said.claims.target, target.record) {
        case (.record, .some(let record)): try erase(record, jti, &decision)
        case (.statement, .none): try forget(jti, target, &decision)
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

    /// Whoever issued a statement erases it; a request who asked, and not the host that carried the
    /// call; an admission any authority.
    private static func requireOwner(
        of jti: JTI, _ target: StatementState, _ decision: Decision
    ) throws(Refusal) {
        let issuer = decision.statement.issuer
        let isOwner =
            switch target.kind {
            case .admit: decision.log.charter.authorities.contains(issuer)
            // Where the call isn't known, anybody but the host may have asked.
            case .request:
                decision.state[RequestState.key(jti)].map { $0.by == issuer }
                    ?? (issuer != decision.log.host)
            default: target.issuer == issuer
            }
        guard isOwner else { throw .issuer(.notYours(jti)) }
    }

    private static func erase(
        _ record: StatementState.RecordDetail, _ jti: JTI, _ decision: inout Decision
    ) throws(Refusal) {
        let issuer = decision.statement.issuer
        try decision.requireErasable(
            decision.erasing(in: record.book, by: decision.issuerEntity))
        var book = decision.book(record.book, of: issuer)
        book.erase(record.number)
        decision.change(BookState.key(issuer, record.book), to: book)
        let source = SourceState.key(issuer, record.source)
        if decision.state[source]?.record == jti { decision.change(source, to: nil) }
    }
}

// Statements.
extension EraseRule {
    private static func forget(
        _ jti: JTI, _ target: StatementState, _ decision: inout Decision
    ) throws(Refusal) {
        guard target.kind.rule.isErasable else { throw .erasure(.cannotErase(jti)) }
        if target.kind == .admit { try decision.requireNotSuspended() }
        try decision.requireErasable(
            decision.forgetting(jti, target, by: decision.issuerEntity))
        if decision.state[RequestState.key(jti)] != nil {
            decision.change(RequestState.key(jti), to: nil)
        }
        if let carrier = decision.state[CarrierState.key(jti)] {
            try requireEnded(carrier.grant, decision)
            decision.change(CarrierState.key(jti), to: nil)
        }
        if let grant = decision.state[GrantState.key(jti)] {
            try requireEnded(jti, decision)
            decision.forget(grant, jti)
        }
        if let handle = target.admitted { try forgetIdentity(of: handle, &decision) }
    }

    /// What a grant that stands needs stays: without it nobody could show what was granted, and
    /// nobody could read under it.
    private static func requireEnded(_ grant: JTI, _ decision: Decision) throws(Refusal) {
        guard let state = decision.state[GrantState.key(grant)] else { return }
        guard state.revoked != nil || state.claims.expires <= decision.now else {
            throw .erasure(.grantStands(grant))
        }
    }

    /// Once a participant is suspended for good, nothing needs its identity any more. It doesn't come
    /// back.
    private static func forgetIdentity(
        of handle: Handle, _ decision: inout Decision
    ) throws(Refusal) {
        var participant = try decision.participant(handle)
        guard participant.suspended else { throw .erasure(.stillThere(handle)) }
        participant.forgotten = true
        participant.size = nil
        participant.country = nil
        decision.change(ParticipantState.key(handle), to: participant)
    }
}

extension Decision {
    /// No hold keeps it, and the policies let it go. Throws ``Refusal``.
    fileprivate func requireErasable(_ question: PolicyRequest) throws(Refusal) {
        if question.held { throw .erasure(.underLegalHold) }
        try requirePermission(question)
    }

    /// An ended grant without its terms, which ends for good: log time may go back. Its months go from
    /// the epochs too.
    fileprivate mutating func forget(_ grant: GrantState, _ jti: JTI) {
        if let scope = grant.terms?.scope {
            for series in scope.series {
                var epochs = epochs(series, of: grant.issuer)
                epochs.retireEnded(at: now, revoked: jti)
                epochs.forget(scope.months)
                change(EpochState.key(grant.issuer, series), to: epochs)
            }
        }
        var grant = grant
        grant.terms = nil
        grant.revoked = grant.revoked ?? candidate.index
        change(GrantState.key(jti), to: grant)
    }
}

extension PolicyAction {
    public static let erase = PolicyAction(
        "erase", "erase something of the BOOKS", about: .ownBooks, with: [.held, .time])
    public static let forget = PolicyAction(
        "forget", "have a statement about the BOOKS forgotten", about: .ownBooks,
        with: [.held, .time, .forgotten])
}

extension AuditFact {
    public static let erasedRecords = "erased records"
    public static let erasedStatements = "erased statements"
}
