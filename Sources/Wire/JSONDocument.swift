/// Why bytes were refused as JSON, with the byte offset at which it shows.
public enum JSONError: Error, Equatable, Sendable {
    case unexpectedEnd
    case unexpectedByte(offset: Int)
    case whiteSpace(offset: Int)
    case trailingBytes(offset: Int)
    case duplicateKey(String)
    case keysNotSorted(String)
    case nonCanonicalNumber(offset: Int)
    case nonCanonicalEscape(offset: Int)
    case numberOutOfRange(offset: Int)
    case invalidUTF8(offset: Int)
    case tooDeep(limit: Int)
    case tooLarge(limit: Int)
}

/// One received JSON text, tokenized once: its bytes, and the position of every value in them.
///
/// The canonical reader accepts exactly the bytes RFC 8785 would produce, restricted to integers of
/// at most 2⁵³ − 1; so a statement has one spelling, and its bytes never need to be re-encoded to
/// check a signature. The lenient reader accepts any RFC 8259 text without duplicate keys, for
/// documents that others made, with numbers that fit a double.
///
/// Both refuse two keys of one object that are canonically equivalent in Unicode, which no reader
/// that compares text as people see it could tell apart.
public final class JSONDocument: Sendable {
    /// How much the reader puts up with.
    public enum Mode: Sendable { case canonical, lenient }

    /// How deep arrays and objects may nest; a bound on the reader's own stack.
    public static let maximumDepth = 32

    public let bytes: [UInt8]
    let nodes: [Node]

    /// Tokenizes `bytes`, all of them. Throws ``JSONError`` at the first byte that doesn't fit.
    public init(_ mode: Mode = .canonical, _ bytes: [UInt8]) throws(JSONError) {
        guard bytes.count < Int(UInt32.max) else { throw .tooLarge(limit: Int(UInt32.max)) }
        var tokenizer = Tokenizer(bytes: bytes, mode: mode)
        try tokenizer.run()
        self.bytes = bytes
        self.nodes = tokenizer.nodes
    }

    public var root: JSONValue { JSONValue(document: self, index: 0) }

    struct Node: Sendable {
        enum Kind: UInt8 { case null, no, yes, integer, real, string, escapedString, array, object }
        var kind: Kind
        /// Where the value starts and ends; for strings, the content without the quotes.
        var start: UInt32
        var end: UInt32
        /// The index of the node behind this one and all that it contains.
        var next: UInt32
    }
}

private struct Tokenizer {
    let bytes: [UInt8]
    let mode: JSONDocument.Mode
    var position = 0
    var nodes: [JSONDocument.Node] = []

    init(bytes: [UInt8], mode: JSONDocument.Mode) {
        self.bytes = bytes
        self.mode = mode
        nodes.reserveCapacity(bytes.count / 24 + 4)
    }

    mutating func run() throws(JSONError) {
        try skipSpace()
        try value(depth: 0)
        try skipSpace()
        if position < bytes.count { throw .trailingBytes(offset: position) }
    }

    @inline(__always)
    private func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw .unexpectedEnd }
        return bytes[position]
    }

    private mutating func skipSpace() throws(JSONError) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d:
                if mode == .canonical { throw .whiteSpace(offset: position) }
                position += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) {
        switch try peek() {
        case UInt8(ascii: "{"): try object(depth: depth)
        case UInt8(ascii: "["): try array(depth: depth)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true", .yes)
        case UInt8(ascii: "f"): try literal("false", .no)
        case UInt8(ascii: "n"): try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
        default: throw .unexpectedByte(offset: position)
        }
    }

    private mutating func open(_ kind: JSONDocument.Node.Kind, depth: Int) throws(JSONError) -> Int
    {
        if depth >= JSONDocument.maximumDepth { throw .tooDeep(limit: JSONDocument.maximumDepth) }
        nodes.append(.init(kind: kind, start: UInt32(position), end: 0, next: 0))
        position += 1
        try skipSpace()
        return nodes.count - 1
    }

    private mutating func close(_ index: Int) {
        position += 1
        nodes[index].end = UInt32(position)
        nodes[index].next = UInt32(nodes.count)
    }

    private mutating func array(depth: Int) throws(JSONError) {
        let index = try open(.array, depth: depth)
        if try peek() == UInt8(ascii: "]") { return close(index) }
        while true {
            try value(depth: depth + 1)
            try skipSpace()
            switch try peek() {
            case UInt8(ascii: ","):
                position += 1
                try skipSpace()
            case UInt8(ascii: "]"): return close(index)
            default: throw .unexpectedByte(offset: position)
            }
        }
    }

    private mutating func object(depth: Int) throws(JSONError) {
        let index = try open(.object, depth: depth)
        if try peek() == UInt8(ascii: "}") { return close(index) }
        var previous: JSONDocument.Node?
        var needsLookup = mode == .lenient
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedByte(offset: position) }
            try string()
            let key = nodes[nodes.count - 1]
            if mode == .canonical {
                if let previous { try requireOrder(previous, key) }
                previous = key
                needsLookup = needsLookup || !isASCII(key)
            }
            try skipSpace()
            guard try peek() == UInt8(ascii: ":") else { throw .unexpectedByte(offset: position) }
            position += 1
            try skipSpace()
            try value(depth: depth + 1)
            try skipSpace()
            switch try peek() {
            case UInt8(ascii: ","):
                position += 1
                try skipSpace()
            case UInt8(ascii: "}"):
                if needsLookup { try requireDistinctKeys(from: index + 1) }
                return close(index)
            default: throw .unexpectedByte(offset: position)
            }
        }
    }

    private func isASCII(_ key: JSONDocument.Node) -> Bool {
        bytes[Int(key.start)..<Int(key.end)].allSatisfy { $0 < 0x80 }
    }

    /// No two keys of the object whose first key is node `first` are equal as text, which in Swift
    /// means canonically equivalent.
    private func requireDistinctKeys(from first: Int) throws(JSONError) {
        var seen: Set<String> = []
        var position = first
        while position < nodes.count {
            let key = text(of: nodes[position])
            guard seen.insert(key).inserted else { throw .duplicateKey(key) }
            position = Int(nodes[position + 1].next)
        }
    }

    private func text(of node: JSONDocument.Node) -> String {
        JSONValue.text(of: node, in: bytes)
    }

    /// Keys in strictly ascending order of their UTF-16 code units (RFC 8785 §3.2.3).
    private func requireOrder(
        _ left: JSONDocument.Node, _ right: JSONDocument.Node
    ) throws(JSONError) {
        let a = bytes[Int(left.start)..<Int(left.end)]
        let b = bytes[Int(right.start)..<Int(right.end)]
        // UTF-8 and UTF-16 order agree below U+D800; only what lies above it needs the slow way.
        let simple =
            left.kind == .string && right.kind == .string
            && a.allSatisfy { $0 < 0xee } && b.allSatisfy { $0 < 0xee }
        let ascending =
            simple
            ? a.lexicographicallyPrecedes(b)
            : text(of: left).utf16.lexicographicallyPrecedes(text(of: right).utf16)
        if ascending { return }
        if a.elementsEqual(b) { throw .duplicateKey(text(of: right)) }
        throw .keysNotSorted(text(of: right))
    }

    private mutating func literal(
        _ word: StaticString, _ kind: JSONDocument.Node.Kind
    ) throws(JSONError) {
        let start = position
        for offset in 0..<word.utf8CodeUnitCount {
            guard try peek() == word.utf8Start[offset] else {
                throw .unexpectedByte(offset: position)
            }
            position += 1
        }
        append(kind, start)
    }

    private mutating func append(_ kind: JSONDocument.Node.Kind, _ start: Int) {
        nodes.append(
            .init(
                kind: kind, start: UInt32(start), end: UInt32(position),
                next: UInt32(nodes.count + 1)))
    }

    private mutating func digits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
            position += 1
        }
        return position - start
    }

    private mutating func number() throws(JSONError) {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        let count = digits()
        if count == 0 {
            throw position < bytes.count ? .unexpectedByte(offset: position) : .unexpectedEnd
        }
        if count > 1 && bytes[first] == UInt8(ascii: "0") {
            throw .nonCanonicalNumber(offset: start)
        }
        var real = false
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            real = true
            position += 1
            if digits() == 0 { throw .nonCanonicalNumber(offset: start) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            real = true
            position += 1
            if position < bytes.count, bytes[position] == 0x2b || bytes[position] == 0x2d {
                position += 1
            }
            if digits() == 0 { throw .nonCanonicalNumber(offset: start) }
        }
        if mode == .canonical {
            try requireCanonical(start: start, first: first, real: real)
        } else if real || count > 15 {
            try requireFinite(start: start)
        }
        append(real ? .real : .integer, start)
    }

    /// What no double can hold has no canonical form either (RFC 8785 §3.2.2.3).
    private func requireFinite(start: Int) throws(JSONError) {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            throw .numberOutOfRange(offset: start)
        }
    }

    private func requireCanonical(start: Int, first: Int, real: Bool) throws(JSONError) {
        if real { throw .nonCanonicalNumber(offset: start) }
        if first > start && bytes[first] == UInt8(ascii: "0") {
            throw .nonCanonicalNumber(offset: start)
        }
        var magnitude: Int64 = 0
        guard position - first <= 16 else { throw .numberOutOfRange(offset: start) }
        for index in first..<position { magnitude = magnitude * 10 + Int64(bytes[index] - 0x30) }
        if magnitude > JSON.maximumInteger { throw .numberOutOfRange(offset: start) }
    }

    private mutating func string() throws(JSONError) {
        position += 1
        let start = position
        var escaped = false
        skipPlain()
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                append(escaped ? .escapedString : .string, start)
                position += 1
                return
            case UInt8(ascii: "\\"):
                escaped = true
                try escape()
            case 0..<0x20: throw .nonCanonicalEscape(offset: position)
            case 0x20..<0x80: position += 1
            default: try multibyte(byte)
            }
        }
    }

    /// Goes on to where something else than plain ASCII comes within eight bytes: long texts have none
    /// before their end.
    private mutating func skipPlain() {
        position = bytes.withUnsafeBytes { bytes in
            func each(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }
            var place = position
            while place + 8 <= bytes.count {
                let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                let quotes = word ^ each(UInt8(ascii: "\""))
                let strokes = word ^ each(UInt8(ascii: "\\"))
                // The highest bit of a byte says that it is one of these, or beyond ASCII; of the bytes
                // behind such a one it may say so too.
                let found =
                    word | (word &- each(0x20)) & ~word | (quotes &- each(1)) & ~quotes
                    | (strokes &- each(1)) & ~strokes
                guard found & each(0x80) == 0 else { break }
                place += 8
            }
            return place
        }
    }

    private mutating func escape() throws(JSONError) {
        let start = position
        position += 1
        let letter = try peek()
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "/"):
            if mode == .canonical { throw .nonCanonicalEscape(offset: start) }
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            if mode == .canonical {
                try requireCanonicalUnit(unit, at: start)
            } else if unit & 0xfc00 == 0xd800 {
                guard try peek() == UInt8(ascii: "\\") else { throw .invalidUTF8(offset: start) }
                position += 1
                guard try peek() == UInt8(ascii: "u") else { throw .invalidUTF8(offset: start) }
                position += 1
                guard try hexUnit() & 0xfc00 == 0xdc00 else { throw .invalidUTF8(offset: start) }
            } else if unit & 0xfc00 == 0xdc00 {
                throw .invalidUTF8(offset: start)
            }
        default: throw .unexpectedByte(offset: start)
        }
    }

    /// Only controls without a two-character escape are written `\u00xx`, in lower case.
    private func requireCanonicalUnit(_ unit: UInt16, at start: Int) throws(JSONError) {
        let short: Set<UInt16> = [0x08, 0x09, 0x0a, 0x0c, 0x0d]
        let lowercase = bytes[start..<position].allSatisfy { !(0x41...0x46).contains($0) }
        if unit >= 0x20 || short.contains(unit) || !lowercase {
            throw .nonCanonicalEscape(offset: start)
        }
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let byte = try peek()
            switch byte {
            case 0x30...0x39: unit = unit << 4 | UInt16(byte - 0x30)
            case 0x41...0x46: unit = unit << 4 | UInt16(byte - 0x37)
            case 0x61...0x66: unit = unit << 4 | UInt16(byte - 0x57)
            default: throw .unexpectedByte(offset: position)
            }
            position += 1
        }
        return unit
    }

    /// One well-formed multi-byte sequence (Unicode 15, table 3-7): no surrogates, none overlong.
    private mutating func multibyte(_ lead: UInt8) throws(JSONError) {
        let start = position
        let (length, low, high): (Int, UInt8, UInt8) =
            switch lead {
            case 0xc2...0xdf: (2, 0x80, 0xbf)
            case 0xe0: (3, 0xa0, 0xbf)
            case 0xed: (3, 0x80, 0x9f)
            case 0xe1...0xef: (3, 0x80, 0xbf)
            case 0xf0: (4, 0x90, 0xbf)
            case 0xf1...0xf3: (4, 0x80, 0xbf)
            case 0xf4: (4, 0x80, 0x8f)
            default: (0, 0, 0)
            }
        guard length > 0 else { throw .invalidUTF8(offset: start) }
        guard start + length <= bytes.count else { throw .unexpectedEnd }
        guard bytes[start + 1] >= low, bytes[start + 1] <= high else {
            throw .invalidUTF8(offset: start)
        }
        for offset in 2..<max(length, 2) where bytes[start + offset] & 0xc0 != 0x80 {
            throw .invalidUTF8(offset: start)
        }
        position += length
    }
}
