import Sharing
import Testing
import Wire

@testable import Importing

/// Tables are read by a mapping, and nothing in them is guessed.
struct CSVReaderTests {
    static let mapping = """
        {"format": "trine-mapping/1", "name": "Testbank", "type": "bank-entry/1",
         "encoding": "windows-1252", "separator": ";", "skip": 2,
         "header": ["Buchungstag", "Wertstellung", "Name", "Verwendungszweck", "Betrag", "Status"],
         "decimal": ",", "date": "dd.MM.yyyy",
         "constants": [{"field": "account", "value": "DE00100000000000000123"},
           {"field": "currency", "value": "EUR"}],
         "columns": [{"field": "booking_date", "from": ["Buchungstag"]},
           {"field": "value_date", "from": ["Wertstellung"]},
           {"field": "counterpart_name", "from": ["Name"]},
           {"field": "remittance", "from": ["Verwendungszweck"]},
           {"field": "amount", "from": ["Betrag"]}],
         "ignore": [{"column": "Status", "values": ["vorgemerkt"]}]}
        """

    static let table = #"""
        Konto;DE00100000000000000123
        Zeitraum;März
        "Buchungstag";"Wertstellung";"Name";"Verwendungszweck";"Betrag";"Status"
        "02.03.2026";"03.03.2026";"Büyer; GmbH";"Rechnung ""41""";"1.234,56";"gebucht"

        "02.03.2026";"03.03.2026";"Supplier";"Miete
        März";"-5,5";"gebucht"
        "04.03.2026";"04.03.2026";"Later";"";"1,00";"vorgemerkt"
        """#

    private func mapping(_ change: (String, String) = ("", "")) throws -> Mapping {
        let text =
            change.0.isEmpty ? Self.mapping : Self.mapping.replacing(change.0, with: change.1)
        return try Mapping(parsing: Array(text.utf8))
    }

    private func outcome(
        _ table: String = CSVReaderTests.table, by mappings: [Mapping]? = nil,
        for identifiers: RegisteredIdentifiers = BankReaderTests.account
    ) throws -> ImportOutcome {
        Importer.records(
            from: table.unicodeScalars.map { UInt8($0.value) }, named: "a.csv", for: identifiers,
            by: try mappings ?? [mapping()])
    }

    @Test("rows become records, with quotes, line ends and thousands read as they are meant")
    func rows() throws {
        let records = try outcome().get()
        #expect(records.count == 2)
        #expect(records[0]["amount"] == .amount(try Amount(units: 123_456, currency: "EUR")))
        #expect(records[0]["counterpart_name"] == .text("Büyer; GmbH"))
        #expect(records[0]["remittance"] == .text("Rechnung \"41\""))
        #expect(records[0]["value_date"] == .date(try #require(CalendarDate("2026-03-03"))))
        #expect(records[1]["amount"] == .amount(try Amount(units: -550, currency: "EUR")))
        #expect(records[1]["remittance"] == .text("Miete\nMärz"))
        #expect(records[0].book.description == "bank/2026-03")
        #expect(
            try outcome(for: InvoiceText.seller).refusal?.reason == .notOwnAccount)
    }

    @Test("a mapping survives being written and read")
    func roundTrip() throws {
        let mapping = try mapping()
        let bytes = Mapping.shape.bytes(of: mapping)
        #expect(try Mapping(parsing: bytes) == mapping)
    }

    @Test("a table of another header is nobody's, and no row is skipped that can't be read")
    func refusals() throws {
        func reason(_ old: String, _ new: String) throws -> ImportRefusal.Reason? {
            try outcome(Self.table.replacing(old, with: new)).refusal?.reason
        }
        #expect(try reason("\"Betrag\"", "\"Amount\"") == .unsupportedFormat(.unknown))
        #expect(
            try reason("\"02.03.2026\";\"03.03.2026\";\"Sup", "\"2026-03-02\";\"03.03.2026\";\"Sup")
                == .invalidDate(.init("booking_date", of: .bankEntry)))
        #expect(
            try reason("1.234,56", "1,234.56")
                == .invalidAmount(.init("amount", of: .bankEntry), .notADecimal))
        #expect(
            try reason("1.234,56", "12.34,56")
                == .invalidAmount(.init("amount", of: .bankEntry), .notADecimal))
        #expect(try reason(";\"-5,5\"", "") == .malformedRow)
        #expect(try reason("\"Supplier\"", "\"Supp\"lier\"") == .malformedRow)
        let refusal = try outcome(Self.table.replacing("-5,5", with: "x")).refusal
        #expect(refusal?.place?.line == 6)
    }

    @Test("two columns for one amount, a sign in a column of its own, and names by side")
    func signs() throws {
        let two = """
            {"format": "trine-mapping/1", "name": "Two", "type": "bank-entry/1",
             "encoding": "utf-8", "separator": ",", "skip": 0,
             "header": ["day", "in", "out", "from", "to", "cur"], "decimal": ".",
             "date": "yyyy-MM-dd",
             "constants": [{"field": "account", "value": "DE00100000000000000123"}],
             "columns": [{"field": "booking_date", "from": ["day"]},
               {"field": "amount", "from": ["in"], "minus": "out"},
               {"field": "currency", "from": ["cur"]},
               {"field": "counterpart_name", "from": ["from"], "when": "credit"},
               {"field": "counterpart_name", "from": ["to"], "when": "debit"}], "ignore": []}
            """
        let table = """
            day,in,out,from,to,cur
            2026-03-02 10:15:00,"1,000.50",,Buyer,Me,EUR
            2026-03-02,,7,Me,Supplier,EUR
            """
        let records = try outcome(table, by: [try Mapping(parsing: Array(two.utf8))]).get()
        #expect(records[0]["amount"] == .amount(try Amount(units: 100_050, currency: "EUR")))
        #expect(records[0]["counterpart_name"] == .text("Buyer"))
        #expect(records[1]["amount"] == .amount(try Amount(units: -700, currency: "EUR")))
        #expect(records[1]["counterpart_name"] == .text("Supplier"))

        let marked = two.replacing(
            "\"minus\": \"out\"", with: "\"negative\": {\"column\": \"to\", \"values\": [\"S\"]}")
        let other = "day,in,out,from,to,cur\n2026-03-02,7,,Me,S,EUR\n2026-03-03,8,,Me,H,EUR\n"
        let signed = try outcome(other, by: [try Mapping(parsing: Array(marked.utf8))]).get()
        #expect(
            signed.map { $0["amount"] } == [
                .amount(try Amount(units: -700, currency: "EUR")),
                .amount(try Amount(units: 800, currency: "EUR")),
            ])
    }

    @Test("GB 18030 and the signs of Chinese dates")
    func chinese() throws {
        let text = """
            {"format": "trine-mapping/1", "name": "Z", "type": "bank-entry/1",
             "encoding": "gb18030", "separator": ",", "skip": 0, "header": ["日期", "金额", "对方"],
             "decimal": ".", "date": "yyyy年MM月dd日",
             "constants": [{"field": "account", "value": "DE00100000000000000123"},
               {"field": "currency", "value": "CNY"}],
             "columns": [{"field": "booking_date", "from": ["日期"]},
               {"field": "amount", "from": ["金额"]}, {"field": "counterpart_name", "from": ["对方"]}],
             "ignore": []}
            """
        // "日期,金额,对方\n2026年3月2日,¥12.30,轴承厂\n"
        let bytes: [UInt8] = [
            0xc8, 0xd5, 0xc6, 0xda, 0x2c, 0xbd, 0xf0, 0xb6, 0xee, 0x2c, 0xb6, 0xd4, 0xb7, 0xbd,
            0x0a,
            0x32, 0x30, 0x32, 0x36, 0xc4, 0xea, 0x33, 0xd4, 0xc2, 0x32, 0xc8, 0xd5, 0x2c, 0xa3,
            0xa4,
            0x31, 0x32, 0x2e, 0x33, 0x30, 0x2c, 0xd6, 0xe1, 0xb3, 0xd0, 0xb3, 0xa7, 0x0a,
        ]
        let record = try #require(
            try Importer.records(
                from: bytes, named: "a", for: BankReaderTests.account,
                by: [try Mapping(parsing: Array(text.utf8))]
            ).get().first)
        #expect(record["counterpart_name"] == .text("轴承厂"))
        #expect(record["amount"] == .amount(try Amount(units: 1_230, currency: "CNY")))
        #expect(record.date == CalendarDate("2026-03-02"))
    }

    @Test("a mapping that reads a column which isn't there, or is there twice, isn't one")
    func malformedMappings() throws {
        #expect(throws: MappingError.unknownColumn("Summe")) {
            try mapping(("\"from\": [\"Betrag\"]", "\"from\": [\"Summe\"]"))
        }
        #expect(throws: MappingError.ambiguousColumn("Betrag")) {
            try mapping(("\"Betrag\", \"Status\"]", "\"Betrag\", \"Betrag\", \"Status\"]"))
        }
        #expect(throws: MappingError.self) { try mapping(("dd.MM.yyyy", "dd.MM")) }
        #expect(throws: MappingError.self) { try mapping(("\"skip\": 2,", "")) }
    }

    @Test("dates are read in their form only")
    func dates() throws {
        let cases: [(form: String, text: String, date: String?)] = [
            ("dd.MM.yyyy", "02.03.2026", "2026-03-02"), ("dd.MM.yyyy", "2.3.2026", "2026-03-02"),
            ("dd.MM.yyyy", "31.02.2026", nil), ("dd.MM.yyyy", "02.03.26", nil),
            ("dd.MM.yy", "02.03.26", "2026-03-02"), ("dd.MM.yy", "02.03.99", "1999-03-02"),
            ("MM/dd/yyyy", "03/02/2026", "2026-03-02"), ("MM/dd/yyyy", "13/02/2026", nil),
            ("yyyyMMdd", "20260302", "2026-03-02"), ("yyyyMMdd", "2026032", nil),
            ("yyyy-MM-dd", "2026-03-02T10:00:00Z", "2026-03-02"),
            ("yyyy-MM-dd", "2026-03-02x", nil),
        ]
        for (form, text, date) in cases {
            #expect(
                try #require(DateForm(form)).date(text) == date.flatMap { CalendarDate($0) },
                "\(form) \(text)")
        }
        for form in ["dd.MM", "dd.MM.yyyy.yyyy", "hh:mm", "ddMMyyyyQ"] {
            #expect(DateForm(form) == nil)
        }
    }
}
