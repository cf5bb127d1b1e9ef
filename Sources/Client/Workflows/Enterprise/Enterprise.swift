import Custody
public import Rules
public import Sharing
public import Verification
import Wire

/// What an enterprise does with its records: seal them into books, read them, close books, grant,
/// revoke, erase.
public struct Enterprise: Sendable {
    public let session: Session

    /// Throws ``ClientError/notInRole(_:have:)``.
    public init(_ session: Session) throws(ClientError) {
        let roles = session.configuration.roles
        guard roles.contains(.enterprise) else { throw .notInRole(.enterprise, have: roles) }
        self.session = session
    }

    /// A book and how far it has got.
    public struct Book: Hashable, Sendable {
        public let name: BookName
        public let state: BookState
    }

    /// The own books, by month and series.
    public func books() async throws -> [Book] {
        try await session.sync().books.map { Book(name: $0.key, state: $0.value) }
            .sorted { $0.name < $1.name }
    }

    /// The records of one book, or of all, by book and number.
    public func records(in book: BookName? = nil) async throws -> [OwnRecord] {
        let view = try await session.sync()
        guard let book else { return try view.records(ofBooks: { _ in true }) }
        guard try view.book(book) != nil else { throw ClientError.noSuchBook(book) }
        return try view.records(of: book)
    }

    /// One own record, decrypted: fetched from the gateway, verified, opened with the own keys.
    ///
    /// `fields` are all of its type where `nil`. Throws ``ClientError/noSuchRecord(_:)``,
    /// ``ClientError/erased(_:)`` and ``ClientError/package(_:)``.
    public func show(
        _ place: RecordNumber, fields: [FieldName]? = nil
    ) async throws -> VerifiedRecord {
        let view = try await session.sync()
        guard let record = try view.record(place.book, Int64(place.number)) else {
            throw ClientError.noSuchRecord(place.description)
        }
        if record.erased { throw ClientError.erased(record.name) }
        guard let known = view.types.fields(of: place.book.series),
            let range = RecordRange(book: place.book, from: record.number, to: record.number)
        else { throw ClientError.noSuchRecord(place.description) }
        let names = fields ?? known.newest.fields.map(\.name)
        let unknown = names.filter { known.field($0) == nil }
        guard unknown.isEmpty, let complete = known.withCommitments(names) else {
            throw ClientError.unknownFields(unknown.map(\.text), known.newest)
        }
        let opened = try await read([range], fields: complete)
        guard let shown = opened.first(where: { $0.statement.jti == record.jti }),
            shown.fields != nil
        else { throw ClientError.noSuchRecord(place.description) }
        return shown
    }

    /// Some fields of an own record as an SD-JWT VC (RFC 9901) that anybody verifies with the own key;
    /// bound to a verifier's question where it asks one.
    ///
    /// This tells whoever gets it the fields, and leaves no trace in the log: for somebody who is to
    /// be held to a purpose and a time there are grants. Throws as ``show(_:fields:)`` does, and
    /// ``ClientError/keyElsewhere(_:)``.
    public func present(
        _ place: RecordNumber, fields: [FieldName], to demand: KeyBindingDemand?
    ) async throws -> Presentation {
        let shown = try await show(place, fields: fields)
        let presentation = Presentation(
            shown.statement, disclosures: shown.fields?.disclosures ?? [])
        guard let demand else { return presentation }
        guard let key = session.keyring.holderKey(for: shown.claims.holder) else {
            throw ClientError.keyElsewhere(place.description)
        }
        return try presentation.bound(to: demand, at: session.now, with: key)
    }

    /// Own records, by a fetch without a grant: nothing is entered in the log.
    func read(_ ranges: [RecordRange], fields: [FieldName]) async throws -> [VerifiedRecord] {
        let call = Fetch.sign(
            grant: nil, fields: fields, ranges: ranges, by: try session.signer(.open),
            at: session.now, jti: session.newJTI(), opener: .random())
        let schedule = try await session.schedule()
        let answer = try await session.connection.fetch(call)
        _ = try await session.keeper.accept(answer.checkpoint)
        do {
            return try answer.openOwn(
                as: session.handle, with: schedule, fields: fields, under: session.trust)
        } catch { throw ClientError.package(error) }
    }

    /// Closes a book: states how many records it has and which. Nothing can be added afterwards.
    ///
    /// A book without records can be closed too. Throws ``ClientError/bookClosed(_:)`` and, before
    /// anything is signed, ``ClientError/forbidden(policies:reasons:)``.
    public func close(_ book: BookName) async throws -> Registration {
        _ = try await session.flush()
        let state = try await closing(book).state
        return try await session.register(
            CloseBook(book, count: state.count, root: state.root), by: .close)
    }

    /// Erases a record's fields: the gateway throws their keys away. The chain keeps salted digests.
    ///
    /// Throws ``ClientError/forbidden(policies:reasons:)`` before anything is signed, and
    /// ``ClientError/underLegalHold(_:)`` for a hold that no policy forbids to break: the rules do.
    public func erase(_ place: RecordNumber, _ reason: Reason) async throws -> Registration {
        _ = try await session.flush()
        let record = try await erasable(place)
        return try await session.register(
            Erase(.record(record.jti)), selective: StatedReason(reason))
    }
}
