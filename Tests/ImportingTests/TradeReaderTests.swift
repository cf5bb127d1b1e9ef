import Sharing
import Testing
import Wire

@testable import Importing

/// Orders, answers to them, despatches and receipts.
struct TradeReaderTests {
    private static let components = """
        xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
        xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
        """

    private static func party(_ role: String, _ vat: String, _ name: String) -> String {
        """
        <cac:\(role)><cac:Party><cac:PartyTaxScheme><cbc:CompanyID>\(vat)</cbc:CompanyID>
          <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
          <cac:PartyLegalEntity><cbc:RegistrationName>\(name)</cbc:RegistrationName>
          </cac:PartyLegalEntity></cac:Party></cac:\(role)>
        """
    }

    private static func document(_ root: String, _ content: String, parties: String) -> String {
        """
        <\(root) xmlns="urn:oasis:names:specification:ubl:schema:xsd:\(root)-2" \(components)>
          <cbc:ID>O 41</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>\(content)\(parties)
        </\(root)>
        """
    }

    private static let trade =
        party("BuyerCustomerParty", "DE000400002", "Buyer")
        + party("SellerSupplierParty", "DE000400001", "Seller")
    private static let delivered =
        party("DespatchSupplierParty", "DE000400001", "Seller")
        + party("DeliveryCustomerParty", "DE000400002", "Buyer")

    private static let order = document(
        "Order",
        """
        <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
        <cac:AnticipatedMonetaryTotal>
          <cbc:LineExtensionAmount currencyID="EUR">60</cbc:LineExtensionAmount>
          <cbc:PayableAmount currencyID="EUR">71.4</cbc:PayableAmount>
        </cac:AnticipatedMonetaryTotal>
        <cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID>
          <cbc:Quantity unitCode="C62">3</cbc:Quantity>
          <cbc:LineExtensionAmount currencyID="EUR">60</cbc:LineExtensionAmount>
          <cac:Price><cbc:PriceAmount currencyID="EUR">20</cbc:PriceAmount></cac:Price>
          <cac:Item><cbc:Name>Bearing</cbc:Name></cac:Item></cac:LineItem></cac:OrderLine>
        """, parties: trade)

    private let seller = InvoiceText.identifiers("vat:DE000400001")
    private let buyer = InvoiceText.identifiers("vat:DE000400002")

    @Test("an order is the seller's order and the buyer's purchase")
    func orders() throws {
        let sold = try InvoiceText.record(Self.order, for: seller)
        let bought = try InvoiceText.record(Self.order, for: buyer)
        #expect(sold.type.name == "order")
        #expect(bought.type.name == "purchase")
        #expect(sold.businessKey == bought.businessKey)
        #expect(sold["payable_amount"] == .amount(try Amount(units: 7_140, currency: "EUR")))
        #expect(sold["buyer_vat_id"] == .text("DE000400002"))
        #expect(
            sold["lines"]
                == .json([
                    [
                        "name": "Bearing", "net_amount": "60.00", "number": "1", "price": "20",
                        "quantity": "3", "unit": "C62",
                    ]
                ]))
    }

    @Test("an answer is of the same side as its order, whoever wrote it")
    func answers() throws {
        let answer = Self.document(
            "OrderResponse",
            """
            <cbc:OrderResponseCode>CA</cbc:OrderResponseCode>
            <cac:OrderReference><cbc:ID>O 41</cbc:ID></cac:OrderReference>
            """, parties: Self.trade)
        let record = try InvoiceText.record(answer, for: seller)
        #expect(record.type.name == "order")
        #expect(record["document_kind"] == .text("response"))
        #expect(record["response_code"] == .text("CA"))
        #expect(record["responds_to"] == .text("O 41"))
        #expect(record.businessKey["issuer"] == "vat:DE000400001")
        #expect(record["currency"] == .null)
    }

    @Test("a despatch and a receipt are of both parties, each with its words")
    func deliveries() throws {
        let despatch = Self.document(
            "DespatchAdvice",
            """
            <cac:OrderReference><cbc:ID>O 41</cbc:ID></cac:OrderReference>
            <cac:Shipment><cbc:ID>1</cbc:ID>
              <cbc:GrossWeightMeasure unitCode="KGM">12.5</cbc:GrossWeightMeasure>
              <cbc:GrossVolumeMeasure unitCode="LTR">3</cbc:GrossVolumeMeasure>
              <cac:Delivery><cac:EstimatedDeliveryPeriod><cbc:EndDate>2026-03-09</cbc:EndDate>
                </cac:EstimatedDeliveryPeriod></cac:Delivery></cac:Shipment>
            <cac:DespatchLine><cbc:ID>1</cbc:ID>
              <cbc:DeliveredQuantity unitCode="C62">2</cbc:DeliveredQuantity>
              <cac:OrderLineReference><cbc:LineID>1</cbc:LineID></cac:OrderLineReference>
              <cac:Item><cbc:Name>Bearing</cbc:Name></cac:Item></cac:DespatchLine>
            """, parties: Self.delivered)
        let sent = try InvoiceText.record(despatch, for: seller)
        #expect(sent.type.name == "delivery")
        #expect(sent["gross_weight"] == .quantity(try Quantity(parsing: "12.5", unit: "KGM")))
        // Another unit isn't converted, and an estimated day is none.
        #expect(sent["volume"] == .null)
        #expect(sent["delivery_date"] == .null)
        #expect(try InvoiceText.record(despatch, for: buyer).type.name == "receipt")

        let receipt = Self.document(
            "ReceiptAdvice",
            """
            <cac:DespatchDocumentReference><cbc:ID>D 7</cbc:ID></cac:DespatchDocumentReference>
            <cac:ReceiptLine><cbc:ID>1</cbc:ID>
              <cbc:ReceivedQuantity unitCode="C62">1</cbc:ReceivedQuantity>
              <cbc:ShortQuantity unitCode="C62">1</cbc:ShortQuantity></cac:ReceiptLine>
            """, parties: Self.delivered)
        let came = try InvoiceText.record(receipt, for: buyer)
        #expect(came.type.name == "receipt")
        #expect(came["despatch_reference"] == .text("D 7"))
        #expect(came.businessKey["issuer"] == "vat:DE000400002")
    }

    @Test("an order without number, date or party is refused by the term that is missing")
    func refusals() {
        func reason(_ old: String, _ new: String) -> ImportRefusal.Reason? {
            InvoiceText.reason(Self.order.replacing(old, with: new), for: seller)
        }
        #expect(reason("<cbc:ID>O 41</cbc:ID>", "") == .missing(.init("number", of: .order)))
        #expect(reason("2026-03-02", "2026-02-30") == .invalidDate(.init("issue_date", of: .order)))
        #expect(
            reason("SellerSupplierParty", "Other") == .missing(.init("seller_name", of: .order)))
        #expect(
            reason("currencyID=\"EUR\">71.4", "currencyID=\"SEK\">71.4")
                == .foreignCurrency(.init("payable_amount", of: .order)))
    }
}
