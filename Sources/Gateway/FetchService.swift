import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// Answers fetches: decides what a grant and its grantee's call allow, has the access entered in the
/// log, and only then reads and hands out ciphertexts, and no others.
struct FetchService: Sendable {
    let store: any Store
    let sequencer: Sequencer
    let gate: CallGate
    let clock: @Sendable () -> Timestamp

    /// Throws ``CallFault``, ``Rules/Refusal`` and ``StoreError``.
    func answer(_ bytes: [UInt8]) async throws -> FetchAnswer {
        let fetch: Fetch
        do { fetch = try Fetch(parsing: bytes) } catch { throw CallFault.malformed(error) }
        let caller = try await gate.caller(
            jws: fetch.jws, issuer: fetch.issuer, origin: fetch.origin, log: fetch.log,
            issuedAt: fetch.issuedAt)
        guard let grant = fetch.grant else { return try await ownRecords(fetch, caller) }
        return try await granted(fetch, grant, caller)
    }

    // MARK: Under a grant

    private func granted(_ fetch: Fetch, _ jti: JTI, _ caller: Caller) async throws -> FetchAnswer {
        for _ in 0..<GatewayLimits.fetchAttempts {
            let slice = try await store.state([
                LogState.key.untyped, GrantState.key(jti).untyped,
                FetchState.key(fetch.jti).untyped,
            ])
            guard let grant = slice[GrantState.key(jti)], let terms = grant.terms,
                terms.to == caller.handle
            else { throw CallFault.unknownGrant(jti) }
            if let access = slice[FetchState.key(fetch.jti)] {
                return try await again(fetch, access.access, of: grant, jti, caller)
            }
            let selection = try await select(fetch, grant, terms)
            let draft = AccessDraft(grant: jti, fetch: fetch.jws, served: selection.served)
            switch await sequencer.submit(draft) {
            case .registered(let index, _), .already(let index):
                // The access is durable: from here on bytes may leave.
                return try await answer(index, grant, jti, selection, caller)
            case .refused(.access(.bookStateWrong)), .refused(.access(.recordsNotLive)),
                .refused(.access(.fetchAlreadyAnswered)):
                continue  // Another commit came in between; look again.
            case .refused(let refusal): throw refusal
            case .unavailable(let error), .unknown(let error): throw error
            case .busy: throw GatewayFault.busy
            }
        }
        throw CallFault.unsettled
    }

    /// The same call again gets the same records, at no charge, while the grant lives.
    private func again(
        _ fetch: Fetch, _ access: JTI, of grant: GrantState, _ jti: JTI, _ caller: Caller
    ) async throws -> FetchAnswer {
        let (index, terms) = try await self.terms(of: access)
        // What was served once was served under the grant of that call, to whoever made it. Under
        // another grant, one that still stands maybe, the same jti gets nothing.
        guard let earlier = try? Fetch(parsing: terms.fetch.bytes), earlier.grant == jti,
            earlier.issuer == caller.handle, earlier.fields == fetch.fields,
            earlier.ranges == fetch.ranges
        else { throw CallFault.jtiTaken }
        let slice = try await store.state([
            LogState.key.untyped, ParticipantState.key(grant.issuer).untyped,
        ])
        guard let log = slice[LogState.key], grant.isLive(at: max(clock(), log.time)),
            let enterprise = slice[ParticipantState.key(grant.issuer)],
            !enterprise.suspended, !caller.state.suspended
        else { throw CallFault.grantDead(jti) }
        let selection = try await records(terms.served, of: grant.issuer)
        return try await answer(index, grant, jti, selection, caller)
    }

    /// Where an access stands, and what it says.
    private func terms(of access: JTI) async throws -> (index: Int64, AccessTerms) {
        guard
            let state = try await store.value(of: StatementState.key(access)),
            let attachments = try await store.attachments(of: state.index, sections: []),
            let disclosures = Disclosure.split(attachments.disclosures),
            let leaf = try await store.leaves(state.index..<(state.index + 1)).first,
            let statement = try? Statement(parsing: leaf),
            let terms = try? statement.opened(with: disclosures) as? AccessTerms
        else { throw StoreError.corrupt(.statement(access), .malformed) }
        return (state.index, terms)
    }

    /// The records that are to be served, and what the access will say of them.
    private struct Selection {
        var served: Served
        /// Every record of the books in question up to where they are, by book and number.
        var records: [Located] = []
    }

    private struct Located {
        let book: BookName
        let number: Int64
        let index: Int64
        let leaf: [UInt8]
        let isErased: Bool
        let isReplaced: Bool
        var isServed = false
    }

    private func select(
        _ fetch: Fetch, _ grant: GrantState, _ terms: GrantTerms
    ) async throws -> Selection {
        guard let series = terms.scope.series, let type = terms.type else {
            throw CallFault.notEntitled
        }
        let fields = try fields(fetch, type: type, terms)
        let books = try await store.books(
            of: grant.issuer, series: series, months: terms.scope.months
        ).filter { book in
            terms.scope.covers(book.book)
                && (fetch.ranges.isEmpty || fetch.ranges.contains { $0.book == book.book })
        }
        guard books.count <= Limits.booksPerAccess else {
            throw CallFault.tooFragmented(limit: Limits.booksPerAccess)
        }
        var selection = Selection(
            served: Served(
                fields: fields, ranges: [],
                books: books.map {
                    .init(
                        book: $0.book, count: $0.state.count, epoch: $0.state.epoch,
                        closed: $0.state.closed)
                }))
        var ranges: [RecordRange] = []
        for book in books where book.state.count > 0 {
            var located = try await locate(book.book, 1...book.state.count, of: grant.issuer)
            for (place, record) in located.enumerated() {
                let number = record.number
                let range = RecordRange(book: book.book, from: number, to: number)
                let asked =
                    fetch.ranges.isEmpty
                    || fetch.ranges.contains { $0.book == book.book && $0.contains(number) }
                located[place].isServed =
                    asked && range.map { terms.scope.covers($0) } == true && !record.isErased
                    && !record.isReplaced
            }
            selection.records += located
            ranges += Self.ranges(located.filter(\.isServed).map(\.number), in: book.book)
            guard selection.records.count <= GatewayLimits.recordsPerFetch else {
                throw CallFault.tooMuch(limit: GatewayLimits.recordsPerFetch)
            }
        }
        guard ranges.count <= Limits.ranges else {
            throw CallFault.tooFragmented(limit: Limits.ranges)
        }
        selection.served = Served(fields: fields, ranges: ranges, books: selection.served.books)
        return selection
    }

    private func fields(
        _ fetch: Fetch, type: RecordType, _ terms: GrantTerms
    ) throws -> [String] {
        let granted = terms.servable ?? []
        guard let asked = type.withCommitments(fetch.fields) else {
            throw CallFault.unknownFields(
                fetch.fields.filter { type.withCommitments([$0]) == nil })
        }
        let beyond = asked.filter { !granted.contains($0) }
        guard beyond.isEmpty else { throw CallFault.unknownFields(beyond) }
        return asked
    }

    /// The records of one book with these numbers, and what became of each.
    private func locate(
        _ book: BookName, _ numbers: ClosedRange<Int64>, of enterprise: Handle
    ) async throws -> [Located] {
        let entries = try await store.records(of: enterprise, in: book, numbers)
        let leaves = try await store.leaves(at: entries.map(\.index))
        var jtis: [JTI] = []
        for (entry, leaf) in zip(entries, leaves) {
            guard let statement = try? Statement(parsing: leaf) else {
                throw StoreError.corrupt(.entry(entry.index), .malformed)
            }
            jtis.append(statement.jti)
        }
        let slice = try await store.state(Set(jtis.map { StatementState.key($0).untyped }))
        var located: [Located] = []
        for (entry, (leaf, jti)) in zip(entries, zip(leaves, jtis)) {
            guard let state = slice[StatementState.key(jti)] else {
                throw StoreError.corrupt(.state(StatementState.key(jti).untyped.text), .missing)
            }
            located.append(
                Located(
                    book: book, number: entry.number, index: entry.index, leaf: leaf,
                    isErased: state.erased, isReplaced: state.record?.replacedBy != nil))
        }
        return located
    }

    /// What an earlier access served, found again. A record that was replaced since is served all
    /// the same; one that was erased since can't be.
    private func records(_ served: Served, of enterprise: Handle) async throws -> Selection {
        var selection = Selection(served: served)
        for stated in served.books where stated.count > 0 {
            var located = try await locate(stated.book, 1...stated.count, of: enterprise)
            for (place, record) in located.enumerated() {
                let isServed = served.ranges.contains {
                    $0.book == stated.book && $0.contains(record.number)
                }
                guard !isServed || !record.isErased else { throw CallFault.recordsErased }
                located[place].isServed = isServed
            }
            selection.records += located
        }
        return selection
    }

    private static func ranges(_ numbers: [Int64], in book: BookName) -> [RecordRange] {
        var ranges: [RecordRange] = []
        var start: Int64?
        for (position, number) in numbers.enumerated() {
            let first = start ?? number
            start = first
            if position + 1 == numbers.count || numbers[position + 1] != number + 1 {
                if let range = RecordRange(book: book, from: first, to: number) {
                    ranges.append(range)
                }
                start = nil
            }
        }
        return ranges
    }

    // MARK: Making the answer

    private func answer(
        _ access: Int64, _ grant: GrantState, _ jti: JTI, _ selection: Selection, _ caller: Caller
    ) async throws -> FetchAnswer {
        let assembly = try await Assembly(store: store)
        let carrierState = try await store.state([StatementState.key(grant.carrier).untyped])
        guard let carrier = carrierState[StatementState.key(grant.carrier)],
            let parts = try await store.attachments(
                of: carrier.index, sections: [SectionName.envelope]),
            let envelope = parts.sections.first(where: { $0.name == SectionName.envelope })
        else { throw StoreError.corrupt(.statement(jti), .incomplete) }
        return try await assembly.answer(
            granted: .init(
                access: access, grant: grant.index,
                carrier: carrier.index == grant.index ? nil : carrier.index,
                envelope: Envelope(bytes: envelope.bytes)),
            parties: [grant.issuer, caller.handle, caller.log.host],
            records: try await ciphertexts(selection), of: grant.issuer)
    }

    private func ciphertexts(_ selection: Selection) async throws -> [Assembly.Record] {
        let names = Set(selection.served.fields)
        var served = selection.records.filter(\.isServed).map(\.index)[...]
        var read: ArraySlice<Attachments?> = []
        var bytes = 0
        var records: [Assembly.Record] = []
        records.reserveCapacity(selection.records.count)
        for record in selection.records {
            var fields: [FieldCiphertext] = []
            if record.isServed {
                if read.isEmpty {
                    read = try await store.attachments(
                        of: Array(served.prefix(ReadAtOnce.entries)), sections: names,
                        enough: ReadAtOnce.bytes)[...]
                    served.removeFirst(read.count)
                }
                guard let parts = read.removeFirst(), isComplete(parts, of: record, names) else {
                    throw try await missing(record)
                }
                fields = parts.sections.map { FieldCiphertext(name: $0.name, bytes: $0.bytes) }
                bytes += fields.reduce(0) { $0 + $1.bytes.count }
                guard bytes <= GatewayLimits.fetchBytes else {
                    throw CallFault.tooMuch(limit: GatewayLimits.fetchBytes)
                }
            }
            records.append(
                .init(
                    index: record.index, leaf: record.leaf, fields: fields,
                    isErased: record.isErased))
        }
        return records
    }

    /// Whether a record has all that was asked for and that a type of its series has.
    private func isComplete(
        _ parts: Attachments, of record: Located, _ names: Set<String>
    ) -> Bool {
        if parts.sections.count == names.count { return true }
        let found = Set(parts.sections.map(\.name))
        return RecordType.types(of: record.book.series).contains {
            found == names.intersection($0.sealedNames)
        }
    }

    /// Why a record has no fields: it was erased since it was found, or they are lost.
    private func missing(_ record: Located) async throws -> any Error {
        if let statement = try? Statement(parsing: record.leaf),
            let state = try await store.value(of: StatementState.key(statement.jti)), state.erased
        {
            return CallFault.unsettled
        }
        return StoreError.corrupt(
            .fields(record.book, number: record.number, entry: record.index), .incomplete)
    }

    // MARK: One's own records

    /// An enterprise reads what it holds: no grant, no entry, no charge.
    private func ownRecords(_ fetch: Fetch, _ caller: Caller) async throws -> FetchAnswer {
        guard caller.state.roles.contains(.enterprise) else { throw CallFault.notEntitled }
        guard !fetch.ranges.isEmpty else { throw CallFault.rangesMissing }
        let books = Set(fetch.ranges.map(\.book))
        let fields = try ownFields(fetch)
        var selection = Selection(served: Served(fields: fields, ranges: fetch.ranges, books: []))
        for book in books.sorted() {
            let slice = try await store.state([BookState.key(caller.handle, book).untyped])
            guard let state = slice[BookState.key(caller.handle, book)], state.count > 0 else {
                throw CallFault.nothingThere
            }
            for range in fetch.ranges where range.book == book && range.from <= state.count {
                // One's own replaced records are readable too; only erased ones are gone.
                selection.records += try await locate(
                    book, range.from...min(range.to, state.count), of: caller.handle
                ).map { record in
                    var record = record
                    record.isServed = !record.isErased
                    return record
                }
            }
            guard selection.records.count <= GatewayLimits.recordsPerFetch else {
                throw CallFault.tooMuch(limit: GatewayLimits.recordsPerFetch)
            }
        }
        return try await Assembly(store: store).answer(
            granted: nil, parties: [caller.handle], records: try await ciphertexts(selection),
            of: caller.handle)
    }

    /// The fields asked for and the commitments that any type of the books asked for has to them.
    private func ownFields(_ fetch: Fetch) throws -> [String] {
        var fields: Set<String> = []
        for series in Set(fetch.ranges.map(\.book.series)) {
            guard let names = SeriesFields(series)?.withCommitments(fetch.fields) else {
                throw CallFault.unknownFields(fetch.fields)
            }
            fields.formUnion(names)
        }
        return fields.sorted()
    }
}
