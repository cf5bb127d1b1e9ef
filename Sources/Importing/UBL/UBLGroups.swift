import Foundation
import Sharing
import Wire

/// The repeated groups of a UBL invoice, as lists of objects. A member that the document doesn't have
/// is left out.
struct UBLGroups {
    let numbers: UBLNumbers

    /// A member of a group: its name, the path of its element inside the group's, and what it is.
    private struct Member {
        let name: String
        let path: String
        let kind: Kind

        enum Kind {
            case text, date, amount, number
            /// A number that follows the sign of the document.
            case quantity
            /// An attribute of the element.
            case attribute(String)
        }

        init(_ name: String, _ path: String, _ kind: Kind = .text) {
            self.name = name
            self.path = path
            self.kind = kind
        }
    }

    private func object(
        _ element: Element, _ members: [Member], in term: FieldName
    ) throws(Finding) -> [String: JSON] {
        var object: [String: JSON] = [:]
        for member in members where object[member.name] == nil {
            guard let found = element.filled(member.path) else { continue }
            let text: String? =
                switch member.kind {
                case .text: found.text
                case .date: try found.date(term).description
                case .amount: try numbers.text(amount: found, term)
                case .number: try numbers.text(number: found, term)
                case .quantity: try numbers.text(number: found, term, turning: true)
                case .attribute(let name): found.attribute(name)
                }
            object[member.name] = text.map { .string($0) }
        }
        return object
    }

    private func list(
        _ elements: [Element], _ members: [Member], in term: FieldName
    ) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in elements { list.append(.object(try object(element, members, in: term))) }
        return list
    }

    /// BG-3.
    func precedingInvoices(_ root: Element) throws(Finding) -> [JSON] {
        try list(
            root.all("BillingReference/InvoiceDocumentReference")
                + root.all("BillingReference/CreditNoteDocumentReference"),
            [Member("number", "ID"), Member("date", "IssueDate", .date)], in: "preceding_invoices")
    }

    /// BG-20 and BG-21, of the document or of a line. `kind` is `allowance` or `charge`.
    func allowancesCharges(_ parent: Element, in term: FieldName) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in parent.all("AllowanceCharge") {
            var object = try object(element, Self.allowance, in: term)
            object["kind"] = Self.isCharge(element) ? "charge" : "allowance"
            list.append(.object(object))
        }
        return list
    }

    private static let allowance = [
        Member("amount", "Amount", .amount), Member("base_amount", "BaseAmount", .amount),
        Member("factor", "MultiplierFactorNumeric", .number),
        Member("reason", "AllowanceChargeReason"),
        Member("reason_code", "AllowanceChargeReasonCode"),
        Member("tax_category", "TaxCategory/ID"),
        Member("tax_rate", "TaxCategory/Percent", .number),
    ]

    static func isCharge(_ element: Element) -> Bool {
        ["true", "1"].contains(element.text("ChargeIndicator") ?? "")
    }

    /// BG-23.
    func taxBreakdown(_ totals: [Element]) throws(Finding) -> [JSON] {
        try list(
            totals.flatMap { $0.all("TaxSubtotal") },
            [
                Member("taxable_amount", "TaxableAmount", .amount),
                Member("tax_amount", "TaxAmount", .amount),
                Member("tax_category", "TaxCategory/ID"),
                Member("tax_rate", "TaxCategory/Percent", .number),
                Member("exemption_reason", "TaxCategory/TaxExemptionReason"),
                Member("exemption_code", "TaxCategory/TaxExemptionReasonCode"),
            ], in: "tax_breakdown")
    }

    /// BG-25.
    func lines(_ elements: [Element]) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in elements {
            var line = try object(element, Self.line, in: "lines")
            let allowances = try allowancesCharges(element, in: "lines")
            if !allowances.isEmpty { line["allowances_charges"] = .array(allowances) }
            list.append(.object(line))
        }
        return list
    }

    private static let line = [
        Member("number", "ID"), Member("note", "Note"),
        Member("quantity", "InvoicedQuantity", .quantity),
        Member("unit", "InvoicedQuantity", .attribute("unitCode")),
        Member("quantity", "CreditedQuantity", .quantity),
        Member("unit", "CreditedQuantity", .attribute("unitCode")),
        Member("net_amount", "LineExtensionAmount", .amount),
        Member("price", "Price/PriceAmount", .number),
        Member("price_base_quantity", "Price/BaseQuantity", .number),
        Member("order_line", "OrderLineReference/LineID"),
        Member("period_start", "InvoicePeriod/StartDate", .date),
        Member("period_end", "InvoicePeriod/EndDate", .date),
        Member("name", "Item/Name"), Member("description", "Item/Description"),
        Member("seller_item", "Item/SellersItemIdentification/ID"),
        Member("buyer_item", "Item/BuyersItemIdentification/ID"),
        Member("standard_item", "Item/StandardItemIdentification/ID"),
        Member("tax_category", "Item/ClassifiedTaxCategory/ID"),
        Member("tax_rate", "Item/ClassifiedTaxCategory/Percent", .number),
    ]

    /// BG-24: of an embedded file also `bytes` and `digest`; the file itself is in `document`.
    func attachments(_ root: Element) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for reference in root.all("AdditionalDocumentReference") {
            var object = try object(reference, Self.attachment, in: "attachments")
            if let file = reference.first(Self.embedded) {
                object["filename"] = file.attribute("filename").map { .string($0) }
                object["media_type"] = file.attribute("mimeCode").map { .string($0) }
                let base64 = String((file.text ?? "").unicodeScalars.filter { $0.value > 0x20 })
                if let content = Data(base64Encoded: base64) {
                    object["bytes"] = .integer(Int64(content.count))
                    object["digest"] = .string(Digest<Digested.Blob>(hashing: content).text)
                }
            }
            list.append(.object(object))
        }
        return list
    }

    private static let embedded = "Attachment/EmbeddedDocumentBinaryObject"

    private static let attachment = [
        Member("reference", "ID"), Member("description", "DocumentDescription"),
        Member("description", "DocumentType"),
        Member("uri", "Attachment/ExternalReference/URI"),
    ]
}
