import Sharing
import Testing
import Wire

@testable import Importing

/// Statements of SWIFT as different banks write them.
struct MT940ReaderTests {
    static let account = InvoiceText.identifiers("account:0194774600888")

    /// One page, with lines ended as SWIFT ends them.
    static func page(
        _ lines: [String], opening: String = ":60F:C260301EUR10,00",
        closing: String = ":62F:C260302EUR15,50"
    ) -> String {
        ([":20:REF1", ":25:50880050/0194774600888", ":28C:00004/00001", opening] + lines + [
            closing, "-",
        ]).joined(separator: "\r\n") + "\r\n"
    }

    private func records(_ text: String) throws -> [Record] {
        try InvoiceText.outcome(text, for: Self.account).get()
    }

    private func reason(_ text: String) -> ImportRefusal.Reason? {
        InvoiceText.reason(text, for: Self.account)
    }

    private func entry(_ lines: String..., closing: String = ":62F:C260302EUR15,50") throws
        -> Record
    {
        try #require(try records(Self.page(lines, closing: closing)).last)
    }

    @Test("subfields behind a code, wrapped in the middle of words")
    func subfields() throws {
        let record = try entry(
            ":61:2603020302CR5,50NTRFNONREF//0724710345313905",
            ":86:166?00GUTSCHRIFT?100399?20EREF+RG 41?21SVWZ+Rech",
            "nung 41 und?22 42?30OTHRDEXX?31DE00200000000000000456?32Bu?33yer")
        #expect(record.type.name == "bank-entry")
        #expect(record["amount"] == .amount(try Amount(units: 550, currency: "EUR")))
        #expect(record["remittance"] == .text("Rechnung 41 und 42"))
        #expect(record["end_to_end_id"] == .text("RG 41"))
        #expect(record["counterpart_name"] == .text("Buyer"))
        #expect(record["counterpart_account"] == .text("DE00200000000000000456"))
        #expect(record["counterpart_bank"] == .text("OTHRDEXX"))
        #expect(record["servicer_reference"] == .text("0724710345313905"))
        #expect(record["transaction_code"] == .text("166"))
        #expect(record["entry_reference"] == .null)
        #expect(record["servicer"] == .text("50880050"))
    }

    @Test("words between strokes")
    func words() throws {
        let record = try entry(
            ":61:260302C000000000005,50N102EREF", "DE00200000000000000456",
            ":86:/EREF/RG-41/BENM//NAME/CONTRA ACCOUN", "T HOLDER/REMI/Rechnung 41/ISDT/2026-03-01")
        #expect(record["end_to_end_id"] == .text("RG-41"))
        #expect(record["counterpart_name"] == .text("CONTRA ACCOUNT HOLDER"))
        #expect(record["remittance"] == .text("Rechnung 41"))
        #expect(record["booking_date"] == .date(try #require(CalendarDate("2026-03-02"))))
    }

    @Test("plain words")
    func plain() throws {
        let record = try entry(":61:2603020302C5,5NMSCNONREF", ":86:GIRO  428428", "BETREFT 41")
        #expect(record["remittance"] == .text("GIRO 428428 BETREFT 41"))
    }

    @Test("reversals turn the sign, and a booking around new year is of the year next to it")
    func signs() throws {
        let reversed = try entry(
            ":61:2603020302RD5,50NTRFNONREF")
        #expect(reversed["amount"] == .amount(try Amount(units: 550, currency: "EUR")))
        let out = try entry(
            ":61:2603020302RCR5,50NTRFNONREF", closing: ":62F:C260302EUR4,50")
        #expect(out["amount"] == .amount(try Amount(units: -550, currency: "EUR")))
        let early = try entry(":61:2601011231C5,50NTRFNONREF")
        #expect(early["booking_date"] == .date(try #require(CalendarDate("2025-12-31"))))
    }

    @Test("a page that goes on is one statement with the next")
    func pages() throws {
        let first = Self.page([":61:260302C1,NTRFNONREF"], closing: ":62M:C260302EUR11,")
        let second = Self.page([":61:260302C4,50NTRFNONREF"], opening: ":60M:C260302EUR11,")
        let records = try records(first + second)
        #expect(records.map(\.type.name) == ["bank-statement", "bank-entry", "bank-entry"])
        #expect(records[0]["opening_balance"] == .amount(try Amount(units: 1_000, currency: "EUR")))
        #expect(records[0]["closing_balance"] == .amount(try Amount(units: 1_550, currency: "EUR")))
        let broken = Self.page([":61:260302C4,50NTRFNONREF"], opening: ":60M:C260302EUR10,99")
        #expect(reason(first + broken) == .balancesDisagree)
    }

    @Test("two statements of one file, blocks around them, and Windows-1252")
    func surroundings() throws {
        let page = Self.page([":61:260302C5,50NTRFNONREF", ":86:f\u{fc}r 41"])
        let text = "{1:F01TESTDEXX}{2:I940}{4:\r\n" + page.replacing("-\r\n", with: "-}\r\n") + page
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        let records = try Importer.records(from: bytes, named: "a", for: Self.account).get()
        #expect(records.count == 4)
        #expect(records[1]["remittance"] == .text("für 41"))
        #expect(Set(records.map(\.businessKey)).count == 4)
    }

    @Test("what isn't written as SWIFT writes it is refused with its line")
    func refusals() throws {
        let cases: [(String, ImportRefusal.Reason)] = [
            (":61:260230C5,50NTRFNONREF", .invalidDate(.init("value_date", of: .bankEntry))),
            (":61:2603020230C5,50NTRFNONREF", .invalidDate(.init("booking_date", of: .bankEntry))),
            (":61:260302X5,50NTRFNONREF", .malformedField("61")),
            (":61:260302C5,50", .malformedField("61")),
            (
                ":61:260302C5,505NTRFNONREF",
                .invalidAmount(.init("amount", of: .bankEntry), .tooPrecise(scale: 2))
            ),
            (":61:260302C5,51NTRFNONREF", .balancesDisagree),
        ]
        for (line, reason) in cases {
            let refusal = InvoiceText.outcome(Self.page([line]), for: Self.account).refusal
            #expect(refusal?.reason == reason, "\(line)")
            #expect(refusal?.place?.line == (reason == .balancesDisagree ? 6 : 5))
        }
        #expect(
            InvoiceText.reason(Self.page([":61:260302C5,50NTRFNONREF"]), for: InvoiceText.seller)
                == .notOwnAccount)
    }

    @Test("messages that aren't statements are named, with the line where they begin")
    func others() throws {
        let interim =
            "\r\n:20:ST17\r\n:25:0194774600888\r\n:28C:1/1\r\n:34F:EUR0,\r\n"
            + ":13D:2603021815+0100\r\n:61:2603020302C5,50NTRFNONREF\r\n"
        let cases: [(String, DocumentFormat, line: Int)] = [
            (interim, .interimReport, 2),
            ("{1:F01TESTDEXX}{4:\r\n:60F:C260301EUR10,00\r\n", .partOfStatement, 2),
            (":61:260302C5,50NTRFNONREF\r\n", .partOfStatement, 1),
            ("nothing\n:61:260302C5,50NTRFNONREF\n", .unknown, 0),
        ]
        for (text, format, line) in cases {
            let refusal = InvoiceText.outcome(text, for: Self.account).refusal
            #expect(refusal?.reason == .unsupportedFormat(format))
            #expect(refusal?.place?.line ?? 0 == line)
        }
        #expect("\(DocumentFormat.interimReport)".contains("MT942"))
    }

    @Test("bytes that are no text are refused with their line")
    func noText() {
        let page = Self.page([":61:260302C5,50NTRFNONREF", ":86:bel\u{81}li"])
        let bytes = page.unicodeScalars.map { UInt8($0.value) }
        let refusal = Importer.records(from: bytes, named: "a", for: Self.account).refusal
        #expect(refusal?.reason == .invalidText)
        #expect(refusal?.place?.line == 6)
    }
}
