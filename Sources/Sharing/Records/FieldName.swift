public import Wire

/// The name of a field of a record type: `[a-z0-9_]{1,64}`. It is signed and stays for ever.
///
/// In the program's text a name is a literal. A name that came from outside goes through
/// ``init(_:)``: there is no other way from a `String` to a name.
public struct FieldName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String

    public static let maximumLength = 64

    /// `nil` for anything but `[a-z0-9_]{1,64}`.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count),
            text.utf8.allSatisfy({
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
            })
        else { return nil }
        self.text = text
    }

    public var description: String { text }

    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension FieldName: PlainText {
    public init?(plain: ArraySlice<UInt8>) { self.init(String(decoding: plain, as: UTF8.self)) }
    public var plainText: String { text }
}

extension Codec where Value == [FieldName] {
    /// Field names in strictly ascending order.
    static func fieldNames(_ counts: ClosedRange<Int>) -> Codec {
        .ascending(of: .plain("field name"), counts)
    }
}

extension FieldName: ExpressibleByStringLiteral {
    /// A `StaticString` is in the program's text, so this never sees what was received.
    public init(stringLiteral: StaticString) {
        guard let name = FieldName("\(stringLiteral)") else {
            preconditionFailure("\(stringLiteral) is no name of a field")
        }
        self = name
    }
}
