public import Importing
import Rules
public import Sharing
import Wire

extension Enterprise {
    /// Registers what a document says now in the place of an own record: the new one takes the next
    /// number of its book and names the one that it replaces, which stays readable and doesn't count
    /// any more.
    ///
    /// The document may have the business key of the old one or another. Throws
    /// ``ClientError/noSuchRecord(_:)``, ``ClientError/erased(_:)``, ``ClientError/correction(_:)``,
    /// and before anything is signed ``ClientError/forbidden(policies:reasons:)``.
    public func correct(_ place: RecordNumber, with path: String) async throws -> Registration {
        let view = try await prepareToSign()
        guard let old = try view.record(place.book, Int64(place.number)) else {
            throw ClientError.noSuchRecord(place.description)
        }
        if old.erased { throw ClientError.erased(old.name) }
        if let jti = old.replacedBy, let later = try view.record(jti) {
            throw ClientError.correction(.replaced(by: later.name))
        }
        let record = try document(
            path, for: place.book.series, as: try await identifiers(), of: view.types)
        guard let book = try view.openBook(record.type.series, from: record.month) else {
            throw ClientError.bookClosed(record.book)
        }
        let handle = session.handle
        try await session.permission { (known) throws(ClientError) in
            known.sealing(in: book, by: try known.entity(handle))
        }
        let time = max(session.now, view.time).advanced(by: Self.epochMarginSeconds)
        var random = session.surroundings.random
        let sealed = try SealedRecord.seal(
            record,
            at: .init(
                book: book, number: (try view.book(book)?.count ?? 0) + 1,
                epoch: try view.requiredEpoch(book.series, book.month, at: time),
                replaces: old.jti),
            jti: session.newJTI(), by: try session.signer(.seal),
            holder: try await session.holder(),
            keys: try await session.schedule(), time: session.now, using: &random)
        return try await session.register(
            SignedStatement(statement: sealed.statement, disclosures: []),
            blob: sealed.fields.encoded)
    }

    /// The one record that the file at `path` makes in this series.
    private func document(
        _ path: String, for series: Series, as identifiers: RegisteredIdentifiers,
        of types: RecordTypes
    ) throws -> Record {
        guard let bytes = DocumentFiles([path]).files.first?.read() else {
            throw ClientError.correction(.unreadable)
        }
        let outcome = Importer.records(
            from: bytes, named: path, for: identifiers, of: types,
            by: try session.home.mappings().all)
        switch outcome {
        case .failure(let refusal): throw ClientError.correction(.refused(refusal))
        case .success(let records):
            let fitting = records.filter { $0.type.series == series }
            guard fitting.count == 1 else {
                throw ClientError.correction(.notOne(fitting.count, in: series))
            }
            return fitting[0]
        }
    }
}

/// Why a document corrects no record.
public enum CorrectionFault: Error, Equatable, Sendable {
    /// The record was corrected before; this one counts.
    case replaced(by: String)
    case unreadable
    case refused(ImportRefusal)
    /// A file makes so many records of the series, and not one.
    case notOne(Int, in: Series)
}
