import Sharing
package import Wire

/// An open keyring, and the key with which its file is opened and written again.
public struct OpenKeyring: Sendable {
    public let keyring: Keyring
    public let fileKey: FileKey

    package init(keyring: Keyring, fileKey: FileKey) {
        self.keyring = keyring
        self.fileKey = fileKey
    }
}

/// A keyring as it lies on disk: lines of text that say how its file key is had, a MAC over them, then
/// libsodium's secretbox (XSalsa20-Poly1305) of the list of keys and the secrets.
///
/// Nothing in it is believed before the MAC holds; who changed a line has to know the file key.
package struct KeyringFile {
    package private(set) var slots: [KeyringSlot]
    private let isForTests: Bool
    private let header: [UInt8]
    private let mac: [UInt8]
    private let box: [UInt8]

    package static let maximumBytes = 1 << 20
    static let maximumSlots = 8
    private static let format = "trine-keyring/1"
    private static let testFormat = "trine-test-keyring/1"
    private static let macWord = "mac "
    private static let macBytes = 32

    /// Reads a file; nothing of it is authenticated yet. Throws ``KeyringError``.
    package init(
        parsing bytes: [UInt8], allowing allowed: KeyringCost? = nil
    ) throws(KeyringError) {
        guard bytes.count <= Self.maximumBytes else { throw .malformed }
        var lines: [String] = []
        var rest = bytes[...]
        while lines.last?.hasPrefix(Self.macWord) != true {
            guard lines.count < Self.maximumSlots + 2,
                let end = rest.prefix(400).firstIndex(of: UInt8(ascii: "\n")),
                let line = String(validating: rest[..<end], as: UTF8.self)
            else { throw .malformed }
            lines.append(line)
            rest = rest[(end + 1)...]
            if lines.count == 1 {
                guard line.hasPrefix("trine-") else { throw .malformed }
                guard [Self.format, Self.testFormat].contains(line) else { throw .unknownFormat }
            }
        }
        guard lines.count >= 3,
            let mac = Base64URL.decode(String(lines[lines.count - 1].dropFirst(4)))
        else { throw .malformed }
        let isForTests = lines[0] == Self.testFormat
        var slots: [KeyringSlot] = []
        for line in lines[1..<(lines.count - 1)] {
            slots.append(
                try KeyringSlot(line: line, isForTests: isForTests, allowing: allowed))
        }
        self.slots = slots
        self.isForTests = isForTests
        self.mac = mac
        header = Self.header(slots, isForTests: isForTests)
        box = Array(rest)
        // One encoding: what is read is what would be written.
        guard mac.count == Self.macBytes, box.count > SecretBox.addedBytes,
            bytes.starts(with: header),
            Array(lines.joined(separator: "\n").utf8).count
                == header.count + Self.macWord.utf8.count + Base64URL.encode(mac).utf8.count
        else { throw .malformed }
    }

    private static func header(_ slots: [KeyringSlot], isForTests: Bool) -> [UInt8] {
        let lines = [isForTests ? testFormat : format] + slots.map(\.line)
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    // MARK: Opening

    /// The file key by the passphrase. Throws ``KeyringError/wrongPassphrase`` where no slot opens.
    package func fileKey(with passphrase: Passphrase) throws(KeyringError) -> FileKey {
        for slot in slots {
            if let key = try slot.fileKey(with: passphrase) { return key }
        }
        throw .wrongPassphrase
    }

    /// The file key by the secret that another program keeps for `opener`; `nil` where no such slot
    /// opens with it.
    package func fileKey(_ opener: KeyringSlot.Opener, with secret: Secret) -> FileKey? {
        slots.lazy.filter { $0.opener == opener }.compactMap { $0.fileKey(with: secret) }.first
    }

    /// Opens the contents. Throws ``KeyringError/malformed`` for another file's key, and where
    /// anything was changed.
    package func open(with fileKey: FileKey) throws(KeyringError) -> OpenKeyring {
        guard Secret(copying: mac).isEqual(to: Secret(copying: fileKey.mac(of: header))),
            var plaintext = SecretBox.open(box, under: fileKey.contents)
        else { throw .malformed }
        defer { plaintext.wipe() }
        guard let keyring = Self.keyring(plaintext) else { throw .malformed }
        return OpenKeyring(keyring: keyring, fileKey: fileKey)
    }

    /// Opens a file with a passphrase. Throws ``KeyringError``.
    package static func open(
        _ bytes: [UInt8], with passphrase: Passphrase, allowing allowed: KeyringCost
    ) throws(KeyringError) -> Keyring {
        try unlock(bytes, with: passphrase, allowing: allowed).keyring
    }

    /// The same, with the file key.
    package static func unlock(
        _ bytes: [UInt8], with passphrase: Passphrase, allowing allowed: KeyringCost
    ) throws(KeyringError) -> OpenKeyring {
        let file = try KeyringFile(parsing: bytes, allowing: allowed)
        return try file.open(with: try file.fileKey(with: passphrase))
    }

    // MARK: Writing

    /// A new keyring's file, with one slot. Throws ``KeyringError``.
    package static func seal(
        _ keyring: Keyring, under passphrase: Passphrase, cost: KeyringCost,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) -> [UInt8] {
        let fileKey = FileKey(using: &random)
        let slot = try KeyringSlot(
            fileKey, under: Protection(passphrase, cost: cost), using: &random)
        return seal(OpenKeyring(keyring: keyring, fileKey: fileKey), [slot], using: &random)
    }

    /// The file of `open` with these slots.
    private static func seal(
        _ open: OpenKeyring, _ slots: [KeyringSlot], using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        let isForTests = slots.contains {
            if case .passphrase(let cost) = $0.opener { cost.isForTests } else { false }
        }
        let header = header(slots, isForTests: isForTests)
        let mac = macWord + Base64URL.encode(open.fileKey.mac(of: header)) + "\n"
        var plaintext = plaintext(open.keyring)
        defer { plaintext.wipe() }
        return header + mac.utf8
            + SecretBox.seal(plaintext, under: open.fileKey.contents, using: &random)
    }

    /// The same file with other contents.
    package func replacing(
        with open: OpenKeyring, using random: inout some RandomNumberGenerator
    ) -> [UInt8] { Self.seal(open, slots, using: &random) }

    /// The same contents under a new file key with one slot: a new passphrase. Slots of other programs
    /// are gone, since nobody can wrap a new key for them; a copy of the old file opens with what
    /// opened it before. Throws ``KeyringError``.
    package static func resealed(
        _ keyring: Keyring, under protection: Protection,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) -> [UInt8] {
        try seal(keyring, under: protection.passphrase, cost: protection.cost, using: &random)
    }

    /// The same contents with one slot more, in the place of one of the same opener. Throws
    /// ``KeyringError/tooManySlots(limit:)``.
    package func adding(
        _ opener: KeyringSlot.Opener, secret: Secret, to open: OpenKeyring,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) -> [UInt8] {
        let slot = try KeyringSlot(open.fileKey, opener, secret: secret, using: &random)
        let all = slots.filter { $0.opener != opener } + [slot]
        guard all.count <= Self.maximumSlots else {
            throw .tooManySlots(limit: Self.maximumSlots)
        }
        return Self.seal(open, all, using: &random)
    }

    /// The same contents without a slot. The last passphrase stays. Throws
    /// ``KeyringError/noSlot(_:)``.
    package func removing(
        _ opener: KeyringSlot.Opener, from open: OpenKeyring,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) -> [UInt8] {
        guard opener.name != nil, slots.contains(where: { $0.opener == opener }) else {
            throw .noSlot(opener.name ?? "passphrase")
        }
        return Self.seal(open, slots.filter { $0.opener != opener }, using: &random)
    }

    // MARK: Contents

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
