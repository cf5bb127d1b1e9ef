import Sharing
import Testing
import Wire

@testable import Importing

/// A stranger's documents aren't registered as one's own: the authority's word outweighs the enterprise's.
struct OwnershipTests {
    private static func known(_ admitted: String..., declared: String...) -> RegisteredIdentifiers {
        RegisteredIdentifiers(
            admitted: admitted.compactMap { RegisteredIdentifier($0) },
            declared: declared.compactMap { RegisteredIdentifier($0) })
    }

    /// The invoice of ``InvoiceText``, whose seller has an electronic address, too.
    private static let text = InvoiceText.plain.replacing(
        "<cac:AccountingSupplierParty><cac:Party>",
        with: """
            <cac:AccountingSupplierParty><cac:Party>\
            <cbc:EndpointID schemeID="EM">Billing@Seller.example</cbc:EndpointID>
            """)

    @Test("an electronic address identifies a party that nothing else tells apart")
    func address() throws {
        #expect(Self.text != InvoiceText.plain)
        for known in [
            Self.known(declared: "email:billing@seller.example"),
            Self.known("register:HRB 9", declared: "EM:billing@seller.example"),
        ] {
            #expect(try InvoiceText.record(Self.text, for: known).type == .invoice)
        }
    }

    @Test("who goes by a stranger's address isn't the stranger")
    func stranger() throws {
        let known = Self.known("vat:DE000400009", declared: "email:billing@seller.example")
        #expect(InvoiceText.reason(Self.text, for: known) == .anotherEntity(["vat"]))
        // As the buyer neither.
        let gln = Self.known(
            "lei:LEI00000000000000001", "vat:DE000400009", declared: "gln:0000000400026")
        #expect(
            try InvoiceText.record(Self.text, for: Self.known(declared: "gln:0000000400026")).type
                == .bill)
        #expect(
            InvoiceText.reason(
                Self.text.replacing("0000000400026", with: "0000000400027"), for: gln)
                == .notAParty(schemes: ["email", "gln", "party", "register", "tax", "vat"]))
    }

    @Test("nobody goes by another number of the scheme under which it was admitted")
    func declaring() {
        let known = Self.known("vat:DE000400009", declared: "vat:DE000400001", "duns:123456789")
        #expect(known.declared.map(\.description) == ["duns:123456789"])
        #expect(!known.allows(RegisteredIdentifier("9930:DE000400001")!))
        #expect(known.allows(RegisteredIdentifier("vat:DE 000 400 009")!))
        #expect(known.allows(RegisteredIdentifier("account:DE00100000000000000123")!))
        #expect(
            InvoiceText.reason(Self.text, for: known)
                == .notAParty(schemes: ["email", "gln", "party", "register", "tax", "vat"]))
        // The authority's word is enough where it is there.
        let both = Self.known("vat:DE000400001", declared: "email:other@seller.example")
        #expect(InvoiceText.reason(Self.text, for: both) == nil)
    }

    @Test("the same number in another court's register isn't the same company")
    func courts() {
        let known = Self.known("vat:DE000400009", "register:HRB400002")
        let text = InvoiceText.plain.replacing(
            "schemeID=\"0088\">0000000400026", with: "schemeID=\"9930\">DE000400777")
        #expect(text != InvoiceText.plain)
        #expect(InvoiceText.reason(text, for: known) == .anotherEntity(["vat"]))
        #expect(InvoiceText.reason(text, for: Self.known("register:HRB400002")) == nil)
    }

    @Test("a number of a national register is found whatever list it is told by")
    func registers() throws {
        let text = Self.text.replacing(
            "schemeID=\"EM\">Billing@Seller.example", with: "schemeID=\"0192\">123 456 785")
        for identifier in ["register:123456785", "0192:123456785"] {
            #expect(try InvoiceText.record(text, for: Self.known(identifier)).type == .invoice)
        }
        #expect(InvoiceText.reason(text, for: Self.known("0007:123456785")) != nil)
    }

    @Test("an account that somebody else holds by the bank's word isn't one's own")
    func holder() throws {
        let text = BankReaderTests.statement(
            BankReaderTests.entry("5.00"), opening: "10.00", closing: "15.00")
        let held = text.replacing(
            "<Svcr>",
            with: """
                <Ownr><Id><OrgId><LEI>LEI00000000000000001</LEI><Othr><Id>DE000400001</Id>\
                <SchmeNm><Cd>TXID</Cd></SchmeNm></Othr></OrgId></Id></Ownr><Svcr>
                """)
        let account = "account:DE00100000000000000123"
        for (known, reason) in [
            (Self.known(declared: account), nil),
            (Self.known("vat:DE000400001", declared: account), nil),
            (Self.known("vat:DE000400001"), nil),
            (Self.known("vat:DE000400009", declared: account), .anotherEntity(["vat"])),
            (Self.known("lei:LEI00000000000000002", declared: account), .anotherEntity(["lei"])),
            (Self.known("vat:DE000400009"), .notOwnAccount),
        ] as [(RegisteredIdentifiers, ImportRefusal.Reason?)] {
            #expect(InvoiceText.reason(held, for: known) == reason, "\(known)")
        }
        #expect(
            InvoiceText.reason(text, for: Self.known("vat:DE000400009", declared: account)) == nil)
    }
}
