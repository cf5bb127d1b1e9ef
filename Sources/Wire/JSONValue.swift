/// A value inside a ``JSONDocument``: a view, nothing is copied until it is asked for.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    var node: JSONDocument.Node { document.nodes[index] }

    /// The bytes of this value as received; of a string, its content without the quotes.
    public var rawBytes: ArraySlice<UInt8> {
        document.bytes[Int(node.start)..<Int(node.end)]
    }

    public var isNull: Bool { node.kind == .null }
    public var isObject: Bool { node.kind == .object }

    public var bool: Bool? {
        switch node.kind {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    /// The number, where this is an integer that fits 64 bits.
    public var integer: Int64? {
        guard node.kind == .integer else { return nil }
        return Int64(String(decoding: rawBytes, as: UTF8.self))
    }

    public var text: String? {
        switch node.kind {
        case .string, .escapedString: Self.text(of: node, in: document.bytes)
        default: nil
        }
    }

    /// A string's bytes, where it is a string without escapes: enough for digests and identifiers.
    public var plainBytes: ArraySlice<UInt8>? {
        node.kind == .string ? rawBytes : nil
    }

    /// The elements, where this is an array.
    public var elements: [JSONValue]? {
        guard node.kind == .array else { return nil }
        var elements: [JSONValue] = []
        elements.reserveCapacity(Int(node.next) - index - 1)
        var position = index + 1
        while position < Int(node.next) {
            elements.append(JSONValue(document: document, index: position))
            position = Int(document.nodes[position].next)
        }
        return elements
    }

    /// The members, where this is an object, in the order of the text.
    public var members: [(name: String, value: JSONValue)]? {
        guard node.kind == .object else { return nil }
        var members: [(String, JSONValue)] = []
        var position = index + 1
        while position < Int(node.next) {
            let name = Self.text(of: document.nodes[position], in: document.bytes)
            members.append((name, JSONValue(document: document, index: position + 1)))
            position = Int(document.nodes[position + 1].next)
        }
        return members
    }

    /// This value and all in it as a tree.
    public var tree: JSON {
        switch node.kind {
        case .null: return .null
        case .no: return .bool(false)
        case .yes: return .bool(true)
        case .integer:
            if let value = integer { return .integer(value) }
            return .real(Double(String(decoding: rawBytes, as: UTF8.self)) ?? 0)
        case .real: return .real(Double(String(decoding: rawBytes, as: UTF8.self)) ?? 0)
        case .string, .escapedString: return .string(text ?? "")
        case .array: return .array((elements ?? []).map(\.tree))
        case .object:
            let pairs = (members ?? []).map { ($0.name, $0.value.tree) }
            return .object(Dictionary(uniqueKeysWithValues: pairs))
        }
    }

    static func text(of node: JSONDocument.Node, in bytes: [UInt8]) -> String {
        let raw = bytes[Int(node.start)..<Int(node.end)]
        if node.kind == .string { return String(decoding: raw, as: UTF8.self) }
        var units: [UInt16] = []
        var output: [UInt8] = []
        var position = raw.startIndex
        func flush() {
            output += String(decoding: units, as: UTF16.self).utf8
            units = []
        }
        while position < raw.endIndex {
            guard raw[position] == UInt8(ascii: "\\") else {
                if !units.isEmpty { flush() }
                output.append(raw[position])
                position += 1
                continue
            }
            let letter = raw[position + 1]
            position += 2
            if letter == UInt8(ascii: "u") {
                let hex = String(decoding: raw[position..<position + 4], as: UTF8.self)
                units.append(UInt16(hex, radix: 16) ?? 0xfffd)
                position += 4
            } else {
                if !units.isEmpty { flush() }
                output.append(Self.shortEscapes[letter] ?? letter)
            }
        }
        if !units.isEmpty { flush() }
        return String(decoding: output, as: UTF8.self)
    }

    private static let shortEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "b"): 0x08, UInt8(ascii: "t"): 0x09, UInt8(ascii: "n"): 0x0a,
        UInt8(ascii: "f"): 0x0c, UInt8(ascii: "r"): 0x0d,
    ]
}

extension JSON {
    /// Reads any JSON text without duplicate keys. Throws ``JSONError``.
    public init(lenient bytes: [UInt8]) throws(JSONError) {
        self = try JSONDocument(.lenient, bytes).root.tree
    }

    /// Reads a text that must be in canonical form. Throws ``JSONError``.
    public init(canonical bytes: [UInt8]) throws(JSONError) {
        self = try JSONDocument(.canonical, bytes).root.tree
    }
}
