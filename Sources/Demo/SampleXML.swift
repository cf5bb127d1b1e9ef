import Foundation
import Wire

/// Writes indented XML with the prefixes that UBL documents usually have, a value at a time.
private struct XMLText {
    private(set) var text: String
    /// The elements that are open, from the root's children on.
    private var open: [String] = []

    init(root: String) {
        let schema = "urn:oasis:names:specification:ubl:schema:xsd:"
        text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <\(root) xmlns="\(schema)\(root)-2" xmlns:cac="\(schema)CommonAggregateComponents-2" \
            xmlns:cbc="\(schema)CommonBasicComponents-2">

            """
    }

    /// Writes `<cbc:name attribute="value">content</cbc:name>` where `path` leads, and opens and
    /// closes elements to get there; nothing where `content` is `nil`. What stands behind a # only
    /// tells elements of one name apart.
    mutating func write(
        _ path: String, _ content: String?, _ attributes: KeyValuePairs<String, String> = [:]
    ) {
        guard let content else { return }
        var names = path.split(separator: "/").map(String.init)
        let name = names.removeLast()
        move(to: names.map { "cac:" + $0 })
        let words = attributes.map { " \($0.key)=\"\(Self.escaped($0.value))\"" }.joined()
        line("<cbc:\(name)\(words)>\(Self.escaped(content))</cbc:\(name)>")
    }

    mutating func amount(_ path: String, _ hundredths: Int) {
        let cents = hundredths % 100
        let decimal = "\(hundredths / 100)." + (cents < 10 ? "0" : "") + "\(cents)"
        write(path, decimal, ["currencyID": "EUR"])
    }

    mutating func end(_ root: String) {
        move(to: [])
        text += "</\(root)>\n"
    }

    private mutating func move(to path: [String]) {
        let stay = zip(open, path).prefix { $0 == $1 }.count
        while open.count > stay {
            let name = open.removeLast()
            line("</\(name.prefix { $0 != "#" })>")
        }
        for name in path.dropFirst(stay) {
            line("<\(name.prefix { $0 != "#" })>")
            open.append(name)
        }
    }

    private mutating func line(_ line: String) {
        text += String(repeating: "  ", count: open.count + 1) + line + "\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing("\"", with: "&quot;")
    }
}

extension SampleDocument {
    /// The document as UBL 2.1, following EN 16931.
    var xml: [UInt8] {
        let root = isCreditNote ? "CreditNote" : "Invoice"
        var output = XMLText(root: root)
        writeHeader(&output)
        write(seller, "AccountingSupplierParty/Party", &output)
        write(buyer, "AccountingCustomerParty/Party", &output)
        writeDeliveryAndPayment(&output)
        writeTotals(&output)
        for (index, line) in lines.enumerated() { write(line, index + 1, &output) }
        output.end(root)
        return Array(output.text.utf8)
    }

    private func writeHeader(_ output: inout XMLText) {
        output.write(
            "CustomizationID",
            "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0")
        output.write("ProfileID", "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0")
        output.write("ID", number)
        output.write("IssueDate", "\(date)")
        if !isCreditNote { output.write("DueDate", "\(dueDate)") }
        output.write(
            isCreditNote ? "CreditNoteTypeCode" : "InvoiceTypeCode", isCreditNote ? "381" : "380")
        output.write("Note", "Sample document \(number); no such business exists.")
        output.write("DocumentCurrencyCode", "EUR")
        output.write("BuyerReference", "\(buyer.prefix)-purchasing")
        output.write("OrderReference/ID", orderReference)
        let credited = "BillingReference/InvoiceDocumentReference"
        output.write("\(credited)/ID", credits?.number)
        output.write("\(credited)/IssueDate", credits?.date.description)
        guard hasAttachment else { return }
        let sheet = lines.map { "\($0.product.code);\($0.quantity)\n" }.joined()
        let note = "AdditionalDocumentReference"
        output.write("\(note)/ID", "DN-\(number)")
        output.write("\(note)/DocumentDescription", "Delivery note")
        output.write(
            "\(note)/Attachment/EmbeddedDocumentBinaryObject",
            Data("article;pieces\n\(sheet)".utf8).base64EncodedString(),
            ["mimeCode": "text/csv", "filename": "delivery-\(number).csv"])
    }

    private func write(_ party: SampleParty, _ path: String, _ output: inout XMLText) {
        output.write("\(path)/EndpointID", party.mail, ["schemeID": "EM"])
        output.write("\(path)/PartyName/Name", party.tradingName)
        output.write("\(path)/PostalAddress/StreetName", party.street)
        output.write("\(path)/PostalAddress/CityName", party.city)
        output.write("\(path)/PostalAddress/PostalZone", party.postalCode)
        output.write("\(path)/PostalAddress/Country/IdentificationCode", party.country)
        output.write("\(path)/PartyTaxScheme/CompanyID", party.vatID)
        output.write("\(path)/PartyTaxScheme/TaxScheme/ID", "VAT")
        output.write("\(path)/PartyLegalEntity/RegistrationName", party.name)
        output.write("\(path)/PartyLegalEntity/CompanyID", party.registrationID)
    }

    private func writeDeliveryAndPayment(_ output: inout XMLText) {
        output.write("Delivery/ActualDeliveryDate", "\(deliveryDate)")
        output.write(
            "Delivery/DeliveryLocation/Address/Country/IdentificationCode", buyer.country)
        output.write("PaymentMeans/PaymentMeansCode", "58")
        if isCreditNote { output.write("PaymentMeans/PaymentDueDate", "\(dueDate)") }
        output.write("PaymentMeans/PaymentID", number)
        output.write("PaymentMeans/PayeeFinancialAccount/ID", seller.account)
        output.write("PaymentTerms/Note", "Net within \(days) days")
    }

    private func writeTotals(_ output: inout XMLText) {
        let groups = taxGroups
        if allowance > 0, let group = groups.first {
            output.write("AllowanceCharge/ChargeIndicator", "false")
            output.write("AllowanceCharge/AllowanceChargeReasonCode", "95")
            output.write(
                "AllowanceCharge/AllowanceChargeReason", "Discount of \(discount) percent")
            output.amount("AllowanceCharge/Amount", allowance)
            write(group.category, "AllowanceCharge/TaxCategory", &output)
        }
        output.amount("TaxTotal/TaxAmount", tax)
        for (index, group) in groups.enumerated() {
            let path = "TaxTotal/TaxSubtotal#\(index)"
            output.amount("\(path)/TaxableAmount", group.taxable)
            output.amount("\(path)/TaxAmount", group.tax)
            write(group.category, "\(path)/TaxCategory", withReason: true, &output)
        }
        let total = "LegalMonetaryTotal"
        output.amount("\(total)/LineExtensionAmount", lineTotal)
        output.amount("\(total)/TaxExclusiveAmount", taxExclusive)
        output.amount("\(total)/TaxInclusiveAmount", taxInclusive)
        if allowance > 0 { output.amount("\(total)/AllowanceTotalAmount", allowance) }
        if prepaid > 0 { output.amount("\(total)/PrepaidAmount", prepaid) }
        output.amount("\(total)/PayableAmount", payable)
    }

    private func write(
        _ category: TaxCategory, _ path: String, withReason: Bool = false, _ output: inout XMLText
    ) {
        output.write("\(path)/ID", category.code)
        output.write("\(path)/Percent", "\(category.rate)")
        if withReason { output.write("\(path)/TaxExemptionReason", category.exemption) }
        output.write("\(path)/TaxScheme/ID", "VAT")
    }

    private func write(_ line: Line, _ position: Int, _ output: inout XMLText) {
        let path = "\(isCreditNote ? "CreditNoteLine" : "InvoiceLine")#\(position)"
        output.write("\(path)/ID", "\(position)")
        output.write(
            "\(path)/\(isCreditNote ? "CreditedQuantity" : "InvoicedQuantity")",
            "\(line.quantity)", ["unitCode": line.product.unit])
        output.amount("\(path)/LineExtensionAmount", line.net)
        output.write("\(path)/Item/Name", line.product.name)
        output.write("\(path)/Item/SellersItemIdentification/ID", line.product.code)
        write(category(of: line.product), "\(path)/Item/ClassifiedTaxCategory", &output)
        output.amount("\(path)/Price/PriceAmount", line.product.price)
    }
}
