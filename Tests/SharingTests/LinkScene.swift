import Commitments

@testable import Sharing
@testable import Wire

/// Records of several series with the values that their enterprise knows, and proofs about which of
/// them belong together.
struct LinkScene {
    var values: [String: [String: FieldValue]] = [:]

    /// Two accounts with a statement each, what is booked there, and three invoices of which the second is
    /// paid in two parts.
    static let standard: LinkScene = {
        var scene = LinkScene()
        scene.statement("statements/2026-03#1", "DE00 1", "2026/3", 1_000, 10_500, 5)
        scene.statement("statements/2026-03#2", "DE00 2", "2026/3", 0, 700, 1)
        scene.statement("statements/2026-04#1", "DE00 1", "2026/4", 10_500, 10_500, 0)
        scene.entry("bank/2026-03#1", "DE001", "2026-3", 5_000, "2026-03-10", "RF 18 A")
        scene.entry("bank/2026-03#2", "DE001", "2026/3", 3_000, "2026-03-11", "RF19B")
        scene.entry("bank/2026-03#3", "DE001", "2026/3", 1_500, "2026-03-31", "RF19-B")
        scene.entry("bank/2026-03#4", "DE001", "2026/3", -250, "2026-03-12", nil)
        scene.entry("bank/2026-03#5", "DE001", "2026/3", 250, "2026-03-13", nil)
        scene.entry("bank/2026-03#6", "DE002", "2026/3", 700, "2026-03-14", nil)
        scene.invoice("invoices/2026-01#1", 5_000, due: "2026-01-10", "RF18A")
        scene.invoice("invoices/2026-01#2", 4_500, due: "2026-02-10", "RF19B")
        scene.invoice("invoices/2026-01#3", 5_000, due: "2026-02-10", "RF20C")
        return scene
    }()

    static let balances = [
        group(["statements/2026-03#1"], (1...5).map { "bank/2026-03#\($0)" }),
        group(["statements/2026-03#2"], ["bank/2026-03#6"]),
        group(["statements/2026-04#1"], []),
    ]
    static let payments = [
        group(["invoices/2026-01#1"], ["bank/2026-03#1"]),
        group(["invoices/2026-01#2"], ["bank/2026-03#2", "bank/2026-03#3"]),
    ]

    mutating func statement(
        _ name: String, _ account: String, _ number: String, _ opening: Int64, _ closing: Int64,
        _ entries: Int64, _ currency: String = "EUR"
    ) {
        values[name] = [
            "account": .text(account), "statement_id": .text(number),
            "opening_balance": Self.amount(opening, currency),
            "closing_balance": Self.amount(closing, currency),
            "entries": Self.pieces(entries), "period_start": Self.day("2026-03-01"),
            "period_end": Self.day("2026-03-31"),
        ]
    }

    mutating func entry(
        _ name: String, _ account: String, _ statement: String, _ units: Int64, _ booked: String,
        _ reference: String?, _ currency: String = "EUR"
    ) {
        values[name] = [
            "account": .text(account), "statement_id": .text(statement),
            "amount": Self.amount(units, currency), "booking_date": Self.day(booked),
            "creditor_reference": reference.map { .text($0) } ?? .null,
        ]
    }

    mutating func invoice(_ name: String, _ units: Int64, due: String, _ reference: String) {
        values[name] = [
            "payable_amount": Self.amount(units, "EUR"), "due_date": Self.day(due),
            "payment_reference": .text(reference),
        ]
    }

    static func amount(_ units: Int64, _ currency: String = "EUR") -> FieldValue {
        .amount(try! Amount(units: units, currency: currency))
    }

    static func pieces(_ count: Int64) -> FieldValue {
        .quantity(try! Quantity(thousandths: count * 1_000, unit: "C62"))
    }

    static func day(_ text: String) -> FieldValue { .date(CalendarDate(text)!) }

    static func group(_ first: [String], _ second: [String]) -> LinkedGroup {
        LinkedGroup(first.map { RecordNumber($0)! }, second.map { RecordNumber($0)! })
    }

    // MARK: Proofs

    static let terms = ProofTerms(
        log: Digest(hashing: []), at: .init(size: 1, root: Digest(hashing: [])),
        grantee: Handle("northbank")!, grant: JTI(bytes: [UInt8](repeating: 1, count: 16))!,
        purpose: .audit, expires: Timestamp(clamping: 5))

    /// What is proven and verified: statements with their lists, over all records here.
    struct Claim {
        var statements: [ProofStatement]
        var lists: [LinkList]

        /// Of the groups given for each of `texts`, as they are asked for.
        init(_ texts: [String], _ groups: [[LinkedGroup]]) throws {
            var random = SystemRandomNumberGenerator()
            lists = groups.map { LinkList($0, using: &random) }
            var rest = lists[...]
            statements = try texts.map { text in
                let statement = try ProofStatement(parsing: text)
                guard case .linked(let link) = statement, let list = rest.popFirst() else {
                    return statement
                }
                return .linked(link.listing(list)!)
            }
        }

        init(statements: [ProofStatement], lists: [LinkList]) {
            self.statements = statements
            self.lists = lists
        }
    }

    /// The records, as both sides know them, and what opens their commitments.
    func records() -> ([ProofRecord], [[String: Opening]]) {
        var records: [ProofRecord] = []
        var openings: [[String: Opening]] = []
        let numbers = values.keys.map { RecordNumber($0)! }.sorted()
        for (index, number) in numbers.enumerated() {
            var commitments: [String: FieldCommitment] = [:]
            var opened: [String: Opening] = [:]
            for (name, value) in values[number.description]! {
                let types = RecordTypes.standard.fields(of: number.book.series)!
                let field = types.field(FieldName(name)!)!
                // The same on both sides: of the record's name and the field's.
                let digest = Digest<Digested.Blob>(hashing: "\(number) \(name)".utf8)
                let salt = Disclosure.Salt(bytes: digest.bytes)!
                commitments[name] = FieldCommitment(value, of: field, salt: salt)
                opened[name] = FieldCommitment.opening(of: value, of: field, salt: salt)
            }
            let jti = [UInt8](repeating: 7, count: 15) + [UInt8(index)]
            records.append(
                ProofRecord(
                    book: number.book, number: Int64(number.number), jti: JTI(bytes: jti)!,
                    digest: Digest(hashing: number.description.utf8), standing: .current,
                    commitments: commitments))
            openings.append(opened)
        }
        return (records, openings)
    }

    func assembly(_ claim: Claim) throws -> ProofAssembly {
        try ProofAssembly(claim.statements, links: claim.lists, of: records().0, for: Self.terms)
    }

    private func openings(_ assembly: ProofAssembly) -> [Opening] {
        let known = records().1
        return assembly.places.map { known[$0.record][$0.field]! }
    }

    func untrue(_ claim: Claim) throws -> [Int] {
        let assembly = try assembly(claim)
        return try assembly.assertion.untrueStatements(openings(assembly))
    }

    func prove(_ claim: Claim) throws -> [UInt8] {
        let assembly = try assembly(claim)
        var random = SystemRandomNumberGenerator()
        return try assembly.assertion.prove(openings(assembly), using: &random)
    }

    func verify(_ proof: [UInt8], _ claim: Claim) throws {
        _ = try assembly(claim).assertion.verify(proof)
    }
}
