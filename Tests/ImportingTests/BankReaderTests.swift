import Sharing
import Testing
import Wire

@testable import Importing

/// What banks say of an account becomes entries and statements, and nothing else does.
struct BankReaderTests {
    static let account = InvoiceText.identifiers("account:DE00 1000 0000 0000 0001 23")

    static func entry(
        _ amount: String, _ sign: String = "CRDT", day: String = "2026-03-02",
        status: String = "BOOK", details: String = "", reference: String = "B1"
    ) -> String {
        """
        <Ntry><Amt Ccy="EUR">\(amount)</Amt><CdtDbtInd>\(sign)</CdtDbtInd><Sts>\(status)</Sts>
          <BookgDt><Dt>\(day)</Dt></BookgDt><ValDt><DtTm>\(day)T08:00:00+01:00</DtTm></ValDt>
          \(reference.isEmpty ? "" : "<AcctSvcrRef>\(reference)</AcctSvcrRef>")
          <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>
          </BkTxCd><NtryDtls>\(details)</NtryDtls></Ntry>
        """
    }

    static func statement(_ entries: String, opening: String = "10.00", closing: String) -> String {
        """
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
        <GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-03T00:00:00Z</CreDtTm></GrpHdr><Stmt>
          <Id>S-7</Id><ElctrncSeqNb>7</ElctrncSeqNb>
          <Acct><Id><IBAN>DE00100000000000000123</IBAN></Id>
            <Svcr><FinInstnId><BICFI>TESTDEXX</BICFI></FinInstnId></Svcr></Acct>
          \(balance("OPBD", opening, "2026-03-01"))\(balance("CLBD", closing, "2026-03-02"))
          \(entries)
        </Stmt></BkToCstmrStmt></Document>
        """
    }

    static func balance(_ code: String, _ amount: String, _ day: String) -> String {
        let sign = amount.hasPrefix("-") ? "DBIT" : "CRDT"
        return """
            <Bal><Tp><CdOrPrtry><Cd>\(code)</Cd></CdOrPrtry></Tp>
              <Amt Ccy="EUR">\(amount.replacing("-", with: ""))</Amt><CdtDbtInd>\(sign)</CdtDbtInd>
              <Dt><Dt>\(day)</Dt></Dt></Bal>
            """
    }

    static let details = """
        <TxDtls><Refs><EndToEndId>RG 41</EndToEndId></Refs>
          <RltdPties><Dbtr><Pty><Nm>Buyer</Nm></Pty></Dbtr>
            <DbtrAcct><Id><IBAN>DE00200000000000000456</IBAN></Id></DbtrAcct></RltdPties>
          <RltdAgts><DbtrAgt><FinInstnId><BICFI>OTHRDEXX</BICFI></FinInstnId></DbtrAgt></RltdAgts>
          <RmtInf><Ustrd>invoice</Ustrd><Ustrd>R-1041</Ustrd></RmtInf></TxDtls>
        """

    private func records(_ text: String) throws -> [Record] {
        try InvoiceText.outcome(text, for: Self.account).get()
    }

    private func reason(_ text: String) -> ImportRefusal.Reason? {
        InvoiceText.reason(text, for: Self.account)
    }

    @Test("a statement has its balances, and each booked entry what the bank says of it")
    func statement() throws {
        let text = Self.statement(
            Self.entry("5.50", details: Self.details) + Self.entry("2", "DBIT", reference: "B2")
                + Self.entry("99", status: "PDNG"), closing: "13.50")
        let records = try records(text)
        #expect(records.map(\.type.name) == ["bank-statement", "bank-entry", "bank-entry"])
        let statement = records[0]
        #expect(statement["opening_balance"] == .amount(try Amount(units: 1_000, currency: "EUR")))
        #expect(statement["closing_balance"] == .amount(try Amount(units: 1_350, currency: "EUR")))
        #expect(statement["entries"] == .quantity(try Quantity(parsing: "2", unit: "C62")))
        #expect(statement["debits"] == .amount(try Amount(units: -200, currency: "EUR")))
        #expect(statement.book.description == "statements/2026-03")
        let entry = records[1]
        #expect(entry["amount"] == .amount(try Amount(units: 550, currency: "EUR")))
        #expect(entry["counterpart_name"] == .text("Buyer"))
        #expect(entry["counterpart_account"] == .text("DE00200000000000000456"))
        #expect(entry["counterpart_bank"] == .text("OTHRDEXX"))
        #expect(entry["remittance"] == .text("invoice R-1041"))
        #expect(entry["end_to_end_id"] == .text("RG 41"))
        #expect(entry["transaction_code"] == .text("PMNT-RCDT-ESCT"))
        #expect(entry["statement_id"] == statement["statement_id"])
        #expect(entry["value_date"] == .date(try #require(CalendarDate("2026-03-02"))))
        #expect(records[2]["amount"] == .amount(try Amount(units: -200, currency: "EUR")))
    }

    @Test("a statement whose entries don't lead to its closing balance is refused whole")
    func balances() {
        let text = Self.statement(Self.entry("5.50"), closing: "15.51")
        #expect(reason(text) == .balancesDisagree)
        let two = Self.entry("5.50") + Self.entry("1", reference: "B2")
        #expect(reason(Self.statement(two, closing: "15.50")) == .balancesDisagree)
        #expect(reason(Self.statement(two, closing: "16.50")) == nil)
    }

    @Test("an account that isn't the enterprise's own is refused")
    func foreignAccount() {
        let text = Self.statement(Self.entry("5.50"), closing: "15.50")
        #expect(InvoiceText.reason(text, for: InvoiceText.seller) == .notOwnAccount)
    }

    @Test("an account is its IBAN, or the number that the version of the message has for it")
    func accounts() throws {
        let iban = "<IBAN>DE00100000000000000123</IBAN>"
        let text = Self.statement(Self.entry("1"), closing: "11")
        let number = "DE00100000000000000123"
        for path in ["Othr", "PrtryAcct"] {
            let changed = text.replacing(iban, with: "<\(path)><Id>\(number)</Id></\(path)>")
            #expect(try records(changed).count == 2)
        }
        for name in ["BBAN", "UPIC"] {
            #expect(
                try records(text.replacing(iban, with: "<\(name)>\(number)</\(name)>")).count == 2)
        }
        let first = text.replacing("053.001.08", with: "053.001.01")
        #expect(try records(first.replacing("BkToCstmrStmt", with: "BkToCstmrStmtV01")).count == 2)
        #expect(
            reason(text.replacing(iban, with: "<Other>\(number)</Other>"))
                == .missing(.init("account", of: .bankEntry)))
    }

    @Test("a batch becomes its payments where they add up, and else stays one entry")
    func batches() throws {
        func payment(_ amount: String) -> String {
            "<TxDtls><Amt Ccy=\"EUR\">\(amount)</Amt>"
                + "<RltdPties><Dbtr><Nm>P\(amount)</Nm></Dbtr></RltdPties></TxDtls>"
        }
        let whole = Self.statement(
            Self.entry("5.50", details: payment("2") + payment("3.50")), closing: "15.50")
        let parts = try records(whole)
        #expect(parts.dropFirst().map { $0["counterpart_name"] } == [.text("P2"), .text("P3.50")])
        #expect(parts[0]["entries"] == .quantity(try Quantity(parsing: "2", unit: "C62")))
        let other = Self.statement(
            Self.entry("5.50", details: payment("2") + payment("3")), closing: "15.50")
        let one = try records(other)
        #expect(one.count == 2)
        #expect(one[1]["counterpart_name"] == .null)
        #expect(one[1]["details"] != .null)
    }

    @Test("an entry of a report is the same record as in the statement; equal ones are counted")
    func sameEntry() throws {
        let entries =
            Self.entry("1", details: Self.details, reference: "")
            + Self.entry("1", details: Self.details, reference: "")
        let statement = Self.statement(entries, closing: "12")
        let report = statement.replacing("camt.053", with: "camt.052")
            .replacing("BkToCstmrStmt", with: "BkToCstmrAcctRpt").replacing("Stmt>", with: "Rpt>")
            .replacing("OPBD", with: "ITBD").replacing("CLBD", with: "ITAV")
        let stated = try records(statement).dropFirst().map(\.businessKey)
        #expect(Set(stated).count == 2)
        #expect(try records(report).map(\.businessKey) == Array(stated))
    }

    @Test("a notice is of another series, and filed by the day on which the bank gave it")
    func notice() throws {
        let text = Self.statement(Self.entry("1"), closing: "11")
            .replacing("camt.053", with: "camt.054")
            .replacing("BkToCstmrStmt", with: "BkToCstmrDbtCdtNtfctn")
            .replacing("Stmt>", with: "Ntfctn>")
            .replacing("<BookgDt><Dt>2026-03-02</Dt></BookgDt>", with: "")
        let record = try #require(try records(text).first)
        #expect(record.type.name == "bank-notice")
        #expect(record["notified_on"] == .date(try #require(CalendarDate("2026-03-03"))))
        #expect(record["booking_date"] == .null)
    }

    @Test("amounts that the currency doesn't have, and entries without sign or date, are refused")
    func refusals() {
        let entry = Self.entry("1")
        func changed(_ old: String, _ new: String) -> ImportRefusal.Reason? {
            reason(Self.statement(entry.replacing(old, with: new), closing: "11"))
        }
        #expect(
            changed(">1<", ">1.00001<")
                == .invalidAmount(.init("amount", of: .bankEntry), .tooPrecise(scale: 2)))
        #expect(
            changed("Ccy=\"EUR\"", "Ccy=\"USD\"")
                == .foreignCurrency(.init("amount", of: .bankEntry)))
        #expect(changed("CRDT", "BOTH") == .missing(.init("amount", of: .bankEntry)))
        #expect(
            changed("<Dt>2026-03-02</Dt>", "<Dt>2026-02-30</Dt>")
                == .invalidDate(.init("booking_date", of: .bankEntry)))
    }
}
