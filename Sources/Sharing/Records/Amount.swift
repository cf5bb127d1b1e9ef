public import Wire

/// Why a number cannot be an amount of a record. Nothing is ever rounded to make it fit.
public enum AmountError: Error, Equatable, Sendable {
    /// Not digits with at most one full stop and a sign, or longer than any amount.
    case notADecimal
    case unknownCurrency
    /// More digits after the point than the currency has.
    case tooPrecise(scale: Int)
    /// 2⁴⁷ units or more.
    case tooLarge
}

/// An exact amount of money: `units` × 10^−`scale` of a currency, |`units`| < 2⁴⁷.
///
/// The bound leaves room for weighted sums over 65 536 records to be proven within 64 bits. The scale
/// is that of the currency, so an amount has one spelling.
public struct Amount: Sendable, Hashable {
    /// The magnitude in units stays below this: 1.4 billion in a currency of four places, 1.4
    /// trillion in one of two.
    public static let unitsLimit: Int64 = 1 << 47

    public let units: Int64
    public let scale: Int
    /// The ISO 4217 code.
    public let currency: String

    /// Throws ``AmountError/unknownCurrency`` and ``AmountError/tooLarge``.
    public init(units: Int64, currency: String) throws(AmountError) {
        guard let scale = Currency.scale(of: currency) else { throw .unknownCurrency }
        guard units.magnitude < Self.unitsLimit else { throw .tooLarge }
        self.units = units
        self.scale = scale
        self.currency = currency
    }

    /// The amount `value` of `currency`, where it fits without rounding. Throws ``AmountError``.
    public init(_ value: ExactDecimal, currency: String) throws(AmountError) {
        guard let scale = Currency.scale(of: currency) else { throw .unknownCurrency }
        guard value.scale <= scale else { throw .tooPrecise(scale: scale) }
        guard let units = value.units(scale: scale), let narrow = Int64(exactly: units) else {
            throw .tooLarge
        }
        try self.init(units: narrow, currency: currency)
    }

    /// Reads a decimal number such as `1234.5`, `-0.10` or `+7`. Throws ``AmountError``.
    public init(parsing text: String, currency: String) throws(AmountError) {
        guard let value = ExactDecimal(text) else { throw .notADecimal }
        try self.init(value, currency: currency)
    }

    /// The value with exactly ``scale`` digits after the point: `1234.50`.
    public var text: String { value.text(fractionDigits: scale) }

    public var value: ExactDecimal { ExactDecimal(coefficient: Int128(units), scale: scale) }

    public static prefix func - (amount: Self) -> Self {
        Amount(units: -amount.units, scale: amount.scale, currency: amount.currency)
    }

    private init(units: Int64, scale: Int, currency: String) {
        (self.units, self.scale, self.currency) = (units, scale, currency)
    }
}

extension Amount {
    /// `{"unit":"EUR","value":"1234.50"}`.
    public var json: JSON { ["unit": .string(currency), "value": .string(text)] }

    /// Reads what ``json`` gives, and no other spelling of it.
    public init?(json: JSON) {
        guard case .object(let members) = json, members.count == 2,
            let unit = members["unit"]?.text, let value = members["value"]?.text,
            let amount = try? Amount(parsing: value, currency: unit), amount.text == value
        else { return nil }
        self = amount
    }
}
