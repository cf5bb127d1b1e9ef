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
        [UInt8](unsafeUninitializedCapacity: count(of: bytes)) { output, written in
            written = encode(bytes, alphabet, into: output)
        }
    }

    /// Adds the ASCII of `bytes` in base64url to `output`.
    public static func append(_ bytes: [UInt8], to output: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { append($0, alphabet, to: &output) }
    }

    /// Adds the ASCII of `bytes` in the standard alphabet to `output`, without padding.
    public static func appendStandard(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        bytes.withMemoryRebound(to: UInt8.self) { append($0, standardAlphabet, to: &output) }
    }

    private static func append(
        _ bytes: UnsafeBufferPointer<UInt8>, _ alphabet: [UInt8], to output: inout [UInt8]
    ) {
        let count = count(of: bytes)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { text in
            _ = encode(bytes, alphabet, into: text)
            output.append(contentsOf: UnsafeBufferPointer(text))
        }
    }

    private static func count(of bytes: UnsafeBufferPointer<UInt8>) -> Int {
        (bytes.count * 4 + 2) / 3
    }

    private static func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, _ alphabet: [UInt8],
        into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        alphabet.withUnsafeBufferPointer { alphabet in
            var written = 0
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
            return written
        }
    }

    @usableFromInline static func decoded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var isValid = false
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4 + 1) {
            output, written in
            isValid = decode(text, values, into: output)
            written = isValid ? text.count * 3 / 4 : 0
        }
        return isValid ? bytes : nil
    }

    /// Decodes `text`, canonical base64 of the standard alphabet without padding, into `output`, which has as
    /// many bytes. False where it isn't that.
    public static func decodeStandard(
        _ text: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard text.count * 3 / 4 == output.count else { return false }
        return output.withMemoryRebound(to: UInt8.self) {
            decode(text, standardValues, into: $0)
        }
    }

    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, _ values: [UInt8],
        into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard text.count % 4 != 1 else { return false }
        return values.withUnsafeBufferPointer { values in
            // A character that isn't one has both upper bits set, and leaves them here.
            var seen: UInt8 = 0
            var (position, written) = (0, 0)
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
            guard position + 2 <= text.count else { return seen <= 63 }
            let a = values[Int(text[position])]
            let b = values[Int(text[position + 1])]
            seen |= a | b
            output[written] = a << 2 | b >> 4
            var unused = b << 4
            if position + 3 <= text.count {
                let c = values[Int(text[position + 2])]
                seen |= c
                output[written + 1] = b << 4 | c >> 2
                unused = c << 6
            }
            return seen <= 63 && unused == 0
        }
    }

    /// The bytes that `text` encodes, or `nil` where it isn't canonical base64url.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The alphabet of RFC 4648 §4.
    private static let standardAlphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static let values = values(of: alphabet)
    private static let standardValues = values(of: standardAlphabet)

    private static func values(of alphabet: [UInt8]) -> [UInt8] {
        var values = [UInt8](repeating: 0xff, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }
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
