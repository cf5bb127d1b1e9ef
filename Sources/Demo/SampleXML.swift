import Foundation
import Wire

/// Writes indented XML with the prefixes that UBL documents usually have.
private struct XMLText {
    private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    private var depth = 0

    /// `<cbc:name attribute="value">content</cbc:name>`; nothing where `content` is `nil`.
    mutating func basic(
        _ name: String, _ content: String?, _ attributes: KeyValuePairs<String, String> = [:]
    ) {
        guard let content else { return }
        indent()
        text += "<cbc:\(name)"
        for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
        text += ">\(Self.escaped(content))</cbc:\(name)>\n"
    }

    mutating func amount(_ name: String, _ hundredths: Int) {
        basic(name, Self.decimal(hundredths), ["currencyID": "EUR"])
    }

    mutating func aggregate(_ name: String, _ content: (inout XMLText) -> Void) {
        element("cac:\(name)", closing: "cac:\(name)", content)
    }

    mutating func element(_ start: String, closing: String, _ content: (inout XMLText) -> Void) {
        indent()
        text += "<\(start)>\n"
        depth += 1
        content(&self)
        depth -= 1
        indent()
        text += "</\(closing)>\n"
    }

    private mutating func indent() { text += String(repeating: "  ", count: depth) }

    static func decimal(_ hundredths: Int) -> String {
        let cents = hundredths % 100
        return "\(hundredths / 100)." + (cents < 10 ? "0" : "") + "\(cents)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing("\"", with: "&quot;")
    }
}

extension SampleDocument {
    /// The document as UBL 2.1, following EN 16931.
    var xml: [UInt8] {
        var output = XMLText()
        let root = isCreditNote ? "CreditNote" : "Invoice"
        let schema = "urn:oasis:names:specification:ubl:schema:xsd:"
        let start =
            "\(root) xmlns=\"\(schema)\(root)-2\""
            + " xmlns:cac=\"\(schema)CommonAggregateComponents-2\""
            + " xmlns:cbc=\"\(schema)CommonBasicComponents-2\""
        output.element(start, closing: root) { output in
            writeHeader(&output)
            write(seller, "AccountingSupplierParty", &output)
            write(buyer, "AccountingCustomerParty", &output)
            writeDeliveryAndPayment(&output)
            writeTotals(&output)
            for (index, line) in lines.enumerated() { write(line, index + 1, &output) }
        }
        return Array(output.text.utf8)
    }

    private func writeHeader(_ output: inout XMLText) {
        output.basic(
            "CustomizationID",
            "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0")
        output.basic("ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0")
        output.basic("ID", number)
        output.basic("IssueDate", "\(date)")
        if !isCreditNote { output.basic("DueDate", "\(dueDate)") }
        output.basic(
            isCreditNote ? "CreditNoteTypeCode" : "InvoiceTypeCode", isCreditNote ? "381" : "380")
        output.basic("Note", "Sample document \(number); no such business exists.")
        output.basic("DocumentCurrencyCode", "EUR")
        output.basic("BuyerReference", "\(buyer.prefix)-purchasing")
        if let orderReference {
            output.aggregate("OrderReference") { $0.basic("ID", orderReference) }
        }
        if let credits {
            output.aggregate("BillingReference") {
                $0.aggregate("InvoiceDocumentReference") {
                    $0.basic("ID", credits.number)
                    $0.basic("IssueDate", "\(credits.date)")
                }
            }
        }
        if hasAttachment { writeAttachment(&output) }
    }

    private func writeAttachment(_ output: inout XMLText) {
        let sheet =
            "article;pieces\n"
            + lines.map { "\($0.product.code);\($0.quantity)\n" }.joined()
        output.aggregate("AdditionalDocumentReference") {
            $0.basic("ID", "DN-\(number)")
            $0.basic("DocumentDescription", "Delivery note")
            $0.aggregate("Attachment") {
                $0.basic(
                    "EmbeddedDocumentBinaryObject", Data(sheet.utf8).base64EncodedString(),
                    ["mimeCode": "text/csv", "filename": "delivery-\(number).csv"])
            }
        }
    }

    private func write(_ party: SampleParty, _ role: String, _ output: inout XMLText) {
        output.aggregate(role) {
            $0.aggregate("Party") {
                $0.basic("EndpointID", party.mail, ["schemeID": "EM"])
                if let name = party.tradingName {
                    $0.aggregate("PartyName") { $0.basic("Name", name) }
                }
                $0.aggregate("PostalAddress") {
                    $0.basic("StreetName", party.street)
                    $0.basic("CityName", party.city)
                    $0.basic("PostalZone", party.postalCode)
                    $0.aggregate("Country") { $0.basic("IdentificationCode", party.country) }
                }
                $0.aggregate("PartyTaxScheme") {
                    $0.basic("CompanyID", party.vatID)
                    $0.aggregate("TaxScheme") { $0.basic("ID", "VAT") }
                }
                $0.aggregate("PartyLegalEntity") {
                    $0.basic("RegistrationName", party.name)
                    $0.basic("CompanyID", party.registrationID)
                }
            }
        }
    }

    private func writeDeliveryAndPayment(_ output: inout XMLText) {
        output.aggregate("Delivery") {
            $0.basic("ActualDeliveryDate", "\(deliveryDate)")
            $0.aggregate("DeliveryLocation") {
                $0.aggregate("Address") {
                    $0.aggregate("Country") { $0.basic("IdentificationCode", buyer.country) }
                }
            }
        }
        output.aggregate("PaymentMeans") {
            $0.basic("PaymentMeansCode", "58")
            if isCreditNote { $0.basic("PaymentDueDate", "\(dueDate)") }
            $0.basic("PaymentID", number)
            $0.aggregate("PayeeFinancialAccount") { $0.basic("ID", seller.account) }
        }
        output.aggregate("PaymentTerms") { $0.basic("Note", "Net within \(days) days") }
    }

    private func writeTotals(_ output: inout XMLText) {
        let groups = taxGroups
        if allowance > 0, let group = groups.first {
            output.aggregate("AllowanceCharge") {
                $0.basic("ChargeIndicator", "false")
                $0.basic("AllowanceChargeReasonCode", "95")
                $0.basic("AllowanceChargeReason", "Discount of \(discount) percent")
                $0.amount("Amount", allowance)
                write(group.category, "TaxCategory", withReason: false, &$0)
            }
        }
        output.aggregate("TaxTotal") {
            $0.amount("TaxAmount", tax)
            for group in groups {
                $0.aggregate("TaxSubtotal") {
                    $0.amount("TaxableAmount", group.taxable)
                    $0.amount("TaxAmount", group.tax)
                    write(group.category, "TaxCategory", withReason: true, &$0)
                }
            }
        }
        output.aggregate("LegalMonetaryTotal") {
            $0.amount("LineExtensionAmount", lineTotal)
            $0.amount("TaxExclusiveAmount", taxExclusive)
            $0.amount("TaxInclusiveAmount", taxInclusive)
            if allowance > 0 { $0.amount("AllowanceTotalAmount", allowance) }
            if prepaid > 0 { $0.amount("PrepaidAmount", prepaid) }
            $0.amount("PayableAmount", payable)
        }
    }

    private func write(
        _ category: TaxCategory, _ name: String, withReason: Bool, _ output: inout XMLText
    ) {
        output.aggregate(name) {
            $0.basic("ID", category.code)
            $0.basic("Percent", "\(category.rate)")
            if withReason { $0.basic("TaxExemptionReason", category.exemption) }
            $0.aggregate("TaxScheme") { $0.basic("ID", "VAT") }
        }
    }

    private func write(_ line: Line, _ position: Int, _ output: inout XMLText) {
        output.aggregate(isCreditNote ? "CreditNoteLine" : "InvoiceLine") {
            $0.basic("ID", "\(position)")
            $0.basic(
                isCreditNote ? "CreditedQuantity" : "InvoicedQuantity", "\(line.quantity)",
                ["unitCode": line.product.unit])
            $0.amount("LineExtensionAmount", line.net)
            $0.aggregate("Item") {
                $0.basic("Name", line.product.name)
                $0.aggregate("SellersItemIdentification") { $0.basic("ID", line.product.code) }
                write(category(of: line.product), "ClassifiedTaxCategory", withReason: false, &$0)
            }
            $0.aggregate("Price") { $0.amount("PriceAmount", line.product.price) }
        }
    }
}
