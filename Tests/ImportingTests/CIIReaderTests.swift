import Sharing
import Testing
import Wire

@testable import Importing

/// A Cross Industry Invoice says what the same invoice in UBL says.
struct CIIReaderTests {
    @Test("an invoice in both syntaxes is one record, but for the file itself")
    func sameRecord() throws {
        let ubl = try InvoiceText.record(InvoiceText.plain)
        let cii = try InvoiceText.record(CIIText.plain)
        #expect(cii.type == .invoice)
        #expect(cii.businessKey == ubl.businessKey)
        #expect(cii.date == ubl.date)
        for field in RecordType.invoice.fields where field.kind != .document {
            #expect(cii[field.name] == ubl[field.name], "\(field.name)")
        }
        let bill = try InvoiceText.record(CIIText.plain, for: InvoiceText.buyer)
        #expect(bill.type == .bill)
    }

    @Test("a credit note by its type code has its amounts negated")
    func creditNote() throws {
        let text = CIIText.plain.replacing("TypeCode>380<", with: "TypeCode>381<")
        let note = try InvoiceText.record(text)
        let original = try InvoiceText.record(InvoiceText.creditNote)
        #expect(note.businessKey == original.businessKey)
        #expect(note["payable_amount"] == original["payable_amount"])
        #expect(note["lines"] == original["lines"])
    }

    @Test(
        "what is missing, repeated, no date or adds up wrongly is refused",
        arguments: [
            ("<ram:ID>R-1041</ram:ID>", "", ImportRefusal.Reason.missing(.init("number"))),
            (
                "<ram:TypeCode>380</ram:TypeCode>", "", .missing(.init("type_code"))
            ),
            (
                "<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>", "",
                .missing(.init("currency"))
            ),
            ("20260314", "20260230", .invalidDate(.init("issue_date"))),
            (
                "format=\"102\">20260413", "format=\"203\">202604131200",
                .invalidDate(.init("due_date"))
            ),
            (
                "<ram:DuePayableAmount>100</", "<ram:DuePayableAmount>101</",
                .inconsistent(.payable)
            ),
            (
                "<ram:LineTotalAmount>60.00</", "<ram:LineTotalAmount>61.00</",
                .inconsistent(.lineTotal)
            ),
            ("currencyID=\"SEK\"", "currencyID=\"EUR\"", .repeated(.init("tax_amount"))),
        ])
    func refusals(_ change: (String, String, ImportRefusal.Reason)) throws {
        let text = CIIText.plain.replacing(change.0, with: change.1)
        #expect(text != CIIText.plain)
        #expect(InvoiceText.reason(text) == change.2)
    }

    @Test("another version of the message is recognised and refused")
    func otherVersion() {
        let text = CIIText.plain.replacing(
            "CrossIndustryInvoice:100\"", with: "CrossIndustryInvoice:13\"")
        #expect(InvoiceText.reason(text) == .unsupportedFormat(.crossIndustryInvoice))
    }
}
