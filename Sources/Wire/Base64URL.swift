/// Canonical base64url: the URL-safe alphabet of RFC 4648 §5, unpadded, with unused bits zero.
///
/// One encoding per value: anything else (padding, white space, the other alphabet, non-zero unused
/// bits) is refused, because two spellings of one digest or signature would be two different leaves.
public enum Base64URL {
    /// The text of `bytes`.
    @inlinable public static func encode(_ bytes: some Collection<UInt8>) -> String {
        bytes.withContiguousBytes { String(decoding: encoded($0), as: UTF8.self) }
    }

    /// The ASCII of `bytes` in base64url.
    @inlinable public static func encodedBytes(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.withContiguousBytes { encoded($0) }
    }

    /// The bytes that `text` (ASCII) encodes, or `nil` where it isn't canonical base64url.
    @inlinable public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        text.withContiguousBytes { decoded($0) }
    }

    // The work is done on memory: what is generic would not be specialised for the modules that call
    // it, unless it is inlined there, and every entry of a log comes by here.

    @usableFromInline static func encoded(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { output, written in
            alphabet.withUnsafeBufferPointer { alphabet in
                var position = 0
                while position + 3 <= bytes.count {
                    let (a, b, c) = (bytes[position], bytes[position + 1], bytes[position + 2])
                    output[written] = alphabet[Int(a >> 2)]
                    output[written + 1] = alphabet[Int((a << 4 | b >> 4) & 63)]
                    output[written + 2] = alphabet[Int((b << 2 | c >> 6) & 63)]
                    output[written + 3] = alphabet[Int(c & 63)]
                    written += 4
                    position += 3
                }
                if position < bytes.count {
                    let a = bytes[position]
                    let b = position + 1 < bytes.count ? bytes[position + 1] : 0
                    output[written] = alphabet[Int(a >> 2)]
                    output[written + 1] = alphabet[Int((a << 4 | b >> 4) & 63)]
                    written += 2
                    if position + 1 < bytes.count {
                        output[written] = alphabet[Int(b << 2 & 63)]
                        written += 1
                    }
                }
            }
        }
    }

    @usableFromInline static func decoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var valid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4 + 1) {
            output, written in
            values.withUnsafeBufferPointer { values in
                // A character that isn't one has both upper bits set, and leaves them here.
                var seen: UInt8 = 0
                var position = 0
                while position + 4 <= text.count {
                    let a = values[Int(text[position])]
                    let b = values[Int(text[position + 1])]
                    let c = values[Int(text[position + 2])]
                    let d = values[Int(text[position + 3])]
                    seen |= a | b | c | d
                    output[written] = a << 2 | b >> 4
                    output[written + 1] = b << 4 | c >> 2
                    output[written + 2] = c << 6 | d
                    written += 3
                    position += 4
                }
                if position + 2 <= text.count {
                    let a = values[Int(text[position])]
                    let b = values[Int(text[position + 1])]
                    seen |= a | b
                    output[written] = a << 2 | b >> 4
                    written += 1
                    var unused = b << 4
                    if position + 3 <= text.count {
                        let c = values[Int(text[position + 2])]
                        seen |= c
                        output[written] = b << 4 | c >> 2
                        written += 1
                        unused = c << 6
                    }
                    if unused != 0 { valid = false }
                }
                if seen > 63 { valid = false }
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
    @inlinable public static func isDigest(_ text: some Collection<UInt8>) -> Bool {
        text.withContiguousBytes { isDigest($0) }
    }

    @usableFromInline static func isDigest(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count == 43 else { return false }
        return values.withUnsafeBufferPointer { values in
            var (last, seen): (UInt8, UInt8) = (0, 0)
            for character in text {
                last = values[Int(character)]
                seen |= last
            }
            return seen <= 63 && last & 3 == 0
        }
    }
}

extension Collection where Element == UInt8 {
    /// The elements as one piece of memory: their own where they are one, else a copy.
    @inlinable func withContiguousBytes<Result>(_ work: (UnsafeBufferPointer<UInt8>) -> Result)
        -> Result
    {
        if let result = withContiguousStorageIfAvailable(work) { return result }
        return Array(self).withUnsafeBufferPointer(work)
    }
}
