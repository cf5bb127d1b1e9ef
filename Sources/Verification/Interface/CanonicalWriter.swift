import Transparency
import Wire

/// Writes canonical JSON (RFC 8785) straight into bytes, for answers too large to be made as trees.
///
/// The caller names the members of an object in ascending order.
struct CanonicalWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    init(reserving capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    mutating func object(_ members: (inout CanonicalWriter) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        members(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    mutating func array<Element>(
        _ elements: some Sequence<Element>, _ write: (inout CanonicalWriter, Element) -> Void
    ) {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        for element in elements { write(&self, element) }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The name of the member whose value is written next; plain ASCII.
    mutating func key(_ name: String) {
        plain(name.utf8)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A string of ASCII in which nothing is escaped: base64, a JWS, an identifier.
    mutating func plain(_ ascii: some Sequence<UInt8>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: ascii)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func string(_ text: String) { json(.string(text)) }

    mutating func json(_ value: JSON) {
        separate()
        bytes += value.canonicalBytes
    }

    mutating func integer(_ value: Int64) {
        separate()
        bytes += String(value).utf8
    }

    mutating func bool(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    mutating func null() {
        separate()
        bytes += "null".utf8
    }

    /// The value, or `null`.
    mutating func optional<Value>(
        _ value: Value?, _ write: (inout CanonicalWriter, Value) -> Void
    ) {
        if let value { write(&self, value) } else { null() }
    }

    mutating func note(_ note: Note) { string(String(decoding: note.bytes, as: UTF8.self)) }

    mutating func proof(_ hashes: [Hash]) { array(hashes) { $0.plain($1.base64.utf8) } }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }
}
