import Sharing
import Testing
import Wire

@testable import Client

/// Which own records belong together, and why others don't.
@Suite struct LinkSearchTests {
    private static func record(_ name: String, _ values: [FieldName: FieldValue]) -> LinkRecord {
        LinkRecord(number: RecordNumber(name)!, values: values)
    }

    private static func euros(_ units: Int64, _ currency: String = "EUR") -> FieldValue {
        .amount(try! Amount(units: units, currency: currency))
    }

    private static func day(_ text: String) -> FieldValue { .date(CalendarDate(text)!) }

    private static func statement(
        _ number: Int, _ account: String, _ id: String, _ balances: (Int64, Int64), _ count: Int64,
        until end: String = "2026-03-31"
    ) -> LinkRecord {
        record(
            "statements/2026-03#\(number)",
            [
                "account": .text(account), "statement_id": .text(id),
                "opening_balance": euros(balances.0), "closing_balance": euros(balances.1),
                "entries": .quantity(try! Quantity(thousandths: count * 1_000, unit: "C62")),
                "period_end": day(end),
            ])
    }

    private static func entry(
        _ number: Int, _ account: String, _ id: String?, _ units: Int64,
        _ booked: String = "2026-03-10", _ reference: String? = nil
    ) -> LinkRecord {
        record(
            "bank/2026-03#\(number)",
            [
                "account": .text(account), "statement_id": id.map { .text($0) } ?? .null,
                "amount": euros(units), "booking_date": day(booked),
                "creditor_reference": reference.map { .text($0) } ?? .null,
            ])
    }

    private static func invoice(
        _ number: Int, _ units: Int64, due: String? = "2026-03-01", _ reference: String = "RF1"
    ) -> LinkRecord {
        record(
            "invoices/2026-01#\(number)",
            [
                "payable_amount": euros(units), "due_date": due.map { day($0) } ?? .null,
                "payment_reference": .text(reference),
            ])
    }

    private func search(
        _ text: String, _ firsts: [LinkRecord], _ seconds: [LinkRecord],
        _ matches: [(Int, Int)] = []
    ) throws -> LinkSearch {
        guard case .linked(let link) = try ProofStatement(parsing: text) else {
            throw ClientError.noFields
        }
        return LinkSearch(
            link, firsts: firsts, seconds: seconds,
            matches: matches.map { payment, claim in
                Match(
                    payment: "bank/2026-03#\(payment)", claim: "invoices/2026-01#\(claim)",
                    units: 1, reason: .number)
            })
    }

    private func words(_ search: LinkSearch) -> [String] {
        search.groups.map { group in
            [group.records.first, group.records.second]
                .map { $0.map { "\($0.number)" }.joined(separator: ",") }.joined(separator: ":")
        }
    }

    private func why(_ search: LinkSearch) -> [Int: LeftOut.Reason] {
        Dictionary(search.leftOut.map { ($0.record.number, $0.reason) }) { first, _ in first }
    }

    @Test func entriesOfAStatement() throws {
        let statements = [
            Self.statement(1, "DE 1", "2026/3", (100, 150), 2),
            Self.statement(2, "DE 2", "2026/3", (0, 70), 1),
            Self.statement(3, "DE 1", "2026/4", (150, 150), 0),
            Self.statement(4, "DE 1", "2026/5", (0, 5), 1),
            Self.statement(5, "DE 1", "2026/6", (0, 0), 2),
            Self.statement(6, "DE 3", "1", (0, 0), 0), Self.statement(7, "DE-3", "1", (0, 0), 0),
        ]
        let entries = [
            Self.entry(1, "DE1", "2026-3", 80), Self.entry(2, "DE1", "20263", -30),
            Self.entry(3, "DE2", "2026/3", 70), Self.entry(4, "DE1", nil, 9),
            Self.entry(5, "DE1", "2026/5", 6),
        ]
        let found = try search("linked(balances)", statements, entries)
        #expect(words(found) == ["1:1,2", "2:3", "3:"])
        #expect(
            why(found) == [
                4: .otherSum, 5: .otherCount(have: 0, of: "2.000"), 6: .ambiguous, 7: .ambiguous,
            ])
        #expect(found.groups.allSatisfy { $0.unit == .currency("EUR") })
    }

    @Test func paymentsOfInvoices() throws {
        let invoices = [
            Self.invoice(1, 100), Self.invoice(2, 200, due: "2026-01-01"), Self.invoice(3, 300),
            Self.invoice(4, 400), Self.invoice(5, 500), Self.invoice(6, 600, due: nil),
            Self.invoice(7, 70), Self.invoice(8, 80), Self.invoice(9, 90),
        ]
        let entries = [
            Self.entry(1, "DE1", nil, 100), Self.entry(2, "DE1", nil, 200),
            Self.entry(3, "DE1", nil, 100), Self.entry(4, "DE1", nil, 200),
            Self.entry(5, "DE1", nil, 900), Self.entry(6, "DE1", nil, 600),
            Self.entry(7, "DE1", nil, 60), Self.entry(8, "DE1", nil, 90),
        ]
        let matches = [
            (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (5, 5), (6, 6), (7, 7), (7, 8), (8, 7), (8, 8),
            (99, 9),
        ]
        let found = try search("linked(settles) days <= 60", invoices, entries, matches)
        #expect(words(found) == ["1:1", "3:3,4", "4,5:5"])
        #expect(
            why(found) == [
                2: .outOfDays(68), 6: .noValue("due_date"), 7: .entangled, 8: .entangled,
                9: .outside,
            ])
        let nothing = try search("linked(settles)", [Self.invoice(1, 100)], entries)
        #expect(words(nothing).isEmpty && why(nothing) == [1: .alone])
        let part = try search("linked(settles)", [Self.invoice(1, 101)], entries, [(1, 1)])
        #expect(why(part) == [1: .otherSum])
    }

    @Test func referencesOfPayments() throws {
        let entries = [
            Self.entry(1, "DE1", nil, 100, "2026-03-10", "rf 1"),
            Self.entry(2, "DE1", nil, 200, "2026-03-10", "RF2"), Self.entry(3, "DE1", nil, 300),
        ]
        let found = try search(
            "linked(settles-by-reference)",
            [Self.invoice(1, 100), Self.invoice(2, 200), Self.invoice(3, 300)], entries,
            [(1, 1), (2, 2), (3, 3)])
        #expect(words(found) == ["1:1"])
        #expect(why(found) == [2: .alone, 3: .noValue("creditor_reference")])
    }

    @Test func statementsThatFollowEachOther() throws {
        let statements = [
            Self.statement(1, "DE1", "1", (0, 10), 0, until: "2026-01-31"),
            Self.statement(2, "DE1", "3", (20, 30), 0, until: "2026-03-31"),
            Self.statement(3, "DE1", "2", (10, 20), 0, until: "2026-02-28"),
            Self.statement(4, "DE1", "5", (31, 40), 0, until: "2026-05-31"),
            Self.statement(5, "DE2", "1", (30, 50), 0, until: "2026-04-30"),
        ]
        let found = try search("linked(follows)", statements, statements)
        #expect(words(found) == ["1:3", "3:2"].sorted())
        #expect(why(found) == [2: .otherSum])
    }

    @Test func documentsThatNameEachOther() throws {
        func order(_ number: Int, _ name: String, _ buyer: String?) -> LinkRecord {
            Self.record(
                "orders/2026-01#\(number)",
                [
                    "number": .text(name), "buyer_vat_id": buyer.map { .text($0) } ?? .null,
                    "issue_date": Self.day("2026-01-02"),
                ])
        }
        func invoice(_ number: Int, _ order: String, _ issued: String) -> LinkRecord {
            Self.record(
                "invoices/2026-01#\(number)",
                [
                    "order_reference": .text(order), "buyer_vat_id": .text("DE1"),
                    "issue_date": Self.day(issued),
                ])
        }
        let found = try search(
            "linked(bills) days between 0 and 30",
            [
                order(1, "A-1", "DE 1"), order(2, "A-2", nil), order(3, "A-3", "DE1"),
                order(4, "A-3", "DE1"), order(5, "A-5", "DE1"),
            ],
            [
                invoice(1, "a1", "2026-01-05"), invoice(2, "A1", "2026-01-30"),
                invoice(3, "A1", "2026-03-01"), invoice(4, "A2", "2026-01-05"),
                invoice(5, "A5", "2026-01-01"),
            ])
        #expect(words(found) == ["1:1,2"])
        #expect(
            why(found) == [
                2: .noValue("buyer_vat_id"), 3: .ambiguous, 4: .ambiguous, 5: .alone,
            ])
    }
}
