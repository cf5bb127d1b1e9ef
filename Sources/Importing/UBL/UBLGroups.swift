import Foundation
import Sharing
import Wire

/// Collects the members of one object of a group, leaving out what the document doesn't have.
private struct Members {
    private(set) var members: [String: JSON] = [:]

    var json: JSON { .object(members) }

    mutating func set(_ name: String, _ text: String?) {
        if let text { members[name] = .string(text) }
    }

    mutating func set(_ name: String, _ list: [JSON]) {
        if !list.isEmpty { members[name] = .array(list) }
    }

    mutating func set(_ name: String, date element: Element?, _ term: String) throws(Finding) {
        if let element { set(name, try element.date(term).description) }
    }

    mutating func set(_ name: String, _ count: Int) { members[name] = .integer(Int64(count)) }
}

/// The repeated groups of a UBL invoice, as lists of objects.
enum UBLGroups {
    /// BG-3: `number`, `date`.
    static func precedingInvoices(_ root: Element) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        let references =
            root.all("BillingReference/InvoiceDocumentReference")
            + root.all("BillingReference/CreditNoteDocumentReference")
        for reference in references {
            var members = Members()
            members.set("number", reference.text("ID"))
            try members.set("date", date: reference.filled("IssueDate"), "preceding_invoices")
            list.append(members.json)
        }
        return list
    }

    /// BG-20 and BG-21, of the document or of a line: `kind` (`allowance` or `charge`), `amount`,
    /// `base_amount`, `factor`, `reason`, `reason_code`, `tax_category`, `tax_rate`.
    static func allowancesCharges(
        _ parent: Element, _ numbers: UBLNumbers, _ term: String
    ) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in parent.all("AllowanceCharge") {
            var members = Members()
            members.set("kind", isCharge(element) ? "charge" : "allowance")
            if let amount = element.filled("Amount") {
                members.set("amount", try numbers.text(amount: amount, term))
            }
            if let base = element.filled("BaseAmount") {
                members.set("base_amount", try numbers.text(amount: base, term))
            }
            if let factor = element.filled("MultiplierFactorNumeric") {
                members.set("factor", try numbers.text(number: factor, term))
            }
            members.set("reason", element.text("AllowanceChargeReason"))
            members.set("reason_code", element.text("AllowanceChargeReasonCode"))
            try setTax(&members, element.first("TaxCategory"), numbers, term)
            list.append(members.json)
        }
        return list
    }

    static func isCharge(_ element: Element) -> Bool {
        ["true", "1"].contains(element.text("ChargeIndicator") ?? "")
    }

    /// BG-23: `tax_category`, `tax_rate`, `taxable_amount`, `tax_amount`, `exemption_reason`,
    /// `exemption_code`.
    static func taxBreakdown(
        _ totals: [Element], _ numbers: UBLNumbers
    ) throws(Finding) -> [JSON] {
        let term = "tax_breakdown"
        var list: [JSON] = []
        for element in totals.flatMap({ $0.all("TaxSubtotal") }) {
            var members = Members()
            if let amount = element.filled("TaxableAmount") {
                members.set("taxable_amount", try numbers.text(amount: amount, term))
            }
            if let amount = element.filled("TaxAmount") {
                members.set("tax_amount", try numbers.text(amount: amount, term))
            }
            let category = element.first("TaxCategory")
            try setTax(&members, category, numbers, term)
            members.set("exemption_reason", category?.text("TaxExemptionReason"))
            members.set("exemption_code", category?.text("TaxExemptionReasonCode"))
            list.append(members.json)
        }
        return list
    }

    private static func setTax(
        _ members: inout Members, _ category: Element?, _ numbers: UBLNumbers, _ term: String
    ) throws(Finding) {
        members.set("tax_category", category?.text("ID"))
        if let rate = category?.filled("Percent") {
            members.set("tax_rate", try numbers.text(number: rate, term))
        }
    }

    /// BG-25: `number`, `name`, `description`, `note`, `quantity`, `unit`, `net_amount`, `price`,
    /// `price_base_quantity`, `tax_category`, `tax_rate`, `seller_item`, `buyer_item`,
    /// `standard_item`, `order_line`, `period_start`, `period_end`, `allowances_charges`.
    static func lines(
        _ elements: [Element], _ numbers: UBLNumbers
    ) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in elements { list.append(try line(element, numbers)) }
        return list
    }

    private static func line(_ element: Element, _ numbers: UBLNumbers) throws(Finding) -> JSON {
        let term = "lines"
        var members = Members()
        members.set("number", element.text("ID"))
        members.set("note", element.text("Note"))
        let quantity = element.filled("InvoicedQuantity") ?? element.filled("CreditedQuantity")
        if let quantity {
            members.set("quantity", try numbers.text(number: quantity, term, turning: true))
            members.set("unit", quantity.attribute("unitCode"))
        }
        if let amount = element.filled("LineExtensionAmount") {
            members.set("net_amount", try numbers.text(amount: amount, term))
        }
        if let price = element.filled("Price/PriceAmount") {
            members.set("price", try numbers.text(number: price, term))
        }
        if let base = element.filled("Price/BaseQuantity") {
            members.set("price_base_quantity", try numbers.text(number: base, term))
        }
        members.set("order_line", element.text("OrderLineReference/LineID"))
        try members.set("period_start", date: element.filled("InvoicePeriod/StartDate"), term)
        try members.set("period_end", date: element.filled("InvoicePeriod/EndDate"), term)
        if let item = element.first("Item") {
            members.set("name", item.text("Name"))
            members.set("description", item.text("Description"))
            members.set("seller_item", item.text("SellersItemIdentification/ID"))
            members.set("buyer_item", item.text("BuyersItemIdentification/ID"))
            members.set("standard_item", item.text("StandardItemIdentification/ID"))
            try setTax(&members, item.first("ClassifiedTaxCategory"), numbers, term)
        }
        members.set(
            "allowances_charges", try allowancesCharges(element, numbers, "lines"))
        return members.json
    }

    /// BG-24: `reference`, `description`, and of an embedded file `filename`, `media_type`, `bytes`
    /// and `digest` (SHA-256, base64url); of one elsewhere `uri`. The file itself is in `document`.
    static func attachments(_ root: Element) -> [JSON] {
        root.all("AdditionalDocumentReference").map { reference in
            var members = Members()
            members.set("reference", reference.text("ID"))
            members.set(
                "description",
                reference.text("DocumentDescription") ?? reference.text("DocumentType"))
            members.set("uri", reference.text("Attachment/ExternalReference/URI"))
            if let file = reference.first("Attachment/EmbeddedDocumentBinaryObject") {
                members.set("filename", file.attribute("filename"))
                members.set("media_type", file.attribute("mimeCode"))
                let base64 = String((file.text ?? "").unicodeScalars.filter { $0.value > 0x20 })
                if let content = Data(base64Encoded: base64) {
                    members.set("bytes", content.count)
                    members.set("digest", Digest<Digested.Blob>(hashing: content).text)
                }
            }
            return members.json
        }
    }
}
