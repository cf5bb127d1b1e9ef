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
    /// 56 characters of Crockford's base32 in eight groups: the root, then three bytes of a checksum
    /// over it and `context`, so that neither a typing error nor another's page goes unnoticed.
    public func text(for context: [UInt8]) -> String {
        var bytes = secret.withBytes { Array($0) }
        defer { bytes.wipe() }
        bytes += Self.checksum(bytes, context)
        let characters = Base32.encode(bytes)
        return stride(from: 0, to: characters.count, by: Self.groupCharacters).map {
            String(characters.dropFirst($0).prefix(Self.groupCharacters))
        }.joined(separator: " ")
    }

    /// Reads what ``text(for:)`` wrote, in any case and grouping; `nil` for anything else.
    public init?(typed: String, for context: [UInt8]) {
        guard var bytes = Base32.decode(typed),
            bytes.count == Self.byteCount + Self.checksumBytes
        else { return nil }
        defer { bytes.wipe() }
        var root = Array(bytes.prefix(Self.byteCount))
        defer { root.wipe() }
        guard Array(bytes.suffix(Self.checksumBytes)) == Self.checksum(root, context) else {
            return nil
        }
        self.init(Secret(copying: root))
    }

    private static let groupCharacters = 7
    private static let checksumBytes = 3

    private static func checksum(_ root: [UInt8], _ context: [UInt8]) -> [UInt8] {
        let bytes = DomainSeparated(.kitChecksum).appending(root).appending(context).bytes
        return Array(Digest<Digested.Blob>(hashing: bytes).bytes.prefix(checksumBytes))
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
        return bits == 0 ? bytes : nil
    }
}
