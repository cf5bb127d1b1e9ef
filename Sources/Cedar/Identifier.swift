/// What may be a name in the language (Cedar grammar, "Identifiers").
enum Identifier {
    /// Words with a meaning of their own, never a name.
    static let reserved: Set<String> = [
        "true", "false", "if", "then", "else", "in", "is", "like", "has",
    ]

    /// Kept by the language for itself, in any part of a name.
    static let internalNamespace = "__cedar"

    static func isStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    static func isIdentifier(_ text: some Collection<UInt8>) -> Bool {
        guard let first = text.first, isStart(first) else { return false }
        return text.allSatisfy { isStart($0) || isDigit($0) }
    }

    /// Whether `text` is identifiers joined by `::`, none of them reserved.
    static func isName(_ text: String) -> Bool {
        parts(of: text).allSatisfy {
            isIdentifier($0.utf8) && !reserved.contains($0) && $0 != internalNamespace
        }
    }

    /// The parts between `::`; a single colon stays inside its part, which is then no identifier.
    static func parts(of name: String) -> [String] {
        name.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
    }

    /// The value of a hexadecimal digit; `nil` for other bytes.
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
