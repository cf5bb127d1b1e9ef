internal import Wire

/// Canonical base64: the standard alphabet of RFC 4648 §4, padded, with unused bits zero.
///
/// The formats for notes and proofs write hashes, keys and signatures so. One encoding per value:
/// white space, missing padding, the URL-safe alphabet and non-zero unused bits are refused.
enum Base64 {
    static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var text = Base64URL.encodedBytes(bytes)
        for position in text.indices {
            switch text[position] {
            case UInt8(ascii: "-"): text[position] = UInt8(ascii: "+")
            case UInt8(ascii: "_"): text[position] = UInt8(ascii: "/")
            default: break
            }
        }
        while !text.count.isMultiple(of: 4) { text.append(padding) }
        return text
    }

    /// The bytes that `text` (ASCII) encodes, or `nil` where it isn't canonical.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let padded = text.suffix(2).reversed().prefix { $0 == padding }.count
        var unpadded = Array(text.dropLast(padded))
        for position in unpadded.indices {
            switch unpadded[position] {
            case UInt8(ascii: "+"): unpadded[position] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): unpadded[position] = UInt8(ascii: "_")
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: break
            }
        }
        return Base64URL.decode(unpadded)
    }

    private static let padding = UInt8(ascii: "=")
}
