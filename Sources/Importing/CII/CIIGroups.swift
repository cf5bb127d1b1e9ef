import Sharing
import Wire

/// The repeated groups of a Cross Industry Invoice, with the members that those of UBL have too.
struct CIIGroups {
    let numbers: PrintedNumbers
    private var reader: GroupReader { GroupReader(numbers: numbers) }

    private typealias Member = GroupReader.Member

    /// BG-3.
    func precedingInvoices(_ root: Element) throws(Finding) -> [JSON] {
        try reader.list(
            root.all(CIIPath.settlement + "InvoiceReferencedDocument"),
            [
                Member("number", "IssuerAssignedID"),
                Member("date", "FormattedIssueDateTime/DateTimeString", .compactDate),
            ], in: .init("preceding_invoices"))
    }

    /// BG-20 and BG-21, of the document or of a line.
    func allowancesCharges(
        _ elements: [Element], in term: ImportRefusal.Term
    ) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for element in elements {
            var object = try reader.object(element, Self.allowance, in: term)
            object["kind"] = Self.isCharge(element) ? "charge" : "allowance"
            list.append(.object(object))
        }
        return list
    }

    private static let allowance = [
        Member("amount", "ActualAmount", .amount), Member("base_amount", "BasisAmount", .amount),
        Member("factor", "CalculationPercent", .number), Member("reason", "Reason"),
        Member("reason_code", "ReasonCode"),
        Member("tax_category", "CategoryTradeTax/CategoryCode"),
        Member("tax_rate", "CategoryTradeTax/RateApplicablePercent", .number),
    ]

    static func isCharge(_ element: Element) -> Bool {
        ["true", "1"].contains(element.text("ChargeIndicator/Indicator") ?? "")
    }

    /// BG-23.
    func taxBreakdown(_ taxes: [Element]) throws(Finding) -> [JSON] {
        try reader.list(
            taxes,
            [
                Member("taxable_amount", "BasisAmount", .amount),
                Member("tax_amount", "CalculatedAmount", .amount),
                Member("tax_category", "CategoryCode"),
                Member("tax_rate", "RateApplicablePercent", .number),
                Member("exemption_reason", "ExemptionReason"),
                Member("exemption_code", "ExemptionReasonCode"),
            ], in: .init("tax_breakdown"))
    }

    /// BG-25.
    func lines(_ elements: [Element]) throws(Finding) -> [JSON] {
        let term = ImportRefusal.Term("lines")
        var list: [JSON] = []
        for element in elements {
            var line = try reader.object(element, Self.line, in: term)
            let allowances = try allowancesCharges(
                element.all(Self.settlement + "SpecifiedTradeAllowanceCharge"), in: term)
            if !allowances.isEmpty { line["allowances_charges"] = .array(allowances) }
            list.append(.object(line))
        }
        return list
    }

    private static let settlement = "SpecifiedLineTradeSettlement/"

    /// The net amount of a line, inside it.
    static let lineTotal =
        settlement + "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"

    private static let line: [Member] = {
        let agreement = "SpecifiedLineTradeAgreement/"
        let quantity = "SpecifiedLineTradeDelivery/BilledQuantity"
        let price = agreement + "NetPriceProductTradePrice/"
        let period = settlement + "BillingSpecifiedPeriod/"
        let tax = settlement + "ApplicableTradeTax/"
        let product = "SpecifiedTradeProduct/"
        return [
            Member("number", "AssociatedDocumentLineDocument/LineID"),
            Member("note", "AssociatedDocumentLineDocument/IncludedNote/Content"),
            Member("quantity", quantity, .quantity),
            Member("unit", quantity, .attribute("unitCode")),
            Member("net_amount", lineTotal, .amount),
            Member("price", price + "ChargeAmount", .number),
            Member("price_base_quantity", price + "BasisQuantity", .number),
            Member("order_line", agreement + "BuyerOrderReferencedDocument/LineID"),
            Member("period_start", period + "StartDateTime/DateTimeString", .compactDate),
            Member("period_end", period + "EndDateTime/DateTimeString", .compactDate),
            Member("name", product + "Name"), Member("description", product + "Description"),
            Member("seller_item", product + "SellerAssignedID"),
            Member("buyer_item", product + "BuyerAssignedID"),
            Member("standard_item", product + "GlobalID"),
            Member("tax_category", tax + "CategoryCode"),
            Member("tax_rate", tax + "RateApplicablePercent", .number),
        ]
    }()

    /// BG-24: documents of type 916; others are references of other groups.
    func attachments(_ root: Element) throws(Finding) -> [JSON] {
        var list: [JSON] = []
        for reference in root.all(CIIPath.agreement + "AdditionalReferencedDocument")
        where reference.text("TypeCode") ?? "916" == "916" {
            var object = try reader.object(reference, Self.attachment, in: .init("attachments"))
            if let file = reference.first("AttachmentBinaryObject") {
                object.merge(GroupReader.embedded(file)) { _, new in new }
            }
            list.append(.object(object))
        }
        return list
    }

    private static let attachment = [
        Member("reference", "IssuerAssignedID"), Member("description", "Name"),
        Member("uri", "URIID"),
    ]
}
