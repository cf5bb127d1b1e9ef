/// The characters of an XML document and what is made of them alone: names, white space, references
/// and attribute values (XML 1.0, fifth edition).
struct MarkupScanner {
    private let bytes: [UInt8]
    private(set) var position: Int
    /// From 1 on.
    private(set) var line: Int

    init(_ bytes: [UInt8], firstLine: Int = 1) {
        self.bytes = bytes
        position = 0
        line = firstLine
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    subscript(range: Range<Int>) -> ArraySlice<UInt8> { bytes[range] }

    func upcoming(_ count: Int) -> ArraySlice<UInt8> { bytes[position...].prefix(count) }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    func refusal(_ reason: ImportRefusal.Reason) -> Finding {
        Finding(reason, at: .init(path: "", line: line))
    }

    func follows(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    // MARK: Going on

    /// Goes over one byte. Throws where it begins a character that XML doesn't have (§2.2).
    mutating func step() throws(Finding) {
        let byte = bytes[position]
        if byte < 0x20 {
            if byte == UInt8(ascii: "\n") {
                line += 1
            } else if byte != UInt8(ascii: "\t") && byte != UInt8(ascii: "\r") {
                throw refusal(.malformed)
            }
        } else if byte == 0xef && (follows("\u{fffe}") || follows("\u{ffff}")) {
            throw refusal(.malformed)
        }
        position += 1
    }

    /// Goes over `text` where it follows.
    mutating func skip(_ text: StaticString) -> Bool {
        guard follows(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    mutating func require(_ text: StaticString) throws(Finding) {
        guard skip(text) else { throw refusal(.malformed) }
    }

    /// Goes behind the next `text`, and gives what stands before it. Throws where there is none.
    mutating func skip(behind text: StaticString) throws(Finding) -> Range<Int> {
        let start = position
        while position < bytes.count {
            let end = position
            if skip(text) { return start..<end }
            try step()
        }
        throw refusal(.malformed)
    }

    /// Goes over white space; whether there was any.
    mutating func skipSpace() throws(Finding) -> Bool {
        let start = position
        while let byte = next, Self.isSpace(byte) { try step() }
        return position > start
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    /// The text up to the next `<` or `&` (§2.4).
    mutating func characters() throws(Finding) -> Range<Int> {
        let start = position
        while let byte = next, byte != UInt8(ascii: "<"), byte != UInt8(ascii: "&") {
            if byte == UInt8(ascii: "]") && follows("]]>") { throw refusal(.malformed) }
            try step()
        }
        return start..<position
    }

    // MARK: Names

    /// A name and the prefix before its colon (Namespaces in XML 1.0 §4).
    struct Name {
        let range: Range<Int>
        let prefix: String
        let local: String
    }

    mutating func name() throws(Finding) -> Name {
        let start = position
        let first = try part()
        guard skip(":") else { return Name(range: start..<position, prefix: "", local: first) }
        let local = try part()
        return Name(range: start..<position, prefix: first, local: local)
    }

    /// A name without a colon.
    mutating func part() throws(Finding) -> String {
        let start = position
        while let byte = next, byte >= 0x80 || Self.isASCIINameCharacter(byte) { try step() }
        let part = text(start..<position)
        guard let first = part.unicodeScalars.first, Self.startsName(first),
            part.utf8.allSatisfy({ $0 < 0x80 })
                || part.unicodeScalars.allSatisfy(Self.isNameCharacter)
        else { throw refusal(.malformed) }
        return part
    }

    private static func isASCIINameCharacter(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// `NameStartChar` of §2.3, but for the colon.
    private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5a, 0x5f, 0x61...0x7a, 0xc0...0xd6, 0xd8...0xf6, 0xf8...0x2ff, 0x370...0x37d,
            0x37f...0x1fff, 0x200c...0x200d, 0x2070...0x218f, 0x2c00...0x2fef, 0x3001...0xd7ff,
            0xf900...0xfdcf, 0xfdf0...0xfffd, 0x10000...0xeffff:
            true
        default: false
        }
    }

    /// `NameChar` of §2.3, but for the colon.
    private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2d, 0x2e, 0x30...0x39, 0xb7, 0x300...0x36f, 0x203f...0x2040: true
        default: startsName(scalar)
        }
    }

    // MARK: References and attribute values

    /// `&lt;` `&gt;` `&amp;` `&quot;` `&apos;`, or a character by number (§4.1, §4.6). Throws for
    /// every other entity, since there is nothing that could define one.
    mutating func reference() throws(Finding) -> Character {
        try require("&")
        let name = bytes[position...].prefix(12).prefix { $0 != UInt8(ascii: ";") }
        let isNumber = name.first == UInt8(ascii: "#")
        guard name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: ";"),
            let character = isNumber
                ? Self.character(numbered: name.dropFirst())
                : Self.entities[String(decoding: name, as: UTF8.self)]
        else { throw refusal(isNumber ? .malformed : .undefinedEntity) }
        position = name.endIndex + 1
        return character
    }

    private static let entities: [String: Character] = [
        "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
    ]

    private static func character(numbered digits: ArraySlice<UInt8>) -> Character? {
        let isHexadecimal = digits.first == UInt8(ascii: "x")
        let text = String(decoding: isHexadecimal ? digits.dropFirst() : digits, as: UTF8.self)
        guard text.utf8.first != UInt8(ascii: "+"), text.utf8.first != UInt8(ascii: "-"),
            let scalar = UInt32(text, radix: isHexadecimal ? 16 : 10).flatMap({ Unicode.Scalar($0) }
            )
        else { return nil }
        switch scalar.value {
        case 0x09, 0x0a, 0x0d, 0x20...0xfffd, 0x10000...: return Character(scalar)
        default: return nil
        }
    }

    /// The value behind an equals sign.
    mutating func assignedValue() throws(Finding) -> String {
        _ = try skipSpace()
        try require("=")
        _ = try skipSpace()
        return try attributeValue()
    }

    /// A value in quotes, with white space made spaces (§3.3.3).
    private mutating func attributeValue() throws(Finding) -> String {
        guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw refusal(.malformed)
        }
        try step()
        let start = position
        var value: [UInt8] = []
        while let byte = next, byte != quote {
            if position - start >= XMLLimits.attributeBytes {
                throw refusal(.limitExceeded(.attributeLength, limit: XMLLimits.attributeBytes))
            }
            switch byte {
            case UInt8(ascii: "<"): throw refusal(.malformed)
            case UInt8(ascii: "&"): value += try reference().utf8
            default:
                value.append(Self.isSpace(byte) ? 0x20 : byte)
                try step()
            }
        }
        guard next == quote else { throw refusal(.malformed) }
        try step()
        return String(decoding: value, as: UTF8.self)
    }
}
