import Foundation
import Sharing
import Testing
import Wire

@testable import Importing

/// Mappings that are proposed for tables of several countries, and what isn't guessed.
struct TableProposalTests {
    static let account = Mapping.Constant(field: "account", value: "DE00100000000000000123")
    private static let euro = Mapping.Constant(field: "currency", value: "EUR")

    private func proposal(
        _ bytes: [UInt8], dates: DateForm? = nil, _ constants: [Mapping.Constant] = [account]
    ) throws -> TableProposal {
        try TableProposal(
            bytes, named: "test", as: .bankEntry, dates: dates, constants: constants)
    }

    private func records(_ bytes: [UInt8], _ proposal: TableProposal) throws -> [Record] {
        try Importer.records(
            from: bytes, named: "a.csv", for: BankReaderTests.account, by: [proposal.mapping]
        ).get()
    }

    @Test("a German table in windows-1252, with lines above its header")
    func german() throws {
        let text = """
            Umsätze;vom 1.4.2026
            Konto;123

            Buchungstag;Valuta;Auftraggeber;Empfänger;Verwendungszweck;Soll;Haben;Währung
            02.04.2026;02.04.2026;;Müller;"Miete; April";1.250,00;;EUR
            03.04.2026;03.04.2026;Käufer AG;;Rechnung 7;;99,5;EUR
            """
        let bytes = text.unicodeScalars.map { UInt8($0.value) }
        let proposal = try proposal(bytes)
        #expect(proposal.mapping.encoding == .windows1252 && proposal.mapping.skip == 3)
        #expect(proposal.mapping.decimal == .comma && proposal.mapping.separator == ";")
        #expect(proposal.missing.isEmpty && proposal.unused.isEmpty)
        let records = try records(bytes, proposal)
        #expect(
            records.map { $0["amount"] } == [
                .amount(try Amount(units: -125_000, currency: "EUR")),
                .amount(try Amount(units: 9_950, currency: "EUR")),
            ])
        #expect(
            records.map { $0["counterpart_name"] } == [.text("Müller"), .text("Käufer AG")])
        #expect(records[0]["remittance"] == .text("Miete; April"))
    }

    @Test("a Chinese table in GB 18030")
    func chinese() throws {
        let text = """
            交易日期,交易金额,币种,对方户名,摘要
            20260402,"-1,250.00",CNY,示例公司,房租
            20260403,99.50,CNY,样本公司,货款
            """
        let encoding = String.Encoding(rawValue: 0x8000_0632)
        let bytes = Array(try #require(text.data(using: encoding)))
        let proposal = try proposal(bytes)
        #expect(proposal.mapping.encoding == .gb18030 && proposal.mapping.date.text == "yyyyMMdd")
        let records = try records(bytes, proposal)
        #expect(records.map { $0["counterpart_name"] } == [.text("示例公司"), .text("样本公司")])
        #expect(records[0]["amount"] == .amount(try Amount(units: -125_000, currency: "CNY")))
    }

    @Test("dates that could be read in two ways aren't")
    func ambiguous() throws {
        func table(_ day: String) -> [UInt8] {
            Array("date,description,amount\n03/04/2026,Rent,-10.00\n\(day),Fee,-1.00\n".utf8)
        }
        let constants = [Self.account, Self.euro]
        #expect(
            throws: TableFault.ambiguousDates("dd/MM/yyyy", "MM/dd/yyyy", example: "03/04/2026")
        ) { try proposal(table("05/06/2026"), constants) }
        // One day that only one form has decides for all; where forms are the same day nothing is to decide.
        let decided = try proposal(table("25/04/2026"), constants)
        #expect(decided.mapping.date.text == "dd/MM/yyyy")
        let said = try proposal(table("05/06/2026"), dates: DateForm("MM/dd/yyyy"), constants)
        #expect(
            try records(table("05/06/2026"), said).map { "\($0.date)" }
                == ["2026-03-04", "2026-05-06"])
        // What isn't of the form that was said is refused with its line, not read another way.
        let outcome = Importer.records(
            from: table("25/04/2026"), named: "a.csv", for: BankReaderTests.account,
            by: [said.mapping])
        #expect(outcome.refusal?.place?.line == 3)
        #expect(throws: TableFault.unknownDates(column: "date")) {
            try proposal(table("April 5"), constants)
        }
    }

    @Test("what isn't there is named, and a text isn't a table")
    func missing() throws {
        let text = "Buchungstag;Text;Betrag\n02.04.2026;Miete;-1,00\n"
        let proposal = try proposal(Array(text.utf8), [])
        #expect(proposal.missing == ["account", "currency"])
        #expect(proposal.unused == ["Text"])
        for text in ["", "a letter\nof two lines\n", "a;b\n1;2\n", "1;2;3\n4;5;6\n"] {
            #expect(throws: TableFault.notATable) { try self.proposal(Array(text.utf8)) }
        }
    }

    @Test("tables make only records of types that are made of tables")
    func types() throws {
        let text = CSVReaderTests.mapping.replacing("bank-entry/1", with: "invoice/1")
        let mapping = try Mapping(parsing: Array(text.utf8))
        let bytes = CSVReaderTests.table.unicodeScalars.map { UInt8($0.value) }
        let outcome = Importer.records(
            from: bytes, named: "a.csv", for: BankReaderTests.account, by: [mapping])
        #expect(outcome.refusal != nil)
        #expect(
            Importer.records(from: bytes, named: "a.csv", for: BankReaderTests.account).refusal?
                .reason == .mappingNeeded)
    }
}
