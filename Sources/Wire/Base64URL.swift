/// Canonical base64url: the URL-safe alphabet of RFC 4648 §5, unpadded, with unused bits zero.
///
/// One encoding per value: anything else (padding, white space, the other alphabet, non-zero unused
/// bits) is refused, because two spellings of one digest or signature would be two different leaves.
public enum Base64URL {
    /// The text of `bytes`.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encodedBytes(bytes), as: UTF8.self)
    }

    /// The ASCII of `bytes` in base64url.
    public static func encodedBytes(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.withContiguousBytes { encoded($0) }
    }

    /// The bytes that `text` (ASCII) encodes, or `nil` where it isn't canonical base64url.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousBytes { decoded($0) }
    }

    // These work on memory, not on collections: what is generic isn't specialised for the modules
    // that call it, and every entry of a log comes by here.

    private static func encoded(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { output, written in
            alphabet.withUnsafeBufferPointer { alphabet in
                var buffer: UInt32 = 0
                var pending = 0
                for byte in bytes {
                    buffer = buffer << 8 | UInt32(byte)
                    pending += 8
                    while pending >= 6 {
                        pending -= 6
                        output[written] = alphabet[Int(buffer >> UInt32(pending)) & 63]
                        written += 1
                    }
                }
                if pending > 0 {
                    output[written] = alphabet[Int(buffer << UInt32(6 - pending)) & 63]
                    written += 1
                }
            }
        }
    }

    private static func decoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var valid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4 + 1) {
            output, written in
            values.withUnsafeBufferPointer { values in
                var buffer: UInt32 = 0
                var pending = 0
                for character in text {
                    let value = values[Int(character)]
                    if value > 63 { valid = false }
                    buffer = buffer << 6 | UInt32(value & 63)
                    pending += 6
                    if pending >= 8 {
                        pending -= 8
                        output[written] = UInt8(truncatingIfNeeded: buffer >> UInt32(pending))
                        written += 1
                    }
                }
                if buffer & ((1 << UInt32(pending)) - 1) != 0 { valid = false }
            }
        }
        return valid ? bytes : nil
    }

    /// The bytes that `text` encodes, or `nil` where it isn't canonical base64url.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}

extension Base64URL {
    /// Whether `text` is canonical base64url of 32 bytes: 43 characters, the last two bits zero.
    /// Decodes nothing, for lists of digests that are only carried along.
    public static func isDigest(_ text: some Collection<UInt8>) -> Bool {
        text.withContiguousBytes { isDigest($0) }
    }

    private static func isDigest(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == 43 else { return false }
        return values.withUnsafeBufferPointer { values in
            var last: UInt8 = 0
            for character in text {
                last = values[Int(character)]
                if last > 63 { return false }
            }
            return last & 3 == 0
        }
    }
}

extension Collection where Element == UInt8 {
    /// The elements as one piece of memory: their own where they are one, else a copy.
    func withContiguousBytes<Result>(_ work: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = withContiguousStorageIfAvailable(work) { return result }
        return Array(self).withUnsafeBufferPointer(work)
    }
}
