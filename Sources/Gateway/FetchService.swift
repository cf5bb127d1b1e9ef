import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// Answers fetches: decides what a grant and its grantee's call allow, checks that it is there and is
/// what the log commits to, has the access entered in the log, and only then hands it out.
struct FetchService: Sendable {
    let store: any Store
    let sequencer: Sequencer
    let gate: CallGate
    let clock: @Sendable () -> Timestamp

    /// Throws ``CallFault``, ``Rules/Refusal`` and ``StoreError``.
    func answer(_ bytes: [UInt8], in turn: FetchAnswers.Turn) async throws -> FetchAnswer {
        guard let parts = FetchCall.parts(of: bytes) else { throw CallFault.openerMissing }
        let fetch: Fetch
        do { fetch = try Fetch(parsing: parts.call) } catch { throw CallFault.malformed(error) }
        // The opener goes no further than here.
        guard parts.opener.opens(fetch.lock) else { throw CallFault.wrongOpener }
        let caller = try await gate.caller(
            of: fetch, scope: fetch.grant == nil ? .open : .fetch,
            age: Limits.callSeconds
                + (try await isLateAnswered(fetch) ? FetchClaims.repeatSeconds : 0))
        guard let grant = fetch.grant else { return try await ownRecords(fetch, caller) }
        return try await granted(fetch, grant, caller, turn)
    }

    /// Whether a call that is too old for a first answer had one. Nobody has checked its signature yet, so
    /// that nothing of this is kept.
    private func isLateAnswered(_ fetch: Fetch) async throws(StoreError) -> Bool {
        guard abs(clock().seconds - fetch.issuedAt.seconds) > Limits.callSeconds else {
            return false
        }
        return try await store.value(of: CallState.key(fetch.jti)) != nil
    }

    // MARK: Under a grant

    private func granted(
        _ fetch: Fetch, _ jti: JTI, _ caller: Caller, _ turn: FetchAnswers.Turn
    ) async throws -> FetchAnswer {
        for _ in 0..<GatewayLimits.fetchAttempts {
            let slice = try await sequencer.stored([
                LogState.key.untyped, GrantState.key(jti).untyped,
                CallState.key(fetch.jti).untyped,
            ])
            guard let grant = slice[GrantState.key(jti)], let terms = grant.terms,
                terms.to == caller.handle
            else { throw CallFault.unknownGrant(jti) }
            if let carried = slice[CallState.key(fetch.jti)] {
                return try await again(fetch, carried.entry, of: grant, jti, caller)
            }
            try requireUsable(grant, terms, jti, slice[LogState.key])
            let selection = try await select(fetch, grant, terms)
            let content: Content
            do {
                content = try await self.content(of: selection, under: grant, jti, sequencer.served)
            } catch {
                guard case CallFault.unsettled = error else { throw error }
                continue
            }
            let draft = HostDraft(
                claims: Access(grant: jti),
                selective: AccessTerms(fetch: fetch, served: selection.served), of: caller.call)
            let outcome = try await turn.pause(holding: content.byteCount) {
                await sequencer.submit(draft, for: caller.handle)
            }
            switch outcome {
            case .refused(.access(.bookStateWrong)), .refused(.access(.recordsNotLive)),
                .refused(.call(.alreadyCarried)):
                continue  // Another commit came in between; look again.
            case .registered(let index, let batch):
                // The access is durable: from here on bytes may leave.
                return try await answer(
                    Assembly.Disclosed(batch.entry(at: index)), grant, terms, content, caller,
                    sequencer.served)
            default:
                let (index, _) = try outcome.place()
                guard let access = try await disclosed(at: index) else {
                    throw StoreError.corrupt(.attachments(entry: index), .missing)
                }
                return try await answer(access, grant, terms, content, caller, nil)
            }
        }
        throw CallFault.unsettled
    }

    /// Nothing is read for a grant that is over or spent. The rules decide it again at the access.
    private func requireUsable(
        _ grant: GrantState, _ terms: GrantTerms, _ jti: JTI, _ log: LogState?
    ) throws(Refusal) {
        let now = max(clock(), log?.time ?? clock())
        guard grant.revoked == nil, now < grant.claims.expires else {
            throw .grant(.grantDead(jti))
        }
        guard grant.used < terms.fetches else {
            throw .access(.budgetSpent(limit: terms.fetches))
        }
    }

    /// The same call again gets the same records for a day, at no charge, as far as the rules and the
    /// policies of now allow.
    private func again(
        _ fetch: Fetch, _ access: JTI, of grant: GrantState, _ jti: JTI, _ caller: Caller
    ) async throws -> FetchAnswer {
        let (access, terms) = try await self.access(access)
        // The jti stands for the very call that was answered.
        guard terms.fetch == fetch.jws, fetch.grant == jti else { throw CallFault.jtiTaken }
        let now = clock()
        let time = access.statement.issuedAt
        guard now.seconds - time.seconds <= FetchClaims.repeatSeconds else {
            throw CallFault.stale(issuedAt: fetch.issuedAt, now: now)
        }
        let carrier = try await sequencer.stored(StatementState.key(grant.envelopeStatement))
        guard let carrier, carrier.index < access.index else { throw CallFault.rekeyedSince }
        let selection = try await records(terms.served, of: grant.issuer)
        let slice = try await sequencer.stored(
            RepeatedAccess.keys(
                under: jti, grant, served: terms.served, host: caller.log.host))
        guard let again = RepeatedAccess(at: now, in: slice, texts: sequencer.texts) else {
            throw StoreError.unreadable(.noGenesis)
        }
        do { try again.check(terms.served, under: jti) } catch {
            // As at the access: by which policy says what it was told of another's books.
            throw error.withoutNames
        }
        // No commit shows whether another gateway erased something of it just now: so it is read.
        let content = try await self.content(of: selection, under: grant, jti, nil)
        guard let granted = grant.terms else { throw CallFault.unknownGrant(jti) }
        return try await answer(access, grant, granted, content, caller, nil)
    }

    /// An access with its disclosures, and what it says.
    private func access(_ jti: JTI) async throws -> (Assembly.Disclosed, AccessTerms) {
        guard let state = try await sequencer.stored(StatementState.key(jti)),
            let entry = try await disclosed(at: state.index),
            let disclosures = Disclosure.split(entry.disclosures),
            let selective = try? entry.statement.opened(with: disclosures)
        else { throw StoreError.corrupt(.statement(jti), .malformed) }
        // A call of another sort had this jti.
        guard let terms = selective as? AccessTerms else { throw CallFault.jtiTaken }
        return (entry, terms)
    }

    /// The entry at `index` with its disclosures, where it has any.
    private func disclosed(at index: Int64) async throws(StoreError) -> Assembly.Disclosed? {
        guard let attachments = try await store.attachments(of: index, sections: []),
            let statement = try await sequencer.unchanging.entries(at: [index]).first
        else { return nil }
        return Assembly.Disclosed(
            index: index, statement: statement, disclosures: attachments.disclosures)
    }

    /// The records that are to be served, and what the access will say of them.
    private struct Selection {
        var served: Served
        /// Every record of the books in question up to where they are, by book and number.
        var records: [Located] = []
    }

    private struct Located {
        /// Its place, as a range of one.
        let place: RecordRange
        let index: Int64
        let statement: Statement
        let fieldsRoot: Digest<Digested.Fields>
        let isErased: Bool
        let isReplaced: Bool
        var isServed = false
    }

    private func select(
        _ fetch: Fetch, _ grant: GrantState, _ terms: GrantTerms
    ) async throws -> Selection {
        let fields = try fields(fetch, of: try await sequencer.types().types, terms)
        var books: [(book: BookName, state: BookState)] = []
        for part in terms.scope.parts {
            books += try await self.books(
                of: grant.issuer, on: .init(series: part.onlySeries, months: part.months)
            ).filter { book in
                part.covers(book.book)
                    && (fetch.ranges.isEmpty || fetch.ranges.contains { $0.book == book.book })
            }
        }
        books.sort { $0.book < $1.book }
        guard books.count <= Limits.booksPerAccess else {
            throw CallFault.tooFragmented(limit: Limits.booksPerAccess)
        }
        var records: [Located] = []
        for book in books where book.state.count > 0 {
            records += try await locate(
                book.book, 1...book.state.count, of: grant.issuer, in: book.state
            ) { record in
                !record.isErased && !record.isReplaced && terms.scope.covers(record.place)
                    && (fetch.ranges.isEmpty
                        || fetch.ranges.contains { $0.contains(record.place) })
            }
            try requireFewEnough(records)
        }
        let ranges = records.filter(\.isServed).map(\.place).merged
        guard ranges.count <= Limits.ranges else {
            throw CallFault.tooFragmented(limit: Limits.ranges)
        }
        return Selection(
            served: Served(
                fields: fields, ranges: ranges,
                books: books.map {
                    .init(
                        book: $0.book, count: $0.state.count, epoch: $0.state.epoch,
                        closed: $0.state.closed)
                }),
            records: records)
    }

    private func fields(
        _ fetch: Fetch, of types: RecordTypes, _ terms: GrantTerms
    ) throws -> [FieldName] {
        guard let known = types.fields(of: terms.scope) else { throw CallFault.notEntitled }
        guard let asked = known.withCommitments(fetch.fields) else {
            throw CallFault.unknownFields(
                fetch.fields.filter { known.withCommitments([$0]) == nil })
        }
        let granted = terms.servable(of: types) ?? []
        let beyond = asked.filter { !granted.contains($0) }
        guard beyond.isEmpty else { throw CallFault.unknownFields(beyond) }
        return asked
    }

    private func requireFewEnough(_ records: [Located]) throws {
        guard records.count <= GatewayLimits.recordsPerFetch else {
            throw CallFault.tooMuch(limit: GatewayLimits.recordsPerFetch)
        }
    }

    /// The books of an enterprise, as fetches lately listed them where that is so still.
    private func books(
        of enterprise: Handle, on shelf: ServedLately.Shelf
    ) async throws(StoreError) -> ServedLately.Books {
        let lately = sequencer.served
        guard try await sequencer.isOurs() else {
            return try await store.books(
                of: enterprise, series: shelf.series, months: shelf.months)
        }
        if let known = lately.books(of: enterprise, on: shelf) { return known }
        let mark = lately.mark()
        let books = try await store.books(
            of: enterprise, series: shelf.series, months: shelf.months)
        lately.keep(books, of: enterprise, on: shelf, since: mark)
        return books
    }

    /// The records of one book with these numbers, what became of each, and which are served. `state` is
    /// the book's.
    private func locate(
        _ book: BookName, _ numbers: ClosedRange<Int64>, of enterprise: Handle,
        in state: BookState, serving isServed: (Located) throws -> Bool
    ) async throws -> [Located] {
        let unchanging = sequencer.unchanging
        let entries = try await unchanging.records(of: enterprise, in: book, numbers)
        let found = try await unchanging.entries(at: entries.map(\.index))
        var erased = AscendingNumbers(state.erased)
        var replaced = AscendingNumbers(state.replaced)
        return try zip(entries, found).map { entry, statement in
            guard let claims = statement.claims as? RegisterRecord,
                let place = RecordRange(book: book, from: entry.number, to: entry.number)
            else { throw StoreError.corrupt(.entry(entry.index), .malformed) }
            var record = Located(
                place: place, index: entry.index, statement: statement,
                fieldsRoot: claims.fieldsRoot, isErased: erased.contains(entry.number),
                isReplaced: replaced.contains(entry.number))
            record.isServed = try isServed(record)
            return record
        }
    }

    /// What an earlier access served, found again. A record that was replaced since is served all
    /// the same; one that was erased since can't be.
    private func records(_ served: Served, of enterprise: Handle) async throws -> Selection {
        var records: [Located] = []
        for stated in served.books where stated.count > 0 {
            let book = try await state(of: stated.book, of: enterprise)
            records += try await locate(
                stated.book, 1...stated.count, of: enterprise, in: book
            ) { record in
                guard served.ranges.contains(where: { $0.contains(record.place) }) else {
                    return false
                }
                guard !record.isErased else { throw CallFault.recordsErased }
                return true
            }
        }
        return Selection(served: served, records: records)
    }

    private func state(
        of book: BookName, of enterprise: Handle
    ) async throws(StoreError) -> BookState {
        let key = BookState.key(enterprise, book)
        guard let state = try await sequencer.stored(key) else {
            throw .corrupt(.state(key.untyped.text), .missing)
        }
        return state
    }

    // MARK: Making the answer

    /// What is served, once it was compared with what the log commits to.
    private struct Content {
        let carrier: Int64
        let envelope: Envelope
        let records: [Assembly.Record]

        var byteCount: Int {
            records.reduce(envelope.bytes.count) { count, record in
                count + record.statement.jws.bytes.count
                    + record.fields.reduce(0) { $0 + $1.bytes.count }
            }
        }
    }

    /// `lately` is what was read lately; without it all is read from the store.
    private func content(
        of selection: Selection, under grant: GrantState, _ jti: JTI, _ lately: ServedLately?
    ) async throws -> Content {
        guard let source = try await sequencer.stored(StatementState.key(grant.envelopeStatement))
        else { throw StoreError.corrupt(.statement(jti), .incomplete) }
        return Content(
            carrier: source.index,
            envelope: try await envelope(of: grant, jti, at: source.index, lately),
            records: try await ciphertexts(selection, lately))
    }

    private func envelope(
        of grant: GrantState, _ jti: JTI, at index: Int64, _ lately: ServedLately?
    ) async throws(StoreError) -> Envelope {
        if let known = lately?.envelope(at: index, grant.envelope) { return known }
        let mark = lately?.mark()
        let parts = try await store.attachments(of: index, sections: [SectionName.envelope])
        guard let section = parts?.sections.first(where: { $0.name == SectionName.envelope })
        else { throw .corrupt(.statement(jti), .incomplete) }
        let envelope = Envelope(bytes: section.bytes)
        guard envelope.digest == grant.envelope else {
            throw .corrupt(.section(SectionName.envelope, entry: index), .notCommitted)
        }
        if let mark { lately?.keep(envelope, grant.envelope, at: index, since: mark) }
        return envelope
    }

    private func answer(
        _ access: Assembly.Disclosed, _ grant: GrantState, _ terms: GrantTerms, _ content: Content,
        _ caller: Caller, _ lately: ServedLately?
    ) async throws -> FetchAnswer {
        try await Assembly(sequencer, lately).answer(
            granted: .init(
                access: access, grant: grant.index,
                rekey: content.carrier == grant.index ? nil : content.carrier,
                envelope: content.envelope),
            to: caller.key,
            types: try await sequencer.types().documents(
                of: terms.scope.series, before: access.index),
            parties: [grant.issuer, caller.handle, caller.log.host], records: content.records,
            of: grant.issuer)
    }

    private func ciphertexts(
        _ selection: Selection, _ lately: ServedLately?
    ) async throws -> [Assembly.Record] {
        let served = selection.records.filter(\.isServed)
        var fields = try await fields(selection.served.fields, of: served, lately)[...]
        return selection.records.map { record in
            Assembly.Record(
                index: record.index, statement: record.statement,
                fields: record.isServed ? fields.removeFirst() : [], isErased: record.isErased)
        }
    }

    /// The fields of each of these records that have one of `names`.
    private func fields(
        _ names: [FieldName], of records: [Located], _ lately: ServedLately?
    ) async throws -> [[FieldCiphertext]] {
        var found =
            lately?.fields(names, of: records.map(\.index))
            ?? Array(repeating: nil, count: records.count)
        var bytes = 0
        func count(_ fields: [FieldCiphertext]) throws {
            bytes += fields.reduce(0) { $0 + $1.bytes.count }
            guard bytes <= GatewayLimits.fetchBytes else {
                throw CallFault.tooMuch(limit: GatewayLimits.fetchBytes)
            }
        }
        for case let fields? in found { try count(fields) }
        let missing = found.indices.filter { found[$0] == nil }
        var unread = missing.map { records[$0].index }[...]
        // Where it is known what each field must hash to, the others needn't be read.
        let hashes = sequencer.unchanging.fieldHashes(of: unread)
        let wanted = Set(names)
        let sections = hashes.map { _ in Set(names.map(\.text)) }
        var read: ArraySlice<Attachments?> = []
        var mark = lately?.mark()
        for place in missing {
            if read.isEmpty {
                mark = lately?.mark()
                read = try await store.attachments(
                    of: Array(unread.prefix(ReadAtOnce.entries)), sections: sections,
                    enough: ReadAtOnce.bytes)[...]
                unread.removeFirst(read.count)
            }
            let record = records[place]
            let fields = try await committed(
                read.removeFirst(), of: record, wanted, hashes?[record.index])
            try count(fields)
            if let mark { lately?.keep(fields, called: names, of: record.index, since: mark) }
            found[place] = fields
        }
        return found.compactMap(\.self)
    }

    /// The fields of a record with these names, which are those that the log commits to. `hashes` is what
    /// its fields are known to hash to; without it all of them are read, and remembered by their hashes.
    private func committed(
        _ parts: Attachments?, of record: Located, _ names: Set<FieldName>,
        _ hashes: [FieldName: Hash]?
    ) async throws -> [FieldCiphertext] {
        guard let parts else { throw try await missing(record) }
        let fields = parts.ciphertexts
        let isCommitted: Bool
        if let hashes {
            isCommitted =
                fields.count == names.count { hashes[$0] != nil }
                && fields.allSatisfy { hashes[$0.name] == SealedFields.leaf($0) }
        } else if let sealed = SealedFields(fields), sealed.root == record.fieldsRoot {
            sequencer.unchanging.keep(sealed, of: record.index)
            isCommitted = true
        } else {
            isCommitted = false
        }
        guard isCommitted else {
            throw StoreError.corrupt(
                .fields(record.place.book, number: record.place.from, entry: record.index),
                .notCommitted)
        }
        return fields.filter { names.contains($0.name) }
    }

    /// Why a record has no fields: it was erased since it was found, or they are lost.
    private func missing(_ record: Located) async throws -> any Error {
        let state = try await sequencer.stored(StatementState.key(record.statement.jti))
        if state?.erased == true { return CallFault.unsettled }
        return StoreError.corrupt(
            .fields(record.place.book, number: record.place.from, entry: record.index), .incomplete)
    }

    // MARK: One's own records

    /// An enterprise reads what it holds: no grant, no entry, no charge.
    private func ownRecords(_ fetch: Fetch, _ caller: Caller) async throws -> FetchAnswer {
        guard caller.state.roles.contains(.enterprise) else { throw CallFault.notEntitled }
        guard !fetch.ranges.isEmpty else { throw CallFault.rangesMissing }
        let fields = try ownFields(fetch, of: try await sequencer.types().types)
        var records: [Located] = []
        for book in Set(fetch.ranges.map(\.book)).sorted() {
            let state = try await sequencer.stored(BookState.key(caller.handle, book))
            guard let state, state.count > 0 else { throw CallFault.nothingThere }
            for range in fetch.ranges where range.book == book && range.from <= state.count {
                // One's own replaced records are readable too; only erased ones are gone.
                records += try await locate(
                    book, range.from...min(range.to, state.count), of: caller.handle, in: state
                ) { !$0.isErased }
            }
            try requireFewEnough(records)
        }
        let selection = Selection(
            served: Served(fields: fields, ranges: fetch.ranges, books: []), records: records)
        return try await Assembly(sequencer).answer(
            granted: nil, to: caller.key,
            types: try await sequencer.types().documents(
                of: Set(fetch.ranges.map(\.book.series)).sorted(), before: .max),
            parties: [caller.handle], records: try await ciphertexts(selection, nil),
            of: caller.handle)
    }

    /// The fields asked for and the commitments that any type of the books asked for has to them.
    private func ownFields(_ fetch: Fetch, of types: RecordTypes) throws -> [FieldName] {
        var fields: Set<FieldName> = []
        for series in Set(fetch.ranges.map(\.book.series)) {
            guard let names = types.fields(of: series)?.withCommitments(fetch.fields) else {
                throw CallFault.unknownFields(fetch.fields)
            }
            fields.formUnion(names)
        }
        return fields.sorted()
    }
}

/// Says of numbers that ascend whether they lie in one of some ranges, which ascend too.
private struct AscendingNumbers {
    private var ranges: ArraySlice<ClosedRange<Int64>>

    init(_ ranges: [ClosedRange<Int64>]) { self.ranges = ranges[...] }

    mutating func contains(_ number: Int64) -> Bool {
        while let first = ranges.first, first.upperBound < number { _ = ranges.popFirst() }
        return ranges.first.map { $0.lowerBound <= number } ?? false
    }
}

extension Attachments {
    /// The sections that are sealed fields of a record.
    var ciphertexts: [FieldCiphertext] {
        sections.compactMap { section in
            FieldName(section.name).map { FieldCiphertext(name: $0, bytes: section.bytes) }
        }
    }
}
