import Foundation
import Wire

/// What a keyring is encrypted under. Never printed, never part of an error.
public struct Passphrase: Sendable {
    let secret: Secret

    /// Characters that a passphrase has at least which protects a new keyring.
    public static let minimumCharacters = 12
    /// Bytes of a passphrase file that are looked at.
    public static let maximumBytes = 1024

    /// Takes the UTF-8 of a passphrase as typed, without its newline; `nil` where it is empty, too
    /// long or not UTF-8. Two spellings of an accented letter are one.
    public init?(_ bytes: some Collection<UInt8>) {
        guard (1...Self.maximumBytes).contains(bytes.count),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        var composed = Array(text.precomposedStringWithCanonicalMapping.utf8)
        defer { composed.wipe() }
        secret = Secret(copying: composed)
    }

    /// Takes the first line of the file that `TRINE_PASSPHRASE_FILE` names.
    ///
    /// Throws ``KeyringError/passphraseFile(path:)`` where there is none, or nothing in it, and
    /// ``KeyringError/passphraseFileExposed(path:)`` where others than its owner may read or write it.
    public init(file path: String) throws(KeyringError) {
        let read: [UInt8]?
        do { read = try PrivateFile.read(path, limit: Self.maximumBytes, ownersAlone: true) } catch
        {
            if case .exposed = error { throw .passphraseFileExposed(path: path) }
            throw .passphraseFile(path: path)
        }
        guard var content = read else { throw .passphraseFile(path: path) }
        defer { content.wipe() }
        let line = content.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard let passphrase = Passphrase(line) else { throw .passphraseFile(path: path) }
        self = passphrase
    }

    /// Throws ``KeyringError/passphraseTooShort(minimum:)`` where it may not protect a new keyring.
    public func checkLength() throws(KeyringError) {
        let count = secret.withBytes { String(decoding: $0, as: UTF8.self).count }
        guard count >= Self.minimumCharacters else {
            throw .passphraseTooShort(minimum: Self.minimumCharacters)
        }
    }

    /// Lends what was typed to `body`, which must not keep it: for what else is typed unseen.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        secret.withBytes(body)
    }

    /// Whether both are the same, for typing one twice.
    public func matches(_ other: Passphrase) -> Bool {
        secret.withBytes { left in
            other.secret.withBytes { right in left.elementsEqual(right) }
        }
    }
}

/// A keyring's protection: the passphrase, and how much work it is to try one.
public struct Protection: Sendable {
    public let passphrase: Passphrase
    public let cost: KeyringCost

    public init(_ passphrase: Passphrase, cost: KeyringCost = .usual) {
        self.passphrase = passphrase
        self.cost = cost
    }
}
