/// Walks over the bytes of a short text from its start.
struct ByteReader {
    let bytes: [UInt8]
    private(set) var position = 0

    init(_ text: Text) { bytes = Array(text.string.utf8) }

    var isAtEnd: Bool { position == bytes.count }
    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// One or more ASCII digits.
    mutating func digits() -> ArraySlice<UInt8>? {
        let start = position
        while let byte = next, Identifier.isDigit(byte) { position += 1 }
        return position > start ? bytes[start..<position] : nil
    }

    /// Exactly `count` ASCII digits, as a number.
    mutating func number(ofDigits count: Int) -> Int? {
        guard position + count <= bytes.count else { return nil }
        var number = 0
        for byte in bytes[position..<position + count] {
            guard Identifier.isDigit(byte) else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        position += count
        return number
    }
}
