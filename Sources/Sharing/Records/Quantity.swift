public import Wire

/// Why a number cannot be a quantity of a record. Nothing is ever rounded to make it fit.
public enum QuantityError: Error, Equatable, Sendable {
    /// Not digits with at most one full stop and a sign, or longer than any quantity.
    case notADecimal
    /// Not a code as UN/ECE recommendation 20 has them.
    case unknownUnit
    /// More than three digits after the point.
    case tooPrecise(scale: Int)
    /// 2⁴⁷ thousandths or more.
    case tooLarge
}

/// An exact quantity: `thousandths` × 10⁻³ of a unit of measure, |`thousandths`| < 2⁴⁷.
///
/// All have three places, whatever the unit, so that a bound on a quantity can be read without the
/// type that the field is of. What needs more places is counted in a smaller unit.
public struct Quantity: Sendable, Hashable {
    public static let scale = 3
    /// Thousandths of one.
    static let perUnit: Int64 = 1_000

    public let thousandths: Int64
    /// The code of UN/ECE recommendation 20: `KGM`, `C62`.
    public let unit: String

    /// Throws ``QuantityError/unknownUnit`` and ``QuantityError/tooLarge``.
    public init(thousandths: Int64, unit: String) throws(QuantityError) {
        guard CommittedUnit.isUnitOfMeasure(unit) else { throw .unknownUnit }
        guard thousandths.magnitude < Amount.unitsLimit else { throw .tooLarge }
        self.thousandths = thousandths
        self.unit = unit
    }

    /// Reads a decimal number such as `1234.5`. Throws ``QuantityError``.
    public init(parsing text: String, unit: String) throws(QuantityError) {
        guard let value = ExactDecimal(text) else { throw .notADecimal }
        guard value.scale <= Self.scale else { throw .tooPrecise(scale: Self.scale) }
        guard let units = value.units(scale: Self.scale), let narrow = Int64(exactly: units) else {
            throw .tooLarge
        }
        try self.init(thousandths: narrow, unit: unit)
    }

    /// The value with three digits after the point: `12.500`.
    public var text: String {
        ExactDecimal(coefficient: Int128(thousandths), scale: Self.scale)
            .text(fractionDigits: Self.scale)
    }
}

extension Quantity {
    /// `{"unit":"KGM","value":"12.500"}`.
    public var json: JSON { ["unit": .string(unit), "value": .string(text)] }

    /// Reads what ``json`` gives, and no other spelling of it.
    public init?(json: JSON) {
        guard case .object(let members) = json, members.count == 2,
            let unit = members["unit"]?.text, let value = members["value"]?.text,
            let quantity = try? Quantity(parsing: value, unit: unit), quantity.text == value
        else { return nil }
        self = quantity
    }
}
