import CSodium
public import Sharing
public import Wire

import struct Crypto.HKDF
import struct Crypto.SHA256

/// What a participant's lasting secrets derive from: 256 random bits that stand in the recovery kit
/// and on no machine.
///
/// A machine gets what one era needs. No secret of an era leads to the root or to a later era, so a
/// thief of the machine has lost what it took when the next era begins.
public struct Root: Sendable {
    let secret: Secret

    public static let byteCount = 32

    public init(using random: inout some RandomNumberGenerator) {
        secret = .random(count: Self.byteCount, using: &random)
    }

    init(_ secret: Secret) {
        precondition(secret.count == Self.byteCount, "a root has 32 bytes")
        self.secret = secret
    }

    /// What a machine of the participant holds of one era; the first is 1.
    public func secrets(ofEra era: Int64) -> EraSecrets {
        func derived(_ label: Label) -> Secret { secret.derived(label, "\(era)") }
        return EraSecrets(
            vault: derived(.vault), encryption: derived(.encryptionKey),
            holder: derived(.holderKey), locker: derived(.locker))
    }

    /// An ordinary signing key for everything, registered at admission and kept off every machine: it
    /// brings a participant back that lost all others.
    public var recoveryKey: SigningKey { SigningKey(seed: secret.derived(.recoveryKey)) }
}

extension Root {
    /// Eight characters of Crockford's base32 over the root and `context`, so that no page of another
    /// participant is taken for this one's, and no word for another.
    public func check(for context: [UInt8]) -> String {
        var bytes = secret.withBytes { Array($0) }
        defer { bytes.wipe() }
        let hashed = DomainSeparated(.kitChecksum).appending(bytes).appending(context).bytes
        return Base32.encode(Array(Digest<Digested.Blob>(hashing: hashed).bytes.prefix(5)))
    }

    /// Whether `typed` is the check of this root, in any case and grouping.
    public func passes(_ typed: String, for context: [UInt8]) -> Bool {
        guard let bytes = Base32.decode(typed) else { return false }
        return Base32.encode(bytes) == check(for: context)
    }
}

/// The secrets of one era: what the machines of a participant's owner hold, each, of every era until
/// now.
public struct EraSecrets: Sendable {
    /// What all keys of its records descend from.
    public let vault: Secret
    /// The seed of the X-Wing key to which others seal grants.
    let encryption: Secret
    /// The seed of the key that presents records of the era.
    let holder: Secret
    /// What the part of a home that its machines share is encrypted under.
    let locker: Secret

    init(vault: Secret, encryption: Secret, holder: Secret, locker: Secret) {
        self.vault = vault
        self.encryption = encryption
        self.holder = holder
        self.locker = locker
    }

    static let count = 4

    /// As a keyring keeps them.
    var all: [Secret] { [vault, encryption, holder, locker] }

    /// Throws ``KeyringError/malformed`` where the library refuses the seed.
    public func decryptionKey() throws(KeyringError) -> DecryptionKey {
        do { return try DecryptionKey(seed: encryption) } catch { throw .malformed }
    }

    public var holderKey: SigningKey { SigningKey(seed: holder) }

    /// All of them, for another of the owner's devices.
    package var shared: SharedKeys {
        SharedKeys(vault: vault, encryption: encryption, holder: holder, locker: locker)
    }
}

extension Secret {
    /// HKDF-Expand (RFC 5869 §3.3: what is derived from is uniformly random).
    func derived(_ label: Label, _ parts: String...) -> Secret {
        let info = parts.reduce(DomainSeparated(label)) { $0.appending($1) }.bytes
        return withBytes { secret in
            HKDF<SHA256>.expand(pseudoRandomKey: secret, info: info, outputByteCount: 32)
                .withUnsafeBytes { Secret(copying: $0) }
        }
    }
}

/// Crockford's base32, in lower case: for what people copy from paper.
enum Base32 {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

    /// The bits of `bytes`, five a character; `bytes` come in multiples of five.
    static func encode(_ bytes: [UInt8]) -> String {
        precondition(bytes.count % 5 == 0, "no bits are left over")
        var text = ""
        var (buffer, bits) = (0, 0)
        for byte in bytes {
            (buffer, bits) = (buffer << 8 | Int(byte), bits + 8)
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[buffer >> bits & 31])
            }
            buffer &= (1 << bits) - 1
        }
        return text
    }

    /// Reads what was typed: `o` is a zero, `i` and `l` are a one, hyphens and spaces separate.
    static func decode(_ typed: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var (buffer, bits) = (0, 0)
        for character in typed.lowercased() where !"- \t\n".contains(character) {
            let read: Character =
                switch character {
                case "o": "0"
                case "i", "l": "1"
                default: character
                }
            guard let value = alphabet.firstIndex(of: read) else { return nil }
            (buffer, bits) = (buffer << 5 | value, bits + 5)
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(buffer >> bits & 0xff))
                buffer &= (1 << bits) - 1
            }
        }
        return bits == 0 && bytes.count % 5 == 0 ? bytes : nil
    }
}
