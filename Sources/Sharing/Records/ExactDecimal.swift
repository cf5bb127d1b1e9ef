/// A decimal number without rounding: `coefficient` × 10^−`scale`, in the smallest scale.
///
/// Reads what `xs:decimal` allows (XML Schema Part 2 §3.2.3): an optional sign, digits, at most one
/// full stop. No exponent, no grouping, no comma.
public struct ExactDecimal: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Digits before and after the point. With these, sums of 10⁵ numbers stay within 128 bits.
    public static let maximumIntegerDigits = 15
    public static let maximumFractionDigits = 18
    /// Characters that are read at all, so that a megabyte of zeros isn't a number.
    public static let maximumCharacters = 64

    let coefficient: Int128
    public let scale: Int

    public static let zero = ExactDecimal(0)

    public init(_ integer: Int32) { self.init(coefficient: Int128(integer), scale: 0) }

    /// `coefficient` × 10^−`scale`, for a scale from 0 to ``maximumFractionDigits``.
    init(coefficient: Int128, scale: Int) {
        precondition((0...Self.maximumFractionDigits).contains(scale), "a scale within bounds")
        var (coefficient, scale) = (coefficient, scale)
        while scale > 0 && coefficient % 10 == 0 {
            coefficient /= 10
            scale -= 1
        }
        self.coefficient = coefficient
        self.scale = scale
    }

    /// Reads `-1234.50`; `nil` for what isn't a decimal number or has too many digits.
    public init?(_ text: String) {
        guard let parts = Self.parts(of: text), parts.whole.count <= Self.maximumIntegerDigits,
            parts.fraction.count <= Self.maximumFractionDigits
        else { return nil }
        let magnitude = (parts.whole + parts.fraction).reduce(Int128(0)) {
            $0 * 10 + Int128($1 - 0x30)
        }
        self.init(
            coefficient: parts.negative ? -magnitude : magnitude, scale: parts.fraction.count)
    }

    /// The shortest spelling of a decimal number of any precision, such as a unit price's: `-0.125`
    /// for `-.12500`. `nil` for what isn't a decimal number of at most ``maximumCharacters``.
    public static func canonicalText(_ text: String) -> String? {
        guard let parts = parts(of: text) else { return nil }
        let whole = parts.whole.isEmpty ? "0" : String(decoding: parts.whole, as: UTF8.self)
        let fraction = String(decoding: parts.fraction, as: UTF8.self)
        let isZero = parts.whole.isEmpty && parts.fraction.isEmpty
        return (parts.negative && !isZero ? "-" : "") + whole
            + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// The digits, without leading zeros before the point or trailing ones after it.
    private static func parts(
        of text: String
    ) -> (negative: Bool, whole: [UInt8], fraction: [UInt8])? {
        var rest = Array(text.utf8)[...]
        guard rest.count <= maximumCharacters else { return nil }
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let parts = rest.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first else { return nil }
        var fraction = parts.count == 2 ? parts[1] : []
        guard !whole.isEmpty || !fraction.isEmpty,
            (whole + fraction).allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        while fraction.last == 0x30 { fraction.removeLast() }
        return (negative, Array(whole.drop { $0 == 0x30 }), Array(fraction))
    }

    /// The number counted in units of 10^−`wanted`; `nil` where that would need rounding.
    func units(scale wanted: Int) -> Int128? {
        guard wanted >= scale else { return nil }
        return coefficient * Self.power(wanted - scale)
    }

    /// The nearest number with at most `wanted` digits after the point, halves away from zero.
    public func rounded(scale wanted: Int) -> ExactDecimal {
        guard scale > wanted else { return self }
        let divisor = Self.power(scale - wanted)
        let (quotient, remainder) = coefficient.quotientAndRemainder(dividingBy: divisor)
        let up = remainder.magnitude * 2 >= divisor.magnitude
        return ExactDecimal(
            coefficient: quotient + (up ? coefficient.signum() : 0), scale: wanted)
    }

    public static prefix func - (value: Self) -> Self {
        ExactDecimal(coefficient: -value.coefficient, scale: value.scale)
    }

    public static func + (left: Self, right: Self) -> Self {
        let scale = max(left.scale, right.scale)
        let sum =
            left.coefficient * power(scale - left.scale)
            + right.coefficient * power(scale - right.scale)
        return ExactDecimal(coefficient: sum, scale: scale)
    }

    public static func - (left: Self, right: Self) -> Self { left + -right }

    public static func < (left: Self, right: Self) -> Bool { (left - right).coefficient < 0 }

    /// The shortest text: no sign but `-`, one digit at least before the point, no trailing zeros.
    public var description: String { text(fractionDigits: scale) }

    /// The text with at least `minimum` digits after the point: `100.00` for 100.
    public func text(minimumFractionDigits minimum: Int) -> String {
        text(fractionDigits: max(scale, minimum))
    }

    /// The text with exactly `fractionDigits` digits after the point, at least ``scale``.
    func text(fractionDigits: Int) -> String {
        var digits = String(coefficient.magnitude)
        digits += String(repeating: "0", count: fractionDigits - scale)
        if digits.utf8.count <= fractionDigits {
            digits = String(repeating: "0", count: fractionDigits + 1 - digits.utf8.count) + digits
        }
        let sign = coefficient < 0 ? "-" : ""
        if fractionDigits == 0 { return sign + digits }
        return sign + digits.dropLast(fractionDigits) + "." + digits.suffix(fractionDigits)
    }

    private static func power(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { value, _ in value * 10 }
    }
}
