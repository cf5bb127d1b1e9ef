/// What may be a name in the language (Cedar grammar, "Identifiers").
package enum Identifier {
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

    package static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    package static func isIdentifier(_ text: some Collection<UInt8>) -> Bool {
        guard let first = text.first, isStart(first) else { return false }
        return text.allSatisfy { isStart($0) || isDigit($0) }
    }

    /// Whether `text` is identifiers joined by `::`, none of them reserved.
    static func isName(_ text: String) -> Bool {
        isQualifiedName(text) && !parts(of: text).contains(internalNamespace)
    }

    /// As ``isName(_:)``, with `__cedar` allowed.
    package static func isQualifiedName(_ text: String) -> Bool {
        parts(of: text).allSatisfy { isIdentifier($0.utf8) && !reserved.contains($0) }
    }

    /// The parts between `::`; a single colon stays inside its part, which is then no identifier.
    static func parts(of name: String) -> [String] {
        var parts: [String] = []
        var part: [UInt8] = []
        let bytes = Array(name.utf8)
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: ":"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: ":")
            {
                parts.append(String(decoding: part, as: UTF8.self))
                part = []
                position += 2
            } else {
                part.append(bytes[position])
                position += 1
            }
        }
        parts.append(String(decoding: part, as: UTF8.self))
        return parts
    }
}
