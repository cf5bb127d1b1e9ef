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

    /// Takes in the numbers by which it may be registered: its VAT identifier, all its tax numbers, and
    /// the elements with those of legal registers and of other schemes.
    mutating func identify(
        vat: String?, taxes: [String], registers: [Element], others: [Element]
    ) {
        let vatIDs = taxes.flatMap { taxIdentifiers($0, scheme: "vat") }
        let taxIDs = taxes.flatMap { taxIdentifiers($0, scheme: "tax") }
        let registrations = registers.compactMap {
            RegisteredIdentifier(scheme: "register", id: $0.text ?? "")
        }
        let schemed = (others + registers).compactMap { identifier in
            RegisteredIdentifier(
                scheme: identifier.attribute("schemeID") ?? "party", id: identifier.text ?? "")
        }
        identifiers = Set(vatIDs + taxIDs + registrations + schemed)
        let vatKey = vat.flatMap { taxIdentifiers($0, scheme: "vat").last }
        chooseKey(from: [vatKey] + registrations + taxIDs + schemed)
    }

    /// The number as printed, and with the country in front where it doesn't start with letters.
    private func taxIdentifiers(_ text: String, scheme: String) -> [RegisteredIdentifier] {
        var spellings = [text]
        if let country, let printed = RegisteredIdentifier(scheme: scheme, id: text),
            printed.id.first?.isNumber == true
        {
            spellings.append((country == "GR" ? "EL" : country) + text)
        }
        return spellings.compactMap { RegisteredIdentifier(scheme: scheme, id: $0) }
    }

    /// Takes the first of `candidates` that is an identifier as ``key``, and the name where none is.
    private mutating func chooseKey(from candidates: [RegisteredIdentifier?]) {
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

    static let seller = PartyFields("seller")
    static let buyer = PartyFields("buyer")
    static let supplier = PartyFields("supplier")
    static let customer = PartyFields("customer")

    /// The fields whose names begin with `role`.
    private init(_ role: String) {
        func field(_ name: String) -> FieldName {
            guard let field = FieldName("\(role)_\(name)") else {
                preconditionFailure("a role in small letters")
            }
            return field
        }
        name = field("name")
        tradingName = field("trading_name")
        id = field("id")
        registrationID = field("registration_id")
        vatID = field("vat_id")
        country = field("country")
    }
}
