import Rules
import Sharing
import TestSupport
import TestWorld
import Transparency
import Verification
import Wire

/// A log in memory: what a gateway does, without being one.
struct TestLog {
    struct Entry {
        let statement: Statement
        let disclosures: [Disclosure]
    }

    static let start = Timestamp(seconds: 1_790_000_000)!

    let origin: Origin
    var random: SeededGenerator
    let authority: Person
    let host: Person
    let signer: NoteSigner
    var now = TestLog.start
    /// Whether everything is registered, refused by the rules or not.
    var lawless = false
    private(set) var entries: [Entry] = []
    private var indices: [JTI: Int] = [:]
    private(set) var state = Slice()
    private(set) var digest: Digest<Digested.Genesis>?
    private var edge = TileEdge()
    private var tiles = TileSet()
    /// What the log's gateway asks.
    var texts: any PublishedTexts
    private(set) var published = RecordTypes.standard

    init(seed: UInt64 = 1, origin: String = "trine.example/alliance") throws {
        var random = SeededGenerator(seed: seed)
        self.origin = Origin(origin)!
        texts = TextShelf.standard(of: self.origin)
        authority = Person("alliance")
        host = Person("house")
        signer = NoteSigner(
            name: try KeyName(origin), key: SigningKey(seed: .random(count: 32, using: &random)))
        self.random = random
        let genesis = Genesis(
            of: self.origin, logKey: signer.verifierKey.text, authorities: [authority], host: host)
        let statement = try add(genesis, by: authority)
        digest = statement.digest.relabelled()
    }

    var log: Digest<Digested.Genesis> { digest! }
    var logTime: Timestamp { state[LogState.key]!.time }
    var trust: Trust {
        Trust(genesis: log, policy: TrustPolicy(trusting: signer.verifierKey))
    }

    /// Signs and registers a statement a second later. What the rules refuse is thrown, unless
    /// `forced`: then the log has it all the same, and the state doesn't.
    @discardableResult
    mutating func add(
        _ claims: some KindForm, selective: [Disclosure] = [], by party: Person,
        key: SigningKey? = nil,
        forced: Bool = false, disclosing: Bool = true
    ) throws -> Statement {
        now = now.advanced(by: 1)
        let signed = Statement.sign(
            claims, selective: selective,
            by: party.signer(origin, digest, with: key), at: now, jti: JTI(using: &random))
        try register(signed, forced: forced)
        return signed.statement
    }

    /// The disclosure of a reason.
    mutating func reason(_ reason: Reason) -> [Disclosure] {
        StatedReason(reason).disclosures(using: &random)
    }

    /// Has the host carry a call for a grant.
    @discardableResult
    mutating func ask(_ terms: RequestTerms, by asker: Person) throws -> Statement {
        let call = RequestCall.sign(
            terms, by: asker.signer(origin, digest), at: now, jti: JTI(using: &random))
        return try add(
            Request(), selective: CarriedCall<RequestTerms>(call).disclosures(using: &random),
            by: host)
    }

    /// Has the host carry a call that gives a grant back.
    @discardableResult
    mutating func giveBack(_ grant: JTI, by grantee: Person) throws -> Statement {
        let call = ReturnCall.sign(
            ReturnTerms(grant: grant, .givenBack), by: grantee.signer(origin, digest), at: now,
            jti: JTI(using: &random))
        return try add(
            Return(grant: grant),
            selective: CarriedCall<ReturnTerms>(call).disclosures(using: &random), by: host)
    }

    mutating func register(_ signed: SignedStatement, forced: Bool = false) throws {
        let statement = signed.statement
        let opened: (any SelectiveClaims)? =
            statement.kind == .record ? nil : try statement.opened(with: signed.disclosures)
        let candidate = Candidate(statement, selective: opened, index: Int64(entries.count))
        do {
            let admission = try Rules.decide(candidate, in: state, texts: texts)
            state.apply(admission.changes)
        } catch {
            guard forced || lawless else { throw error }
            if let record = statement.claims as? RegisterRecord {
                count(record.book, of: statement.issuer)
            }
        }
        append(signed.statement, signed.disclosures)
    }

    mutating func append(_ statement: Statement, _ disclosures: [Disclosure]) {
        indices[statement.jti] = indices[statement.jti] ?? entries.count
        entries.append(Entry(statement: statement, disclosures: disclosures))
        for tile in edge.append([Hash.leaf(statement.jws.bytes)]) { tiles.insert(tile) }
    }

    /// Puts another statement in the place of the last one.
    mutating func replaceLast(with statement: Statement) {
        replace(entries.dropLast() + [Entry(statement: statement, disclosures: [])])
    }

    /// Puts other entries in the place of all, with the tree over them.
    mutating func replace(_ others: [Entry]) {
        (entries, edge, tiles, indices) = ([], TileEdge(), TileSet(), [:])
        for entry in others { append(entry.statement, entry.disclosures) }
    }

    /// A book counts also a record that the rules refuse, where the log has it all the same.
    private mutating func count(_ book: BookName, of handle: Handle) {
        let key = BookState.key(handle, book)
        var value = BookState()
        if let known = state[key] { value = known }
        value.count += 1
        state[key] = value
    }

    /// A note over everything so far.
    func checkpoint(size: Int? = nil, at date: Timestamp? = nil) throws -> Note {
        let size = UInt64(size ?? entries.count)
        var edge = RightEdge()
        for entry in entries.prefix(Int(size)) { edge.append(Hash.leaf(entry.statement.jws.bytes)) }
        let checkpoint = try Checkpoint(origin: origin.text, size: size, root: edge.root)
        let clock = Cosigner(name: signer.verifierKey.name, key: Person.key("clock"))
        return try Note(
            parsing: date.map {
                checkpoint.signed(by: signer, at: UInt64($0.seconds), by: clock)
            } ?? checkpoint.signed(by: signer))
    }

    func index(of jti: JTI) -> Int { indices[jti]! }

    /// The entry with its proof for the log as it is now.
    func logged(
        _ index: Int, disclosing: Bool = false, erased: Bool = false
    ) throws -> LoggedStatement {
        let proof = try InclusionProof.build(
            index: UInt64(index), size: UInt64(entries.count), reading: tiles)
        return LoggedStatement(
            index: Int64(index), jws: entries[index].statement.jws.bytes,
            disclosures: disclosing ? Disclosure.join(entries[index].disclosures) : [],
            proof: proof.hashes, erased: erased)
    }

    func consistency(from size: Int) throws -> [Hash] {
        try ConsistencyProof.build(
            oldSize: UInt64(size), newSize: UInt64(entries.count), reading: tiles
        ).hashes
    }

    func point(at size: Int) throws -> TreePoint {
        var edge = RightEdge()
        for entry in entries.prefix(size) { edge.append(Hash.leaf(entry.statement.jws.bytes)) }
        return TreePoint(size: Int64(size), root: Digest(bytes: edge.root.bytes)!)
    }

    func book(_ party: Person, _ book: BookName) -> BookState {
        if let state = state[BookState.key(party.handle, book)] { state } else { BookState() }
    }
}

extension TestLog {
    @discardableResult
    mutating func admit(
        _ party: Person, _ roles: [Role], by authority: Person? = nil, scopes: [KeyScope] = [.all],
        forced: Bool = false
    ) throws -> Statement {
        let (claims, disclosures) = party.admission(
            as: roles, keys: [(party.key, scopes)], to: log, using: &random)
        return try add(
            claims, selective: disclosures, by: authority ?? self.authority, forced: forced)
    }

    func schedule(_ party: Person) -> KeySchedule {
        KeySchedule(vaults: [party.seed], log: log)
    }

    /// Seals an invoice of `amount` cents as the next record of its month's book.
    @discardableResult
    mutating func seal(
        _ party: Person, number: Int, day: String = "2026-09-17", amount: Int64 = 12_345,
        as type: RecordType = .invoice, in book: BookName? = nil, replacing: Statement? = nil,
        epoch: Int64 = 0, key: SigningKey? = nil, forced: Bool = false
    ) throws -> SealedRecord {
        let record = try Self.invoice(number: number, day: day, amount: amount, as: type)
        let book = book ?? record.book
        return try seal(
            party, record, in: book, at: self.book(party, book).count + 1, replacing: replacing,
            epoch: epoch, key: key, forced: forced)
    }

    /// Seals any record, at this number of its book.
    @discardableResult
    mutating func seal(
        _ party: Person, _ record: Record, in book: BookName? = nil, at number: Int64,
        replacing: Statement? = nil, epoch: Int64 = 0, key: SigningKey? = nil, forced: Bool = false
    ) throws -> SealedRecord {
        let place = SealedRecord.Place(
            book: book ?? record.book, number: number, epoch: epoch, replaces: replacing?.jti)
        now = now.advanced(by: 1)
        let sealed = try SealedRecord.seal(
            record, at: place, jti: JTI(using: &random),
            by: party.signer(origin, log, with: key), keys: schedule(party), time: now,
            using: &random)
        try register(SignedStatement(statement: sealed.statement, disclosures: []), forced: forced)
        return sealed
    }

    static func invoice(
        number: Int, day: String, amount: Int64, as type: RecordType = .invoice
    ) throws -> Record {
        let date = CalendarDate(day)!
        let total = try Amount(units: amount, currency: "EUR")
        return try Record(
            type: type, date: date,
            values: [
                "number": .text("R-\(number)"), "document_kind": .text("invoice"),
                "issue_date": .date(date), "currency": .text("EUR"),
                "due_date": .date(CalendarDate(daysSince1970: date.daysSince1970 + 30)),
                "seller_name": .text("Example GmbH"), "buyer_name": .text("Buyer \(number % 7)"),
                "tax_exclusive_amount": .amount(total), "payable_amount": .amount(total),
                "document": .document(mediaType: "application/xml", bytes: Array("<x/>".utf8)),
            ],
            businessKey: BusinessKey(
                documentKind: "invoice", seller: "DE123456789", number: "R-\(number)", date: date))
    }
}

extension TestLog {
    /// Has the authority publish a record type.
    @discardableResult
    mutating func publish(_ type: RecordType) throws -> Statement {
        var shelf = TextShelf([CedarPolicies.standard], types: published, of: origin)
        shelf.add(type, of: origin)
        texts = shelf
        let statement = try add(PublishType(type.published(origin: origin)), by: authority)
        published.add(type)
        return statement
    }

    /// The record types of these series, as a package has them.
    func types(of series: [Series]) throws -> [LoggedType] {
        let statements = entries.enumerated().compactMap { index, entry in
            (entry.statement.claims as? PublishType).map { ($0.type, index) }
        }
        let places = Dictionary(uniqueKeysWithValues: statements)
        return try published.all.filter { series.contains($0.series) }.map { type in
            let index = places[type.published(origin: origin)]
            return LoggedType(
                statement: try index.map { try logged($0) },
                document: String(decoding: type.document(origin: origin), as: UTF8.self))
        }
    }
}
