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
        reads.add(HoldsState.key(said.issuer))
    }

    static func furtherReads(_ said: Stated<Erase>, in state: Slice, _ reads: inout Reads) {
        let target = said.claims.target.jti
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
        switch (said.claims.target, target.kind) {
        case (.record, .record): try erase(target, jti, &decision)
        case (.grant(_, let epoch), .grant):
            try requireErasable(jti, target, decision)
            try decision.forgetGrant(jti, from: epoch)
        case (.request, .request):
            try requireErasable(jti, target, decision)
            decision.change(RequestState.key(jti), to: nil)
        case (.admission(_, let handle), .admit) where target.admitted == handle:
            try decision.requireAuthorities()
            try requireErasable(jti, target, decision)
            try forgetIdentity(of: handle, &decision)
        default: throw .erasure(.cannotErase(jti))
        }
        target.erased = true
        decision.change(StatementState.key(jti), to: target)
    }

    static func facts(_ said: Stated<Erase>) -> [AuditFact] {
        switch said.claims.target {
        case .record: [.counted(AuditFact.erasedRecords)]
        case .grant, .request, .admission: [.counted(AuditFact.erasedStatements)]
        }
    }

    /// Whoever issued a statement erases it; a request who asked, and not the host that carried the
    /// call; an admission the authorities.
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
        _ target: StatementState, _ jti: JTI, _ decision: inout Decision
    ) throws(Refusal) {
        guard let record = target.record else { throw .erasure(.cannotErase(jti)) }
        let issuer = decision.statement.issuer
        try decision.requireErasable(
            decision.erasing(in: record.book, by: decision.issuerEntity))
        var book = decision.book(record.book, of: issuer)
        book.erase(record.number)
        decision.change(BookState.key(issuer, record.book), to: book)
        let source = SourceState.key(issuer, record.source)
        if decision.state[source]?.record == jti { decision.change(source, to: nil) }
    }

    private static func requireErasable(
        _ jti: JTI, _ target: StatementState, _ decision: Decision
    ) throws(Refusal) {
        try decision.requireErasable(
            decision.forgetting(jti, target, by: decision.issuerEntity))
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

    /// Takes the terms of an ended grant, which ends for good: log time may go back. Nobody can tell
    /// any more what its keys open, so no new record of the enterprise has an epoch before `epoch`.
    ///
    /// A grant that stands keeps its terms: without them nobody could show what was granted, and nobody
    /// could read under it.
    fileprivate mutating func forgetGrant(_ jti: JTI, from epoch: Int64) throws(Refusal) {
        var grant = try grant(jti)
        guard grant.revoked != nil || grant.claims.expires <= now else {
            throw .erasure(.grantStands(jti))
        }
        var enterprise = issuer
        enterprise.leastEpoch = max(enterprise.leastEpoch, epoch)
        for series in grant.terms?.scope.series ?? [] {
            guard let months = grant.terms?.scope.part(of: series)?.months else { continue }
            var epochs = epochs(series, of: grant.issuer)
            epochs.retireEnded(at: now, revoked: jti)
            try requireEpoch(epoch, from: epochs.required(in: months, at: now))
            epochs.forget(below: enterprise.leastEpoch)
            change(EpochState.key(grant.issuer, series), to: epochs)
        }
        try requireEpoch(epoch)
        change(ParticipantState.key(grant.issuer), to: enterprise)
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
