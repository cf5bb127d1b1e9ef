internal import Crypto
internal import Curve

/// A public key with the multiples that make checking its signatures two to three times as fast. Making
/// them takes as long as some four checks by libsodium.
///
/// The verdict is libsodium's for every signature and message, and for every 32 bytes as a key.
public struct PreparedKey: Sendable {
    private let bytes: [UInt8]
    private let equation: SignatureEquation

    /// Eight times as many multiples make a `wide` one faster by a third.
    init?(_ key: VerificationKey, wide: Bool) {
        guard let equation = SignatureEquation(publicKey: key.bytes, wide: wide) else {
            return nil
        }
        self.bytes = key.bytes
        self.equation = equation
    }

    /// Checks a detached signature of 64 bytes.
    public func isValid(
        signature: some Collection<UInt8>, of message: some Collection<UInt8>
    ) -> Bool {
        guard signature.count == 64 else { return false }
        return Array(signature).withUnsafeBytes { signature in
            let result = message.withContiguousStorageIfAvailable {
                holds(signature, UnsafeRawBufferPointer($0))
            }
            return result ?? Array(message).withUnsafeBytes { holds(signature, $0) }
        }
    }

    func holds(_ signature: UnsafeRawBufferPointer, _ message: UnsafeRawBufferPointer) -> Bool {
        var hasher = SHA512()
        hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: signature[..<32]))
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: message)
        return hasher.finalize().withUnsafeBytes {
            equation.holds(signature: signature, digest: $0)
        }
    }
}

extension VerificationKey {
    /// This key with its multiples; `nil` for bytes under which no signature is valid.
    public func prepared(wide: Bool = false) -> PreparedKey? { PreparedKey(self, wide: wide) }
}

extension PreparedKey: CustomStringConvertible, CustomReflectable {
    /// The multiples would fill pages.
    public var description: String { "PreparedKey(\(Base64URL.encode(bytes)))" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
