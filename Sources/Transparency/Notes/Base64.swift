/// Canonical base64: the standard alphabet of RFC 4648 §4, padded, with unused bits zero.
///
/// The formats for notes and proofs write hashes, keys and signatures so. One encoding per value:
/// white space, missing padding, the URL-safe alphabet and non-zero unused bits are refused.
enum Base64 {
    static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var buffer: UInt32 = 0
        var pending = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            pending += 8
            while pending >= 6 {
                pending -= 6
                text.append(alphabet[Int(buffer >> UInt32(pending)) & 63])
            }
        }
        if pending > 0 { text.append(alphabet[Int(buffer << UInt32(6 - pending)) & 63]) }
        while !text.count.isMultiple(of: 4) { text.append(padding) }
        return text
    }

    /// The bytes that `text` (ASCII) encodes, or `nil` where it isn't canonical.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let padded = text.suffix(2).reversed().prefix { $0 == padding }.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var buffer: UInt32 = 0
        var pending = 0
        for character in text.dropLast(padded) {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            buffer = buffer << 6 | UInt32(value)
            pending += 6
            if pending >= 8 {
                pending -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(pending)))
            }
        }
        // With one padding character two bits are left over, with two four.
        return buffer & ((1 << UInt32(pending)) - 1) == 0 ? bytes : nil
    }

    private static let padding = UInt8(ascii: "=")

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
