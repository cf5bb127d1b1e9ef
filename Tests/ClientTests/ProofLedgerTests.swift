import Sharing
import Testing
import Wire

@testable import Client

/// What several proofs to one grantee tell it together.
@Suite struct ProofLedgerTests {
    private static let jtis = (0..<6).map { JTI(bytes: Array(repeating: UInt8($0), count: 16))! }
    private static let grant = JTI(bytes: Array(repeating: 99, count: 16))!

    private func answer(_ text: String, _ records: Range<Int>) throws -> ProofLedger.Answer {
        .init(
            grant: Self.grant, statement: try ProofStatement(parsing: text),
            records: Array(Self.jtis[records]))
    }

    /// Of one group of linked records, whose amounts are in euros.
    private func answer(
        _ text: String, _ first: [String], _ second: [String]
    ) throws -> ProofLedger.Answer {
        let group = LinkedGroup(
            first.compactMap { RecordNumber($0) }, second.compactMap { RecordNumber($0) })
        return .init(
            grant: Self.grant, statement: try ProofStatement(parsing: text),
            records: Self.jtis, groups: [.init(records: group, unit: .currency("EUR"))])
    }

    private static let names = Dictionary(
        uniqueKeysWithValues: jtis.map { ($0, "invoices/2026-01#\($0.bytes[0] + 1)") })

    /// `values` are of field `a`, by record.
    private func warnings(
        after: [(String, Range<Int>)], reading: [(String, Range<Int>)] = [],
        values: [Int: Int64] = [:], adding texts: [String], _ records: Range<Int>
    ) throws -> [ProofWarning] {
        let ledger = ProofLedger(
            try after.map { try answer($0.0, $0.1) }, readings: reading.map(Self.reading),
            names: Self.names)
        return ledger.warnings(
            adding: try texts.map { try answer($0, records) }, values: Self.amounts(values))
    }

    private func warnings(
        after: [(String, Range<Int>)], reading more: (String, Range<Int>),
        values: [Int: Int64] = [:]
    ) throws -> [ProofWarning] {
        ProofLedger(try after.map { try answer($0.0, $0.1) }, names: Self.names)
            .warnings(reading: Self.reading(more), values: Self.amounts(values))
    }

    private static func reading(_ what: (String, Range<Int>)) -> ProofLedger.Reading {
        .init(fields: [what.0], records: Set(jtis[what.1]))
    }

    private static func amounts(_ values: [Int: Int64]) -> [AmountName: Int64] {
        Dictionary(
            uniqueKeysWithValues: values.map {
                (AmountName(record: jtis[$0.key], field: "a"), $0.value)
            })
    }

    @Test func boundsThatMeetPinAValue() throws {
        let low = ("sum(a) >= 100 EUR", 0..<5)
        #expect(try warnings(after: [low], adding: ["sum(a) <= 1000 EUR"], 0..<5).isEmpty)
        #expect(
            try warnings(after: [low], adding: ["sum(a) <= 100 EUR"], 0..<5)
                == [.pinned("the sum of a over 5 records", low: "100 EUR", high: "100 EUR")])
        #expect(
            try warnings(after: [low], adding: ["sum(a) <= 100.50 EUR"], 0..<5)
                == [.pinned("the sum of a over 5 records", low: "100 EUR", high: "100.5 EUR")])
        // Of other records, another field or in another currency it is another quantity.
        #expect(try warnings(after: [low], adding: ["sum(a) <= 100 EUR"], 0..<1).isEmpty)
        #expect(try warnings(after: [low], adding: ["sum(b) <= 100 EUR"], 0..<5).isEmpty)
        #expect(try warnings(after: [low], adding: ["sum(a) <= 100 USD"], 0..<5).isEmpty)
    }

    @Test func oneAnswerCanPinByItself() throws {
        #expect(
            try warnings(after: [], adding: ["sum(a) = 7 EUR"], 0..<2)
                == [.pinned("the sum of a over 2 records", low: "7 EUR", high: "7 EUR")])
        #expect(
            try warnings(after: [], adding: ["each(a) between 7 and 7 EUR"], 0..<2)
                == [0, 1].map {
                    .pinned("a of invoices/2026-01#\($0 + 1)", low: "7 EUR", high: "7 EUR")
                })
        #expect(
            try warnings(after: [("each(a) <= 7 EUR", 0..<3)], adding: ["sum(a) >= 7 EUR"], 1..<2)
                == [.pinned("a of invoices/2026-01#2", low: "7 EUR", high: "7 EUR")])
    }

    /// What was known before is no news.
    @Test func itWarnsOnce() throws {
        let known = [("sum(a) = 7 EUR", 0..<2)]
        #expect(try warnings(after: known, adding: ["sum(a) >= 5 EUR"], 0..<2).isEmpty)
    }

    @Test func setsThatDifferByFewRecords() throws {
        let known = [("sum(a) >= 100 EUR", 0..<5)]
        #expect(
            try warnings(after: known, adding: ["sum(a) >= 90 EUR"], 0..<4)
                == [.nearlySame(field: "a", grant: Self.grant, records: ["invoices/2026-01#5"])])
        #expect(try warnings(after: known, adding: ["sum(a) >= 120 EUR"], 0..<5).isEmpty)
        #expect(try warnings(after: known, adding: ["sum(a) >= 10 EUR"], 0..<1).isEmpty)
        #expect(try warnings(after: known, adding: ["sum(b) >= 90 EUR"], 0..<4).isEmpty)
    }

    /// Sums over sets that have nothing in common say nothing together.
    @Test func smallSetsApart() throws {
        let known = [("sum(a) >= 100 EUR", 0..<1)]
        #expect(try warnings(after: known, adding: ["sum(a) >= 90 EUR"], 1..<2).isEmpty)
    }

    /// A score with one weight for all is a sum, and a multiple of a form is the form.
    @Test func scoresAreFormsToo() throws {
        let low = ("sum(a) >= 100 EUR", 0..<5)
        #expect(
            try warnings(after: [low], adding: ["score(-3*a EUR) >= -30001"], 0..<5)
                == [.pinned("the sum of a over 5 records", low: "100 EUR", high: "100 EUR")])
        #expect(try warnings(after: [low], adding: ["score(-3*a EUR) >= -60000"], 0..<5).isEmpty)
        let score = ("score(1*a EUR, 2*b EUR) >= 100", 0..<5)
        #expect(
            try warnings(after: [score], adding: ["score(1*a EUR, 2*b EUR) >= 7"], 0..<4)
                == [
                    .nearlySame(
                        field: "score", grant: Self.grant, records: ["invoices/2026-01#5"])
                ])
        #expect(
            try warnings(after: [score], adding: ["score(1*a EUR, 3*b EUR) >= 7"], 0..<4).isEmpty)
    }

    /// What is read is taken out of a sum.
    @Test func sumsOverWhatCanBeRead() throws {
        let sum = "sum(a) >= 100 EUR"
        let last = ProofWarning.rest(field: "a", records: ["invoices/2026-01#5"])
        #expect(try warnings(after: [], reading: [("a", 0..<4)], adding: [sum], 0..<5) == [last])
        #expect(
            try warnings(
                after: [], reading: [("a", 0..<2), ("a", 2..<4)], adding: [sum], 0..<5) == [last])
        #expect(try warnings(after: [], reading: [("a", 0..<1)], adding: [sum], 0..<5).isEmpty)
        #expect(try warnings(after: [], reading: [("b", 0..<4)], adding: [sum], 0..<5).isEmpty)
        #expect(try warnings(after: [], reading: [("a", 0..<1)], adding: [sum], 0..<3).isEmpty)
        #expect(try warnings(after: [], reading: [("a", 0..<5)], adding: [sum], 0..<5).isEmpty)
        // A sum over other records that are read says the same of what is left.
        let known = [("sum(a) >= 100 EUR", 0..<3), ("sum(a) <= 300 EUR", 2..<5)]
        #expect(try warnings(after: known, adding: ["sum(b) >= 1 EUR"], 0..<3).isEmpty)
        #expect(
            try warnings(
                after: [("sum(a) <= 300.01 EUR", 2..<5)], reading: [("a", 0..<2), ("a", 3..<5)],
                values: [0: 10_000, 1: 10_000, 3: 2, 4: 10_000], adding: ["sum(a) >= 400 EUR"],
                0..<3)
                == [
                    .pinned("a of invoices/2026-01#3", low: "200 EUR", high: "199.99 EUR"),
                    .rest(field: "a", records: ["invoices/2026-01#3"]),
                ])
    }

    /// The other way round: reading comes after the proof.
    @Test func readingAfterProofs() throws {
        let sum = [("sum(a) = 100 EUR", 0..<5)]
        let rest = ProofWarning.rest(field: "a", records: ["invoices/2026-01#5"])
        #expect(
            try warnings(
                after: sum, reading: ("a", 0..<4), values: [0: 1, 1: 2, 2: 3, 3: 4])
                == [
                    .pinned("a of invoices/2026-01#5", low: "99.9 EUR", high: "99.9 EUR"), rest,
                ])
        // Values that are gone pin nothing here, but what is left is the same.
        #expect(try warnings(after: sum, reading: ("a", 0..<4)) == [rest])
        #expect(
            try warnings(after: sum, reading: ("a", 0..<1), values: [0: 1])
                == [.pinned("the sum of a over 4 records", low: "99.99 EUR", high: "99.99 EUR")])
        #expect(try warnings(after: sum, reading: ("b", 0..<4)).isEmpty)
        #expect(try warnings(after: sum, reading: ("a", 0..<5), values: [0: 1]).isEmpty)
    }

    /// What is the same as something known is known.
    @Test func equalAmounts() throws {
        let equal = "equal(invoices/2026-01#1.a, invoices/2026-01#2.b)"
        let known = ProofWarning.readable("b of invoices/2026-01#2")
        #expect(try warnings(after: [], adding: [equal], 0..<2).isEmpty)
        #expect(
            try warnings(after: [], reading: [("a", 0..<1)], adding: [equal], 0..<2) == [known])
        #expect(try warnings(after: [(equal, 0..<2)], reading: ("a", 0..<1)) == [known])
        #expect(try warnings(after: [(equal, 0..<2)], reading: ("a", 1..<2)).isEmpty)
        // Through several, and by bounds on one of them.
        let second = ("equal(invoices/2026-01#2.b, invoices/2026-01#3.a)", 0..<3)
        #expect(
            try warnings(after: [second], adding: [equal, "each(a) = 7 EUR"], 0..<2)
                == [("a", 1), ("a", 2), ("a", 3), ("b", 2)].map { field, number in
                    .pinned("\(field) of invoices/2026-01#\(number)", low: "7 EUR", high: "7 EUR")
                })
        // A sum in which one is known by an equality.
        #expect(
            try warnings(
                after: [second, (equal, 0..<2)], reading: ("a", 0..<1), values: [0: 5])
                == [known, .readable("a of invoices/2026-01#3")].sorted { "\($0)" < "\($1)" })
        #expect(
            try warnings(
                after: [(equal, 0..<2)], reading: [("a", 0..<1)], values: [0: 500],
                adding: ["sum(b) = 7 EUR"], 1..<3)
                == [
                    .pinned("b of invoices/2026-01#3", low: "2 EUR", high: "2 EUR"),
                    .rest(field: "b", records: ["invoices/2026-01#3"]),
                ])
    }

    // MARK: Records that belong together

    private static func name(_ number: Int) -> String { "invoices/2026-01#\(number)" }

    /// After `answers`, when `field` of these records can be read, too, with their values.
    private func reading(
        _ field: String, _ values: [Int: Int64], after answers: [ProofLedger.Answer]
    ) -> [ProofWarning] {
        ProofLedger(answers, names: Self.names).warnings(
            reading: .init(fields: [field], records: Set(values.keys.map { Self.jtis[$0] })),
            values: Dictionary(
                uniqueKeysWithValues: values.map {
                    (AmountName(record: Self.jtis[$0.key], field: field), $0.value)
                }))
    }

    /// That amounts come to nothing together is no news; once all but one can be read, that one is.
    @Test func linkedAmounts() throws {
        let paid = try answer("linked(settles) days <= 60", [Self.name(1)], [Self.name(2)])
        let balance = try answer(
            "linked(balances)", [Self.name(1)], (2...6).map { Self.name($0) })
        for answer in [paid, balance] {
            #expect(ProofLedger([], names: Self.names).warnings(adding: [answer]).isEmpty)
        }
        #expect(
            reading("amount", [1: 500], after: [paid])
                == [
                    .pinned("payable_amount of \(Self.name(1))", low: "5 EUR", high: "5 EUR"),
                    .rest(field: "settles", records: [Self.name(1)]),
                ])
        #expect(reading("amount", [2: 500], after: [paid]).isEmpty)
        #expect(
            reading("amount", [1: 1, 2: 2, 3: 3, 4: 4, 5: 5], after: [balance])
                .contains(.rest(field: "balances", records: [Self.name(1)])))
        #expect(
            reading("opening_balance", [0: 500], after: [balance])
                .allSatisfy { if case .rest = $0 { false } else { true } })
    }

    @Test func linkedKeysAndDays() throws {
        let named = try answer(
            "linked(settles-by-reference)", [Self.name(1)], [Self.name(2), Self.name(3)])
        #expect(
            reading("payment_reference", [0: 0], after: [named])
                == [2, 3].map { .readable("creditor_reference of \(Self.name($0))") })
        let soon = try answer(
            "linked(settles) days between 0 and 3", [Self.name(1)], [Self.name(2)])
        #expect(
            reading("booking_date", [1: 20_000], after: [soon])
                == [
                    .pinned(
                        "due_date of \(Self.name(1))", low: "2024-10-01", high: "2024-10-04")
                ])
        let late = try answer("linked(settles) days <= 60", [Self.name(1)], [Self.name(2)])
        #expect(reading("booking_date", [1: 20_000], after: [late]).isEmpty)
    }

    /// What many records say alike is told of the first of them.
    @Test func manyWarningsAreShort() throws {
        let names = (1...40).map { Self.name($0) }
        let jtis = names.indices.map { JTI(bytes: Array(repeating: UInt8(100 + $0), count: 16))! }
        let group = LinkedGroup(
            [RecordNumber(names[0])!], names.dropFirst().compactMap { RecordNumber($0) })
        let ledger = ProofLedger(
            [
                .init(
                    grant: Self.grant, statement: try ProofStatement(parsing: "linked(balances)"),
                    records: jtis, groups: [.init(records: group, unit: nil)])
            ], names: Dictionary(uniqueKeysWithValues: zip(jtis, names)))
        let warnings = ledger.warnings(
            reading: .init(fields: ["statement_id"], records: [jtis[0]]), values: [:])
        #expect(warnings.count == ProofLedger.mostWarnings + 1)
        #expect(warnings.last == .more(39 - ProofLedger.mostWarnings))
    }

    @Test func totals() throws {
        let total = "total(\(Self.name(1)).a, -1*\(Self.name(2)).b) = 3 EUR"
        #expect(
            reading("a", [0: 500], after: [try answer(total, 0..<6)])
                == [
                    .pinned("b of \(Self.name(2))", low: "2 EUR", high: "2 EUR"),
                    .rest(field: "total", records: [Self.name(2)]),
                ])
        #expect(
            try warnings(after: [], adding: [total], 0..<2)
                == [.pinned("the total over 2 records", low: "3 EUR", high: "3 EUR")])
    }
}
