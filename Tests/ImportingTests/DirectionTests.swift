import Importing
import Sharing
import Testing

/// Whose document it is.
struct DirectionTests {
    private let text = InvoiceText.plain

    @Test("issued is an invoice, received a bill, with the same key")
    func sides() throws {
        let invoice = try InvoiceText.record(text, for: InvoiceText.seller)
        let bill = try InvoiceText.record(text, for: InvoiceText.buyer)
        #expect(invoice.type == .invoice && invoice.book.description == "invoices/2026-03")
        #expect(bill.type == .bill && bill.book.description == "bills/2026-03")
        #expect(invoice.values == bill.values)
        #expect(invoice.businessKey == bill.businessKey)
    }

    @Test("neither and both are refused")
    func refusals() {
        #expect(
            InvoiceText.reason(text, for: InvoiceText.identifiers("vat:DE000400009"))
                == .notAParty(schemes: ["gln", "party", "register", "tax", "vat"]))
        #expect(InvoiceText.reason(text, for: InvoiceText.identifiers()) != nil)
        let both = InvoiceText.identifiers("vat:DE000400001", "0088:0000000400026")
        #expect(InvoiceText.reason(text, for: both) == .bothParties)
    }

    @Test(
        "identifiers match in any spelling, under their own scheme only",
        arguments: [
            ("vat:DE000400001", true), ("VAT:de 000 400 001", true), ("9930:DE000400001", true),
            ("tax:DE000400001", true), ("register:DE000400001", false), ("vat:000400001", false),
            ("gln:DE000400001", false), ("vat:DE00040000", false),
        ])
    func spellings(_ identifier: String, matches: Bool) {
        let outcome = InvoiceText.outcome(text, for: InvoiceText.identifiers(identifier))
        #expect((outcome.refusal == nil) == matches)
    }

    @Test(
        "each place in which a party is identified",
        arguments: [
            ("register:HRB400002", "bill"), ("0088:0000000400026", "bill"),
            ("gln:0000000400026", "bill"),
        ])
    func places(_ identifier: String, type: String) throws {
        let record = try InvoiceText.record(text, for: InvoiceText.identifiers(identifier))
        #expect(record.type.name == type)
    }

    @Test("a tax number without its country matches with it")
    func countryPrefix() throws {
        let changed = text.replacing("DE 000 400 001", with: "000 400 001").replacing(
            "<cac:PartyTaxScheme>",
            with:
                "<cac:PostalAddress><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode>"
                + "</cac:Country></cac:PostalAddress><cac:PartyTaxScheme>")
        let record = try InvoiceText.record(changed)
        #expect(record.type == .invoice)
        #expect(try record.businessKey == InvoiceText.record(text).businessKey)
        #expect(
            try InvoiceText.record(changed, for: InvoiceText.identifiers("vat:000400001")).type
                == .invoice)
    }

    @Test("identifiers in one spelling")
    func canonical() {
        #expect(
            RegisteredIdentifier("vat: NL8200.98.395.B.01")?.description == "vat:NL820098395B01")
        #expect(
            RegisteredIdentifier(scheme: "0199", id: "5493-00TEST")?.description == "lei:549300TEST"
        )
        #expect(
            RegisteredIdentifier("EM:Seller@Example.Example ")?.description
                == "email:seller@example.example")
        #expect(RegisteredIdentifier("register:HRB 17/b")?.description == "register:HRB17B")
        #expect(RegisteredIdentifier("vat:1-2") == nil)
        #expect(RegisteredIdentifier("vat") == nil)
        #expect(RegisteredIdentifier(":123456") == nil)
    }

    @Test("the parties of a document, to choose from")
    func parties() throws {
        let parties = try #require(Importer.parties(in: Array(text.utf8)))
        #expect(
            parties.seller.identifiers.map(\.description).sorted() == [
                "tax:DE000400001", "vat:DE000400001",
            ])
        #expect(
            parties.buyer.identifiers.map(\.description).sorted()
                == ["gln:0000000400026", "party:HRB400002", "register:HRB400002"])
        #expect(Importer.parties(in: Array("<a/>".utf8)) == nil)
    }
}
