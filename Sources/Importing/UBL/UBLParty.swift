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
        let vatIDs = taxIDs.flatMap { $0.identifiers(scheme: "vat", country: country) }
        let otherTaxIDs = taxIDs.flatMap { $0.identifiers(scheme: "tax", country: country) }
        let entities = element.all("PartyLegalEntity/CompanyID")
        let registrations = entities.compactMap {
            RegisteredIdentifier(scheme: "register", id: $0.text ?? "")
        }
        let parties = element.all("PartyIdentification/ID")
        id = element.filled("PartyIdentification/ID").flatMap { party in
            party.text.map { text in (party.attribute("schemeID").map { $0 + ":" } ?? "") + text }
        }
        let schemed = (parties + element.all("EndpointID") + entities).compactMap { identifier in
            RegisteredIdentifier(
                scheme: identifier.attribute("schemeID") ?? "party", id: identifier.text ?? "")
        }
        identifiers = Set(vatIDs + otherTaxIDs + registrations + schemed)
        let vatKey = taxIDs.first { $0.isVAT }?.identifiers(scheme: "vat", country: country).last
        chooseKey(from: [vatKey] + registrations + otherTaxIDs + schemed)
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

    /// The number as printed, and with the country in front where it doesn't start with letters.
    func identifiers(scheme: String, country: String?) -> [RegisteredIdentifier] {
        var spellings = [text]
        if let country, let printed = RegisteredIdentifier(scheme: scheme, id: text),
            printed.id.first?.isNumber == true
        {
            spellings.append((country == "GR" ? "EL" : country) + text)
        }
        return spellings.compactMap { RegisteredIdentifier(scheme: scheme, id: $0) }
    }
}
