import Commitments
import Rules
import Sharing
import TestWorld
import Transparency
import Verification
import Wire

/// Three invoices of a month, about which something is proven; as it should be, or with one twist.
struct ProofStory {
    enum Twist: CaseIterable {
        // The proof was made for something else.
        case otherLog, otherTreeSize, otherTreeRoot, otherGrantee, otherGrant, otherPurpose
        case otherExpiry, otherRecords, otherStatement
        // The grant says something that can't be proven.
        case notAStatement, notCanonical, notProvable, noValue, otherUnit, otherRecord, tooHeavy
        // The records aren't those of the list any more, or never were.
        case superseded, supersededButServed, erased, leftOut, notServed, listedLater, months
        // One that doesn't belong here.
        case otherSeries, otherType
        // The list isn't fixed.
        case noPoint, laterPoint, strangePoint
        // The proof isn't one.
        case noProof, twoProofs, cutProof, longProof, hugeProof
    }

    static let book = BookName("invoices/2026-09")!
    static let statements = [
        "sum(tax_exclusive_amount) >= 328.45 EUR",
        "each(payable_amount) between 0 and 200 EUR",
        "equal(invoices/2026-09#1.payable_amount, invoices/2026-09#1.tax_exclusive_amount)",
    ]
    static let used: [FieldName] = ["payable_amount_commitment", "tax_exclusive_amount_commitment"]

    var log: TestLog
    let twist: Twist?
    let acme: Person
    let northbank: Person
    var records: [SealedRecord] = []
    var erasures: [Statement] = []
    var grant: Statement!
    var access: Statement!
    var fetch: JWS!
    var envelope: Envelope!
    var at: TreePoint!

    /// `count` invoices, the fourth of 4 euros and so on.
    init(_ twist: Twist? = nil, statements: [String] = statements, count: Int = 3) throws {
        self.twist = twist
        log = try TestLog(seed: 11)
        acme = Person("e-acme")
        northbank = Person("northbank")
        try log.admit(acme, [.enterprise])
        try log.admit(northbank, [.lender])
        let first: [(Int, Int64)] = [(1, 12_345), (2, 20_000), (3, 500)]
        let more = count > 3 ? (4...count).map { ($0, Int64($0 * 100)) } : []
        for (number, amount) in first + more {
            if twist == .listedLater, number == 3 { at = try log.point(at: log.entries.count) }
            records.append(try log.seal(acme, number: number, amount: amount))
        }
        if at == nil { at = try log.point(at: log.entries.count) }
        try giveGrant(Self.texts(twist) ?? statements)
        switch twist {
        case .superseded, .supersededButServed:
            records.append(
                try log.seal(
                    acme, number: 1, amount: 1, replacing: records[0].statement))
        case .otherSeries:
            records.append(
                try log.seal(
                    acme, number: 4, in: BookName("bills/2026-09")!, forced: true))
        case .otherType: records.append(try log.seal(acme, number: 4, as: .bill))
        case .erased:
            erasures.append(
                try log.add(
                    Erase(.record(records[0].statement.jti)),
                    selective: log.reason(.enteredInError), by: acme))
        default: break
        }
        try serve()
    }

    private static func texts(_ twist: Twist?) -> [String]? {
        switch twist {
        case .notAStatement: ["sum(tax_exclusive_amount) > 1 EUR"]
        case .notCanonical: ["sum(tax_exclusive_amount) >= 1.00 EUR"]
        case .notProvable: ["sum(due_date) >= 1 EUR"]
        case .noValue: ["sum(tax_amount) >= 1 EUR"]
        case .otherUnit: ["sum(tax_exclusive_amount) >= 1 USD"]
        case .otherRecord:
            ["equal(invoices/2026-09#1.payable_amount, invoices/2026-09#4.payable_amount)"]
        case .tooHeavy: ["score(65536*payable_amount EUR) >= 1"]
        default: nil
        }
    }

    private mutating func giveGrant(_ texts: [String]) throws {
        let jti = JTI(using: &log.random)
        log.now = log.now.advanced(by: 1)
        let expires = log.now.advanced(by: 30 * 86_400)
        var proofs = [try proof(texts, jti, expires)]
        switch twist {
        case .noProof: proofs = []
        case .twoProofs: proofs += proofs
        case .cutProof: proofs[0].removeLast()
        case .longProof: proofs[0].append(0)
        case .hugeProof: proofs[0] = [UInt8](repeating: 0, count: PackageProof.maximumBytes + 1)
        default: break
        }
        let schedule = log.schedule(acme)
        let fields = Self.used + ["tax_amount_commitment"]
        let key = { (field: FieldName, record: SealedRecord) in
            schedule.fieldKey(
                type: "invoice", field: field, epoch: 0, month: Self.book.month,
                record: record.statement.jti)
        }
        // As our program does it; a twisted one names each record.
        let listed = fields.map { field in
            GrantedKeys.Listed(field: field.text, keys: records.map { key(field, $0) })
        }
        let singles = fields.flatMap { field in
            records.map { record in
                GrantedKeys.Single(
                    field: field.text, record: record.statement.jti,
                    key: key(field, record))
            }
        }
        envelope = try Envelope.seal(
            twist == nil
                ? GrantedKeys(listed: listed, proofs: proofs)
                : GrantedKeys(singles: singles, proofs: proofs),
            context: .init(
                log: log.log, statement: jti, issuer: acme.handle, grantee: northbank.handle,
                recipient: northbank.decryption.encryptionKey))
        let scope =
            twist == .months
            ? Scope.months(.invoices, Self.book.month...Self.book.month)
            : .records([RecordRange(book: Self.book, from: 1, to: Int64(records.count))!])
        let terms = GrantTerms(
            to: northbank.handle, recipientKey: northbank.encryptionKey.digest, scope: scope,
            subject: .statements(texts), fetches: 10,
            dataLife: 86_400, epochs: [.init(series: .invoices, counts: [0])])
        var stated: TreePoint? = at
        if twist == .noPoint { stated = nil }
        if twist == .laterPoint {
            stated = TreePoint(size: Int64(log.entries.count + 1), root: at.root)
        }
        if twist == .strangePoint {
            stated = TreePoint(size: at.size, root: Digest(hashing: [1]))
        }
        let signed = Statement.sign(
            Grant(
                right: .prove, purpose: .creditAssessment, notBefore: log.now,
                expires: expires, policies: CedarPolicies.standard.digest,
                envelope: envelope.digest, at: stated),
            selective: terms.disclosures(using: &log.random),
            by: acme.signer(log.origin, log.log),
            at: log.now, jti: jti)
        try log.register(signed, forced: twist != nil)
        grant = signed.statement
    }

    /// An honest proof, made for what the twist says.
    private mutating func proof(
        _ texts: [String], _ jti: JTI, _ expires: Timestamp
    ) throws -> [UInt8] {
        var texts = texts
        if twist == .otherStatement { texts[0] = "sum(tax_exclusive_amount) >= 328.44 EUR" }
        guard let statements = try? texts.map({ try ProofStatement(canonical: $0) }) else {
            return [1]
        }
        let other = Digest<Digested.Genesis>(hashing: [9])
        var at = at!
        if twist == .otherTreeSize { at = .init(size: at.size - 1, root: at.root) }
        if twist == .otherTreeRoot { at = .init(size: at.size, root: Digest(hashing: [9])) }
        let terms = ProofTerms(
            log: twist == .otherLog ? other : log.log, at: at,
            grantee: twist == .otherGrantee ? acme.handle : northbank.handle,
            grant: twist == .otherGrant ? JTI(using: &log.random) : jti,
            purpose: twist == .otherPurpose ? .audit : .creditAssessment,
            expires: twist == .otherExpiry ? expires.advanced(by: 1) : expires)
        var listed = records
        if twist == .otherRecords { listed.swapAt(1, 2) }
        let (proven, openings) = try Self.witness(listed, log.schedule(acme), log.log)
        guard let assembly = try? ProofAssembly(statements, of: proven, for: terms) else {
            return [1]
        }
        return try assembly.assertion.prove(
            assembly.places.map { openings[$0.record][$0.field]! }, using: &log.random)
    }

    /// What the enterprise itself knows of its records.
    static func witness(
        _ records: [SealedRecord], _ schedule: KeySchedule, _ log: Digest<Digested.Genesis>
    ) throws -> ([ProofRecord], [[String: Opening]]) {
        var proven: [ProofRecord] = []
        var openings: [[String: Opening]] = []
        for record in records {
            let jti = record.statement.jti
            let context = FieldContext(
                log: log, issuer: record.statement.issuer, book: record.claims.book, record: jti)
            let opened = try OpenedFields(
                record.statement, of: .standard,
                disclosures: record.fields.fields.map { field in
                    try field.open(
                        key: schedule.fieldKey(
                            type: RecordTypes.standard.of(record.claims.book.series)[0].name,
                            field: field.name, epoch: 0, month: record.claims.book.month,
                            record: jti), context: context)
                })
            proven.append(
                ProofRecord(
                    book: record.claims.book, number: record.claims.number, jti: jti,
                    digest: record.statement.digest, standing: .current,
                    commitments: opened.commitmentsByField))
            var amounts: [String: Opening] = [:]
            for disclosure in opened.disclosures {
                amounts[disclosure.name] = opened.opening(disclosure.name)
            }
            openings.append(amounts)
        }
        return (proven, openings)
    }

    private var servedFields: [FieldName] {
        twist == .noValue ? ["tax_amount_commitment"] : Self.used
    }

    private mutating func serve() throws {
        log.now = log.now.advanced(by: 1)
        fetch =
            Fetch.sign(
                grant: grant.jti, fields: servedFields, ranges: [],
                by: northbank.signer(log.origin, log.log),
                at: log.now, jti: JTI(using: &log.random), opener: FetchOpener(using: &log.random)
            ).jws
        let first: Int64 =
            [.superseded, .erased, .leftOut, .notServed].contains(twist) ? 2 : 1
        let state = log.book(acme, Self.book)
        let last = [.superseded, .supersededButServed].contains(twist) ? 3 : state.count
        let served = Served(
            fields: servedFields, ranges: [RecordRange(book: Self.book, from: first, to: last)!],
            books: [
                .init(
                    book: Self.book, count: state.count, epoch: state.epoch, closed: state.closed)
            ])
        access = try log.add(
            Access(grant: grant.jti),
            selective: AccessTerms(fetch: fetch, served: served)
                .disclosures(using: &log.random), by: log.host, forced: twist != nil)
    }

    func answer() throws -> FetchAnswer {
        let served = try Served.of(access, in: log)
        let records = twist == .leftOut ? Array(records.dropFirst()) : records
        return FetchAnswer(
            checkpoint: try log.checkpoint(), genesis: try log.logged(0),
            granted: .init(
                access: try log.logged(log.index(of: access.jti), disclosing: true),
                grant: try log.logged(log.index(of: grant.jti), disclosing: true), rekey: nil,
                envelope: envelope),
            participants: [try log.logged(1), try log.logged(2)],
            types: try log.types(of: [.invoices]),
            records: try records.map { record in
                let isServed = served.ranges[0].contains(record.claims.number)
                return FetchAnswer.Record(
                    logged: try log.logged(log.index(of: record.statement.jti)),
                    fields: isServed
                        ? record.fields.fields.filter { served.fields.contains($0.name) } : [])
            },
            erasures: try erasures.map { try log.logged(log.index(of: $0.jti)) })
    }

    func opened() throws -> VerifiedPackage {
        try answer().open(
            with: [northbank.decryption], under: log.trust, expecting: fetch,
            consistency: try log.consistency(from: Int(at.size)))
    }
}
