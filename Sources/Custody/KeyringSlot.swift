package import Wire

import struct Crypto.HMAC
import struct Crypto.SHA256

/// The key that a keyring's contents are encrypted under: 256 random bits. Whoever has it needs no
/// passphrase, so it is only ever held in memory.
public struct FileKey: Sendable {
    let secret: Secret

    public static let byteCount = 32

    init(using random: inout some RandomNumberGenerator) {
        secret = .random(count: Self.byteCount, using: &random)
    }

    /// Takes what a slot or an agent gave; `nil` for another length.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        secret = Secret(copying: bytes)
    }

    /// Lends the bytes to `body`, which must not keep them.
    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result { try secret.withBytes(body) }

    /// What a backup of the home is encrypted under.
    package var backup: Secret { secret.derived(.backup) }

    var contents: Secret { secret.derived(.keyringContents) }

    /// HMAC-SHA256 over the lines that say how the file is opened.
    func mac(of header: [UInt8]) -> [UInt8] {
        secret.derived(.keyringHeader).withBytes { key in
            Array(HMAC<SHA256>.authenticationCode(for: header, using: .init(data: key)))
        }
    }
}

/// One way to the file key: the file key encrypted under something that a person knows, or that
/// another program keeps. Any slot opens the keyring.
public struct KeyringSlot: Hashable, Sendable {
    public enum Opener: Hashable, Sendable {
        /// What a person types.
        case passphrase(KeyringCost)
        /// What a program keeps that the home's settings name, such as one for a desktop's keychain.
        case helper(String)
        /// What the service manager hands to a service in a file of this name.
        case credential(String)
    }

    public let opener: Opener
    let salt: [UInt8]
    let wrapped: [UInt8]

    static let saltBytes = 16
    /// A nonce, the tag and the file key.
    private static let wrappedBytes = 24 + 16 + FileKey.byteCount
    /// Characters of a helper's or a credential's name.
    public static let maximumNameCharacters = 64

    /// Wraps `fileKey` under `passphrase`. Throws ``KeyringError``.
    init(
        _ fileKey: FileKey, under protection: Protection,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) {
        try protection.passphrase.checkLength()
        salt = RandomBytes.make(Self.saltBytes, using: &random)
        opener = .passphrase(protection.cost)
        let key = try protection.cost.key(protection.passphrase, salt: salt)
        wrapped = Self.wrap(fileKey, under: key, &random)
    }

    /// Wraps `fileKey` under a secret that another program keeps. Throws ``KeyringError/malformed``
    /// for a name that can't stand in the file.
    init(
        _ fileKey: FileKey, _ opener: Opener, secret: Secret,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) {
        guard let name = opener.name, Self.isName(name) else { throw .malformed }
        salt = RandomBytes.make(Self.saltBytes, using: &random)
        self.opener = opener
        wrapped = Self.wrap(fileKey, under: Self.key(from: secret, opener, salt), &random)
    }

    private static func wrap(
        _ fileKey: FileKey, under key: Secret, _ random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var plain = fileKey.withBytes { Array($0) }
        defer { plain.wipe() }
        return SecretBox.seal(plain, under: key, using: &random)
    }

    private static func key(from secret: Secret, _ opener: Opener, _ salt: [UInt8]) -> Secret {
        secret.derived(.keyringSlot, opener.name ?? "", Base64URL.encode(salt))
    }

    /// The file key; `nil` for another passphrase, and for a slot that another thing opens. Throws
    /// ``KeyringError/outOfMemory(mebibytes:)``.
    func fileKey(with passphrase: Passphrase) throws(KeyringError) -> FileKey? {
        guard case .passphrase(let cost) = opener else { return nil }
        return unwrapped(under: try cost.key(passphrase, salt: salt))
    }

    /// The same with what another program keeps.
    func fileKey(with secret: Secret) -> FileKey? {
        unwrapped(under: Self.key(from: secret, opener, salt))
    }

    private func unwrapped(under key: Secret) -> FileKey? {
        guard var plain = SecretBox.open(wrapped, under: key) else { return nil }
        defer { plain.wipe() }
        return FileKey(plain)
    }

    // MARK: The line

    var line: String {
        let how =
            switch opener {
            case .passphrase(let cost):
                "passphrase argon2id \(KeyringCost.passes) \(cost.mebibytes)"
            case .helper(let name): "helper \(name)"
            case .credential(let name): "credential \(name)"
            }
        return "\(how) \(Base64URL.encode(salt)) \(Base64URL.encode(wrapped))"
    }

    /// Reads a line as it is written here. Throws ``KeyringError``.
    init(
        line: String, isForTests: Bool, allowing allowed: KeyringCost?
    ) throws(KeyringError) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count >= 4, let salt = Base64URL.decode(words[words.count - 2]),
            let wrapped = Base64URL.decode(words[words.count - 1]),
            salt.count == Self.saltBytes, wrapped.count == Self.wrappedBytes
        else { throw .malformed }
        self.salt = salt
        self.wrapped = wrapped
        switch words[0] {
        case "passphrase":
            guard words.count == 6, words[1] == "argon2id",
                words[2] == String(KeyringCost.passes), let mebibytes = Int(words[3])
            else { throw .malformed }
            opener = .passphrase(
                try KeyringCost(header: mebibytes, isForTests: isForTests, allowed: allowed))
        case "helper": opener = .helper(words[1])
        case "credential": opener = .credential(words[1])
        default: throw .unknownFormat
        }
        if let name = opener.name {
            guard words.count == 4, Self.isName(name) else { throw .malformed }
        }
    }

    public static func isName(_ text: String) -> Bool {
        (1...maximumNameCharacters).contains(text.utf8.count) && text.first != "."
            && text.utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
                    || $0 == 0x2e || $0 == 0x5f
            }
    }
}

extension KeyringSlot.Opener {
    /// Of the program or the credential; `nil` for a passphrase.
    public var name: String? {
        switch self {
        case .passphrase: nil
        case .helper(let name), .credential(let name): name
        }
    }
}
