import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Statements as the parties would make them, each of whose parts a test can change.
extension Chain {
    static let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]

    static func months(_ from: String, _ to: String, _ series: Series = .invoices) -> Scope {
        .months(series, Month(from)!...Month(to)!)
    }

    static func range(_ book: String, _ from: Int64, _ to: Int64) -> RecordRange {
        RecordRange(book: BookName(book)!, from: from, to: to)!
    }

    /// The next record of a book, of a document not seen before.
    mutating func record(
        _ book: String, number: Int64? = nil, epoch: Int64 = 0,
        source: Digest<Digested.Source>? = nil, replaces: JTI? = nil,
        by person: Person = .enterprise,
        with key: SigningKey? = nil, holder: VerificationKey? = nil, vct: String? = nil,
        fieldCount: Int? = nil, integrity: TypeIntegrity? = nil,
        status: StatusReference? = nil, at time: Timestamp? = nil
    ) -> SignedStatement {
        let name = BookName(book)!
        let type = RecordTypes.standard.of(name.series).first ?? .invoice
        let number = number ?? self.book(book, of: person).count + 1
        let claims = RegisterRecord(
            vct: vct ?? type.vct(origin: Self.origin),
            integrity: integrity ?? type.integrity(origin: Self.origin), book: name, number: number,
            epoch: epoch,
            source: source ?? Digest(bytes: (jti().bytes + jti().bytes))!, replaces: replaces,
            fieldsRoot: Digest(hashing: []), holder: (holder ?? person.key.verificationKey).named,
            status: status
                ?? StatusReference(
                    of: number, in: name, of: person.handle, origin: Self.origin))
        let digests = (0..<(fieldCount ?? type.sealedNames.count)).map { index in
            Disclosure(salt: .init(using: &random), name: "f\(index)", value: .null)
        }
        return Statement.sign(
            claims, selective: digests,
            by: Signer(
                origin: Self.origin, handle: person.handle, log: genesis, key: key ?? person.key),
            at: time ?? now, jti: jti())
    }

    /// Registers records that nothing stands against, and gives their `jti`s.
    mutating func register(
        _ count: Int = 1, in book: String, epoch: Int64 = 0, by person: Person = .enterprise
    ) -> [JTI] {
        (0..<count).map { _ in
            let signed = record(book, epoch: epoch, by: person)
            let refusal = submit(signed)
            if let refusal { Issue.record("\(refusal)") }
            return signed.statement.jti
        }
    }

    mutating func closing(
        _ book: String, count: Int64? = nil, root: Digest<Digested.Book>? = nil,
        by person: Person = .enterprise, with key: SigningKey? = nil
    ) -> SignedStatement {
        let state = self.book(book, of: person)
        return sign(
            CloseBook(BookName(book)!, count: count ?? state.count, root: root ?? state.root),
            by: person, with: key)
    }

    mutating func erasure(
        _ target: Erase.Target, by person: Person = .enterprise
    ) -> SignedStatement {
        sign(Erase(target), StatedReason(.retentionEnded), by: person)
    }

    /// A request, and the call in it, by somebody.
    mutating func request(
        by person: Person = .lender, to holder: Person = .enterprise, right: Right = .read,
        purpose: Purpose = .creditAssessment, scope: Scope = months("2026-01", "2026-12"),
        subject: GrantSubject = .fields(fields), from: Int64 = 0, until end: Int64 = 86_400,
        carriedBy host: Person = .host
    ) -> SignedStatement {
        let call = asking(
            by: person, to: holder, right: right, purpose: purpose, scope: scope, subject: subject,
            from: from, until: end)
        return sign(Request(), CarriedCall<RequestTerms>(call), by: host)
    }

    mutating func asking(
        by person: Person = .lender, to holder: Person = .enterprise, right: Right = .read,
        purpose: Purpose = .creditAssessment, scope: Scope = months("2026-01", "2026-12"),
        subject: GrantSubject = .fields(fields), from: Int64 = 0, until end: Int64 = 86_400,
        with key: SigningKey? = nil, at time: Timestamp? = nil, jti: JTI? = nil,
        log: Digest<Digested.Genesis>? = nil, origin: Origin = Chain.origin
    ) -> JWS {
        RequestCall.sign(
            RequestTerms(
                purpose, to: holder.handle, right: right, scope: scope, subject: subject,
                notBefore: now.advanced(by: from), expires: now.advanced(by: end), fetches: 3,
                dataLife: 0),
            by: person.signer(origin, log ?? genesis, with: key), at: time ?? now,
            jti: jti ?? self.jti())
    }

    /// A grant given back, and the call in it, by its grantee unless told otherwise.
    mutating func giveBack(
        _ grant: JTI, by person: Person = .lender, carriedBy host: Person = .host
    ) -> SignedStatement {
        let call = givingBack(grant, by: person)
        return sign(Return(grant: grant), CarriedCall<ReturnTerms>(call), by: host)
    }

    mutating func givingBack(
        _ grant: JTI, by person: Person = .lender, with key: SigningKey? = nil,
        at time: Timestamp? = nil, jti: JTI? = nil, log: Digest<Digested.Genesis>? = nil
    ) -> JWS {
        ReturnCall.sign(
            ReturnTerms(grant: grant, .givenBack),
            by: person.signer(Chain.origin, log ?? genesis, with: key), at: time ?? now,
            jti: jti ?? self.jti())
    }

    mutating func granting(
        to grantee: Person = .lender, by person: Person = .enterprise, right: Right = .read,
        purpose: Purpose = .creditAssessment, scope: Scope = months("2026-01", "2026-12"),
        subject: GrantSubject = .fields(fields), from: Int64 = 0, until end: Int64 = 86_400,
        fetches: Int64 = 3, epochs: [Int64] = [0], policies: Digest<Digested.Policies>? = nil,
        request: JTI? = nil, at size: Int64? = nil, with key: SigningKey? = nil,
        recipientKey: Digest<Digested.EncryptionKey>? = nil
    ) -> SignedStatement {
        let point = size ?? (right == .prove ? self.size : nil)
        return sign(
            Grant(
                right: right, purpose: purpose, notBefore: now.advanced(by: from),
                expires: now.advanced(by: end),
                policies: policies ?? log?.policies ?? CedarPolicies.standard.digest,
                envelope: Digest(hashing: jti().bytes),
                at: point.map { .init(size: $0, root: Digest(hashing: [])) }),
            GrantTerms(
                to: grantee.handle, recipientKey: recipientKey ?? grantee.encryptionKey.digest,
                scope: scope, subject: subject, fetches: fetches,
                dataLife: 0,
                epochs: scope.series.map { SeriesEpochs(series: $0, counts: epochs) },
                request: request), by: person, with: key)
    }

    /// Registers a grant that nothing stands against.
    mutating func granted(
        to grantee: Person = .lender, by person: Person = .enterprise,
        scope: Scope = months("2026-01", "2026-12"), subject: GrantSubject = .fields(fields),
        right: Right = .read, from: Int64 = 0, until end: Int64 = 86_400, fetches: Int64 = 3,
        epochs: [Int64] = [0]
    ) -> JTI {
        let signed = granting(
            to: grantee, by: person, right: right, scope: scope, subject: subject, from: from,
            until: end, fetches: fetches, epochs: epochs)
        let refusal = submit(signed)
        if let refusal { Issue.record("\(refusal)") }
        return signed.statement.jti
    }

    /// Sealed to the grantee's key of now, unless told otherwise.
    mutating func rekeying(
        _ grant: JTI, epochs: [Int64], of others: [Series]? = nil, by person: Person = .enterprise,
        recipientKey: Digest<Digested.EncryptionKey>? = nil
    ) -> SignedStatement {
        let grantee = state[GrantState.key(grant)]?.terms?.to ?? Person.lender.handle
        let current = state[ParticipantState.key(grantee)]?.encryptionKey
        let series = others ?? state[GrantState.key(grant)]?.terms?.scope.series ?? [.invoices]
        return sign(
            Rekey(grant: grant, envelope: Digest(hashing: jti().bytes)),
            RekeyTerms(
                epochs: series.map { SeriesEpochs(series: $0, counts: epochs) },
                recipientKey: recipientKey ?? current ?? Digest(hashing: [])),
            by: person)
    }

    mutating func revocation(_ grant: JTI, by person: Person = .enterprise) -> SignedStatement {
        sign(Revoke(grant: grant), StatedReason(.consentWithdrawn), by: person)
    }

    /// An access, and the fetch in it, that say exactly what is the case unless told otherwise.
    mutating func access(
        _ grant: JTI, fetch: JWS? = nil, served: Served? = nil, by person: Person = .host,
        at time: Timestamp? = nil
    ) -> SignedStatement {
        let served = served ?? self.served()
        let fetch = fetch ?? self.fetch(grant)
        return sign(
            Access(grant: grant), AccessTerms(fetch: fetch, served: served), by: person,
            at: time)
    }

    mutating func fetch(
        _ grant: JTI?, by person: Person = .lender, fields: [FieldName] = fields,
        ranges: [RecordRange] = [], with key: SigningKey? = nil, at time: Timestamp? = nil,
        jti: JTI? = nil, log: Digest<Digested.Genesis>? = nil, origin: Origin = Chain.origin
    ) -> JWS {
        Fetch.sign(
            grant: grant, fields: fields, ranges: ranges,
            by: person.signer(origin, log ?? genesis, with: key), at: time ?? now,
            jti: jti ?? self.jti(),
            opener: FetchOpener(bytes: [UInt8](repeating: 3, count: FetchOpener.byteCount))!
        ).jws
    }

    /// What is served: by default one range of one book, and all books stated as they are.
    func served(
        fields: [FieldName] = fields + ["tax_exclusive_amount_commitment"],
        ranges: [RecordRange] = [range("invoices/2026-02", 1, 2)], books: [Served.BookState]? = nil,
        of person: Person = .enterprise
    ) -> Served {
        let existing = state.values.keys.compactMap { key -> BookName? in
            guard case .book(person.handle, let name) = key.name else { return nil }
            return name
        }
        let named = Set(existing + ranges.map(\.book)).sorted()
        return Served(fields: fields, ranges: ranges, books: books ?? stated(named, of: person))
    }

    /// The books as they are.
    func stated(_ names: [BookName], of person: Person = .enterprise) -> [Served.BookState] {
        names.map { name in
            let book = self.book(name.description, of: person)
            return Served.BookState(
                book: name, count: book.count, epoch: book.epoch, closed: book.closed)
        }
    }
}
