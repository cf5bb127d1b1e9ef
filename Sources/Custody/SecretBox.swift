import CSodium
package import Wire

/// libsodium's secretbox: a nonce of 24 bytes, then the tag and the ciphertext.
package enum SecretBox {
    private static let nonceBytes = 24
    private static let tagBytes = 16
    /// By so much is a box longer than what is in it.
    static let addedBytes = nonceBytes + tagBytes

    package static func seal(
        _ plaintext: [UInt8], under key: Secret, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        precondition(key.count == 32, "a secretbox key has 32 bytes")
        let nonce = RandomBytes.make(nonceBytes, using: &random)
        var sealed = [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        key.withBytes { key in
            _ = crypto_secretbox_easy(
                &sealed, plaintext, UInt64(plaintext.count), nonce,
                key.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return nonce + sealed
    }

    /// `nil` for a wrong key or changed bytes.
    package static func open(_ bytes: some Collection<UInt8>, under key: Secret) -> [UInt8]? {
        precondition(key.count == 32, "a secretbox key has 32 bytes")
        guard bytes.count >= nonceBytes + tagBytes else { return nil }
        let nonce = Array(bytes.prefix(nonceBytes))
        let sealed = Array(bytes.dropFirst(nonceBytes))
        var plaintext = [UInt8](repeating: 0, count: sealed.count - tagBytes)
        let status = key.withBytes { key in
            crypto_secretbox_open_easy(
                &plaintext, sealed, UInt64(sealed.count), nonce,
                key.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return status == 0 ? plaintext : nil
    }
}
