import Sharing
import Wire

/// The repeated groups of a UBL invoice, as lists of objects. A member that the document doesn't have
/// is left out.
struct UBLGroups {
    let numbers: PrintedNumbers
    private var reader: GroupReader { GroupReader(numbers: numbers) }

    private typealias Member = GroupReader.Member

    /// BG-3.
    func precedingInvoices(_ root: Element) throws(Finding) -> [JSON] {
        try reader.list(
            root.all("BillingReference/InvoiceDocumentReference")
                + root.all("BillingReference/CreditNoteDocumentReference"),
            [Member("number", "ID"), Member("date", "IssueDate", .date)],
            in: .init("preceding_invoices"))
    }

    /// BG-20 and BG-21, of the document or of a line. `kind` is `allowance` or `charge`.
    func allowancesCharges(_ parent: Element, in term: ImportRefusal.Term) throws(Finding) -> [JSON]
    {
        var list: [JSON] = []
        for element in parent.all("AllowanceCharge") {
            var object = try reader.object(element, Self.allowance, in: term)
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
        try reader.list(
            totals.flatMap { $0.all("TaxSubtotal") },
            [
                Member("taxable_amount", "TaxableAmount", .amount),
                Member("tax_amount", "TaxAmount", .amount),
                Member("tax_category", "TaxCategory/ID"),
                Member("tax_rate", "TaxCategory/Percent", .number),
                Member("exemption_reason", "TaxCategory/TaxExemptionReason"),
                Member("exemption_code", "TaxCategory/TaxExemptionReasonCode"),
            ], in: .init("tax_breakdown"))
    }

    /// BG-25.
    func lines(_ elements: [Element]) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in elements {
            var line = try reader.object(element, Self.line, in: .init("lines"))
            let allowances = try allowancesCharges(element, in: .init("lines"))
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

    /// BG-24.
    func attachments(_ root: Element) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for reference in root.all("AdditionalDocumentReference") {
            var object = try reader.object(reference, Self.attachment, in: .init("attachments"))
            if let file = reference.first(Self.embedded) {
                object.merge(GroupReader.embedded(file)) { _, new in new }
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
