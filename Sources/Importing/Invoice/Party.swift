import Foundation
import Sharing

/// The seller or the buyer, with everything that identifies it.
struct Party {
    var name: String?
    var tradingName: String?
    /// An identifier with its scheme, as in EN 16931's BT-29 and BT-46: `0088:7300010000001`.
    var id: String?
    var registrationID: String?
    var vatID: String?
    var country: String?
    /// Every identifier in one spelling, under every scheme that it can be registered by.
    var identifiers: Set<RegisteredIdentifier> = []
    /// Tells this party from others wherever it occurs: its VAT identifier or else the best it has.
    var key = ""

    /// Takes the first of `candidates` that is an identifier as ``key``, and the name where none is.
    mutating func chooseKey(from candidates: [RegisteredIdentifier?]) {
        if let identifier = candidates.lazy.compactMap({ $0 }).first {
            key = identifier.description
        } else {
            let words = (name ?? "").precomposedStringWithCompatibilityMapping.uppercased()
            key = "name:" + words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
    }

    /// What of the party goes into a record.
    func values(as fields: PartyFields) -> [FieldName: FieldValue] {
        [
            fields.name: name, fields.tradingName: tradingName, fields.id: id,
            fields.registrationID: registrationID, fields.vatID: vatID, fields.country: country,
        ].compactMapValues { $0.map { .text($0) } }
    }
}

/// The names of the fields that one party's terms go into.
struct PartyFields {
    let name: FieldName
    let tradingName: FieldName
    let id: FieldName
    let registrationID: FieldName
    let vatID: FieldName
    let country: FieldName

    static let seller = PartyFields(
        name: "seller_name", tradingName: "seller_trading_name", id: "seller_id",
        registrationID: "seller_registration_id", vatID: "seller_vat_id",
        country: "seller_country")
    static let buyer = PartyFields(
        name: "buyer_name", tradingName: "buyer_trading_name", id: "buyer_id",
        registrationID: "buyer_registration_id", vatID: "buyer_vat_id", country: "buyer_country")
}
