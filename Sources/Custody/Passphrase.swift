import Foundation
import Wire

/// What a keyring is encrypted under. Never printed, never part of an error.
public struct Passphrase: Sendable {
    let secret: Secret

    /// Characters a new passphrase has at least.
    public static let minimumCharacters = 8
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
    /// Throws ``KeyringError/passphraseFile(path:)`` where there is none, or nothing in it.
    public init(file path: String) throws(KeyringError) {
        guard var content = try? PrivateFile.read(path, limit: Self.maximumBytes) else {
            throw .passphraseFile(path: path)
        }
        defer { content.wipe() }
        let line = content.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard let passphrase = Passphrase(line) else { throw .passphraseFile(path: path) }
        self = passphrase
    }

    /// Whether it may protect a new keyring.
    public var isLongEnough: Bool {
        secret.withBytes { bytes in
            String(decoding: bytes, as: UTF8.self).count >= Self.minimumCharacters
        }
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
