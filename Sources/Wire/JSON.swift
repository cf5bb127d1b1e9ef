/// A JSON value as a tree: what is written, and what a lenient reader returns.
///
/// Received statements are read through ``JSONDocument`` instead, which keeps their bytes.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case real(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The largest integer a statement may carry, 2⁵³ − 1 (RFC 8785 §3.2.2.3, I-JSON).
    public static let maximumInteger: Int64 = (1 << 53) - 1
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }

    /// The member `name` of an object; `nil` where this isn't an object or has none.
    public subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text, where this is a string.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, where this is an integer.
    public var int: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The elements, where this is an array.
    public var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

extension JSON {
    /// The canonical form of RFC 8785, as UTF-8.
    public var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(512)
        write(to: &output)
        return output
    }

    /// The canonical form of RFC 8785.
    public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

    func write(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        case .real(let value): output += Self.ecmaScript(value).utf8
        case .string(let text): Self.write(text, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                element.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
            for (position, member) in sorted.enumerated() {
                if position > 0 { output.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 8785 §3.2.2.2: the two-character escapes, `\u00xx` for other controls, all else as it is.
    static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output += #"\""#.utf8
            case UInt8(ascii: "\\"): output += #"\\"#.utf8
            case 0x08: output += #"\b"#.utf8
            case 0x09: output += #"\t"#.utf8
            case 0x0a: output += #"\n"#.utf8
            case 0x0c: output += #"\f"#.utf8
            case 0x0d: output += #"\r"#.utf8
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                output += #"\u00"#.utf8
                output.append(digits[Int(byte >> 4)])
                output.append(digits[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// ECMAScript's Number::toString (RFC 8785 §3.2.2.3) from the shortest digits that round-trip.
    static func ecmaScript(_ value: Double) -> String {
        precondition(value.isFinite, "JSON has no infinities and no NaN")
        if value == 0 { return "0" }
        let (digits, exponent) = shortestDigits(of: value.magnitude)
        let sign = value < 0 ? "-" : ""
        let count = digits.count
        let body: String
        if exponent >= count && exponent <= 21 {
            body = digits + String(repeating: "0", count: exponent - count)
        } else if exponent > 0 && exponent <= 21 {
            body = digits.prefix(exponent) + "." + digits.dropFirst(exponent)
        } else if exponent > -6 && exponent <= 0 {
            body = "0." + String(repeating: "0", count: -exponent) + digits
        } else {
            let power = exponent - 1
            let fraction = count > 1 ? "." + digits.dropFirst() : ""
            body = digits.prefix(1) + fraction + "e" + (power < 0 ? "-" : "+") + "\(abs(power))"
        }
        return sign + body
    }

    /// The digits d₁d₂… without leading or trailing zeros and n, so that the value is 0.d₁d₂… × 10ⁿ.
    private static func shortestDigits(of value: Double) -> (digits: String, exponent: Int) {
        let description = value.description.lowercased()
        let parts = description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = String(mantissa[0])
        let fraction = mantissa.count > 1 ? String(mantissa[1]) : ""
        var exponent = whole.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        var digits = Substring(whole + fraction)
        while digits.first == "0" {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == "0" { digits.removeLast() }
        return (String(digits), exponent)
    }
}
