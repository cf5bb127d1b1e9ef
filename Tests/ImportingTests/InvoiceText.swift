import Foundation
import Importing
import Sharing

/// A small invoice as text, to be changed in one place by a test.
enum InvoiceText {
    static let plain = """
        <?xml version="1.0" encoding="UTF-8"?>
        <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
          xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
          xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
          <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID>
          <cbc:ID>R-1041</cbc:ID>
          <cbc:IssueDate>2026-03-14</cbc:IssueDate>
          <cbc:DueDate>2026-04-13</cbc:DueDate>
          <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
          <cbc:Note>first</cbc:Note>
          <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
          <cac:AccountingSupplierParty><cac:Party>
            <cac:PartyTaxScheme><cbc:CompanyID>DE 000 400 001</cbc:CompanyID>
              <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
            <cac:PartyLegalEntity><cbc:RegistrationName>Seller &amp; Söhne</cbc:RegistrationName>
            </cac:PartyLegalEntity>
          </cac:Party></cac:AccountingSupplierParty>
          <cac:AccountingCustomerParty><cac:Party>
            <cac:PartyIdentification><cbc:ID schemeID="0088">0000000400026</cbc:ID>
            </cac:PartyIdentification>
            <cac:PartyLegalEntity><cbc:RegistrationName>Buyer</cbc:RegistrationName>
              <cbc:CompanyID>HRB 400002</cbc:CompanyID></cac:PartyLegalEntity>
          </cac:Party></cac:AccountingCustomerParty>
          <cac:AllowanceCharge>
            <cbc:ChargeIndicator>false</cbc:ChargeIndicator>
            <cbc:Amount currencyID="EUR">10</cbc:Amount>
          </cac:AllowanceCharge>
          <cac:AllowanceCharge>
            <cbc:ChargeIndicator>true</cbc:ChargeIndicator>
            <cbc:Amount currencyID="EUR">5.50</cbc:Amount>
          </cac:AllowanceCharge>
          <cac:TaxTotal>
            <cbc:TaxAmount currencyID="EUR">18.14</cbc:TaxAmount>
            <cac:TaxSubtotal>
              <cbc:TaxableAmount currencyID="EUR">95.50</cbc:TaxableAmount>
              <cbc:TaxAmount currencyID="EUR">18.14</cbc:TaxAmount>
              <cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19.0</cbc:Percent></cac:TaxCategory>
            </cac:TaxSubtotal>
          </cac:TaxTotal>
          <cac:LegalMonetaryTotal>
            <cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>
            <cbc:TaxExclusiveAmount currencyID="EUR">95.50</cbc:TaxExclusiveAmount>
            <cbc:TaxInclusiveAmount currencyID="EUR">113.64</cbc:TaxInclusiveAmount>
            <cbc:AllowanceTotalAmount currencyID="EUR">10</cbc:AllowanceTotalAmount>
            <cbc:ChargeTotalAmount currencyID="EUR">5.50</cbc:ChargeTotalAmount>
            <cbc:PrepaidAmount currencyID="EUR">13.65</cbc:PrepaidAmount>
            <cbc:PayableRoundingAmount currencyID="EUR">0.01</cbc:PayableRoundingAmount>
            <cbc:PayableAmount currencyID="EUR">100</cbc:PayableAmount>
          </cac:LegalMonetaryTotal>
          <cac:InvoiceLine>
            <cbc:ID>1</cbc:ID>
            <cbc:InvoicedQuantity unitCode="C62">3</cbc:InvoicedQuantity>
            <cbc:LineExtensionAmount currencyID="EUR">60.00</cbc:LineExtensionAmount>
            <cac:Item><cbc:Name>Bearing</cbc:Name></cac:Item>
            <cac:Price><cbc:PriceAmount currencyID="EUR">20.000000</cbc:PriceAmount></cac:Price>
          </cac:InvoiceLine>
          <cac:InvoiceLine>
            <cbc:ID>2</cbc:ID>
            <cbc:InvoicedQuantity unitCode="C62">12</cbc:InvoicedQuantity>
            <cbc:LineExtensionAmount currencyID="EUR">40.00</cbc:LineExtensionAmount>
            <cac:Item><cbc:Name>Seal</cbc:Name></cac:Item>
            <cac:Price><cbc:PriceAmount currencyID="EUR">3.33333333333333333333</cbc:PriceAmount>
            </cac:Price>
          </cac:InvoiceLine>
        </Invoice>
        """

    /// The same as a credit note.
    static let creditNote =
        plain
        .replacing("Invoice xmlns=", with: "CreditNote xmlns=")
        .replacing("xsd:Invoice-2", with: "xsd:CreditNote-2")
        .replacing("</Invoice>", with: "</CreditNote>")
        .replacing("InvoiceLine>", with: "CreditNoteLine>")
        .replacing("InvoicedQuantity", with: "CreditedQuantity")
        .replacing("  <cbc:DueDate>2026-04-13</cbc:DueDate>\n", with: "")
        .replacing(
            "InvoiceTypeCode>380</cbc:Invoice", with: "CreditNoteTypeCode>381</cbc:CreditNote")

    /// One that doesn't claim to follow EN 16931.
    static let older = plain.replacing("urn:cen.eu:en16931:2017", with: "older")

    static let seller = identifiers("vat:DE000400001")
    static let buyer = identifiers("gln:0000000400026")

    static func identifiers(_ texts: String...) -> RegisteredIdentifiers {
        RegisteredIdentifiers(texts.compactMap { RegisteredIdentifier($0) })
    }

    /// What importing `text` for the seller gives.
    static func outcome(
        _ text: String, for identifiers: RegisteredIdentifiers = seller
    ) -> ImportOutcome {
        Importer.records(from: Array(text.utf8), named: "test.xml", for: identifiers)
    }

    static func record(
        _ text: String, for identifiers: RegisteredIdentifiers = seller
    ) throws -> Record {
        let records = try outcome(text, for: identifiers).get()
        guard records.count == 1 else { throw Unexpected() }
        return records[0]
    }

    static func reason(
        _ text: String, for identifiers: RegisteredIdentifiers = seller
    ) -> ImportRefusal.Reason? {
        if case .failure(let refusal) = outcome(text, for: identifiers) {
            refusal.reason
        } else {
            nil
        }
    }

    struct Unexpected: Error {}
}

extension ImportOutcome {
    var refusal: ImportRefusal? {
        if case .failure(let refusal) = self { refusal } else { nil }
    }
}
