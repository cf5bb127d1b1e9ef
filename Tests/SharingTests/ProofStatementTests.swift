import Commitments
import Sharing
import Testing
import Wire

/// The statements of a grant to prove, as text.
@Suite struct ProofStatementTests {
    private static let digest = String(repeating: "A", count: 43)

    @Test(arguments: [
        "sum(tax_exclusive_amount) >= 100000 EUR", "sum(payable_amount) <= -0.5 EUR",
        "sum(payable_amount) = 0 KWD", "each(payable_amount) between -12.345 and 5000 KWD",
        "each(payable_amount) <= 5000 EUR", "each(payable_amount) between 7 and 7 EUR",
        "equal(invoices/2026-01#3.payable_amount, invoices/2026-02#4.tax_amount)",
        "score(3*payable_amount EUR, -1*prepaid_amount EUR) >= 5000000",
        "score(-65536*line_total JPY) >= -1", "each(due_date) <= 2026-12-31",
        "each(due_date) between 2026-01-01 and 2026-12-31", "each(issue_date) = 0001-01-01",
        "sum(weight) >= 12.5 rec20/KGM", "each(weight) between -1 and 0.001 rec20/C62",
        "score(2*weight rec20/KGM, 1*zinc EUR) >= 7", "sum(a) >= 922337203685477.58 CLF",
        "total(bank/2026-03#1.amount, -1*statements/2026-03#1.closing_balance) = 0 EUR",
        "total(-65535*bank/2026-03#1.amount, bank/2026-03#2.amount) between -1 and 7.5 EUR",
        "total(statements/2026-03#1.entries) <= 3 rec20/C62",
        "linked(balances)", "linked(balances, 1, \(Self.digest))",
        "linked(settles, 8192, \(digest))",
        "linked(settles-by-reference, 187, \(digest)) days <= 60", "linked(settles) days <= -60",
        "linked(follows, 2, \(digest)) days between 0 and 3", "linked(bills) days <= 3650",
        "linked(fulfils) days between -3649 and 0", "linked(despatches)",
    ])
    func canonicalTextsAreTheirOwnSpelling(_ text: String) throws {
        let statement = try ProofStatement(canonical: text)
        #expect(statement.description == text)
        #expect(try ProofStatement(parsing: text) == statement)
    }

    @Test(arguments: [
        (" sum ( tax_amount )>=1.50EUR ", "sum(tax_amount) >= 1.5 EUR"),
        ("each(tax_amount)between 01 and 02.00 EUR", "each(tax_amount) between 1 and 2 EUR"),
        (
            "equal( invoices/2026-01#3.line_total ,invoices/2026-01#3.tax_amount )",
            "equal(invoices/2026-01#3.line_total, invoices/2026-01#3.tax_amount)"
        ),
        ("score(1*b EUR,-0002*a EUR)>=-0", "score(-2*a EUR, 1*b EUR) >= 0"),
        (
            "total( -1 * b/2026-01#1.a,01*a/2026-01#2.b , a/2026-01#1.c )=0.00EUR",
            "total(a/2026-01#1.c, a/2026-01#2.b, -1*b/2026-01#1.a) = 0 EUR"
        ),
        (
            "linked ( settles ,02, \(digest) )days<=060",
            "linked(settles, 2, \(digest)) days <= 60"
        ),
        ("linked(bills)days between -3650 and 07", "linked(bills) days <= 7"),
    ])
    func looseTextsHaveOneCanonicalSpelling(_ text: String, _ canonical: String) throws {
        let statement = try ProofStatement(parsing: text)
        #expect(statement.description == canonical)
        let error = #expect(throws: ProofStatementError.self) {
            try ProofStatement(canonical: text)
        }
        #expect(error?.reason == .notCanonical(canonical))
    }

    @Test func numbersAreUnitsOfTheCurrency() throws {
        guard case .sum("a", let bound) = try ProofStatement(parsing: "sum(a) >= 12.3 KWD") else {
            Issue.record("not a sum")
            return
        }
        #expect(
            bound.ends == .atLeast(12_300)
                && bound.unit.valueUnit == ValueUnit(code: "KWD", scale: 3))
    }

    /// What can't be said isn't made either.
    @Test func boundsAndTermsHaveBounds() {
        #expect(ProofBound(.atLeast(1), unit: .currency("XAU")) == nil)
        #expect(ProofBound(.exactly(1), unit: .key) == nil)
        #expect(ProofBound(.atLeast(1), unit: .measure("KG/M")) == nil)
        for (day, isDate) in [(-719_163, false), (-719_162, true), (2_932_896, true)] {
            #expect((ProofBound(.atMost(Int64(day)), unit: .day) != nil) == isDate)
        }
        #expect(ProofBound(.atMost(2_932_897), unit: .day) == nil)
        for ends in [
            .atLeast(.min), .atMost(.min), .exactly(.min), .between(.min, 0), .between(2, 1),
        ] as [ValueStatement.Bound] {
            #expect(ProofBound(ends, unit: .currency("EUR")) == nil)
        }
        #expect(ProofBound(.between(.min + 1, .max), unit: .currency("EUR")) != nil)
        let term = { Scorecard.Term(field: "a", unit: .currency($0), weight: $1) }
        #expect(Scorecard.Term(field: "a", unit: .day, weight: 1) == nil)
        #expect(Scorecard.Term(field: "a", unit: .key, weight: 1) == nil)
        #expect(term("XAU", 1) == nil && term("EUR", 0) == nil && term("EUR", 65_537) == nil)
        #expect(term("EUR", -65_536) != nil)
        let card = { Scorecard(terms: Array(repeating: term("EUR", 1)!, count: $0), threshold: $1) }
        #expect(card(1, .max) != nil)
        #expect(card(0, 1) == nil && card(2, 1) == nil && card(1, .min) == nil)
    }

    static let refusals: [(String, Int, ProofStatementError.Reason)] = [
        ("", 0, .expected("sum, each, equal, score, total or linked")),
        ("  totals(a) >= 1 EUR", 2, .expected("sum, each, equal, score, total or linked")),
        ("total(a) >= 1 EUR", 6, .notAPlace), ("total() = 0 EUR", 6, .notAPlace),
        ("total(0*a/2026-01#1.a) = 0 EUR", 6, .outOfRange),
        ("total(65537*a/2026-01#1.a) = 0 EUR", 6, .outOfRange),
        ("total(65536*a/2026-01#1.a, a/2026-01#2.a) = 0 EUR", 42, .outOfRange),
        (
            "total(a/2026-01#1.a, -1*a/2026-01#1.a) = 0 EUR", 21, .twice("a/2026-01#1.a")
        ),
        ("total(a/2026-01#1.a) = 2026-01-01", 21, .sumOfDates),
        ("total(- a/2026-01#1.a) = 0 EUR", 6, .expected("an integer")),
        (
            "linked(pays)", 7,
            .expected(
                "balances, bills, despatches, follows, fulfils, settles, settles-by-reference")
        ),
        ("linked(settles, 1)", 17, .expected(",")),
        ("linked(settles, 0, \(digest))", 16, .outOfRange),
        ("linked(settles, 8193, \(digest))", 16, .outOfRange),
        ("linked(settles, 1, \(digest)A)", 19, .expected("a digest")),
        ("linked(settles, 1, \(digest.dropLast())B)", 19, .expected("a digest")),
        ("linked(balances) days <= 60", 17, .expected("the end")),
        ("linked(settles) days >= 60", 21, .expected("<= or between")),
        ("linked(settles) days <= 3651", 16, .outOfRange),
        ("linked(settles) days between -3651 and 1", 16, .outOfRange),
        ("linked(settles) days between 2 and 1", 35, .emptyRange),
        ("linked(settles) day <= 1", 16, .expected("days or the end")),
        ("linked(settles) days <= 1 EUR", 26, .expected("the end")),
        ("sum a >= 1 EUR", 4, .expected("(")),
        ("sum() >= 1 EUR", 4, .expected("a field")),
        ("sum(a >= 1 EUR", 6, .expected(")")),
        ("sum(A) >= 1 EUR", 4, .expected("a field")),
        ("sum(a) > 1 EUR", 7, .expected(">=, <=, = or between")),
        ("sum(a) >= EUR", 10, .notANumber), ("sum(a) >= 1e5 EUR", 11, .unknownUnit("e5")),
        ("sum(a) >= 1,000 EUR", 11, .expected("a currency or unit")),
        ("sum(a) >= 1.0.0 EUR", 10, .notANumber), ("sum(a) >= --1 EUR", 10, .notANumber),
        ("sum(a) >= 1", 11, .expected("a currency or unit")),
        ("sum(a) >= 1 eur", 12, .unknownUnit("eur")),
        ("sum(a) >= 1 day", 12, .unknownUnit("day")), ("each(a) = 1 key", 12, .unknownUnit("key")),
        ("sum(a) >= 1 KGM", 12, .unknownUnit("KGM")),
        ("sum(a) >= 1 rec20/kgm", 12, .unknownUnit("rec20/kgm")),
        ("sum(a) >= 1 rec20/", 12, .unknownUnit("rec20/")),
        ("sum(a) >= 1.0001 rec20/KGM", 10, .tooPrecise(scale: 3)),
        ("sum(a) >= 2026-01-01", 7, .sumOfDates), ("each(a) >= 2026-02-30", 11, .notANumber),
        ("each(a) >= 2026-01-01 EUR", 22, .expected("the end")),
        ("each(a) between 2026-01-01 and 7 EUR", 31, .mixedEnds),
        ("each(a) between 2026-02-01 and 2026-01-31", 16, .emptyRange),
        ("score(1*a day) >= 1", 10, .unknownUnit("day")),
        ("sum(a) >= 1 XAU", 12, .unknownUnit("XAU")),
        ("sum(a) >= 1.001 EUR", 10, .tooPrecise(scale: 2)),
        ("sum(a) >= 999999999999999.0001 CLF", 10, .outOfRange),
        ("sum(a) >= 1 EUR EUR", 16, .expected("the end")),
        ("sum(a) >= 1 EUR\n", 15, .expected("the end")),
        ("each(a) between 2 and 1 EUR", 16, .emptyRange),
        ("each(a) between 1, 2 EUR", 17, .expected("and")),
        ("equal(a, b)", 6, .notAPlace),
        ("equal(invoices/2026-01#0.a, invoices/2026-01#1.a)", 6, .notAPlace),
        ("equal(invoices/2026-01#01.a, invoices/2026-01#1.a)", 6, .notAPlace),
        ("equal(invoices/2026-01#1, invoices/2026-01#1.a)", 24, .expected(". and a field")),
        (
            "equal(invoices/2026-01#1.a, invoices/2026-01#1.a)", 28,
            .twice("invoices/2026-01#1.a")
        ),
        ("score() >= 1", 6, .expected("an integer")),
        ("score(-*a EUR) >= 1", 6, .expected("an integer")),
        ("sum(a) >= -922337203685477.5808 CLF", 10, .outOfRange),
        ("score(0*a EUR) >= 1", 6, .outOfRange), ("score(65537*a EUR) >= 1", 6, .outOfRange),
        ("score(1*a EUR, 2*a EUR) >= 1", 15, .twice("a")),
        ("score(1*a EUR) >= 9223372036854775808", 18, .outOfRange),
        ("score(1*a EUR) >= -9223372036854775808", 18, .outOfRange),
        ("score(1*a EUR) <= 1", 15, .expected(">=")),
    ]

    @Test(arguments: refusals)
    func whatIsNotAStatementIsRefusedWhereItIs(
        _ text: String, _ offset: Int, _ reason: ProofStatementError.Reason
    ) {
        let error = #expect(throws: ProofStatementError.self) {
            try ProofStatement(parsing: text)
        }
        #expect(error == ProofStatementError(offset: offset, reason: reason))
    }

    @Test func lengthIsBoundedBeforeAnythingElse() {
        let long = String(repeating: " ", count: 1001)
        #expect(
            throws: ProofStatementError(offset: 1000, reason: .tooLong(limit: 1000))
        ) { try ProofStatement(parsing: long) }
        let terms = (0..<17).map { "1*f\($0) EUR" }.joined(separator: ",")
        let error = #expect(throws: ProofStatementError.self) {
            try ProofStatement(parsing: "score(\(terms)) >= 1")
        }
        #expect(error?.reason == .tooMany(limit: 16))
    }

    /// What is signed is the canonical spelling, and that has to fit.
    @Test(arguments: [(52, nil), (53, 984)] as [(Int, Int?)])
    func theCanonicalSpellingHasToFit(last: Int, offset: Int?) throws {
        let names = (0..<16).map { number in
            String(
                repeating: Character(UnicodeScalar(0x61 + UInt8(number))),
                count: number == 15 ? last : 54)
        }
        let text = "score(\(names.map { "1*\($0) EUR" }.joined(separator: ",")))>=1"
        if let offset {
            #expect(
                throws: ProofStatementError(offset: offset, reason: .tooLong(limit: 1000))
            ) { try ProofStatement(parsing: text) }
        } else {
            let canonical = try ProofStatement(parsing: text).description
            #expect(canonical.utf8.count == 1000)
            _ = try ProofStatement(canonical: canonical)
        }
    }

    /// Cut, and with every byte replaced in turn: refused or another statement, never a trap.
    @Test func nothingTraps() throws {
        for text in [
            "each(payable_amount) between -12.34 and 5000 EUR",
            "equal(invoices/2026-01#3.payable_amount, invoices/2026-02#4.tax_amount)",
            "score(3*payable_amount EUR, -1*prepaid_amount EUR) >= 5",
            "total(bank/2026-03#1.amount, -2*bank/2026-03#2.amount) = 5 EUR",
            "linked(follows, 2, \(Self.digest)) days between 0 and 3",
        ] {
            let bytes = Array(text.utf8)
            for position in bytes.indices {
                for byte in [0x00, 0x20, 0x2d, 0x30, 0x41, 0x61, 0xff] as [UInt8] {
                    var changed = bytes
                    changed[position] = byte
                    let mutant = String(decoding: changed, as: UTF8.self)
                    guard let parsed = try? ProofStatement(parsing: mutant) else { continue }
                    #expect(try ProofStatement(canonical: parsed.description) == parsed)
                }
                let cut = String(decoding: bytes[..<position], as: UTF8.self)
                // Without its days a statement of linked records is one, too.
                if cut.hasSuffix(")") || cut.hasSuffix(") ") { continue }
                #expect(throws: ProofStatementError.self) { try ProofStatement(parsing: cut) }
            }
        }
    }

    @Test func aScorecardIsAFile() throws {
        let card = try Scorecard(
            parsing: Array(
                """
                { "threshold": 500, "fields": [
                  { "field": "payable_amount", "unit": "EUR", "weight": 3 },
                  { "field": "line_total", "unit": "EUR", "weight": -1 } ] }
                """.utf8))
        #expect(card.description == "score(-1*line_total EUR, 3*payable_amount EUR) >= 500")
        let term = #"{"field":"a","unit":"EUR","weight":1}"#
        for (text, expected) in [
            ("[]", .notAnObject), (#"{"fields":[\#(term)]}"#, .missing("threshold")),
            (#"{"fields":[],"threshold":1}"#, .malformed("fields")),
            (#"{"fields":1,"threshold":1}"#, .malformed("fields")),
            (
                #"{"fields":[\#(Array(repeating: term, count: 17).joined(separator: ","))],"#
                    + #""threshold":1}"#, .malformed("fields")
            ),
            (#"{"fields":[\#(term)],"threshold":1.5}"#, .malformed("threshold")),
            (#"{"fields":[\#(term)],"name":1,"threshold":1}"#, .unexpected("name")),
        ] as [(String, ClaimError)] {
            #expect(throws: ScorecardError.claims(expected)) {
                try Scorecard(parsing: Array(text.utf8))
            }
        }
        #expect(throws: ScorecardError.tooLarge) {
            try Scorecard(parsing: Array(repeating: 0x20, count: 65_537))
        }
        let padded = Array(#"{"fields":[\#(term)],"threshold":1}"#.utf8)
        _ = try Scorecard(parsing: padded + Array(repeating: 0x20, count: 65_536 - padded.count))
    }

    /// The second term is wrong, and it says so.
    @Test(
        arguments: [
            (#"{"field":"a","unit":"EUR","weight":2}"#, .term(1, .twice("a"))),
            (#"{"field":"b","unit":"XAU","weight":2}"#, .term(1, .unknownUnit("XAU"))),
            (#"{"field":"b","unit":"day","weight":2}"#, .term(1, .unknownUnit("day"))),
            (#"{"field":"b","unit":"EUR","weight":0}"#, .term(1, .outOfRange)),
            (#"{"field":"b","unit":"EUR","weight":65537}"#, .term(1, .outOfRange)),
            (#"{"field":"B","unit":"EUR","weight":2}"#, .termClaims(1, .malformed("field"))),
            (#"{"field":"b","weight":2}"#, .termClaims(1, .missing("unit"))),
            (#"{"field":"b","unit":"EUR","weight":2.5}"#, .termClaims(1, .malformed("weight"))),
            (
                #"{"field":"b","unit":"EUR","weight":2,"x":1}"#, .termClaims(1, .unexpected("x"))
            ),
            ("7", .termClaims(1, .notAnObject)),
        ] as [(String, ScorecardError)])
    func aScorecardsTermIsRefusedWhereItIs(_ second: String, _ expected: ScorecardError) {
        let text = #"{"fields":[{"field":"a","unit":"EUR","weight":1},\#(second)],"threshold":1}"#
        #expect(throws: expected) { try Scorecard(parsing: Array(text.utf8)) }
    }

    /// A statement is about fields that are committed to as what it says.
    @Test(arguments: [
        ("sum(due_date) >= 1 EUR", "due_date"), ("sum(number) >= 1 EUR", "number"),
        ("each(number) = 1 rec20/C62", "number"), ("each(due_date) <= 2026-12-31", nil),
        ("each(period_end) <= 2026-12-31", "period_end"),
        ("each(tax_amount) <= 2026-12-31", "tax_amount"),
        ("sum(tax_amount) >= 1 rec20/KGM", "tax_amount"),
        ("sum(tax_amount_commitment) >= 1 EUR", "tax_amount_commitment"),
        ("sum(tax_amount) >= 1 EUR", nil),
        ("score(1*due_date EUR, 2*tax_amount EUR) >= 1", "due_date"),
        ("equal(invoices/2026-01#1.number, invoices/2026-01#2.order_reference)", nil),
        ("equal(invoices/2026-01#1.due_date, invoices/2026-01#2.issue_date)", nil),
        ("equal(invoices/2026-01#1.due_date, invoices/2026-01#2.number)", "number"),
        ("equal(invoices/2026-01#1.tax_amount, invoices/2026-01#2.due_date)", "due_date"),
        ("equal(invoices/2026-01#1.notes, invoices/2026-01#2.notes)", "notes"),
        ("equal(bills/2026-01#1.number, invoices/2026-01#2.number)", "number"),
        ("total(invoices/2026-01#1.tax_amount, invoices/2026-01#2.line_total) >= 1 EUR", nil),
        ("total(invoices/2026-01#1.tax_amount, invoices/2026-01#2.due_date) >= 1 EUR", "due_date"),
        ("total(invoices/2026-01#1.tax_amount, bills/2026-01#2.line_total) >= 1 EUR", "line_total"),
        ("linked(settles)", "amount"), ("linked(balances)", "account"),
    ])
    func fieldsAreCommittedToAsTheStatementSays(_ text: String, _ foreign: String?) throws {
        let invoices = try #require(RecordTypes.standard.fields(of: .invoices))
        #expect(try ProofStatement(parsing: text).foreignField(to: invoices) == foreign)
    }
}
