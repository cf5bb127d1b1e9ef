import Sharing
import Wire

/// Reads orders of UBL, their changes and cancellations, and the answers to them (Peppol's T01 and T76
/// are such).
///
/// Each is a document of its own. Whose side the enterprise is on is told by who buys and who sells,
/// whoever wrote the document.
struct UBLOrderReader: DocumentReader {
    static let formats = ["ubl-order"]
    static let mediaType = "application/xml"

    /// The documents that are read, by their root element, with what they are called here.
    private static let kinds = [
        "Order": "order", "OrderChange": "change", "OrderCancellation": "cancellation",
        "OrderResponse": "response", "OrderResponseSimple": "response",
    ]

    static func recognises(_ file: SourceFile) -> Bool {
        guard let root = file.xml?.root, kinds[root.name] != nil else { return false }
        return root.namespace == "urn:oasis:names:specification:ubl:schema:xsd:\(root.name)-2"
    }

    static func drafts(of file: SourceFile) throws(Finding) -> [Draft] {
        let root = try file.markup(in: .ubl).root
        guard let kind = kinds[root.name] else { throw Finding(.malformed, at: root.place) }
        var reader = UBLOrderReader(draft: TradeDraft(root, as: .order))
        return [try reader.read(kind)]
    }

    private var draft: TradeDraft

    private mutating func read(_ kind: String) throws(Finding) -> Draft {
        draft.setText("type_code", "OrderTypeCode")
        draft.setText("responds_to", "OrderReference/ID")
        draft.setText("response_code", "OrderResponseCode", "AcceptedIndicator")
        draft.setText("sales_order_id", "SalesOrderID", "OrderReference/SalesOrderID")
        draft.setText("quotation_reference", "QuotationDocumentReference/ID")
        draft.setText("contract_reference", "Contract/ID", "ContractDocumentReference/ID")
        draft.setText("buyer_reference", "CustomerReference")
        try draft.setDate("valid_until", "ValidityPeriod/EndDate")
        let wanted = "Delivery/RequestedDeliveryPeriod/"
        let promised = "Delivery/PromisedDeliveryPeriod/"
        try draft.setDate("delivery_start", wanted + "StartDate", promised + "StartDate")
        try draft.setDate("delivery_end", wanted + "EndDate", promised + "EndDate")
        draft.setJoined("notes", kind == "cancellation" ? "CancellationNote" : "Note")
        draft.setJoined("payment_terms", "PaymentTerms/Note")
        let buyer = try draft.setParty(.buyer, "BuyerCustomerParty")
        let seller = try draft.setParty(.seller, "SellerSupplierParty")
        try readAmounts()
        return try draft.draft(
            format: Self.formats[0], kind: kind, author: kind == "response" ? seller : buyer,
            issuer: buyer, recipient: seller)
    }

    private mutating func readAmounts() throws(Finding) {
        let root = draft.root
        let totals = "AnticipatedMonetaryTotal"
        let codes = Set(
            root.all(totals).flatMap(\.children).compactMap { $0.attribute("currencyID") })
        let stated = root.text("DocumentCurrencyCode") ?? (codes.count == 1 ? codes.first : nil)
        guard let currency = stated, let scale = Currency.scale(of: currency) else {
            if stated != nil {
                throw Finding(
                    .invalidAmount(draft.term("currency"), .unknownCurrency), at: root.place)
            }
            // Without a currency there is no amount; of the lines the rest is read.
            return try readLines(nil)
        }
        let numbers = PrintedNumbers(currency: currency, scale: scale, negated: false)
        draft["currency"] = .text(currency)
        for (field, path) in [
            ("line_total", totals + "/LineExtensionAmount"),
            ("tax_exclusive_amount", totals + "/TaxExclusiveAmount"),
            ("tax_inclusive_amount", totals + "/TaxInclusiveAmount"),
            ("payable_amount", totals + "/PayableAmount"), ("tax_amount", "TaxTotal/TaxAmount"),
        ] as [(FieldName, String)] {
            guard let element = try root.single(path, draft.term(field)) else { continue }
            let printed = try numbers.printed(element, draft.term(field))
            draft[field] = .amount(
                try numbers.amount(printed, draft.term(field), at: element.place))
        }
        try readLines(numbers)
    }

    private typealias Member = GroupReader.Member

    private mutating func readLines(_ numbers: PrintedNumbers?) throws(Finding) {
        let reader = GroupReader(
            numbers: numbers ?? PrintedNumbers(currency: "", scale: 0, negated: false))
        let members = numbers == nil ? Self.line : Self.line + Self.pricedLine
        draft.setList(
            "lines",
            try reader.list(draft.root.all("OrderLine/LineItem"), members, in: draft.term("lines")))
    }

    private static let line: [Member] = {
        let wanted = "Delivery/RequestedDeliveryPeriod/"
        return [
            Member("number", "ID"), Member("status", "LineStatusCode"), Member("note", "Note"),
            Member("quantity", "Quantity", .number),
            Member("unit", "Quantity", .attribute("unitCode")),
            Member("delivery_start", wanted + "StartDate", .date),
            Member("delivery_end", wanted + "EndDate", .date),
            Member("name", "Item/Name"), Member("description", "Item/Description"),
            Member("seller_item", "Item/SellersItemIdentification/ID"),
            Member("buyer_item", "Item/BuyersItemIdentification/ID"),
            Member("standard_item", "Item/StandardItemIdentification/ID"),
        ]
    }()

    private static let pricedLine: [Member] = [
        Member("net_amount", "LineExtensionAmount", .amount),
        Member("price", "Price/PriceAmount", .number),
        Member("price_base_quantity", "Price/BaseQuantity", .number),
    ]
}
