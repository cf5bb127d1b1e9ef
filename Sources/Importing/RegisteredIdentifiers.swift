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

    /// Whether the scheme is one of ISO 6523 whose values are numbers of a national register of legal
    /// entities.
    var isOfRegister: Bool { Self.registerSchemes.contains(scheme) }

    private static let registerSchemes: Set<String> = [
        "0002", "0007", "0106", "0151", "0183", "0184", "0191", "0192", "0195", "0200", "0208",
        "0212", "0218",
    ]

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
    /// Those under which the authority admitted it.
    public let admitted: Set<RegisteredIdentifier>
    /// Those that it goes by on its own word.
    public let declared: Set<RegisteredIdentifier>

    public var identifiers: Set<RegisteredIdentifier> { admitted.union(declared) }

    public init(_ admitted: some Sequence<RegisteredIdentifier>) {
        self.init(admitted: admitted, declared: [])
    }

    public init(
        admitted: some Sequence<RegisteredIdentifier>,
        declared: some Sequence<RegisteredIdentifier>
    ) {
        self.admitted = Set(admitted)
        let unlike = Self.entities(in: self.admitted)
        self.declared = Set(declared).filter { !unlike.contains($0.scheme) }
            .subtracting(self.admitted)
    }

    /// The schemes whose numbers have one spelling and one entity each, so that another number is
    /// another entity. The others also tell places, accounts and people, or are spelled in many ways.
    private static let ofEntities: Set<String> = ["vat", "lei"]

    private static func entities(in identifiers: Set<RegisteredIdentifier>) -> Set<String> {
        Set(identifiers.map(\.scheme)).intersection(ofEntities)
    }

    /// Whether the enterprise may go by `identifier` on its own word: it isn't one of a scheme under
    /// which it was admitted as somebody else.
    public func allows(_ identifier: RegisteredIdentifier) -> Bool {
        admitted.contains(identifier) || !Self.entities(in: admitted).contains(identifier.scheme)
    }

    /// What a party with certain identifiers is to the enterprise.
    enum Match { case itself, another, contradicted(by: [String]) }

    /// A number of a legal entity by the authority's word decides: where the party has one of such a
    /// scheme, it is the enterprise's or the party is somebody else. Numbers of registers, of which each
    /// court has its own, and what the enterprise goes by on its own word count only besides.
    func match(_ party: Set<RegisteredIdentifier>) -> Match {
        let entities = Self.entities(in: admitted)
        let telling = party.filter { entities.contains($0.scheme) }
        if !admitted.isDisjoint(with: telling) { return .itself }
        guard !identifiers.isDisjoint(with: party) else { return .another }
        return telling.isEmpty
            ? .itself : .contradicted(by: Set(telling.map(\.scheme)).sorted())
    }
}
