import CSodium
import Commitments
import Curve
import Wire

extension FieldValue {
    /// What two texts have in common where they are equal as keys; `nil` for anything else, and where
    /// nothing is left of the text.
    public var keyBytes: [UInt8]? {
        guard case .text(let text) = self else { return nil }
        let normal = KeyValue.normal(text)
        return normal.isEmpty ? nil : normal
    }
}

/// What two references, identifiers or accounts have in common where they are equal apart from case
/// and punctuation, as a number.
///
/// The rule looks at ASCII alone. Tables of Unicode grow from year to year; with one of them two honest
/// programs could disagree on what a text was committed to, and prove a fraud that was none.
struct KeyValue {
    let residue: Scalar

    /// `nil` where nothing is left of the text.
    init?(_ text: String) {
        let normal = Self.normal(text)
        if normal.isEmpty { return nil }
        let message = DomainSeparated(.keyValue).appending(normal).bytes
        var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha512_BYTES))
        defer { digest.wipe() }
        crypto_hash_sha512(&digest, message, UInt64(message.count))
        residue = digest.withUnsafeBytes { Scalar(reducing: $0) }
    }

    /// The text's UTF-8 with `a`–`z` as capitals and without all other ASCII but digits and capitals.
    /// Bytes that aren't ASCII stay as they are.
    static func normal(_ text: String) -> [UInt8] {
        text.utf8.compactMap { byte in
            switch byte {
            case 0x61...0x7a: byte - 0x20
            case 0x30...0x39, 0x41...0x5a, 0x80...: byte
            default: nil
            }
        }
    }
}
