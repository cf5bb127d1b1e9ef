import Foundation
import Sharing
import TestSupport
import Testing
import Wire

@testable import Importing

/// Documents of other people's software: each imports with the totals it shows, or is refused for the
/// reason given here.
@Suite(.enabled(if: Shared.exists("samples"), "the shared samples are not beside the project"))
struct RealDocumentTests {
    struct Expected: Sendable {
        let file: String
        let record: String
        let taxExclusive: String
        let payable: String
    }

    static let imported: [Expected] = [
        .init(
            "creditnote/en16931/BIS_Billing_30-Kreditering_med_kreditnota.xml",
            "2018-02 credit_note 2018140 SEK", "-8668.00", "-10000.00"),
        .init(
            "creditnote/en16931/CreditNote-Max_content.xml",
            "2018-02 credit_note 2018210 SEK", "-10000.00", "-12500.00"),
        .init(
            "creditnote/en16931/ubl-tc434-creditnote1.xml",
            "2019-09 credit_note 018304 / 28865 EUR", "-100.11", "-100.11"),
        .init(
            "creditnote/ubl/UBL-CreditNote-2.1-Example.xml",
            "2009-12 credit_note TOSL108 EUR", "-1436.50", "-729.00"),
        .init(
            "invoice/en16931/BIS_Billing_30-Factoring.xml",
            "2017-08 invoice 7023708 EUR", "92000.00", "115000.00"),
        .init(
            "invoice/en16931/BIS_Billing_30-Forskott_slutreglering.xml",
            "2018-08 invoice 20180112 SEK", "380000.00", "75000.00"),
        .init(
            "invoice/en16931/BIS_Billing_30-Kreditering_urspr_faktura.xml",
            "2018-02 invoice 2018133 SEK", "8668.00", "10000.00"),
        .init(
            "invoice/en16931/Invoice-Max_content.xml",
            "2018-02 invoice 2018210 SEK", "10000.00", "12500.00"),
        .init(
            "invoice/en16931/ubl-tc434-example1.xml",
            "2015-01 invoice 12115118 EUR", "229.60", "250.33"),
        .init(
            "invoice/en16931/ubl-tc434-example3.xml",
            "2013-04 invoice TOSL108 DKK", "1700.00", "2005.00"),
        .init(
            "invoice/en16931/ubl-tc434-example4.xml",
            "2013-04 invoice TOSL110 DKK", "4000.00", "4675.00"),
        .init(
            "invoice/en16931/ubl-tc434-example9.xml",
            "2015-04 invoice 20150483 EUR", "147.00", "177.87"),
        .init(
            "invoice/ubl-namespaces/UBL-Invoice-2.0-Example-NS1.xml",
            "2005-06 invoice A00095678 GBP", "90.00", "107.50"),
        .init(
            "invoice/ubl-signed/UBL-Invoice-2.0-Enveloped.xml",
            "2005-06 invoice A00095678 GBP", "90.00", "107.50"),
        .init(
            "invoice/ubl/UBL-Invoice-2.0-Example.xml",
            "2005-06 invoice A00095678 GBP", "90.00", "107.50"),
        .init(
            "invoice/ubl/UBL-Invoice-2.1-Example.xml",
            "2009-12 invoice TOSL108 EUR", "1436.50", "729.00"),
        .init(
            "invoice/xrechnung-attachment-200KB/01.15a-INVOICE_ubl.xml",
            "2017-12 invoice 0000123456 EUR", "8980.00", "10686.20"),
        .init(
            "invoice/xrechnung/01.01a-INVOICE_ubl.xml",
            "2016-04 invoice 123456XX EUR", "314.86", "336.90"),
        .init(
            "invoice/cii/CII_business_example_02.xml", "2013-08 invoice INV000013 EUR", "10.00",
            "11.90"),
        .init(
            "invoice/xrechnung/01.05a-INVOICE_uncefact.xml", "2015-04 invoice PRG1502112 EUR",
            "8870",
            "10555.3"),
    ]

    static let refused: [(file: String, reason: ImportRefusal.Reason)] = [
        ("SOURCES.txt", .unsupportedFormat(.unknown)),
        // Made to show every sort of balance: the entries don't lead from one to the other.
        ("bank/camt053/camt053.v2.all-balance-types.xml", .balancesDisagree),
        ("bank/camt053/camt053.v2.five.decimals.xml", .balancesDisagree),
        // Opening and closing balance are in two currencies.
        (
            "bank/camt053/camt053.v2.minimal.xml",
            .foreignCurrency(.init("opening_balance", of: .bankStatement))
        ),
        (
            "bank/camt053/camt053.v4.xml",
            .foreignCurrency(.init("opening_balance", of: .bankStatement))
        ),
        ("bank/ofx/bank_medium.ofx", .unsupportedFormat(.ofx)),
        ("debitnote/ubl/UBL-DebitNote-2.1-Example.xml", .unsupportedFormat(.otherUBL("DebitNote"))),
        ("invalid/BR-01.xml", .unsupportedFormat(.otherXML("testSet"))),
        ("invalid/BR-06.xml", .unsupportedFormat(.otherXML("testSet"))),
        ("invalid/camt053.v2.wrong.xml", .missing(.init("account", of: .bankEntry))),
        ("invalid/decimal_error.ofx", .unsupportedFormat(.ofx)),
        (
            "inventory/ubl/UBL-InventoryReport-2.1-Example.xml",
            .unsupportedFormat(.otherUBL("InventoryReport"))
        ),
        ("invoice/ubl-json/UBL-Invoice-2.1-Example.json", .unsupportedFormat(.json)),
        // Has no total without tax, only an amount to pay.
        (
            "invoice/ubl/UBL-Invoice-2.1-Example-Trivial.xml",
            .missing(.init("tax_exclusive_amount"))
        ),
        (
            "logistics/ubl/UBL-GoodsItemPassport-2.3-Example-Issued.xml",
            .unsupportedFormat(.otherUBL("GoodsItemPassport"))
        ),
        (
            "logistics/ubl/UBL-Waybill-2.0-Example-International.xml",
            .unsupportedFormat(.otherUBL("Waybill"))
        ),
        // Has no identifier of either party.
        ("order/ubl/UBL-Order-2.0-Example-International.xml", .notAParty),
        ("order/ubl/UBL-Quotation-2.1-Example.xml", .unsupportedFormat(.otherUBL("Quotation"))),
        (
            "payment/ubl/UBL-RemittanceAdvice-2.0-Example.xml",
            .unsupportedFormat(.otherUBL("RemittanceAdvice"))
        ),
        ("statement/ubl/UBL-Statement-2.0-Example.xml", .unsupportedFormat(.otherUBL("Statement"))),
    ]

    @Test("imports for its seller", arguments: imported)
    func imports(_ expected: Expected) throws {
        let bytes = try Shared.bytes("samples/" + expected.file)
        let parties = try #require(Importer.parties(in: bytes))
        let outcome = Importer.records(from: bytes, named: expected.file, for: parties.seller)
        let record = try #require(try outcome.get().first)
        #expect(record.type == .invoice)
        let key = record.businessKey
        #expect(
            "\(record.month) \(key["document_kind"] ?? "") \(key["number"] ?? "") "
                + (record["currency"].json.text ?? "") == expected.record)
        let unit = record["currency"].json.text ?? ""
        for (name, value) in [
            ("tax_exclusive_amount", expected.taxExclusive), ("payable_amount", expected.payable),
        ] as [(FieldName, String)] {
            #expect(record[name] == .amount(try Amount(parsing: value, currency: unit)))
        }
        #expect(record["document"] == .document(mediaType: "application/xml", bytes: bytes))
        for field in record.type.fields {
            #expect(try FieldValue(json: record[field.name].json, as: field) == record[field.name])
        }
        // The buyer has the same document as a bill, where anything identifies the buyer.
        if !parties.buyer.identifiers.isEmpty {
            let bill = try Importer.records(from: bytes, named: expected.file, for: parties.buyer)
                .get()
            #expect(bill.first?.type == .bill)
            #expect(bill.first?.businessKey == record.businessKey)
        }
    }

    @Test("refuses the others, each for its reason")
    func refuses() throws {
        let anyone = InvoiceText.identifiers("vat:DE000400001")
        for (file, reason) in Self.refused {
            let outcome = Importer.records(
                from: try Shared.bytes("samples/" + file), named: file, for: anyone)
            #expect(outcome.refusal?.reason == reason, "\(file)")
            #expect(outcome.refusal?.file == file)
        }
    }

    /// Orders and deliveries, with what is read of them; and files of banks, which have no entry that is
    /// booked, or such as have.
    static let others: [(file: String, records: [String])] = [
        ("bank/camt052/camt052.v6.xml", []),
        ("bank/camt054/camt054.v8-with-UETR.xml", ["bank-notice 2007-10 -200000.00 SEK"]),
        ("logistics/ubl/UBL-DespatchAdvice-2.0-Example.xml", ["delivery 2005-06 despatch 565899"]),
        ("order/ubl/UBL-Order-2.1-Example.xml", ["order 2010-01 order 34"]),
        (
            "order/ubl/UBL-OrderCancellation-2.1-Example.xml",
            ["order 2010-01 cancellation 7"]
        ),
    ]

    @Test("orders, deliveries and files of banks are read as far as they say something")
    func readsOthers() throws {
        for (name, expected) in Self.others {
            let file = try SourceFile(try Shared.bytes("samples/" + name))
            let reader = try #require(Importer.readers.first { $0.recognises(file) })
            var found: [String] = []
            for draft in try reader.drafts(of: file) {
                let identifiers: RegisteredIdentifiers
                switch draft.sides {
                case .own: identifiers = RegisteredIdentifiers([])
                case .account(let account):
                    identifiers = RegisteredIdentifiers([account].compactMap(\.self))
                case .between(let issuer, let recipient):
                    let isSupplied = draft.format.hasPrefix("ubl-despatch")
                    identifiers = RegisteredIdentifiers(
                        (isSupplied ? issuer : recipient).identifiers)
                }
                let record = try draft.record(
                    of: file, as: reader.mediaType, for: identifiers, of: .standard)
                let words =
                    record["amount"] == .null
                    ? "\(record["document_kind"].json.text ?? "") \(record["number"].json.text ?? "")"
                    : "\(record["amount"].json["value"]?.text ?? "") \(record["currency"].json.text ?? "")"
                found.append("\(record.type.name) \(record.month) \(words)")
            }
            #expect(found == expected, "\(name)")
        }
    }

    @Test("every sample is in one of the lists")
    func isComplete() throws {
        let listed =
            Self.imported.map(\.file) + Self.refused.map(\.file) + Self.others.map(\.file)
        #expect(try Shared.files(below: "samples") == listed.sorted())
    }

    @Test("one invoice in plain, renamed-prefix and signed files is one business document")
    func sameInvoice() throws {
        let names = [
            "invoice/ubl/UBL-Invoice-2.0-Example.xml",
            "invoice/ubl-namespaces/UBL-Invoice-2.0-Example-NS1.xml",
            "invoice/ubl-signed/UBL-Invoice-2.0-Enveloped.xml",
        ]
        var keys: Set<BusinessKey> = []
        for name in names {
            let bytes = try Shared.bytes("samples/" + name)
            let parties = try #require(Importer.parties(in: bytes))
            let records = try Importer.records(from: bytes, named: name, for: parties.seller).get()
            keys.formUnion(records.map(\.businessKey))
        }
        #expect(keys.count == 1)
    }

    @Test("an embedded file is listed with size and digest, and stays in the document")
    func attachment() throws {
        let name = "invoice/xrechnung-attachment-200KB/01.15a-INVOICE_ubl.xml"
        let bytes = try Shared.bytes("samples/" + name)
        let parties = try #require(Importer.parties(in: bytes))
        let record = try #require(
            try Importer.records(from: bytes, named: name, for: parties.seller).get().first)
        let attachment = try #require(record["attachments"].json.elements?.first)
        #expect(attachment["filename"]?.text == "01_15_Anhang_01.pdf")
        #expect(attachment["media_type"]?.text == "application/pdf")
        #expect((attachment["bytes"]?.int ?? 0) > 100_000)
        #expect(attachment["digest"]?.text?.count == 43)
    }

    @Test("truncated at any place or with any byte changed, it neither crashes nor hangs")
    func damage() throws {
        let name = "invoice/en16931/BIS_Billing_30-Factoring.xml"
        let bytes = try Shared.bytes("samples/" + name)
        let seller = try #require(Importer.parties(in: bytes)).seller
        for count in stride(from: 0, to: bytes.count - 2, by: 41) {
            let outcome = Importer.records(from: Array(bytes[..<count]), named: name, for: seller)
            #expect(outcome.refusal != nil)
        }
        var random = Dice(seed: 4)
        for _ in 0..<400 {
            var changed = bytes
            for _ in 0...random.below(3) {
                changed[random.below(changed.count)] = UInt8(random.below(256))
            }
            _ = Importer.records(from: changed, named: name, for: seller)
        }
    }
}

extension RealDocumentTests.Expected {
    init(_ file: String, _ record: String, _ taxExclusive: String, _ payable: String) {
        self.init(file: file, record: record, taxExclusive: taxExclusive, payable: payable)
    }
}

/// Repeatable random numbers for tests that damage documents.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % limit
    }
}
