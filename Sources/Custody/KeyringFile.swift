import CSodium
import Sharing
package import Wire

/// How much work it is to try a passphrase: Argon2id (RFC 9106) with three passes over this much
/// memory.
public struct KeyringCost: Hashable, Sendable {
    public let mebibytes: Int

    /// What every keyring outside tests costs.
    public static let usual = KeyringCost(mebibytes: 256)

    static let passes = 3
    /// No keyring written here asks for more, so a file that does isn't allowed to take all memory.
    static let maximumMebibytes = 4096

    private init(mebibytes: Int) { self.mebibytes = mebibytes }

    /// The usual cost, or a cheaper one where `TRINE_TEST_ARGON2_MIB` asks for it.
    ///
    /// A keyring made so says in its header that it is for tests, and opens only where the variable
    /// is set again: it can't be taken for a protected one by accident.
    public static func named(in environment: [String: String]) -> KeyringCost {
        guard let text = environment["TRINE_TEST_ARGON2_MIB"], let mebibytes = Int(text),
            (1..<usual.mebibytes).contains(mebibytes)
        else { return usual }
        return KeyringCost(mebibytes: mebibytes)
    }

    var isForTests: Bool { mebibytes < Self.usual.mebibytes }

    fileprivate init(header mebibytes: Int, isForTests: Bool, allowed: KeyringCost)
        throws(KeyringError)
    {
        let range =
            isForTests && allowed.isForTests
            ? 1..<Self.usual.mebibytes : Self.usual.mebibytes..<(Self.maximumMebibytes + 1)
        guard range.contains(mebibytes) else { throw .costOutOfRange(mebibytes: mebibytes) }
        self.init(mebibytes: mebibytes)
    }

    func key(_ passphrase: Passphrase, salt: [UInt8]) throws(KeyringError) -> Secret {
        precondition(sodium_init() >= 0, "libsodium could not be initialised")
        precondition(salt.count == KeyringFile.saltBytes, "a salt has 16 bytes")
        var key = [UInt8](repeating: 0, count: 32)
        defer { key.wipe() }
        let status = passphrase.secret.withBytes { phrase in
            crypto_pwhash(
                &key, UInt64(key.count), phrase.baseAddress!.assumingMemoryBound(to: CChar.self),
                UInt64(phrase.count), salt, UInt64(Self.passes), mebibytes << 20,
                crypto_pwhash_ALG_ARGON2ID13)
        }
        guard status == 0 else { throw .outOfMemory(mebibytes: mebibytes) }
        return Secret(copying: key)
    }
}

/// A keyring as it lies on disk: a line of text that says how its key is derived, then libsodium's
/// secretbox (XSalsa20-Poly1305) of the list of keys and the secrets.
///
/// The line isn't authenticated by itself; a changed one gives another key, and the box doesn't open.
package enum KeyringFile {
    static let saltBytes = 16
    static let maximumBytes = 64 << 10
    private static let format = "trine-keyring/1"
    private static let testFormat = "trine-test-keyring/1"

    /// A new keyring's file. Throws ``KeyringError``.
    package static func seal(
        _ keyring: Keyring, under passphrase: Passphrase, cost: KeyringCost,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) -> [UInt8] {
        try passphrase.checkLength()
        let salt = RandomBytes.make(saltBytes, using: &random)
        let format = cost.isForTests ? testFormat : format
        let header =
            "\(format) argon2id \(KeyringCost.passes) \(cost.mebibytes) \(Base64URL.encode(salt))\n"
        var plaintext = plaintext(keyring)
        defer { plaintext.wipe() }
        let key = try cost.key(passphrase, salt: salt)
        return Array(header.utf8) + SecretBox.seal(plaintext, under: key, using: &random)
    }

    /// Throws ``KeyringError``.
    package static func open(
        _ bytes: [UInt8], with passphrase: Passphrase, allowing allowed: KeyringCost
    ) throws(KeyringError) -> Keyring {
        guard bytes.count <= maximumBytes,
            let newline = bytes.prefix(200).firstIndex(of: UInt8(ascii: "\n"))
        else { throw .malformed }
        let words = String(decoding: bytes[..<newline], as: UTF8.self).split(
            separator: " ", omittingEmptySubsequences: false)
        guard words.first?.hasPrefix("trine-") == true else { throw .malformed }
        guard [format, testFormat].contains(String(words[0])) else { throw .unknownFormat }
        guard words.count == 5, words[1] == "argon2id", Int(words[2]) == KeyringCost.passes,
            let mebibytes = Int(words[3]), let salt = Base64URL.decode(String(words[4])),
            salt.count == saltBytes
        else { throw .malformed }
        let cost = try KeyringCost(
            header: mebibytes, isForTests: words[0] == testFormat, allowed: allowed)
        let key = try cost.key(passphrase, salt: salt)
        guard var plaintext = SecretBox.open(bytes[(newline + 1)...], under: key) else {
            throw .wrongPassphrase
        }
        defer { plaintext.wipe() }
        guard let keyring = keyring(plaintext) else { throw .malformed }
        return keyring
    }

    /// What isn't secret, as canonical JSON behind its length; then the secrets, raw, so that they can
    /// be wiped: the machine's own, then those of each era.
    private static func plaintext(_ keyring: Keyring) -> [UInt8] {
        let list = KeyList(eras: Int64(keyring.eras.count), signing: keyring.signing)
            .canonicalBytes
        var plaintext = withUnsafeBytes(of: UInt32(list.count).bigEndian) { Array($0) } + list
        // Grown once: no copy is left behind.
        let secrets = [keyring.device] + keyring.eras.flatMap(\.all)
        plaintext.reserveCapacity(plaintext.count + secrets.count * Keyring.deviceBytes)
        for secret in secrets { secret.withBytes { plaintext += $0 } }
        return plaintext
    }

    private static func keyring(_ plaintext: [UInt8]) -> Keyring? {
        guard plaintext.count > 4 else { return nil }
        let length = plaintext.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard length <= plaintext.count - 4,
            let list = try? JSONDocument(.canonical, Array(plaintext[4..<(4 + length)])),
            let keys = try? KeyList.shape.read(list.root)
        else { return nil }
        let secrets = plaintext[(4 + length)...]
        let width = Keyring.deviceBytes
        guard secrets.count == (1 + Int(keys.eras) * EraSecrets.count) * width else { return nil }
        func secret(_ number: Int) -> Secret {
            Secret(copying: secrets.dropFirst(number * width).prefix(width))
        }
        let eras = (0..<Int(keys.eras)).map { era in
            let first = 1 + era * EraSecrets.count
            return EraSecrets(
                vault: secret(first), encryption: secret(first + 1), holder: secret(first + 2),
                locker: secret(first + 3))
        }
        return Keyring(device: secret(0), eras: eras, signing: keys.signing)
    }
}

/// What the secrets of a keyring are for.
private struct KeyList: Shaped {
    let eras: Int64
    let signing: [Keyring.Signing]

    static let shape = Shape<KeyList>(
        KeyList.init(eras:signing:),
        .required("eras", \.eras, .count),
        .required("signing", \.signing, .list(of: .signing, 1...Int.max)))
}

extension Codec where Value == Keyring.Signing {
    fileprivate static let signing = Codec.object(
        Shape(
            { (generation, scopes) throws(ClaimError) in
                Keyring.Signing(generation: generation, scopes: scopes)
            },
            .required("generation", \.generation, .positive),
            .required("scopes", \.scopes, .list(of: .word("scope"), 1...Int.max))))
}

/// libsodium's secretbox: a nonce of 24 bytes, then the tag and the ciphertext.
package enum SecretBox {
    private static let nonceBytes = 24
    private static let tagBytes = 16

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
