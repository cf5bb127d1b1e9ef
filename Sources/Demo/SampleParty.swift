import Foundation

/// A company that doesn't exist: VAT numbers and accounts begin with zeros, addresses end in `.example`.
struct SampleParty: Decodable {
    let name: String
    let tradingName: String?
    /// The start of its document numbers, where it is a seller.
    let prefix: String
    let street: String
    let postalCode: String
    let city: String
    let country: String
    let vatID: String
    let registrationID: String

    var mail: String { "billing@\(prefix.lowercased()).example" }

    /// An account number of the right length with check digits that no IBAN has.
    var account: String { country + "00" + registrationID.filter(\.isNumber) + "0000000000" }
}

/// Something that is sold.
struct SampleProduct: Decodable {
    let code: String
    let name: String
    /// Of one unit, in hundredths of the currency.
    let price: Int
    /// UN/ECE recommendation 20.
    let unit: String
    /// The tax rate inside the seller's country, in percent.
    let rate: Int
}

/// A supplier, what it sells, and how much of it at once.
struct SampleSupplier: Decodable {
    let party: SampleParty
    let products: [SampleProduct]
    let least: Int
    let most: Int
}

/// A small manufacturer, what it sells, and with whom it deals: the text `business.json`.
struct SampleBusiness: Decodable {
    let enterprise: SampleParty
    let products: [SampleProduct]
    let customers: [SampleParty]
    let suppliers: [SampleSupplier]

    static let usual: SampleBusiness = {
        let text = Data(PackageResources.business_json)
        guard let business = try? JSONDecoder().decode(SampleBusiness.self, from: text) else {
            preconditionFailure("the text is one of a business")
        }
        return business
    }()
}
