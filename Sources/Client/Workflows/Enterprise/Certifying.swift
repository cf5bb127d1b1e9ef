import Interface
import Rules
public import Sharing
public import Verification
import Wire

extension Enterprise {
    /// The evidence that a record was registered, with these fields of it; verified before it is
    /// returned. No grant is needed, and the log knows nothing of it: whoever gets it has the fields.
    ///
    /// Throws what ``show(_:fields:)`` does.
    public func certificate(
        of place: RecordNumber, showing fields: [FieldName]
    ) async throws -> VerifiedCertificate {
        let view = try await session.sync()
        guard let record = try view.record(place.book, Int64(place.number)),
            let range = RecordRange(book: place.book, from: record.number, to: record.number)
        else { throw ClientError.noSuchRecord(place.description) }
        if record.erased, !fields.isEmpty { throw ClientError.erased(record.name) }
        return try await certificate([range], showing: fields, of: place.book, closed: false)
    }

    /// The evidence of what a book has, closed or not, with these fields of its records; verified before
    /// it is returned.
    ///
    /// Throws ``ClientError/noSuchBook(_:)``, also for one without records.
    public func certificate(
        of book: BookName, showing fields: [FieldName]
    ) async throws -> VerifiedCertificate {
        guard let state = try await session.sync().book(book),
            let range = RecordRange(book: book, from: 1, to: state.count)
        else { throw ClientError.noSuchBook(book) }
        return try await certificate(
            [range], showing: fields, of: book, closed: state.closed)
    }

    private func certificate(
        _ ranges: [RecordRange], showing names: [FieldName], of book: BookName, closed: Bool
    ) async throws -> VerifiedCertificate {
        guard let known = await session.view.types.fields(of: book.series) else {
            throw ClientError.noSuchBook(book)
        }
        let unknown = names.filter { known.field($0) == nil }
        guard unknown.isEmpty, let complete = names.isEmpty ? [] : known.withCommitments(names)
        else {
            throw ClientError.unknownFields(unknown.map(\.text), known.newest)
        }
        // A fetch names a field at least; the first one is left out again where none is to be shown.
        let asked = complete.isEmpty ? [known.newest.fields[0].name] : complete
        let call = Fetch.sign(
            grant: nil, fields: asked, ranges: ranges, by: try session.signer(.all),
            at: session.now, jti: session.newJTI(), opener: .random())
        let schedule = try await session.schedule()
        let answer = try await session.connection.fetch(call)
        let checkpoint = try await session.keeper.accept(answer.checkpoint)
        var closing: LoggedStatement?
        if closed {
            closing = try await session.logged([try await index(closing: book)], under: checkpoint)[
                0]
        }
        do {
            let opened = try answer.openOwn(
                as: session.handle, with: schedule, fields: asked, under: session.trust)
            let disclosures = Dictionary(
                opened.map { ($0.index, complete.isEmpty ? [] : $0.fields?.disclosures ?? []) }
            ) { $1 }
            let certificate = Certificate(
                checkpoint: answer.checkpoint, genesis: answer.genesis,
                participants: answer.participants, types: answer.types,
                records: answer.records.map { record in
                    LoggedStatement(
                        index: record.logged.index, jws: record.logged.jws,
                        disclosures: Disclosure.join(disclosures[record.logged.index] ?? []),
                        proof: record.logged.proof, erased: record.logged.erased)
                }, erasures: answer.erasures, closing: closing)
            return try certificate.verify(under: session.trust)
        } catch { throw ClientError.package(error) }
    }

    /// The entry that closed the own book.
    private func index(closing book: BookName) async throws -> Int64 {
        var from: Int64? = 0
        while let start = from {
            let answer = try await session.connection.entries(
                from: start, issuer: session.handle, kind: .closeBook)
            for entry in answer.entries {
                guard let statement = try? Statement(parsing: entry.statement),
                    (statement.claims as? CloseBook)?.book == book
                else { continue }
                return entry.index
            }
            if let next = answer.next, next <= start { throw LogFault.outOfOrder(index: next) }
            from = answer.next
        }
        throw ClientError.noSuchBook(book)
    }
}
