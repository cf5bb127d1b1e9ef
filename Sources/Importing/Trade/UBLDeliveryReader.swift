import Sharing
import Wire

/// Reads despatch advices of UBL, in which the supplier says what was sent, and receipt advices, in which
/// the customer says what came (Peppol's T16 is a despatch advice).
struct UBLDeliveryReader: DocumentReader {
    static let formats = ["ubl-despatch", "ubl-receipt"]
    static let mediaType = "application/xml"

    /// A document that is read.
    private enum Kind: String {
        case despatch = "DespatchAdvice"
        case receipt = "ReceiptAdvice"

        var line: String { self == .despatch ? "DespatchLine" : "ReceiptLine" }
    }

    static func recognises(_ file: SourceFile) -> Bool {
        guard let root = file.xml?.root, let kind = Kind(rawValue: root.name) else { return false }
        return root.namespace == "urn:oasis:names:specification:ubl:schema:xsd:\(kind.rawValue)-2"
    }

    static func drafts(of file: SourceFile) throws(Finding) -> [Draft] {
        let root = try file.markup(in: .ubl).root
        guard let kind = Kind(rawValue: root.name) else {
            throw Finding(.malformed, at: root.place)
        }
        var reader = UBLDeliveryReader(draft: TradeDraft(root, as: .delivery))
        return [try reader.read(kind)]
    }

    private var draft: TradeDraft

    private mutating func read(_ kind: Kind) throws(Finding) -> Draft {
        let shipment = "Shipment/"
        let delivery = shipment + "Delivery/"
        draft.setText("order_reference", "OrderReference/ID")
        draft.setText("sales_order_id", "OrderReference/SalesOrderID")
        draft.setText("despatch_reference", "DespatchDocumentReference/ID")
        draft.setText("shipment_id", shipment + "ID")
        draft.setText("tracking_id", delivery + "TrackingID", shipment + "Consignment/ID")
        try draft.setDate("despatch_date", delivery + "Despatch/ActualDespatchDate")
        // What is only estimated is no date of a delivery.
        try draft.setDate("delivery_date", delivery + "ActualDeliveryDate")
        draft.setText(
            "carrier_name", delivery + "CarrierParty/PartyName/Name",
            shipment + "Consignment/CarrierParty/PartyName/Name")
        draft.setMeasure("gross_weight", shipment + "GrossWeightMeasure")
        draft.setMeasure("volume", shipment + "GrossVolumeMeasure")
        if let packages = draft.root.text(shipment + "TotalTransportHandlingUnitQuantity"),
            let count = try? Quantity(parsing: packages, unit: "C62")
        {
            draft["packages"] = .quantity(count)
        }
        draft.setJoined("notes", "Note")
        let supplier = try draft.setParty(
            .supplier, "SellerSupplierParty", "DespatchSupplierParty")
        let customer = try draft.setParty(
            .customer, "BuyerCustomerParty", "DeliveryCustomerParty")
        try readLines(kind)
        let isDespatch = kind == .despatch
        return try draft.draft(
            format: Self.formats[isDespatch ? 0 : 1], kind: isDespatch ? "despatch" : "receipt",
            author: isDespatch ? supplier : customer, issuer: supplier, recipient: customer)
    }

    private typealias Member = GroupReader.Member

    private mutating func readLines(_ kind: Kind) throws(Finding) {
        let reader = GroupReader(
            numbers: PrintedNumbers(currency: "", scale: 0, negated: false))
        draft.setList(
            "lines",
            try reader.list(draft.root.all(kind.line), Self.line, in: draft.term("lines")))
    }

    private static let line: [Member] = {
        let lot = "Item/ItemInstance/"
        return [
            Member("number", "ID"), Member("note", "Note"),
            Member("quantity", "DeliveredQuantity", .number),
            Member("unit", "DeliveredQuantity", .attribute("unitCode")),
            Member("quantity", "ReceivedQuantity", .number),
            Member("unit", "ReceivedQuantity", .attribute("unitCode")),
            Member("outstanding", "OutstandingQuantity", .number),
            Member("outstanding_reason", "OutstandingReason"),
            Member("short", "ShortQuantity", .number),
            Member("rejected", "RejectedQuantity", .number),
            Member("reject_reason", "RejectReason"),
            Member("order_line", "OrderLineReference/LineID"),
            Member("despatch_line", "DespatchLineReference/LineID"),
            Member("name", "Item/Name"), Member("description", "Item/Description"),
            Member("seller_item", "Item/SellersItemIdentification/ID"),
            Member("buyer_item", "Item/BuyersItemIdentification/ID"),
            Member("standard_item", "Item/StandardItemIdentification/ID"),
            Member("lot", lot + "LotIdentification/LotNumberID"),
            Member("serial", lot + "SerialID"),
        ]
    }()
}
