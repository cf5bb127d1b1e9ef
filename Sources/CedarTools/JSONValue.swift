public import Cedar

/// JSON as Cedar's formats use it: integers of 64 bits, texts compared byte for byte, and no object
/// with the same key twice.
indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that is no integer of 64 bits. No format of Cedar has a place for one.
    case otherNumber
    case string(Text)
    case array([JSONValue])
    case object(JSONObject)

    var text: Text? { if case .string(let text) = self { text } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
    var isNull: Bool { if case .null = self { true } else { false } }
}

/// The members of an object, in the order of the text.
struct JSONObject: Sendable {
    let members: [(name: Text, value: JSONValue)]

    subscript(name: Text) -> JSONValue? { members.first { $0.name == name }?.value }

    /// The names of the members that aren't among `known`.
    func names(except known: Set<Text>) -> [Text] {
        members.map(\.name).filter { !known.contains($0) }
    }
}

/// Why bytes are no JSON of this kind, and where.
public enum JSONFault: Error, Sendable, Hashable {
    case unexpectedByte(offset: Int)
    case unexpectedEnd
    case invalidEscape(offset: Int)
    case invalidUTF8(offset: Int)
    case duplicateKey(Text)
    case tooDeep(limit: Int)
    case tooLong(limit: Int)
}

extension JSONValue {
    /// How deep arrays and objects may nest; it bounds the stack while reading, and while comparing
    /// the values read.
    static let maximumDepth = 128
    /// The longest text that is read, in bytes.
    static let maximumBytes = 1 << 28

    /// Reads one JSON text (RFC 8259). Throws ``JSONFault``.
    init(parsing bytes: [UInt8]) throws(JSONFault) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong(limit: Self.maximumBytes) }
        var reader = JSONReader(bytes: bytes)
        self = try reader.document()
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    private var offset = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONFault) -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw .unexpectedByte(offset: offset) }
        return value
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0a, 0x0d: offset += 1
            default: return
            }
        }
    }

    /// The next byte that isn't white space.
    private mutating func next() throws(JSONFault) -> UInt8 {
        skipSpace()
        guard offset < bytes.count else { throw .unexpectedEnd }
        return bytes[offset]
    }

    private mutating func value(depth: Int) throws(JSONFault) -> JSONValue {
        switch try next() {
        case UInt8(ascii: "{"):
            return .object(JSONObject(members: try members(depth: depth)))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw .unexpectedByte(offset: offset)
        }
    }

    private mutating func word(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONFault) -> JSONValue {
        for position in 0..<word.utf8CodeUnitCount {
            guard offset < bytes.count else { throw .unexpectedEnd }
            guard bytes[offset] == word.utf8Start[position] else {
                throw .unexpectedByte(offset: offset)
            }
            offset += 1
        }
        return value
    }

    /// Goes past the bracket that opens an array or object.
    private mutating func open(depth: Int) throws(JSONFault) {
        guard depth < JSONValue.maximumDepth else { throw .tooDeep(limit: JSONValue.maximumDepth) }
        offset += 1
    }

    /// Goes past a comma or `close`; whether it was `close`.
    private mutating func isLast(_ close: UInt8) throws(JSONFault) -> Bool {
        let byte = try next()
        guard byte == close || byte == UInt8(ascii: ",") else {
            throw .unexpectedByte(offset: offset)
        }
        offset += 1
        return byte == close
    }

    private mutating func elements(depth: Int) throws(JSONFault) -> [JSONValue] {
        try open(depth: depth)
        var elements: [JSONValue] = []
        if try next() == UInt8(ascii: "]") {
            offset += 1
            return elements
        }
        repeat { elements.append(try value(depth: depth + 1)) } while try !isLast(UInt8(ascii: "]"))
        return elements
    }

    private mutating func members(
        depth: Int
    ) throws(JSONFault) -> [(name: Text, value: JSONValue)] {
        try open(depth: depth)
        var members: [(name: Text, value: JSONValue)] = []
        var names: Set<Text> = []
        if try next() == UInt8(ascii: "}") {
            offset += 1
            return members
        }
        repeat {
            guard try next() == UInt8(ascii: "\"") else { throw .unexpectedByte(offset: offset) }
            let name = try string()
            guard names.insert(name).inserted else { throw .duplicateKey(name) }
            guard try next() == UInt8(ascii: ":") else { throw .unexpectedByte(offset: offset) }
            offset += 1
            members.append((name, try value(depth: depth + 1)))
        } while try !isLast(UInt8(ascii: "}"))
        return members
    }

    private mutating func digits() throws(JSONFault) {
        let start = offset
        while offset < bytes.count, Identifier.isDigit(bytes[offset]) { offset += 1 }
        if offset == start {
            throw offset < bytes.count ? .unexpectedByte(offset: offset) : .unexpectedEnd
        }
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = offset
        if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
        let first = offset
        try digits()
        if offset - first > 1 && bytes[first] == UInt8(ascii: "0") {
            throw .unexpectedByte(offset: first + 1)
        }
        var isInteger = true
        if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            try digits()
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if offset < bytes.count,
                bytes[offset] == UInt8(ascii: "+") || bytes[offset] == UInt8(ascii: "-")
            {
                offset += 1
            }
            try digits()
        }
        // Minus zero is no integer: it has no place among the 64-bit ones.
        let isMinusZero = first > start && offset == first + 1 && bytes[first] == UInt8(ascii: "0")
        guard isInteger, !isMinusZero,
            let value = Int64(String(decoding: bytes[start..<offset], as: UTF8.self))
        else { return .otherNumber }
        return .integer(value)
    }

    private mutating func string() throws(JSONFault) -> Text {
        offset += 1
        let start = offset
        var unescaped: [UInt8] = []
        var plainStart = offset
        while true {
            guard offset < bytes.count else { throw .unexpectedEnd }
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                unescaped += bytes[plainStart..<offset]
                offset += 1
                guard let text = Text(validating: unescaped) else {
                    throw .invalidUTF8(offset: start)
                }
                return text
            case UInt8(ascii: "\\"):
                unescaped += bytes[plainStart..<offset]
                unescaped += UTF8.encode(try escape()) ?? UTF8.encodedReplacementCharacter
                plainStart = offset
            case 0..<0x20: throw .unexpectedByte(offset: offset)
            default: offset += 1
            }
        }
    }

    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        let start = offset
        guard offset + 1 < bytes.count else { throw .unexpectedEnd }
        offset += 2
        switch bytes[offset - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw .invalidEscape(offset: start)
        }
        var code = try codeUnit()
        if code & 0xfc00 == 0xd800 {
            guard offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                bytes[offset + 1] == UInt8(ascii: "u")
            else { throw .invalidEscape(offset: start) }
            offset += 2
            let low = try codeUnit()
            guard low & 0xfc00 == 0xdc00 else { throw .invalidEscape(offset: start) }
            code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
        }
        guard let scalar = Unicode.Scalar(code) else { throw .invalidEscape(offset: start) }
        return scalar
    }

    private mutating func codeUnit() throws(JSONFault) -> UInt32 {
        guard offset + 4 <= bytes.count else { throw .unexpectedEnd }
        var unit: UInt32 = 0
        for byte in bytes[offset..<offset + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(byte - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(byte - 0x57)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(byte - 0x37)
            default: throw .invalidEscape(offset: offset)
            }
        }
        offset += 4
        return unit
    }
}
