import Sharing
import Transparency
import Wire

extension Decision {
    /// A record takes the next number of an open book, in an epoch no dead grant can open.
    mutating func register(_ record: Claims.RecordClaims) throws(Refusal) {
        try requireEnterprise()
        try requireNotSuspended()
        guard let type = RecordType(vct: record.vct, origin: log.origin) else {
            throw .unknownRecordType
        }
        guard type.series == record.book.series else { throw .wrongSeries }
        guard statement.selectiveCount == type.sealedNames.count else {
            throw .wrongFieldCount(have: statement.selectiveCount, want: type.sealedNames.count)
        }
        guard let holder = view.key(record.holder.thumbprint), holder.handle == statement.issuer,
            !holder.retired
        else { throw .holderNotIssuer }
        var book = view.book(statement.issuer, record.book) ?? BookState()
        guard !book.closed else { throw .bookClosed(record.book) }
        guard record.number == book.count + 1 else {
            throw .wrongNumber(have: record.number, next: book.count + 1)
        }
        try checkEpoch(record)
        let replaced = try checkSource(record)
        try requirePermission(sealing(in: record.book, by: issuerEntity))

        book.count = record.number
        book.epoch = max(book.epoch, record.epoch)
        book.edge.append(Hash.leaf(statement.digest.bytes))
        if let replaced { replace(replaced, alsoIn: &book, named: record.book) }
        view.changes[.book(statement.issuer, record.book)] = .book(book)
        view.changes[.source(statement.issuer, record.source)] = .source(statement.jti)
        view.detail = .init(
            book: record.book, number: record.number, epoch: record.epoch, source: record.source)
    }

    /// What is registered after a grant died is out of its keys' reach.
    private mutating func checkEpoch(_ record: Claims.RecordClaims) throws(Refusal) {
        guard var epochs = view.epochs(statement.issuer, record.book.series) else { return }
        let required = epochs.required(for: record.book.month, at: now)
        guard record.epoch >= required else {
            throw .epochTooLow(have: record.epoch, required: required)
        }
        let before = epochs
        epochs.bury(at: now)
        if epochs != before {
            view.changes[.epochs(statement.issuer, record.book.series)] = .epochs(epochs)
        }
    }

    /// The number of what is replaced doesn't count any more, in whichever book it stands.
    private mutating func replace(
        _ old: StatementState.RecordDetail, alsoIn book: inout BookState, named name: BookName
    ) {
        guard old.book != name else {
            book.replace(old.number)
            return
        }
        var other = view.book(statement.issuer, old.book) ?? BookState()
        other.replace(old.number)
        view.changes[.book(statement.issuer, old.book)] = .book(other)
    }

    /// A business document is registered once; only its own replacement may bear its source again.
    /// Returns where what is replaced stands.
    private mutating func checkSource(
        _ record: Claims.RecordClaims
    ) throws(Refusal) -> StatementState.RecordDetail? {
        if case .source(let existing) = view.slice[.source(statement.issuer, record.source)],
            existing != record.replaces
        {
            throw .duplicateDocument(existing: existing)
        }
        guard let jti = record.replaces else { return nil }
        guard var replaced = view.statement(jti), replaced.issuer == statement.issuer,
            let detail = replaced.record, detail.book.series == record.book.series,
            detail.replacedBy == nil, !replaced.erased
        else { throw .cannotReplace(jti) }
        replaced.record?.replacedBy = statement.jti
        view.changes[.statement(jti)] = .statement(replaced)
        return detail
    }

    mutating func close(
        _ name: BookName, count: Int64, root: Digest<Digested.Book>
    ) throws(Refusal) {
        try requireEnterprise()
        try requireNotSuspended()
        var book = view.book(statement.issuer, name) ?? BookState()
        guard !book.closed else { throw .bookClosed(name) }
        guard count == book.count else { throw .wrongCount(have: count, want: book.count) }
        guard root == book.root else { throw .wrongRoot }
        try requirePermission(closing(name, by: issuerEntity))
        book.closed = true
        view.changes[.book(statement.issuer, name)] = .book(book)
    }

    /// Erases a record's fields or a statement's selective claims, from the state too. The chain
    /// keeps the digests.
    mutating func erase(_ erasure: Claims.Erasure) throws(Refusal) {
        let jti = erasure.target
        guard var target = view.statement(jti) else { throw .unknownStatement(jti) }
        guard target.issuer == statement.issuer else { throw .notYours(jti) }
        guard !target.erased else { throw .alreadyErased(jti) }
        let question = erasing(in: target.record?.book, by: issuerEntity)
        if case .record = erasure, question.held { throw .underLegalHold }
        try requirePermission(question)
        switch (erasure, target.record) {
        case (.record, .some(let record)):
            var book = view.book(statement.issuer, record.book) ?? BookState()
            book.erase(record.number)
            view.changes[.book(statement.issuer, record.book)] = .book(book)
            if case .source(let holder) = view.slice[.source(statement.issuer, record.source)],
                holder == jti
            {
                view.changes[.source(statement.issuer, record.source)] = nil
            }
        case (.statement, .none):
            guard [.request, .grant, .rekey].contains(target.kind) else { throw .cannotErase(jti) }
            if view.request(jti) != nil { view.changes[.request(jti)] = nil }
            if var grant = view.grant(jti) {
                guard grant.revoked != nil || grant.claims.expires <= now else {
                    throw .cannotErase(jti)
                }
                grant.terms = nil
                view.changes[.grant(jti)] = .grant(grant)
            }
        default: throw .cannotErase(jti)
        }
        target.erased = true
        view.changes[.statement(jti)] = .statement(target)
    }

    /// A regulator or an authority forbids the erasure of a holder's books for a while.
    mutating func hold() throws(Refusal) {
        try requireHoldIssuer()
        guard case .hold(let terms) = view.candidate.selective else { return }
        guard view.participant(terms.holder) != nil else { throw .unknownParticipant(terms.holder) }
        let hold = HoldState(
            by: statement.issuer, caseReference: terms.caseReference, books: terms.books,
            until: terms.until)
        view.changes[.holds(terms.holder)] = .holds(view.holds(terms.holder) + [hold])
        view.note(.supervise, of: statement.issuer, with: terms.holder)
    }

    /// Ends the holds that the same issuer laid in the same case.
    mutating func releaseHold() throws(Refusal) {
        try requireHoldIssuer()
        guard case .hold(let terms) = view.candidate.selective else { return }
        let remaining = view.holds(terms.holder).filter {
            $0.by != statement.issuer || $0.caseReference != terms.caseReference
        }
        guard remaining.count < view.holds(terms.holder).count else {
            throw .noSuchHold
        }
        view.changes[.holds(terms.holder)] = .holds(remaining)
    }

    private func requireHoldIssuer() throws(Refusal) {
        guard log.authorities.contains(statement.issuer) || issuer.roles.contains(.regulator) else {
            throw .notPermittedToIssuer(statement.kind)
        }
        try requireNotSuspended()
    }
}
