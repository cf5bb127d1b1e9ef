/// The name of a key that signs notes (C2SP signed-note): a log's is its origin.
///
/// Names are equal where their bytes are; two spellings of one accented letter are two names.
public struct KeyName: Sendable {
    public let text: String

    /// What a subtree cosignature can hold (C2SP tlog-cosignature), in bytes.
    public static var maximumBytes: Int { 255 }

    /// Throws ``NoteError/malformedName`` for a name that is empty, longer than ``maximumBytes``, or
    /// contains a plus, a Unicode space or a control character.
    public init(_ text: String) throws(NoteError) {
        try self.init(parsing: text.utf8)
    }

    init(parsing bytes: some Collection<UInt8>) throws(NoteError) {
        guard 1...Self.maximumBytes ~= bytes.count, let text = String(printable: bytes),
            !text.unicodeScalars.contains(where: { $0 == "+" || $0.properties.isWhitespace })
        else { throw .malformedName }
        self.text = text
    }
}

extension KeyName: Hashable {
    public static func == (left: Self, right: Self) -> Bool { left.names(right.text) }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    /// Whether `text` has the same bytes.
    func names(_ text: String) -> Bool { self.text.utf8.elementsEqual(text.utf8) }
}

extension KeyName: CustomStringConvertible {
    public var description: String { text }
}
