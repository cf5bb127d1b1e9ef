import Foundation
import Importing
import Sharing
import Testing
import Wire

/// From UBL to the terms of a record.
struct UBLReaderTests {
    private let text = InvoiceText.plain

    private func amount(_ value: String, _ currency: String = "EUR") throws -> FieldValue {
        .amount(try Amount(parsing: value, currency: currency))
    }

    private func term(_ field: FieldName) throws -> ImportRefusal.Term {
        try .init(#require(RecordType.invoice.field(field)).name)
    }

    @Test("the terms of an invoice")
    func invoice() throws {
        let record = try InvoiceText.record(text)
        #expect(record.type == .invoice)
        #expect(record.book.description == "invoices/2026-03")
        #expect(record.values.count == record.type.fields.count)
        #expect(record["number"] == .text("R-1041"))
        #expect(record["issue_date"].json == "2026-03-14")
        #expect(record["due_date"].json == "2026-04-13")
        #expect(record["seller_name"] == .text("Seller & Söhne"))
        #expect(record["seller_vat_id"] == .text("DE 000 400 001"))
        #expect(record["buyer_id"] == .text("0088:0000000400026"))
        #expect(record["buyer_vat_id"] == .null)
        #expect(record["document_kind"] == .text("invoice"))
        #expect(try record["tax_exclusive_amount"] == amount("95.50"))
        #expect(try record["tax_amount"] == amount("18.14"))
        #expect(try record["payable_amount"] == amount("100"))
        #expect(
            record["lines"].json.canonicalText
                == #"[{"name":"Bearing","net_amount":"60.00","number":"1","price":"20","#
                + #""quantity":"3","unit":"C62"},{"name":"Seal","net_amount":"40.00","#
                + #""number":"2","price":"3.33333333333333333333","quantity":"12","unit":"C62"}]"#)
        #expect(
            record["tax_breakdown"].json.canonicalText
                == #"[{"tax_amount":"18.14","tax_category":"S","tax_rate":"19","#
                + #""taxable_amount":"95.50"}]"#)
        #expect(
            record["document"] == .document(mediaType: "application/xml", bytes: Array(text.utf8)))
    }

    @Test("what ties an invoice to orders, deliveries and contracts")
    func references() throws {
        let currency = "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        let references = """
            <cac:OrderReference><cbc:ID>PO-7</cbc:ID><cbc:SalesOrderID>SO-8</cbc:SalesOrderID>
            </cac:OrderReference>
            <cac:DespatchDocumentReference><cbc:ID>DA-9</cbc:ID></cac:DespatchDocumentReference>
            <cac:ReceiptDocumentReference><cbc:ID>RA-10</cbc:ID></cac:ReceiptDocumentReference>
            <cac:ContractDocumentReference><cbc:ID>C-11</cbc:ID></cac:ContractDocumentReference>
            """
        let record = try InvoiceText.record(
            text.replacing(currency, with: currency + references))
        #expect(record["order_reference"] == .text("PO-7"))
        #expect(record["sales_order_reference"] == .text("SO-8"))
        #expect(record["despatch_reference"] == .text("DA-9"))
        #expect(record["receiving_reference"] == .text("RA-10"))
        #expect(record["contract_reference"] == .text("C-11"))
        let without = try InvoiceText.record(text)
        for name in ["order", "sales_order", "despatch", "receiving", "contract"] {
            let field = try #require(RecordType.invoice.field(name + "_reference"))
            #expect(without[field.name] == .null && field.committed == .key)
        }
    }

    @Test("a credit note has everything that adds up negated, prices and rates not")
    func creditNote() throws {
        let record = try InvoiceText.record(InvoiceText.creditNote)
        let invoice = try InvoiceText.record(text)
        #expect(record.book == invoice.book)
        #expect(record["document_kind"] == .text("credit_note"))
        for field in record.type.fields where field.kind == .amount {
            guard case .amount(let positive) = invoice[field.name] else { continue }
            #expect(record[field.name] == .amount(-positive), "\(field.name)")
        }
        let line = try #require(record["lines"].json.elements?.first)
        #expect(line["net_amount"] == "-60.00")
        #expect(line["quantity"] == "-3")
        #expect(line["price"] == "20")
        #expect(record["tax_breakdown"].json.elements?.first?["tax_amount"] == "-18.14")
        #expect(record["tax_breakdown"].json.elements?.first?["tax_rate"] == "19")
        #expect(record["allowances_charges"].json.elements?.first?["amount"] == "-10.00")
        #expect(record.businessKey != invoice.businessKey)
    }

    @Test(
        "an Invoice with a credit note's type code is one; debit and corrected ones are invoices",
        arguments: ["381", "81", "396"], ["380", "383", "384", "326"])
    func typeCodes(credit: String, debit: String) throws {
        let credited = try InvoiceText.record(text.replacing(">380<", with: ">\(credit)<"))
        #expect(credited["document_kind"] == .text("credit_note"))
        #expect(try credited["payable_amount"] == amount("-100"))
        let debited = try InvoiceText.record(text.replacing(">380<", with: ">\(debit)<"))
        #expect(debited["document_kind"] == .text("invoice"))
        #expect(try debited["payable_amount"] == amount("100"))
    }

    @Test("negative invoices stay negative; with a credit note's type code they are refused")
    func negativeInvoice() throws {
        var negative = text
        for value in ["100.00", "95.50", "113.64", "10", "5.50", "13.65", "0.01", "100", "18.14"] {
            negative = negative.replacing("\"EUR\">\(value)<", with: "\"EUR\">-\(value)<")
        }
        negative = negative.replacing(">60.00<", with: ">-60.00<").replacing(
            ">40.00<", with: ">-40.00<")
        #expect(try InvoiceText.record(negative)["tax_exclusive_amount"] == amount("-95.50"))
        #expect(InvoiceText.reason(negative.replacing(">380<", with: ">381<")) == .ambiguousSign)
    }

    @Test("mandatory terms that are missing, each with its place")
    func missing() throws {
        let cases: [(FieldName, String, path: String)] = [
            ("number", "<cbc:ID>R-1041</cbc:ID>", "/Invoice/ID"),
            ("issue_date", "<cbc:IssueDate>2026-03-14</cbc:IssueDate>", "/Invoice/IssueDate"),
            (
                "type_code", "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
                "/Invoice/InvoiceTypeCode"
            ),
            (
                "currency", "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>",
                "/Invoice/DocumentCurrencyCode"
            ),
            (
                "seller_name", "<cbc:RegistrationName>Seller &amp; Söhne</cbc:RegistrationName>",
                "/Invoice/AccountingSupplierParty/Party/PartyLegalEntity"
            ),
            (
                "buyer_name", "<cbc:RegistrationName>Buyer</cbc:RegistrationName>",
                "/Invoice/AccountingCustomerParty/Party/PartyLegalEntity"
            ),
            (
                "line_total",
                "<cbc:LineExtensionAmount currencyID=\"EUR\">100.00</cbc:LineExtensionAmount>",
                "/Invoice/LegalMonetaryTotal/LineExtensionAmount"
            ),
            (
                "tax_exclusive_amount",
                "<cbc:TaxExclusiveAmount currencyID=\"EUR\">95.50</cbc:TaxExclusiveAmount>",
                "/Invoice/LegalMonetaryTotal/TaxExclusiveAmount"
            ),
            (
                "tax_inclusive_amount",
                "<cbc:TaxInclusiveAmount currencyID=\"EUR\">113.64</cbc:TaxInclusiveAmount>",
                "/Invoice/LegalMonetaryTotal/TaxInclusiveAmount"
            ),
            (
                "payable_amount", "<cbc:PayableAmount currencyID=\"EUR\">100</cbc:PayableAmount>",
                "/Invoice/LegalMonetaryTotal/PayableAmount"
            ),
        ]
        for (field, element, path) in cases {
            #expect(text.contains(element))
            let refusal = InvoiceText.outcome(text.replacing(element, with: "")).refusal
            #expect(try refusal?.reason == .missing(term(field)))
            #expect(refusal?.place?.path == path)
            #expect((refusal?.place?.line ?? 0) > 1)
            // An element without text is no better than none.
            let start = element.prefix { $0 != ">" } + ">"
            let end = "</" + element.split(separator: "</")[1]
            #expect(
                try InvoiceText.reason(text.replacing(element, with: start + " \n" + end))
                    == .missing(term(field)))
        }
        let noLines = text.replacing("InvoiceLine>", with: "OtherLine>")
        #expect(try InvoiceText.reason(noLines) == .missing(term("lines")))
        let noBuyer = text.replacing("AccountingCustomerParty>", with: "OtherParty>")
        #expect(try InvoiceText.reason(noBuyer) == .missing(term("buyer_name")))
    }

    @Test(
        "older UBL may leave out what only EN 16931 demands, and its currency if it shows elsewhere"
    )
    func older() throws {
        let bare = InvoiceText.older
            .replacing("<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>", with: "")
            .replacing("<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>", with: "")
            .replacing(
                "<cbc:TaxInclusiveAmount currencyID=\"EUR\">113.64</cbc:TaxInclusiveAmount>",
                with: ""
            )
            .replacing("InvoiceLine>", with: "OtherLine>")
        let record = try InvoiceText.record(bare)
        #expect(record["currency"] == .text("EUR"))
        #expect(record["type_code"] == .null)
        #expect(record["tax_inclusive_amount"] == .null)
        #expect(record["lines"] == .null)
        let mixed = bare.replacing(
            "PrepaidAmount currencyID=\"EUR\"", with: "PrepaidAmount currencyID=\"USD\"")
        #expect(try InvoiceText.reason(mixed) == .missing(term("currency")))
    }

    @Test("terms that occur once are refused where they occur twice")
    func repeated() throws {
        for (field, element) in [
            ("number", "<cbc:ID>R-1041</cbc:ID>"),
            ("issue_date", "<cbc:IssueDate>2026-03-14</cbc:IssueDate>"),
            ("payable_amount", "<cbc:PayableAmount currencyID=\"EUR\">100</cbc:PayableAmount>"),
            ("currency", "<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"),
        ] as [(FieldName, String)] {
            #expect(
                try InvoiceText.reason(text.replacing(element, with: element + element))
                    == .repeated(term(field)))
        }
        let tax = "<cac:TaxTotal><cbc:TaxAmount currencyID=\"EUR\">1</cbc:TaxAmount></cac:TaxTotal>"
        let twice = text.replacing(
            "<cac:LegalMonetaryTotal>", with: tax + "<cac:LegalMonetaryTotal>")
        #expect(try InvoiceText.reason(twice) == .repeated(term("tax_amount")))
        let other = twice.replacing(">1</cbc:TaxAmount>", with: ">1</cbc:TaxAmount>")
            .replacing(
                "<cac:TaxTotal><cbc:TaxAmount currencyID=\"EUR\">",
                with: "<cac:TaxTotal><cbc:TaxAmount currencyID=\"SEK\">")
        #expect(try InvoiceText.record(other)["tax_amount"] == amount("18.14"))
    }

    @Test("dates")
    func dates() throws {
        for date in [
            "2026-02-29", "14.03.2026", "2026-3-14", "20260314", "2026-03-14T00:00:00", "x",
        ] {
            #expect(
                try InvoiceText.reason(text.replacing("2026-03-14", with: date))
                    == .invalidDate(term("issue_date")))
            #expect(
                try InvoiceText.reason(text.replacing("2026-04-13", with: date))
                    == .invalidDate(term("due_date")))
        }
        for zone in ["Z", "+02:00", "-11:30"] {
            let record = try InvoiceText.record(
                text.replacing("2026-03-14", with: "2026-03-14" + zone))
            #expect(record["issue_date"].json == "2026-03-14")
        }
        #expect(
            InvoiceText.reason(text.replacing("2026-03-14", with: "1999-12-31")) == .dateOutOfRange)
    }

    @Test("amounts that are no decimals, don't fit or are in another currency, with path and line")
    func amounts() throws {
        let payable = "PayableAmount currencyID=\"EUR\">100<"
        func refusal(_ value: String) -> ImportRefusal? {
            InvoiceText.outcome(
                text.replacing(payable, with: "PayableAmount currencyID=\"EUR\">\(value)<")
            ).refusal
        }
        for value in ["1e2", "100,00", "1 000", "0x64", "--1", "NaN", "١٠٠", "100EUR", "."] {
            #expect(
                try refusal(value)?.reason == .invalidAmount(term("payable_amount"), .notADecimal),
                "\(value)")
        }
        #expect(
            try refusal("100.001")?.reason
                == .invalidAmount(term("payable_amount"), .tooPrecise(scale: 2)))
        #expect(
            try refusal("1407374883553.28")?.reason
                == .invalidAmount(term("payable_amount"), .tooLarge))
        #expect(refusal("1e2")?.place?.path == "/Invoice/LegalMonetaryTotal/PayableAmount")
        #expect(refusal("1e2")?.place?.line == 48)
        #expect(
            try InvoiceText.reason(
                text.replacing(payable, with: "PayableAmount currencyID=\"USD\">100<"))
                == .foreignCurrency(term("payable_amount")))
        let trailing = text.replacing(payable, with: "PayableAmount currencyID=\"EUR\">+0100.0000<")
        #expect(try InvoiceText.record(trailing)["payable_amount"] == amount("100"))
        let unknown = text.replacing("EUR", with: "EUX")
        #expect(
            try InvoiceText.reason(unknown) == .invalidAmount(term("currency"), .unknownCurrency))
        let line = text.replacing(">3<", with: ">3,0<")
        let place = InvoiceText.outcome(line).refusal?.place
        #expect(place?.path == "/Invoice/InvoiceLine[1]/InvoicedQuantity")
    }

    @Test("elements without content are as good as none where they may be absent")
    func emptyElements() throws {
        let empty =
            text
            .replacing(
                "</cac:AllowanceCharge>",
                with: "<cbc:BaseAmount currencyID=\"EUR\"/></cac:AllowanceCharge>"
            )
            .replacing(
                "<cac:Item>",
                with: "<cac:InvoicePeriod><cbc:StartDate/></cac:InvoicePeriod><cac:Item>"
            )
            .replacing("<cbc:DueDate>2026-04-13</cbc:DueDate>", with: "<cbc:DueDate/>")
            .replacing(
                "<cac:TaxSubtotal>",
                with: "<cac:TaxSubtotal><cbc:TaxAmount currencyID=\"EUR\"></cbc:TaxAmount>"
            )
            .replacing("<cac:Price>", with: "<cac:Price><cbc:BaseQuantity> </cbc:BaseQuantity>")
        let record = try InvoiceText.record(empty)
        #expect(record["due_date"] == .null)
        #expect(record["lines"] == (try InvoiceText.record(text))["lines"])
        #expect(record["tax_breakdown"] == (try InvoiceText.record(text))["tax_breakdown"])
    }

    @Test("three decimal places where the currency has them")
    func dinars() throws {
        let dinars = InvoiceText.older.replacing("EUR", with: "KWD")
        #expect(try InvoiceText.record(dinars)["payable_amount"] == amount("100.000", "KWD"))
        #expect(try InvoiceText.record(dinars)["payable_amount"].json["value"] == "100.000")
    }

    @Test("each rule on the totals, for those who claim to follow EN 16931 only")
    func totals() throws {
        let cases: [(TotalsRule, String, String)] = [
            (.lineTotal, ">60.00<", ">60.01<"),
            (
                .allowanceTotal, "<cbc:Amount currencyID=\"EUR\">10<",
                "<cbc:Amount currencyID=\"EUR\">9<"
            ),
            (
                .chargeTotal, "<cbc:Amount currencyID=\"EUR\">5.50<",
                "<cbc:Amount currencyID=\"EUR\">5<"
            ),
            (
                .taxExclusive, "TaxExclusiveAmount currencyID=\"EUR\">95.50",
                "TaxExclusiveAmount currencyID=\"EUR\">95.49"
            ),
            (
                .taxTotal, "<cac:TaxTotal>\n    <cbc:TaxAmount currencyID=\"EUR\">18.14",
                "<cac:TaxTotal>\n    <cbc:TaxAmount currencyID=\"EUR\">18.13"
            ),
            (.taxInclusive, ">113.64<", ">113.63<"),
            (.payable, ">0.01<", ">0.02<"),
        ]
        for (rule, old, new) in cases {
            #expect(text.contains(old), "\(rule)")
            #expect(InvoiceText.reason(text.replacing(old, with: new)) == .inconsistent(rule))
            #expect(InvoiceText.reason(InvoiceText.older.replacing(old, with: new)) == nil)
        }
        let extended = text.replacing(
            "urn:cen.eu:en16931:2017", with: "urn:cen.eu:en16931:2017#conformant#urn:extension")
        #expect(InvoiceText.reason(extended.replacing(">0.01<", with: ">0.02<")) == nil)
    }

    @Test("tax where the turnover belongs is refused in older UBL")
    func taxAsTurnover() {
        let older = InvoiceText.older.replacing(
            "TaxExclusiveAmount currencyID=\"EUR\">95.50",
            with: "TaxExclusiveAmount currencyID=\"EUR\">18.14")
        #expect(InvoiceText.reason(older) == .inconsistent(.taxInclusive))
    }

    @Test("the same document in other bytes has the same business key")
    func businessKey() throws {
        let key = try InvoiceText.record(text).businessKey
        for (old, new) in [
            ("cbc:", "b:"), ("DE 000 400 001", "DE000400001"),
            (">R-1041<", ">\n R-1041\t<"), (">R-1041<", "><![CDATA[R-1041]]><"), ("19.0", "19"),
            (">R-1041<", ">R&#45;1041<"), ("DE 000 400 001", "de.000.400.001"), ("first", "second"),
        ] {
            let both = old == "cbc:" ? text.replacing("xmlns:cbc=", with: "xmlns:b=") : text
            #expect(
                try InvoiceText.record(both.replacing(old, with: new)).businessKey == key, "\(new)")
        }
        for (old, new) in [
            (">R-1041<", ">R-1042<"), ("2026-03-14", "2026-03-15"),
            ("DE 000 400 001", "DE 000 400 002"),
            (">380<", ">381<"),
        ] {
            let seller = InvoiceText.identifiers("vat:DE000400001", "vat:DE000400002")
            #expect(
                try InvoiceText.record(text.replacing(old, with: new), for: seller).businessKey
                    != key)
        }
    }

    @Test("refusals read like a sentence and name no value")
    func words() throws {
        let refusal = try #require(
            InvoiceText.outcome(text.replacing(">95.50</cbc:TaxE", with: ">95.505</cbc:TaxE"))
                .refusal)
        #expect(
            refusal.description
                == "test.xml, line 42, /Invoice/LegalMonetaryTotal/TaxExclusiveAmount: more than 2 "
                + "digits after the point; nothing is rounded (tax_exclusive_amount, BT-109)")
    }
}
