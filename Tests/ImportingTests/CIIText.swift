import Importing
import Sharing

/// The invoice of ``InvoiceText`` in the other syntax of EN 16931.
enum CIIText {
    static let plain = """
        <?xml version="1.0" encoding="UTF-8"?>
        <rsm:CrossIndustryInvoice
          xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
          xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
          xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
          <rsm:ExchangedDocumentContext>
            <ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID>
            </ram:GuidelineSpecifiedDocumentContextParameter>
          </rsm:ExchangedDocumentContext>
          <rsm:ExchangedDocument>
            <ram:ID>R-1041</ram:ID>
            <ram:TypeCode>380</ram:TypeCode>
            <ram:IssueDateTime><udt:DateTimeString format="102">20260314</udt:DateTimeString>
            </ram:IssueDateTime>
            <ram:IncludedNote><ram:Content>first</ram:Content></ram:IncludedNote>
          </rsm:ExchangedDocument>
          <rsm:SupplyChainTradeTransaction>
            \(line(1, 3, "60.00", "Bearing", "20.000000"))
            \(line(2, 12, "40.00", "Seal", "3.33333333333333333333"))
            <ram:ApplicableHeaderTradeAgreement>
              <ram:SellerTradeParty>
                <ram:Name>Seller &amp; Söhne</ram:Name>
                <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE 000 400 001</ram:ID>
                </ram:SpecifiedTaxRegistration>
              </ram:SellerTradeParty>
              <ram:BuyerTradeParty>
                <ram:GlobalID schemeID="0088">0000000400026</ram:GlobalID>
                <ram:Name>Buyer</ram:Name>
                <ram:SpecifiedLegalOrganization><ram:ID>HRB 400002</ram:ID>
                </ram:SpecifiedLegalOrganization>
              </ram:BuyerTradeParty>
            </ram:ApplicableHeaderTradeAgreement>
            <ram:ApplicableHeaderTradeDelivery/>
            <ram:ApplicableHeaderTradeSettlement>
              <ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
              <ram:ApplicableTradeTax>
                <ram:CalculatedAmount>18.14</ram:CalculatedAmount>
                <ram:BasisAmount>95.50</ram:BasisAmount>
                <ram:CategoryCode>S</ram:CategoryCode>
                <ram:RateApplicablePercent>19.0</ram:RateApplicablePercent>
              </ram:ApplicableTradeTax>
              \(allowance(isCharge: false, "10"))
              \(allowance(isCharge: true, "5.50"))
              <ram:SpecifiedTradePaymentTerms>
                <ram:DueDateDateTime><udt:DateTimeString format="102">20260413</udt:DateTimeString>
                </ram:DueDateDateTime>
              </ram:SpecifiedTradePaymentTerms>
              <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
                <ram:LineTotalAmount>100.00</ram:LineTotalAmount>
                <ram:ChargeTotalAmount>5.50</ram:ChargeTotalAmount>
                <ram:AllowanceTotalAmount>10</ram:AllowanceTotalAmount>
                <ram:TaxBasisTotalAmount>95.50</ram:TaxBasisTotalAmount>
                <ram:TaxTotalAmount currencyID="EUR">18.14</ram:TaxTotalAmount>
                <ram:TaxTotalAmount currencyID="SEK">204.07</ram:TaxTotalAmount>
                <ram:RoundingAmount>0.01</ram:RoundingAmount>
                <ram:GrandTotalAmount>113.64</ram:GrandTotalAmount>
                <ram:TotalPrepaidAmount>13.65</ram:TotalPrepaidAmount>
                <ram:DuePayableAmount>100</ram:DuePayableAmount>
              </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
            </ram:ApplicableHeaderTradeSettlement>
          </rsm:SupplyChainTradeTransaction>
        </rsm:CrossIndustryInvoice>
        """

    private static func allowance(isCharge: Bool, _ amount: String) -> String {
        """
        <ram:SpecifiedTradeAllowanceCharge>
          <ram:ChargeIndicator><udt:Indicator>\(isCharge)</udt:Indicator></ram:ChargeIndicator>
          <ram:ActualAmount>\(amount)</ram:ActualAmount>
        </ram:SpecifiedTradeAllowanceCharge>
        """
    }

    private static func line(
        _ number: Int, _ quantity: Int, _ amount: String, _ name: String, _ price: String
    ) -> String {
        """
        <ram:IncludedSupplyChainTradeLineItem>
          <ram:AssociatedDocumentLineDocument><ram:LineID>\(number)</ram:LineID>
          </ram:AssociatedDocumentLineDocument>
          <ram:SpecifiedTradeProduct><ram:Name>\(name)</ram:Name></ram:SpecifiedTradeProduct>
          <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice>
            <ram:ChargeAmount>\(price)</ram:ChargeAmount></ram:NetPriceProductTradePrice>
          </ram:SpecifiedLineTradeAgreement>
          <ram:SpecifiedLineTradeDelivery>
            <ram:BilledQuantity unitCode="C62">\(quantity)</ram:BilledQuantity>
          </ram:SpecifiedLineTradeDelivery>
          <ram:SpecifiedLineTradeSettlement>
            <ram:SpecifiedTradeSettlementLineMonetarySummation>
              <ram:LineTotalAmount>\(amount)</ram:LineTotalAmount>
            </ram:SpecifiedTradeSettlementLineMonetarySummation>
          </ram:SpecifiedLineTradeSettlement>
        </ram:IncludedSupplyChainTradeLineItem>
        """
    }
}
