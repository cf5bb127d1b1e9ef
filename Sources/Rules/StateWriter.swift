import Wire

/// Writes canonical JSON straight into bytes. Whoever calls it names the members in ascending order.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(320) }

    mutating func object(_ body: (inout StateWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        body(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func elements<Element>(
        _ elements: [Element], _ write: (Element, inout StateWriter) -> Void
    ) {
        separate()
        bytes.append(UInt8(ascii: "["))
        for element in elements { write(element, &self) }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Text without anything that JSON escapes.
    mutating func plain(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes += text.utf8
        bytes.append(UInt8(ascii: "\""))
    }

    /// Any text.
    mutating func text(_ text: String) {
        separate()
        bytes += JSON.string(text).canonicalBytes
    }

    mutating func digest<Subject>(_ digest: Digest<Subject>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes += Base64URL.encodedBytes(digest.bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func integer(_ value: Int64) {
        precondition(value.magnitude <= JSON.maximumInteger.magnitude, "counts stay below 2⁵³")
        separate()
        bytes += String(value).utf8
    }

    mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes += $0 }
        bytes += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    }

    mutating func member(_ name: StaticString, _ value: Int64) {
        self.name(name)
        integer(value)
    }

    mutating func member(_ name: StaticString, plain text: String) {
        self.name(name)
        plain(text)
    }

    mutating func member<Subject>(_ name: StaticString, digest: Digest<Subject>) {
        self.name(name)
        self.digest(digest)
    }

    mutating func flag(_ name: StaticString, _ value: Bool) {
        guard value else { return }
        self.name(name)
        bytes += "true".utf8
    }

    mutating func object(_ name: StaticString, _ body: (inout StateWriter) -> Void) {
        self.name(name)
        object(body)
    }

    mutating func array<Element>(
        _ name: StaticString, _ elements: [Element],
        _ write: (Element, inout StateWriter) -> Void
    ) {
        self.name(name)
        self.elements(elements, write)
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
