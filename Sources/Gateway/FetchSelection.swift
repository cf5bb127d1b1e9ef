import Rules
import Sharing
import Storage
import Transparency
import Verification
import Wire

/// Which records and fields a fetch gets.
extension FetchService {
    /// The records that are to be served, and what the access will say of them.
    struct Selection {
        var served: Served
        /// Every record of the books in question up to where they are, by book and number.
        var records: [Located] = []
    }

    struct Located {
        /// Its place, as a range of one.
        let place: RecordRange
        let index: Int64
        let statement: Statement
        let fieldsRoot: Digest<Digested.Fields>
        let isErased: Bool
        let isReplaced: Bool
        var isServed = false
    }

    func select(
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

    func requireFewEnough(_ records: [Located]) throws {
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
    func locate(
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
    func records(_ served: Served, of enterprise: Handle) async throws -> Selection {
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
