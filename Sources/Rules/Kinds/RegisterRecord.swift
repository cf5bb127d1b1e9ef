import Sharing
import Transparency
import Wire

/// A record takes the next number of an open book, in an epoch that no ended grant can open.
enum RegisterRecordRule: KindRule {
    static let states: [any StateObject.Type] = [BookState.self, SourceState.self]
    static let actions: [PolicyAction] = [.seal]

    static func reads(_ said: Stated<RegisterRecord>, _ reads: inout Reads) {
        let record = said.claims
        reads.add(TypesState.key)
        reads.add(BookState.key(said.issuer, record.book))
        reads.add(SourceState.key(said.issuer, record.source))
        reads.add(EpochState.key(said.issuer, record.book.series))
        reads.add(KeyState.key(record.holder.thumbprint))
        if let replaced = record.replaces { reads.add(StatementState.key(replaced)) }
    }

    static func furtherReads(
        _ said: Stated<RegisterRecord>, in state: Slice, _ reads: inout Reads
    ) {
        guard let jti = said.claims.replaces,
            let replaced = state[StatementState.key(jti)]?.record
        else { return }
        reads.add(BookState.key(said.issuer, replaced.book))
    }

    static func decide(
        _ said: Stated<RegisterRecord>, _ decision: inout Decision
    ) throws(Refusal) {
        let record = said.claims
        try decision.requireEnterprise()
        guard let type = decision.types.type(vct: record.vct, origin: decision.log.origin) else {
            throw .book(.unknownRecordType)
        }
        guard type.series == record.book.series else { throw .book(.wrongSeries) }
        guard record.integrity == type.integrity(origin: decision.log.origin) else {
            throw .book(.wrongTypeDocument)
        }
        guard said.statement.selectiveCount == type.sealedNames.count else {
            throw .book(
                .wrongFieldCount(
                    have: said.statement.selectiveCount, want: type.sealedNames.count))
        }
        let status = StatusReference(
            of: record.number, in: record.book, of: said.issuer, origin: decision.log.origin)
        guard record.status == status else { throw .book(.wrongStatus) }
        guard let holder = decision.state[KeyState.key(record.holder.thumbprint)],
            holder.handle == said.issuer, !holder.retired,
            !holder.isExpired(at: decision.now), holder.covers(.present)
        else { throw .book(.holderNotIssuer) }
        var book = decision.book(record.book, of: said.issuer)
        guard !book.closed else { throw .book(.bookClosed(record.book)) }
        guard record.number == book.count + 1 else {
            throw .book(.wrongNumber(have: record.number, next: book.count + 1))
        }
        try checkEpoch(record, &decision)
        let replaced = try checkSource(said, &decision)
        try decision.requirePermission(
            decision.sealing(in: record.book, by: decision.issuerEntity))

        book.count = record.number
        book.epoch = max(book.epoch, record.epoch)
        book.edge.append(Hash.leaf(said.statement.digest.bytes))
        if let replaced {
            replace(replaced, alsoIn: &book, named: record.book, of: said.issuer, &decision)
        }
        decision.change(BookState.key(said.issuer, record.book), to: book)
        decision.change(
            SourceState.key(said.issuer, record.source), to: SourceState(record: said.jti))
        decision.detail = .init(
            book: record.book, number: record.number, epoch: record.epoch, source: record.source)
    }

    static func facts(_ said: Stated<RegisterRecord>) -> [AuditFact] {
        said.claims.number == 1 ? [.bookOpened] : []
    }

    /// What is registered after a grant ended is out of its keys' reach.
    private static func checkEpoch(
        _ record: RegisterRecord, _ decision: inout Decision
    ) throws(Refusal) {
        let key = EpochState.key(decision.statement.issuer, record.book.series)
        let known = decision.state[key]
        let required = max(
            known?.required(for: record.book.month, at: decision.now) ?? 0,
            decision.issuer.leastEpoch)
        try decision.requireEpoch(record.epoch, from: required)
        guard let before = known else { return }
        var epochs = before
        epochs.retireEnded(at: decision.now)
        if epochs != before { decision.change(key, to: epochs) }
    }

    /// A business document is registered once; only its own replacement may bear its source again.
    /// Returns where what is replaced stands.
    private static func checkSource(
        _ said: Stated<RegisterRecord>, _ decision: inout Decision
    ) throws(Refusal) -> StatementState.RecordDetail? {
        let record = said.claims
        if let existing = decision.state[SourceState.key(said.issuer, record.source)],
            existing.record != record.replaces
        {
            throw .book(.duplicateDocument(existing: existing.record))
        }
        guard let jti = record.replaces else { return nil }
        guard var replaced = decision.state[StatementState.key(jti)],
            replaced.issuer == said.issuer, let detail = replaced.record,
            detail.book.series == record.book.series, detail.replacedBy == nil, !replaced.erased
        else { throw .book(.cannotReplace(jti)) }
        replaced.record?.replacedBy = said.jti
        decision.change(StatementState.key(jti), to: replaced)
        return detail
    }

    /// The number of what is replaced doesn't count any more, in whichever book it stands.
    private static func replace(
        _ old: StatementState.RecordDetail, alsoIn book: inout BookState, named name: BookName,
        of issuer: Handle, _ decision: inout Decision
    ) {
        guard old.book != name else {
            book.replace(old.number)
            return
        }
        var other = decision.book(old.book, of: issuer)
        other.replace(old.number)
        decision.change(BookState.key(issuer, old.book), to: other)
    }
}

extension PolicyAction {
    public static let seal = PolicyAction(
        "seal", "seal a record of the BOOKS", about: .ownBooks, with: [.time])
}
