import CSodium

/// libsodium, initialised once.
enum Sodium {
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium could not be initialised")
    }()
}

/// An Ed25519 public key (RFC 8032), 32 bytes.
public struct VerificationKey: Hashable, Sendable {
    public let bytes: [UInt8]

    /// Takes 32 bytes; `nil` for another count or an encoding libsodium holds invalid as a point.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        _ = Sodium.ready
        let copy = Array(bytes)
        guard crypto_core_ed25519_is_valid_point(copy) == 1 else { return nil }
        self.bytes = copy
    }

    /// Checks a detached signature, 64 bytes, as libsodium does: it refuses S ≥ ℓ and points of small
    /// order, and every party uses it, so that no two of them can disagree about a signature.
    ///
    /// For a key that ``PreparedKeys`` has, the check is our own, with the same verdict.
    public func isValid(
        signature: some Collection<UInt8>, of message: some Collection<UInt8>
    ) -> Bool {
        PreparedKeys.shared.isValid(signature: signature, of: message, by: self)
    }

    /// The same by libsodium alone, whatever is prepared: the definition, and what measurements compare
    /// with.
    public func isValidByLibsodium(
        signature: some Collection<UInt8>, of message: some Collection<UInt8>
    ) -> Bool {
        guard signature.count == 64 else { return false }
        _ = Sodium.ready
        return Array(signature).withUnsafeBufferPointer { signature in
            let result = message.withContiguousStorageIfAvailable {
                crypto_sign_verify_detached(
                    signature.baseAddress!, $0.baseAddress, UInt64($0.count), bytes)
            }
            if let result { return result == 0 }
            let copy = Array(message)
            return crypto_sign_verify_detached(
                signature.baseAddress!, copy, UInt64(copy.count), bytes) == 0
        }
    }

    /// Takes back a key that was a ``VerificationKey`` before, such as one that the rules registered.
    /// `nil` unless there are 32 bytes.
    public init?(registered bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// The RFC 7638 thumbprint of this key's JWK (RFC 8037 §2).
    public var thumbprint: Digest<Digested.Key> { named.thumbprint }

    /// The JWK with exactly `crv`, `kty` and `x`.
    public var jwk: JSON { named.jwk }

    /// Reads a JWK with exactly `crv`, `kty` and `x`; `nil` for anything else and for what isn't a
    /// point of the group.
    public init?(jwk: JSONValue) {
        guard let key = NamedKey(jwk: jwk) else { return nil }
        self.init(bytes: key.bytes)
    }

    /// The same key, only named.
    public var named: NamedKey { NamedKey(unchecked: bytes) }
}

/// 32 bytes that name an Ed25519 key. Whether they are a point of the group was not checked, which
/// costs nearly a signature: a name is enough to find the registered key, and to compare.
public struct NamedKey: Hashable, Sendable {
    public let bytes: [UInt8]
    /// The RFC 7638 thumbprint of the key's JWK (RFC 8037 §2).
    public let thumbprint: Digest<Digested.Key>

    /// Takes 32 bytes; `nil` for another count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(unchecked: bytes)
    }

    fileprivate init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
        thumbprint = Digest(
            hashing: Self.prefix + Base64URL.encodedBytes(bytes) + Self.suffix)
    }

    /// Reads a JWK with exactly `crv`, `kty` and `x`; `nil` for anything else.
    public init?(jwk: JSONValue) {
        guard var claims = try? ClaimReader(jwk),
            claims.optional("crv")?.plainBytes?.elementsEqual("Ed25519".utf8) == true,
            claims.optional("kty")?.plainBytes?.elementsEqual("OKP".utf8) == true,
            let x = claims.optional("x")?.plainBytes,
            let bytes = Base64URL.decode(x),
            (try? claims.finish()) != nil
        else { return nil }
        self.init(bytes: bytes)
    }

    /// The JWK with exactly `crv`, `kty` and `x`.
    public var jwk: JSON {
        ["crv": "Ed25519", "kty": "OKP", "x": .string(Base64URL.encode(bytes))]
    }

    // The canonical form of the JWK around `x`.
    private static let prefix = Array(#"{"crv":"Ed25519","kty":"OKP","x":""#.utf8)
    private static let suffix = Array(#""}"#.utf8)
}

/// An Ed25519 private key, held as libsodium's expanded secret.
public struct SigningKey: Sendable {
    public let verificationKey: VerificationKey
    private let secret: Secret

    /// Derives the key pair of a 32-byte seed (RFC 8032 §5.1.5).
    public init(seed: Secret) {
        precondition(seed.count == 32, "an Ed25519 seed has 32 bytes")
        _ = Sodium.ready
        var publicKey = [UInt8](repeating: 0, count: 32)
        var expanded = [UInt8](repeating: 0, count: 64)
        defer { expanded.wipe() }
        seed.withBytes { seed in
            _ = crypto_sign_seed_keypair(
                &publicKey, &expanded, seed.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        guard let verificationKey = VerificationKey(bytes: publicKey) else {
            preconditionFailure("a derived public key is valid")
        }
        self.verificationKey = verificationKey
        secret = Secret(copying: expanded)
    }

    /// A deterministic signature over `message`, 64 bytes.
    public func signature(of message: some Collection<UInt8>) -> [UInt8] {
        let message = Array(message)
        var signature = [UInt8](repeating: 0, count: 64)
        secret.withBytes { secret in
            _ = crypto_sign_detached(
                &signature, nil, message, UInt64(message.count),
                secret.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return signature
    }
}
