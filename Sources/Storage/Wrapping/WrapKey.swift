import CSodium
import Wire

/// A key of 32 bytes under which something is wrapped. When it is gone, so is that.
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

    /// `plaintext` encrypted and authenticated by XChaCha20-Poly1305 together with `context`, under a
    /// random nonce, which stands in front.
    func seal(_ plaintext: [UInt8], context: [UInt8]) -> [UInt8] {
        let count = plaintext.count + Self.overhead
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            randombytes_buf(output.baseAddress!, Self.nonceBytes)
            written = withBytes { key in
                _ = crypto_aead_xchacha20poly1305_ietf_encrypt(
                    output.baseAddress! + Self.nonceBytes, nil, plaintext,
                    UInt64(plaintext.count), context, UInt64(context.count), nil,
                    output.baseAddress!, key.baseAddress!)
                return count
            }
        }
    }

    /// The plaintext of ``seal(_:context:)``; `nil` where a bit differs.
    func open(_ sealed: [UInt8], context: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.overhead else { return nil }
        let count = sealed.count - Self.overhead
        var opened = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: count) { output, written in
            opened = sealed.withUnsafeBufferPointer { sealed in
                withBytes { key in
                    crypto_aead_xchacha20poly1305_ietf_decrypt(
                        output.baseAddress!, nil, nil, sealed.baseAddress! + Self.nonceBytes,
                        UInt64(sealed.count - Self.nonceBytes), context, UInt64(context.count),
                        sealed.baseAddress!, key.baseAddress!) == 0
                }
            }
            written = opened ? count : 0
        }
        return opened ? plaintext : nil
    }

    /// What ``open(_:context:)`` would give if it didn't check anything: good for finding out where the
    /// damage is, and for nothing else. `nil` where it is too short.
    func decryptedUnchecked(_ sealed: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.overhead else { return nil }
        let count = sealed.count - Self.overhead
        return [UInt8](unsafeUninitializedCapacity: count) { output, written in
            written = sealed.withUnsafeBufferPointer { sealed in
                withBytes { key in
                    // Block 0 of the key stream is the authenticator's key (RFC 8439 §2.8).
                    _ = crypto_stream_xchacha20_xor_ic(
                        output.baseAddress!, sealed.baseAddress! + Self.nonceBytes, UInt64(count),
                        sealed.baseAddress!, 1, key.baseAddress!)
                    return count
                }
            }
        }
    }

    private static let nonceBytes = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)

    /// Bytes that sealing adds.
    static let overhead = nonceBytes + Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)
}
