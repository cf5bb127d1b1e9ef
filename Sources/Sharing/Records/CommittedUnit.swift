public import Commitments

/// The unit of a committed number. Its code is all that a commitment, a statement and a transcript say
/// of it, and no two kinds of units have a code in common: `EUR`, `rec20/KGM`, `day`, `key`.
///
/// A code in lower case or with a stroke is no currency. So the tonne of one list and the currency
/// that another one calls by the same three letters never meet.
public enum CommittedUnit: Hashable, Sendable {
    /// An ISO 4217 code that ``Currency`` knows.
    case currency(String)
    /// A code of UN/ECE recommendation 20.
    case measure(String)
    /// Days since 1970-01-01.
    case day
    /// A key: a number that means nothing but that two are equal.
    case key

    static let measurePrefix = "rec20/"

    /// `nil` for what is no unit's code.
    public init?(code: String) {
        // Equal strings can be of other bytes: K is a letter, and the sign of the kelvin.
        guard code.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        switch code {
        case "day": self = .day
        case "key": self = .key
        default:
            if code.hasPrefix(Self.measurePrefix) {
                let measure = String(code.dropFirst(Self.measurePrefix.count))
                guard Self.isUnitOfMeasure(measure) else { return nil }
                self = .measure(measure)
            } else {
                guard Currency.scale(of: code) != nil else { return nil }
                self = .currency(code)
            }
        }
    }

    /// Whether `code` has the form of those of UN/ECE recommendation 20: two or three capitals and
    /// digits. The list itself grows every year and isn't looked at.
    public static func isUnitOfMeasure(_ code: String) -> Bool {
        (2...3).contains(code.utf8.count)
            && code.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) }
    }

    public var code: String {
        switch self {
        case .currency(let code): code
        case .measure(let code): Self.measurePrefix + code
        case .day: "day"
        case .key: "key"
        }
    }

    /// Digits after the point.
    public var scale: Int {
        switch self {
        case .currency(let code): Currency.scale(of: code) ?? 0
        case .measure: Quantity.scale
        case .day, .key: 0
        }
    }

    public var kind: CommittedKind {
        switch self {
        case .currency: .amount
        case .measure: .quantity
        case .day: .day
        case .key: .key
        }
    }

    /// Whether sums of such values mean something.
    public var addsUp: Bool { kind == .amount || kind == .quantity }

    public var valueUnit: ValueUnit { ValueUnit(code: code, scale: scale) }
}
