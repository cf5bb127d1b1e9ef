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

    @Test("the ledger of a merchant's account with Alipay", arguments: ["（%@）", "(%@)"])
    func alipay(bracket: String) throws {
        func unit(_ text: String) -> String { bracket.replacing("%@", with: text) }
        let text = """
            #支付宝账务明细查询
            #账号：[2088000000000000]
            #起始日期：[2026年04月01日 00:00:00]   终止日期：[2026年05月01日 00:00:00]
            #-----------------------------账务明细列表----------------------------
            账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额\(unit("+元")),支出金额\(unit("-元")),账户余额\(unit("元")),交易渠道,业务类型,备注
            1001\t,2001\t,3001\t,样品 \t,2026-04-02 21:02:06,示例客户 (0001)\t,274.00,0.00,533.03,支付宝,在线支付,
            1002\t,2001\t,3001\t,\t,2026-04-02 21:02:07,\t,0.00,-1.64,531.39,支付宝,收费,服务费
            #---------------------------账务明细列表结束---------------------------
            #支出合计：1笔，共-1.64元
            #收入合计：1笔，共274.00元
            """
        let bytes = Array(
            try #require(text.data(using: String.Encoding(rawValue: 0x8000_0632))))
        let proposal = try proposal(bytes)
        #expect(proposal.known == "支付宝账务明细" && proposal.missing.isEmpty)
        #expect(proposal.mapping.skip == 4 && proposal.mapping.encoding == .gb18030)
        let file = Mapping.shape.bytes(of: proposal.mapping, leavingOutNulls: true)
        #expect(try Mapping(parsing: file) == proposal.mapping)
        let records = try records(bytes, proposal)
        #expect(
            records.map { $0["amount"] } == [
                .amount(try Amount(units: 27_400, currency: "CNY")),
                .amount(try Amount(units: -164, currency: "CNY")),
            ])
        #expect(records[0]["counterpart_name"] == .text("示例客户 (0001)"))
        #expect(records.map { $0["remittance"] } == [.text("在线支付 样品"), .text("收费 服务费")])
        #expect(records.map { $0["servicer_reference"] } == [.text("1001"), .text("1002")])
        #expect(records.map { $0["end_to_end_id"] } == [.text("3001"), .text("3001")])
    }

    @Test("the ledger of a merchant's account with WeChat Pay")
    func wechatPay() throws {
        let text = """
            \u{feff}记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号
            `2026-04-01 04:21:23,`5001,`1901,`退款,`退款,`支出,`0.02,`0.17,`system,`缺货,`R1
            `2026-04-01 05:00:00,`5002,`1902,`交易,`交易,`收入,`20.00,`20.17,`system,`,`T2
            资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
            `2.0,`1.0,`20.00,`1.0,`0.02
            """
        let proposal = try proposal(Array(text.utf8))
        #expect(proposal.known == "微信支付资金账单" && proposal.missing.isEmpty)
        let records = try records(Array(text.utf8), proposal)
        #expect(
            records.map { $0["amount"] } == [
                .amount(try Amount(units: -2, currency: "CNY")),
                .amount(try Amount(units: 2_000, currency: "CNY")),
            ])
        #expect(records.map { $0["remittance"] } == [.text("退款 缺货"), .text("交易")])
        #expect(records.map { $0["servicer_reference"] } == [.text("1901"), .text("1902")])
        // The account isn't in the table, and nothing else is asked for; of another type it isn't known.
        #expect(try self.proposal(Array(text.utf8), []).missing == ["account"])
        let header = text.split(separator: "\n")[0].dropFirst().split(separator: ",").map(
            String.init)
        #expect(KnownExport.of(header, as: "bank-entry") != nil)
        #expect(KnownExport.of(header, as: "receipt") == nil)
        // A row that isn't whole is refused, and so is a line behind the rows of another table.
        let cut = text.replacing("`system,`,`T2", with: "`system,`T2")
        #expect(throws: (any Error).self) { try self.records(Array(cut.utf8), proposal) }
        // Somebody who pays writes words that look like the end: what stands behind isn't passed over.
        let hiding = text.replacing(
            "`5002",
            with:
                "`5002,`1902,`交易,`交易,`收入,`20.00,`20.17,`system,`,`T\n资金流水总笔数\n`2026-04-01 05:00:01,`5003"
        )
        let refused = Importer.records(
            from: Array(hiding.utf8), named: "a.csv", for: BankReaderTests.account,
            by: [proposal.mapping])
        guard case .failure(let refusal) = refused else {
            Issue.record("the row behind the end is passed over")
            return
        }
        #expect(refusal.reason == .rowBehindEnd && refusal.place?.line == 5)
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
