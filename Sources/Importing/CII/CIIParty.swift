import Sharing

extension Party {
    /// A `TradePartyType`, such as `SellerTradeParty`.
    init(cii element: Element) {
        let organisation = "SpecifiedLegalOrganization/"
        name = element.text("Name")
        tradingName = element.text(organisation + "TradingBusinessName")
        country = element.text("PostalTradeAddress/CountryID")
        registrationID = element.text(organisation + "ID")
        let registrations = element.all("SpecifiedTaxRegistration/ID")
        func numbers(_ scheme: String) -> [Element] {
            registrations.filter { $0.text != nil && $0.attribute("schemeID") == scheme }
        }
        let vat = numbers("VA")
        vatID = vat.first?.text
        let ids = element.all("GlobalID") + element.all("ID")
        id = ids.first { $0.text != nil }.flatMap { found in
            found.text.map { text in (found.attribute("schemeID").map { $0 + ":" } ?? "") + text }
        }
        identify(
            vat: vatID, taxes: (vat + numbers("FC")).compactMap(\.text),
            registers: element.all(organisation + "ID"),
            others: ids + element.all("URIUniversalCommunication/URIID"))
    }
}
