/// Writes canonical JSON (RFC 8785) straight into bytes.
///
/// The members of an object come from a ``Shape``, which names them in ascending order.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// Whether members that don't apply are left out of this object, instead of being `null`.
    @usableFromInline var leavesOutNulls = false

    /// An empty text, with room for `capacity` bytes.
    public init(reserving capacity: Int = 320) { bytes.reserveCapacity(capacity) }

    public mutating func integer(_ value: Int64) {
        precondition(value.magnitude <= JSON.maximumInteger.magnitude, "numbers stay below 2⁵³")
        separate()
        bytes += String(value).utf8
    }

    public mutating func bool(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    public mutating func null() {
        separate()
        bytes += "null".utf8
    }

    /// A string of ASCII in which JSON escapes nothing: base64, an identifier, a code.
    @inlinable public mutating func plain(_ text: some Sequence<UInt8>) {
        if text.withContiguousStorageIfAvailable({ plain($0) }) == nil {
            Array(text).withUnsafeBufferPointer { plain($0) }
        }
    }

    // What is generic is inlined where it is used: it would not be specialised there otherwise.

    public mutating func plain(_ text: UnsafeBufferPointer<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The same, whose bytes `write` adds.
    public mutating func plain(adding write: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        write(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    public mutating func string(_ text: String) {
        separate()
        JSON.write(text, to: &bytes)
    }

    /// A string that is spelt in JSON already, or isn't yet.
    public mutating func string(_ text: QuotedText) {
        guard let quoted = text.quoted else { return string(text.text) }
        separate()
        bytes += quoted
    }

    /// A whole value that was written already, or what `write` writes.
    public mutating func written(_ json: WrittenJSON, _ write: (inout JSONWriter) -> Void) {
        guard let written = json.bytes else { return write(&self) }
        separate()
        bytes += written
    }

    /// A whole value that is a tree already.
    public mutating func json(_ value: JSON) {
        separate()
        value.write(to: &bytes)
    }

    @inlinable public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ write: (Element, inout JSONWriter) -> Void
    ) {
        beginArray()
        for element in elements { write(element, &self) }
        endArray()
    }

    @usableFromInline mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
    }

    @usableFromInline mutating func endArray() { bytes.append(UInt8(ascii: "]")) }

    /// An object whose members `body` writes in ascending order of their names.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        body(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    /// The member `name`, ASCII that JSON doesn't escape, whose value `write` writes. Where that
    /// returns false, there is no such member.
    public mutating func member(_ name: String, _ write: (inout JSONWriter) -> Bool) {
        let mark = bytes.count
        plain(name.utf8)
        bytes.append(UInt8(ascii: ":"))
        if !write(&self) { bytes.removeLast(bytes.count - mark) }
    }

    /// A comma, unless this is the first in its object or array or the value of a name: no value
    /// ends with one of those bytes.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }
}

/// What a value is as JSON, where that is known. It is no part of the value: with it and without it a value
/// is the same.
public struct WrittenJSON: Sendable, Hashable {
    fileprivate let bytes: [UInt8]?

    public init(_ bytes: [UInt8]? = nil) { self.bytes = bytes }

    public static func == (left: Self, right: Self) -> Bool { true }
    public func hash(into hasher: inout Hasher) {}
}

/// A text that may be written often: how JSON spells it is found out once.
public struct QuotedText: Sendable, Hashable {
    public let text: String
    fileprivate let quoted: [UInt8]?

    public init(_ text: String) {
        self.text = text
        quoted = nil
    }

    /// The same, ready to be written.
    public init(quoting text: String) {
        var bytes: [UInt8] = []
        JSON.write(text, to: &bytes)
        self.text = text
        quoted = bytes
    }

    public static func == (left: Self, right: Self) -> Bool { left.text == right.text }
    public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension Codec where Value == QuotedText {
    /// The same texts as ``Codec/text(_:)`` reads.
    public static func quoted(_ bytes: ClosedRange<Int>) -> Codec {
        let plain = Codec<String>.text(bytes)
        return Codec(
            plain.words,
            read: { (value) throws(ClaimError) in try plain.read(value).map { QuotedText($0) } },
            write: { $1.string($0) })
    }
}
