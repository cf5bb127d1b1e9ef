public import Sharing
public import Wire

import struct Crypto.HKDF
import struct Crypto.SHA256

/// A participant's secrets: one root of 256 bits, and which keys were derived from it so far.
///
/// Every key follows from the root, a label and a generation, so that whoever has the root has them
/// all again, and a new one needs no new secret.
public struct Keyring: Sendable {
    /// A signing key by its generation, and what it may sign.
    public struct Signing: Hashable, Sendable {
        public let generation: Int64
        public let scopes: [KeyScope]
    }

    let root: Secret
    /// Ascending by generation.
    public let signing: [Signing]
    /// Generations of the encryption key, ascending; the last is current.
    public let encryption: [Int64]

    static let rootBytes = 32

    /// A fresh keyring with one signing key for everything and one encryption key.
    public init(using random: inout some RandomNumberGenerator) {
        root = .random(count: Self.rootBytes, using: &random)
        signing = [Signing(generation: 1, scopes: [.all])]
        encryption = [1]
    }

    init(root: Secret, signing: [Signing], encryption: [Int64]) {
        precondition(root.count == Self.rootBytes, "a root has 32 bytes")
        (self.root, self.signing, self.encryption) = (root, signing, encryption)
    }

    /// The key with which to sign what needs `scope`: the latest of those that may.
    public func signingKey(_ scope: KeyScope) throws(KeyringError) -> SigningKey {
        let fitting = signing.last { $0.scopes.contains(scope) || $0.scopes.contains(.all) }
        guard let fitting else { throw .noKey(scope) }
        return signingKey(generation: fitting.generation)
    }

    public func signingKey(generation: Int64) -> SigningKey {
        SigningKey(seed: derived(.signingKey, "\(generation)"))
    }

    /// The key that has this public half, be it current or not.
    package func signingKey(for key: NamedKey) -> SigningKey? {
        signing.lazy.reversed().map { signingKey(generation: $0.generation) }
            .first { $0.verificationKey.named == key }
    }

    /// The key to which others seal envelopes now.
    public func decryptionKey() throws(KeyringError) -> DecryptionKey {
        guard let generation = encryption.last else { throw .malformed }
        return try decryptionKey(generation: generation)
    }

    /// The key that has this public one, be it current or not.
    package func decryptionKey(for key: EncryptionKey) throws(KeyringError) -> DecryptionKey? {
        for generation in encryption.reversed() {
            let candidate = try decryptionKey(generation: generation)
            if candidate.encryptionKey == key { return candidate }
        }
        return nil
    }

    /// What all field keys of the participant's own records descend from.
    public func schedule(log: Digest<Digested.Genesis>) -> KeySchedule {
        KeySchedule(seed: root, log: log)
    }

    /// The key with which a gateway signs the checkpoints of its log.
    package var logKey: SigningKey { SigningKey(seed: derived(.logKey, "1")) }

    /// The key with which a gateway dates what it publishes.
    package var clockKey: SigningKey { SigningKey(seed: derived(.clockKey, "1")) }

    /// The key of one of the files that a home keeps encrypted.
    package func fileKey(_ name: String) -> Secret { derived(.outboxKey, name) }

    /// The secret of one invitation that this keyring's authority makes. 16 bytes.
    package func invitationSecret(_ jti: JTI) -> Secret {
        derived(.invitationSecret, jti.text).withBytes { Secret(copying: $0.prefix(16)) }
    }

    private func decryptionKey(generation: Int64) throws(KeyringError) -> DecryptionKey {
        do { return try DecryptionKey(seed: derived(.encryptionKey, "\(generation)")) } catch {
            throw .malformed
        }
    }

    /// HKDF-Expand (RFC 5869 §3.3: the root is uniformly random).
    private func derived(_ label: Label, _ part: String) -> Secret {
        let info = DomainSeparated(label).appending(part).bytes
        return root.withBytes { root in
            HKDF<SHA256>.expand(pseudoRandomKey: root, info: info, outputByteCount: 32)
                .withUnsafeBytes { Secret(copying: $0) }
        }
    }
}

/// Why a keyring can't be opened or used.
public enum KeyringError: Error, Equatable, Sendable {
    /// The passphrase is another one, or the file was changed: these can't be told apart.
    case wrongPassphrase
    case malformed
    /// Written by a later version.
    case unknownFormat
    /// The file asks for less work than a keyring must, or for more memory than there ever is.
    case costOutOfRange(mebibytes: Int)
    /// There is not enough memory for the key derivation.
    case outOfMemory(mebibytes: Int)
    case passphraseFile(path: String)
    /// Others than its owner may read or write the file that holds the passphrase.
    case passphraseFileExposed(path: String)
    /// A new keyring's passphrase has fewer characters than this.
    case passphraseTooShort(minimum: Int)
    case noKey(KeyScope)
}
