import Commitments
import Rules
import Sharing
import TestWorld
import Transparency
import Verification
import Wire

/// A bank's statement with its entries, and two invoices that some of them pay: a lender gets a proof that all
/// of it belongs together; as it should be, or with one twist.
struct LinkStory {
    enum Twist {
        /// The grant's statement doesn't say which records.
        case notListed
        /// It has the digest of another list.
        case otherDigest
        /// An invoice was corrected after the grant.
        case superseded
    }

    static let month = "2026-09"
    static let texts = [
        "linked(balances)", "linked(settles-by-reference) days between -15 and 60",
        "total(bank/2026-09#3.amount, bank/2026-09#4.amount) = 0 EUR",
    ]
    static let groups = [
        [group(["statements/2026-09#1"], (1...4).map { "bank/2026-09#\($0)" })],
        [
            group(["invoices/2026-09#1"], ["bank/2026-09#1"]),
            group(["invoices/2026-09#2"], ["bank/2026-09#2"]),
        ],
    ]

    var log: TestLog
    let acme = Person("e-acme")
    let northbank = Person("northbank")
    private(set) var records: [SealedRecord] = []
    private var grant: Statement!
    private var access: Statement!
    private var fetch: JWS!
    private var envelope: Envelope!
    private let at: TreePoint
    private let links: [LinkList]

    init(_ twist: Twist? = nil) throws {
        log = try TestLog(seed: 12)
        try log.admit(acme, [.enterprise])
        try log.admit(northbank, [.lender])
        for record in try Self.documents() {
            let number = log.book(acme, record.book).count + 1
            records.append(try log.seal(acme, record, at: number))
        }
        at = try log.point(at: log.entries.count)
        var random = log.random
        links = Self.groups.map { LinkList($0, using: &random) }
        log.random = random
        var statements = try Self.texts.map { try ProofStatement(parsing: $0) }
        for (position, list) in links.enumerated() {
            guard case .linked(let link) = statements[position] else { continue }
            let own = twist == .otherDigest ? LinkList(list.groups, using: &log.random) : list
            if twist != .notListed { statements[position] = .linked(link.listing(own)!) }
        }
        try giveGrant(statements, twist)
        if twist == .superseded {
            let changed = try TestLog.invoice(number: 1, day: "2026-09-01", amount: 1)
            records.append(try log.seal(acme, changed, at: 3, replacing: records[1].statement))
        }
        try serve(statements, forced: twist != nil)
    }

    static func group(_ first: [String], _ second: [String]) -> LinkedGroup {
        LinkedGroup(first.map { RecordNumber($0)! }, second.map { RecordNumber($0)! })
    }

    // MARK: Records

    /// One statement, two invoices, and four entries of which the last two cancel each other.
    private static func documents() throws -> [Record] {
        let entries: [(Int64, String, String?)] = [
            (12_345, "2026-09-20", "RF18 5390"), (20_000, "2026-09-30", "RF43-77"),
            (-5_000, "2026-09-21", nil), (5_000, "2026-09-22", nil),
        ]
        return [
            try statement(), try invoice(1, 12_345, "RF185390"), try invoice(2, 20_000, "RF4377"),
        ]
            + (try entries.enumerated().map { number, entry in
                try self.entry(number + 1, entry.0, entry.1, entry.2)
            })
    }

    private static func invoice(
        _ number: Int, _ amount: Int64, _ reference: String
    ) throws -> Record {
        let plain = try TestLog.invoice(number: number, day: "2026-09-01", amount: amount)
        return try Record(
            type: plain.type, date: plain.date,
            values: plain.values.merging(["payment_reference": .text(reference)]) { $1 },
            businessKey: plain.businessKey)
    }

    private static func statement() throws -> Record {
        let end = CalendarDate("2026-09-30")!
        return try Record(
            type: type("statements"), date: end,
            values: [
                "account": .text("DE00 1000 0000 0000 0000 01"), "statement_id": .text("2026/9"),
                "period_start": .date(CalendarDate("2026-09-01")!), "period_end": .date(end),
                "currency": .text("EUR"), "opening_balance": try euros(100_000),
                "closing_balance": try euros(132_345),
                "entries": .quantity(try Quantity(thousandths: 4_000, unit: "C62")),
                "source_digest": .text(String(repeating: "0", count: 64)),
            ],
            businessKey: try BusinessKey(
                of: type("statements"),
                [
                    "account": "DE001", "statement": "2026/9", "period_end": "\(end)",
                    "ordinal": "1",
                ]))
    }

    private static func entry(
        _ number: Int, _ amount: Int64, _ day: String, _ reference: String?
    ) throws -> Record {
        let date = CalendarDate(day)!
        return try Record(
            type: type("bank"), date: date,
            values: [
                "account": .text("DE00100000000000000001"), "statement_id": .text("2026-9"),
                "booking_date": .date(date), "amount": try euros(amount), "currency": .text("EUR"),
                "creditor_reference": reference.map { .text($0) } ?? .null,
                "source_digest": .text(String(repeating: "0", count: 64)),
            ],
            businessKey: try BusinessKey(
                of: type("bank"),
                [
                    "account": "DE001", "booking_date": day, "amount": "\(amount)",
                    "identity": "\(number)", "ordinal": "1",
                ]))
    }

    private static func type(_ series: String) -> RecordType {
        RecordTypes.standard.of(Series(rawValue: series)!)[0]
    }

    private static func euros(_ units: Int64) throws -> FieldValue {
        .amount(try Amount(units: units, currency: "EUR"))
    }

    // MARK: Grant and access

    private var ranges: [RecordRange] {
        [("bank", 4), ("invoices", 2), ("statements", 1)].map { series, count in
            RecordRange(book: BookName("\(series)/\(Self.month)")!, from: 1, to: count)!
        }
    }

    /// The records as the scope lists them.
    private var listed: [SealedRecord] { Array(records[3...6]) + records[1...2] + [records[0]] }

    private func fields(_ statements: [ProofStatement]) -> [FieldName] {
        let known = RecordTypes.standard.fields(of: ranges.map(\.book.series))!
        return known.commitments(beside: statements.flatMap(\.fields))
    }

    private mutating func giveGrant(_ statements: [ProofStatement], _ twist: Twist?) throws {
        let jti = JTI(using: &log.random)
        log.now = log.now.advanced(by: 1)
        let expires = log.now.advanced(by: 30 * 86_400)
        let schedule = log.schedule(acme)
        let keys = fields(statements).map { field in
            GrantedKeys.Listed(
                field: field.text,
                keys: listed.map { record in
                    let book = record.claims.book
                    return schedule.fieldKey(
                        type: Self.type(book.series.rawValue).name, field: field, epoch: 0,
                        month: book.month, record: record.statement.jti)
                })
        }
        envelope = try Envelope.seal(
            GrantedKeys(
                listed: keys,
                proofs: [twist == nil ? try proof(statements, jti, expires) : [1]], links: links),
            context: .init(
                log: log.log, statement: jti, issuer: acme.handle, grantee: northbank.handle,
                recipient: northbank.decryption.encryptionKey))
        let terms = GrantTerms(
            to: northbank.handle, recipientKey: northbank.encryptionKey.digest,
            scope: .records(ranges), subject: .statements(statements.map(\.description)),
            fetches: 10, dataLife: 86_400,
            epochs: ranges.map { .init(series: $0.book.series, counts: [0]) })
        let signed = Statement.sign(
            Grant(
                right: .prove, purpose: .creditMonitoring, notBefore: log.now, expires: expires,
                policies: CedarPolicies.standard.digest, envelope: envelope.digest, at: at),
            selective: terms.disclosures(using: &log.random),
            by: acme.signer(log.origin, log.log), at: log.now, jti: jti)
        try log.register(signed, forced: twist != nil)
        grant = signed.statement
    }

    private mutating func proof(
        _ statements: [ProofStatement], _ jti: JTI, _ expires: Timestamp
    ) throws -> [UInt8] {
        let (proven, openings) = try ProofStory.witness(listed, log.schedule(acme), log.log)
        let assembly = try ProofAssembly(
            statements, links: links, of: proven,
            for: ProofTerms(
                log: log.log, at: at, grantee: northbank.handle, grant: jti,
                purpose: .creditMonitoring, expires: expires))
        return try assembly.assertion.prove(
            assembly.places.map { openings[$0.record][$0.field]! }, using: &log.random)
    }

    private mutating func serve(_ statements: [ProofStatement], forced: Bool) throws {
        log.now = log.now.advanced(by: 1)
        fetch =
            Fetch.sign(
                grant: grant.jti, fields: fields(statements), ranges: [],
                by: northbank.signer(log.origin, log.log), at: log.now,
                jti: JTI(using: &log.random), opener: FetchOpener(using: &log.random)
            ).jws
        let served = Served(
            fields: fields(statements), ranges: ranges,
            books: ranges.map { range in
                let state = log.book(acme, range.book)
                return .init(
                    book: range.book, count: state.count, epoch: state.epoch,
                    closed: state.closed)
            })
        access = try log.add(
            Access(grant: grant.jti),
            selective: AccessTerms(fetch: fetch, served: served).disclosures(using: &log.random),
            by: log.host, forced: forced)
    }

    func opened() throws -> VerifiedPackage {
        let served = Set(listed.map(\.statement.jti))
        let statements = try Served.of(access, in: log).fields
        return try FetchAnswer(
            checkpoint: try log.checkpoint(), genesis: try log.logged(0),
            granted: .init(
                access: try log.logged(log.index(of: access.jti), disclosing: true),
                grant: try log.logged(log.index(of: grant.jti), disclosing: true), rekey: nil,
                envelope: envelope),
            participants: [try log.logged(1), try log.logged(2)],
            types: try log.types(of: ranges.map(\.book.series)),
            records: try records.map { record in
                FetchAnswer.Record(
                    logged: try log.logged(log.index(of: record.statement.jti)),
                    fields: served.contains(record.statement.jti)
                        ? record.fields.fields.filter { statements.contains($0.name) } : [])
            }, erasures: []
        ).open(
            with: [northbank.decryption], under: log.trust, expecting: fetch,
            consistency: try log.consistency(from: Int(at.size)))
    }
}
