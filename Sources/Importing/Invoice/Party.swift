import Foundation

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
}
