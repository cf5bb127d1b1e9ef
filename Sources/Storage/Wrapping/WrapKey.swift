import CSodium
import Wire

/// The random key under which one entry's attachments are wrapped. When it is gone, so are they.
struct WrapKey: Sendable {
    static let byteCount = 32

    private let secret: Secret

    /// A fresh key.
    init() {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        defer { bytes.wipe() }
        randombytes_buf(&bytes, bytes.count)
        secret = Secret(copying: bytes)
    }

    /// Takes 32 bytes; `nil` for another count.
    init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        secret = Secret(copying: bytes)
    }

    /// Lends the bytes to `body`, which must not keep them.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        secret.withBytes { $0.withMemoryRebound(to: UInt8.self, body) }
    }

    /// `plaintext` encrypted and authenticated by XChaCha20-Poly1305 together with `context`. A key
    /// is used once for every `number`, which is the nonce.
    func seal(_ plaintext: [UInt8], number: Int, context: [UInt8]) -> [UInt8] {
        let count = plaintext.count + Self.overhead
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            written = withBytes { key in
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    output.baseAddress!, nil, plaintext, UInt64(plaintext.count), context,
                    UInt64(context.count), nil, Self.nonce(number), key.baseAddress!)
                return count
            }
        }
    }

    /// The plaintext of ``seal(_:number:context:)``; `nil` where a bit differs.
    func open(_ sealed: [UInt8], number: Int, context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.overhead else { return nil }
        let count = sealed.count - Self.overhead
        var opened = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: count) { output, written in
            opened = withBytes { key in
                crypto_aead_xchacha20poly1305_ietf_decrypt(
                    output.baseAddress!, nil, nil, sealed, UInt64(sealed.count), context,
                    UInt64(context.count), Self.nonce(number), key.baseAddress!) == 0
            }
            written = opened ? count : 0
        }
        return opened ? plaintext : nil
    }

    /// What ``open(_:number:context:)`` would give if it didn't check anything: good for finding
    /// out where the damage is, and for nothing else. `nil` where it is too short.
    func decryptedUnchecked(_ sealed: [UInt8], number: Int) -> [UInt8]? {
        guard sealed.count >= Self.overhead else { return nil }
        let count = sealed.count - Self.overhead
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            written = withBytes { key in
                // Block 0 of the key stream is the authenticator's key (RFC 8439 §2.8).
                _ = crypto_stream_xchacha20_xor_ic(
                    output.baseAddress!, sealed, UInt64(count), Self.nonce(number), 1,
                    key.baseAddress!)
                return count
            }
        }
    }

    /// Bytes that sealing adds.
    static let overhead = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)

    /// 24 bytes: the number, big-endian, behind zeros.
    private static func nonce(_ number: Int) -> [UInt8] {
        var nonce = [UInt8](repeating: 0, count: 24)
        for position in 0..<8 {
            nonce[23 - position] = UInt8(truncatingIfNeeded: number >> (8 * position))
        }
        return nonce
    }
}
