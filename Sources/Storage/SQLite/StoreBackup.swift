import Foundation

/// Backups of a store, made while it is used: of the ledger, any number, and of the vault, the newest
/// alone, since an older vault has the keys of what was erased after it.
public enum StoreBackup {
    /// Copies the ledger in `store` to the directory `ledger`, and its vault to the directory `vault`, in
    /// place of what is there. Returns how many entries the copy has. Throws ``StoreError``.
    @discardableResult
    public static func make(
        of store: String, ledger: String, vault: String
    ) throws(StoreError) -> Int64 {
        do {
            // First: with it, everything opens that the ledger has afterwards.
            let snapshot = try VaultSnapshot(in: store)
            let frozen = try FrozenStore(store)
            try DirectoryLock.prepare(ledger, files: [])
            let part = ledger + "/" + DatabaseFile.ledger.name + ".part"
            try? FileManager.default.removeItem(atPath: part)
            try frozen.copyLedger(to: part)
            try move(part, to: ledger + "/" + DatabaseFile.ledger.name)
            try replace(vault, with: snapshot)
            return frozen.condition.entries
        } catch {
            throw StoreError(error, in: ledger)
        }
    }

    /// Puts a ledger and a vault from backups together, as a store in the new directory `store`.
    public static func restore(
        ledger: String, vault: String, to store: String
    ) throws(StoreError) {
        do {
            // Refused before anything is written: not of one store, or a ledger older than the vault.
            let snapshot = try VaultSnapshot(in: vault)
            let names = try FileManager.default.contentsOfDirectory(atPath: store)
            guard names.isEmpty else { throw StoreError.failed(.inUse(directory: store)) }
            try snapshot.write(to: store)
            let part = store + "/" + DatabaseFile.ledger.name + ".part"
            try FileManager.default.copyItem(
                atPath: ledger + "/" + DatabaseFile.ledger.name, toPath: part)
            try move(part, to: store + "/" + DatabaseFile.ledger.name)
        } catch {
            throw StoreError(error, in: store)
        }
    }

    /// The older vault's root key is overwritten before the newer vault takes its name.
    private static func replace(_ directory: String, with snapshot: VaultSnapshot) throws {
        let next = directory + ".next"
        try? FileManager.default.removeItem(atPath: next)
        try snapshot.write(to: next)
        if access(directory, F_OK) == 0 {
            let root = RootKeyFile(
                path: directory + "/" + VaultRoot.file,
                changing: { _, write throws(StoreError) in try write() })
            if access(root.path, F_OK) == 0 { try root.erase(but: nil) }
            try FileManager.default.removeItem(atPath: directory)
        }
        try FileManager.default.moveItem(atPath: next, toPath: directory)
        try DirectoryLock.sync(directory + "/..")
    }

    private static func move(_ part: String, to path: String) throws {
        let descriptor = open(part, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw StoreError.failed(.system(call: "open", path: part, code: errno))
        }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0, rename(part, path) == 0 else {
            throw StoreError.failed(.system(call: "rename", path: path, code: errno))
        }
        try DirectoryLock.sync(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.endIndex)))
    }
}
