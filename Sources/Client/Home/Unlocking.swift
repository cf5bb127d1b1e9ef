public import Custody
import Foundation
import Wire

// How a home's keyring is opened, and what opens it.
extension Home {
    /// Opens the keyring with its passphrase. Throws ``HomeError`` and ``KeyringError``.
    public func unlock(_ passphrase: Passphrase, _ cost: KeyringCost) throws -> OpenKeyring {
        try check()
        return try KeyringFile.unlock(
            try keyringBytes(), with: passphrase, allowing: cost)
    }

    /// Opens the keyring with its file key. Throws ``KeyringError/malformed`` for another file's.
    public func unlock(with fileKey: FileKey) throws -> OpenKeyring {
        try check()
        return try KeyringFile(parsing: try keyringBytes()).open(with: fileKey)
    }

    /// What opens the keyring, as its file says; nothing of it is authenticated before it is open.
    public func slots() throws -> [KeyringSlot] {
        try KeyringFile(parsing: try keyringBytes()).slots
    }

    /// Makes `protection` what opens the keyring from now on, under a new file key: slots of other
    /// programs are gone. An older copy of the home opens with what opened it before.
    public func changePassphrase(
        to protection: Protection, of open: OpenKeyring, surroundings: Surroundings = .system
    ) throws {
        var random = surroundings.random
        let sealed = try KeyringFile.resealed(open.keyring, under: protection, using: &random)
        try changingFiles { try replace(.keyring, with: sealed) }
    }

    /// Lets another program open the keyring, too: one that keeps `secret`. Throws ``HomeError`` and
    /// ``KeyringError``.
    public func add(
        _ opener: KeyringSlot.Opener, keeping secret: [UInt8], to open: OpenKeyring,
        surroundings: Surroundings = .system
    ) throws {
        var random = surroundings.random
        try changingFiles {
            let file = try KeyringFile(parsing: try keyringBytes())
            try replace(
                .keyring,
                with: try file.adding(
                    opener, secret: HelperSecret.secret(secret), to: open, using: &random))
        }
    }

    /// Takes a slot away. Who copied the keyring before can open the copy with it.
    public func remove(
        _ opener: KeyringSlot.Opener, from open: OpenKeyring, surroundings: Surroundings = .system
    ) throws {
        var random = surroundings.random
        try changingFiles {
            let file = try KeyringFile(parsing: try keyringBytes())
            try replace(.keyring, with: try file.removing(opener, from: open, using: &random))
        }
    }

    /// The keyring opened with what the service manager or a program of the settings keeps; `nil`
    /// where no slot is for that here. Throws ``KeyringError/helper(_:_:)`` where a program that the
    /// settings name doesn't do its part.
    public func unlockUnattended(_ environment: [String: String]) throws -> OpenKeyring? {
        let file = try KeyringFile(parsing: try keyringBytes())
        for slot in file.slots {
            let secret: [UInt8]?
            switch slot.opener {
            case .passphrase: continue
            case .credential(let name):
                secret = HelperSecret.credential(name, in: environment)
            case .helper(let name):
                guard let path = try settings().helpers[name] else { continue }
                secret = try HelperSecret.ask(name, at: path, for: directory)
            }
            guard var secret else { continue }
            defer { secret.wipe() }
            guard let key = file.fileKey(slot.opener, with: HelperSecret.secret(secret)) else {
                throw KeyringError.helper(slot.opener.name ?? "", .noAnswer)
            }
            return try file.open(with: key)
        }
        return nil
    }

    func replaceKeyring(_ open: OpenKeyring, using random: Randomness) throws {
        var random = random
        try changingFiles {
            let file = try KeyringFile(parsing: try keyringBytes())
            // Whoever changed the passphrase meanwhile made another file key.
            _ = try file.open(with: open.fileKey)
            try replace(.keyring, with: file.replacing(with: open, using: &random))
        }
    }

    /// Throws ``HomeError/keyringLost(path:)`` where the rest of a home is there and its keyring isn't.
    private func keyringBytes() throws(HomeError) -> [UInt8] {
        if let bytes = try read(.keyring) { return bytes }
        guard try read(.config) == nil else { throw .keyringLost(path: path(.keyring)) }
        throw .missing(path: directory)
    }
}
