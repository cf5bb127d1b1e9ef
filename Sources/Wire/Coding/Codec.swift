/// How one JSON value is read and written, and what the specification calls it.
///
/// A value has exactly one spelling: what ``write`` makes is all that ``read`` takes.
public struct Codec<Value>: Sendable {
    /// For the tables of the specification: `digest`, `count`, `list of handle, 1–64`.
    public let words: String
    /// `nil` for what it refuses; throws what is wrong inside of it.
    public let read: @Sendable (JSONValue) throws(ClaimError) -> Value?
    public let write: @Sendable (Value, inout JSONWriter) -> Void

    @inlinable public init(
        _ words: String, read: @escaping @Sendable (JSONValue) throws(ClaimError) -> Value?,
        write: @escaping @Sendable (Value, inout JSONWriter) -> Void
    ) {
        self.words = words
        self.read = read
        self.write = write
    }

    /// The same spelling, for fewer values: those for which `holds` is true.
    @inlinable public func limited(
        _ words: String, _ holds: @escaping @Sendable (Value) -> Bool
    ) -> Codec<Value> {
        Codec(
            words,
            read: { (value) throws(ClaimError) in try read(value).flatMap { holds($0) ? $0 : nil }
            },
            write: write)
    }
}

/// What has a name of its own in ASCII that JSON doesn't escape, and is read back from it.
public protocol PlainText: Sendable {
    /// `nil` unless `plain` is the one spelling of a value.
    init?(plain: ArraySlice<UInt8>)
    var plainText: String { get }
}

extension Codec where Value: PlainText & SendableMetatype {
    /// A value that is written as its plain text.
    @inlinable public static func plain(_ words: String) -> Codec {
        Codec(
            words,
            read: { (value) throws(ClaimError) in value.plainBytes.flatMap { Value(plain: $0) } },
            write: { $1.plain($0.plainText.utf8) })
    }
}

extension Codec where Value: RawRepresentable<String> & Sendable & SendableMetatype {
    /// A word from a closed list.
    @inlinable public static func word(_ words: String) -> Codec {
        Codec(
            words,
            read: { (value) throws(ClaimError) in value.text.flatMap { Value(rawValue: $0) } },
            write: { $1.plain($0.rawValue.utf8) })
    }
}

extension Codec where Value == Int64 {
    /// A whole number in `range`.
    public static func integer(_ range: ClosedRange<Int64>, _ words: String? = nil) -> Codec {
        Codec(
            words ?? "\(range.lowerBound)–\(range.upperBound)",
            read: { (value) throws(ClaimError) in
                value.integer.flatMap { range.contains($0) ? $0 : nil }
            },
            write: { $1.integer($0) })
    }

    /// 0 and up.
    public static let count = integer(0...JSON.maximumInteger, "count")
    /// 1 and up.
    public static let positive = integer(1...JSON.maximumInteger, "count ≥ 1")
}

extension Codec where Value == Bool {
    public static let bool = Codec(
        "boolean", read: { (value) throws(ClaimError) in value.bool }, write: { $1.bool($0) })
}

extension Codec where Value == String {
    /// Text of as many UTF-8 bytes as `bytes` allows.
    public static func text(_ bytes: ClosedRange<Int>) -> Codec {
        Codec(
            "text, \(bytes.lowerBound)–\(bytes.upperBound) bytes",
            read: { (value) throws(ClaimError) in
                value.text.flatMap { bytes.contains($0.utf8.count) ? $0 : nil }
            },
            write: { $1.string($0) })
    }

    /// The same for texts without control characters, which others can be shown as they are.
    public var withoutControls: Codec { limited(words + ", no controls", \.hasNoControls) }

    /// The one text that says which format a document is of.
    public static func format(_ name: String) -> Codec {
        Codec.text.limited("\"\(name)\"") { $0 == name }
    }

    /// Any text.
    public static let text = Codec(
        "text", read: { (value) throws(ClaimError) in value.text }, write: { $1.string($0) })
}

extension Codec where Value == [UInt8] {
    /// Bytes in base64url, as many as `counts` allows.
    public static func base64URL(_ counts: ClosedRange<Int>, _ words: String) -> Codec {
        Codec(
            words,
            read: { (value) throws(ClaimError) in
                guard let text = value.plainBytes, text.count <= counts.upperBound / 3 * 4 + 4,
                    let bytes = Base64URL.decode(text), counts.contains(bytes.count)
                else { return nil }
                return bytes
            },
            write: { bytes, writer in writer.plain { Base64URL.append(bytes, to: &$0) } })
    }
}

extension Codec {
    /// A digest, 43 characters of base64url.
    @inlinable public static func digest<Subject>() -> Codec where Value == Digest<Subject> {
        Codec(
            "digest", read: { (value) throws(ClaimError) in value.digest() },
            write: { $1.plain(Base64URL.encodedBytes($0.bytes)) })
    }

    /// Another way to see the values of `codec`: `from` gives `nil` for what it refuses.
    @inlinable public static func mapped<Raw>(
        _ codec: Codec<Raw>, _ words: String? = nil, from: @escaping @Sendable (Raw) -> Value?,
        to: @escaping @Sendable (Value) -> Raw
    ) -> Codec {
        Codec(
            words ?? codec.words,
            read: { (value) throws(ClaimError) in try codec.read(value).flatMap(from) },
            write: { codec.write(to($0), &$1) })
    }

    /// A list of as many elements as `counts` allows.
    @inlinable public static func list<Element>(
        of element: Codec<Element>, _ counts: ClosedRange<Int> = 0...Int.max
    ) -> Codec where Value == [Element] {
        Codec(
            "list of \(element.words)\(words(of: counts))",
            read: { (value) throws(ClaimError) in
                guard let values = value.elements else { return nil }
                guard values.count <= counts.upperBound else {
                    throw .tooMany("", limit: counts.upperBound)
                }
                guard values.count >= counts.lowerBound else { return nil }
                var elements: [Element] = []
                elements.reserveCapacity(values.count)
                for (index, value) in values.enumerated() {
                    do throws(ClaimError) {
                        guard let read = try element.read(value) else { return nil }
                        elements.append(read)
                    } catch { throw error.inside("\(index)") }
                }
                return elements
            },
            write: { elements, writer in writer.array(elements, element.write) })
    }

    /// A list whose elements ascend strictly by `key`, so that a set has one spelling.
    @inlinable public static func ascending<Element, Key: Comparable>(
        by key: @escaping @Sendable (Element) -> Key, of element: Codec<Element>,
        _ counts: ClosedRange<Int> = 0...Int.max
    ) -> Codec where Value == [Element] {
        list(of: element, counts).limited(
            "ascending list of \(element.words)\(words(of: counts))"
        ) { zip($0, $0.dropFirst()).allSatisfy { key($0) < key($1) } }
    }

    /// A list whose elements ascend strictly.
    @inlinable public static func ascending<Element: Comparable & Sendable>(
        of element: Codec<Element>, _ counts: ClosedRange<Int> = 0...Int.max
    ) -> Codec where Value == [Element] {
        ascending(by: { $0 }, of: element, counts)
    }

    @usableFromInline static func words(of counts: ClosedRange<Int>) -> String {
        counts.upperBound == .max
            ? (counts.lowerBound == 0 ? "" : ", \(counts.lowerBound) or more")
            : ", \(counts.lowerBound)–\(counts.upperBound)"
    }
}

extension Codec where Value == JSON {
    /// Any JSON value.
    public static let json = Codec(
        "JSON", read: { (value) throws(ClaimError) in value.tree }, write: { $1.json($0) })
}

extension Codec where Value == VerificationKey {
    /// A JWK with exactly `crv`, `kty` and `x` (RFC 8037 §2) that is a point of the group.
    public static let jwk = Codec(
        "JWK", read: { (value) throws(ClaimError) in VerificationKey(jwk: value) },
        write: { $1.json($0.jwk) })
}

extension Codec where Value == JWS {
    /// A compact JWS.
    public static let jws = Codec(
        "JWS",
        read: { (value) throws(ClaimError) in
            value.plainBytes.flatMap { try? JWS(parsing: Array($0)) }
        },
        write: { $1.plain($0.bytes) })
}

extension Codec where Value == Timestamp {
    /// Seconds since 1970.
    public static let time = Codec(
        "time",
        read: { (value) throws(ClaimError) in value.integer.flatMap { Timestamp(seconds: $0) } },
        write: { $1.integer($0.seconds) })
}

extension JTI: PlainText {
    public init?(plain: ArraySlice<UInt8>) { self.init(text: plain) }
    public var plainText: String { text }
}
extension Codec where Value == JTI { public static let jti = plain("jti") }

extension Handle: PlainText {
    public init?(plain: ArraySlice<UInt8>) { self.init(String(decoding: plain, as: UTF8.self)) }
    public var plainText: String { text }
}
extension Codec where Value == Handle { public static let handle = plain("handle") }

extension Origin: PlainText {
    public init?(plain: ArraySlice<UInt8>) { self.init(String(decoding: plain, as: UTF8.self)) }
    public var plainText: String { text }
}
extension Codec where Value == Origin { public static let origin = plain("origin") }

extension Month: PlainText {
    public var plainText: String { description }
}
extension Codec where Value == Month { public static let month = plain("month") }
