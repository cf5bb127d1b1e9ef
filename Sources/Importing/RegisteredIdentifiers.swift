import Foundation

/// An identifier of a legal entity: a scheme and a value, printed `vat:DE123456789`.
///
/// Both are brought into one spelling, so that `NL 8200.98.395.B.01` and `NL820098395B01` are the same.
public struct RegisteredIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `vat`, `tax`, `register` (a legal register's number, whatever the register), `lei`, `gln`,
    /// `duns`, `email`, `account` (of a bank), `party` (a number that trading partners agreed on), or another scheme's own
    /// name, such as the four digits of ISO 6523 (`0007`).
    public let scheme: String
    public let id: String

    /// Shorter values would match by accident.
    public static let minimumLength = 3
    public static let maximumLength = 256

    /// `nil` where the scheme is empty, or what is left of the value is too short or too long.
    public init?(scheme: String, id: String) {
        let scheme = Self.canonical(scheme: scheme)
        let id = Self.canonical(id: id, scheme: scheme)
        guard !scheme.isEmpty, !scheme.contains(":"),
            (Self.minimumLength...Self.maximumLength).contains(id.count)
        else { return nil }
        self.scheme = scheme
        self.id = id
    }

    /// Reads `vat:DE123456789`; `nil` without a scheme.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        self.init(scheme: String(text[..<colon]), id: String(text[text.index(after: colon)...]))
    }

    public var description: String { "\(scheme):\(id)" }

    public static func < (left: Self, right: Self) -> Bool {
        (left.scheme, left.id) < (right.scheme, right.id)
    }

    /// One name for the schemes that go by several.
    private static func canonical(scheme: String) -> String {
        let word = scheme.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
        switch word {
        case "gln", "ean", "0088": return "gln"
        case "lei", "0199": return "lei"
        case "duns", "0060": return "duns"
        case "em", "email": return "email"
        case "va", "vat": return "vat"
        case "iban", "account": return "account"
        default: return vatSchemes.contains(word) ? "vat" : word
        }
    }

    /// The codes of the Electronic Address Scheme list whose values are VAT identifiers.
    private static let vatSchemes: Set<String> = [
        "0211", "0223", "9910", "9914", "9920", "9922", "9923", "9924", "9925", "9926", "9927",
        "9928", "9929", "9930", "9931", "9932", "9933", "9934", "9935", "9936", "9937", "9938",
        "9939", "9940", "9941", "9942", "9943", "9944", "9945", "9946", "9947", "9948", "9949",
        "9950", "9951", "9952", "9953", "9957",
    ]

    /// Upper case, and nothing but letters and digits; an email address only in lower case.
    private static func canonical(id: String, scheme: String) -> String {
        let composed = id.precomposedStringWithCompatibilityMapping
        if scheme == "email" {
            return composed.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
        }
        return String(composed.uppercased().filter { $0.isLetter || $0.isNumber })
    }
}

/// The identifiers under which an enterprise appears on documents: they tell what it issued from
/// what it received.
public struct RegisteredIdentifiers: Sendable, Equatable {
    public let identifiers: Set<RegisteredIdentifier>

    public init(_ identifiers: some Sequence<RegisteredIdentifier>) {
        self.identifiers = Set(identifiers)
    }

    /// Whether a party with these identifiers is the enterprise.
    func match(_ party: Set<RegisteredIdentifier>) -> Bool {
        !identifiers.isDisjoint(with: party)
    }
}
