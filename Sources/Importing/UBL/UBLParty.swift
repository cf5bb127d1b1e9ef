import Sharing

extension Party {
    /// The `Party` inside `AccountingSupplierParty` or `AccountingCustomerParty`.
    init(ubl element: Element) {
        let person = ["FirstName", "FamilyName"].compactMap { element.text("Person/\($0)") }
        let entityName = element.text("PartyLegalEntity/RegistrationName")
        tradingName = element.text("PartyName/Name")
        name =
            entityName ?? tradingName ?? element.text("PartyTaxScheme/RegistrationName")
            ?? (person.isEmpty ? nil : person.joined(separator: " "))
        country = element.text("PostalAddress/Country/IdentificationCode")
        registrationID = element.text("PartyLegalEntity/CompanyID")

        let taxIDs = element.all("PartyTaxScheme").compactMap(TaxID.init)
        vatID = taxIDs.first { $0.isVAT }?.text
        let parties = element.all("PartyIdentification/ID")
        id = element.filled("PartyIdentification/ID").flatMap { party in
            party.text.map { text in (party.attribute("schemeID").map { $0 + ":" } ?? "") + text }
        }
        identify(
            vat: vatID, taxes: taxIDs.map(\.text),
            registers: element.all("PartyLegalEntity/CompanyID"),
            others: parties + element.all("EndpointID"))
    }
}

/// One tax registration of a party.
private struct TaxID {
    let text: String
    let isVAT: Bool

    /// `nil` where there is no number.
    init?(_ element: Element) {
        guard let text = element.text("CompanyID") else { return nil }
        self.text = text
        let words = ["ID", "Name", "TaxTypeCode"].compactMap { element.text("TaxScheme/\($0)") }
        isVAT = words.contains { $0.uppercased().contains("VAT") }
    }
}
