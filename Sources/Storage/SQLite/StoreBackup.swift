import Foundation

/// Backups of a store, made while it is used: of the ledger, any number, and of the vault, the newest
/// alone, since an older vault has the keys of what was erased after it.
public enum StoreBackup {
    /// A file of another's that goes with the ledger.
    public struct Companion: Sendable {
        public let name: String
        public let content: [UInt8]

        public init(name: String, content: [UInt8]) {
            self.name = name
            self.content = content
        }
    }

    /// Copies the ledger in `store` to the directory `ledger`, with `companions` beside it, and its vault to
    /// the directory `vault`. Each takes the place of an earlier backup of the same store, of nothing, or of
    /// an empty directory. Returns how many entries the copy has.
    ///
    /// Throws ``StoreError``: with ``StoreFault/backupPlace(_:_:)`` where a directory is something else, or
    /// lies in `store` or in `home`, with ``StoreFault/backupUnderWay(directory:)`` while another backup of
    /// the store is made. Then nothing was changed.
    @discardableResult
    public static func make(
        of store: String, in home: String? = nil, ledger: String, vault: String,
        with companions: [Companion] = []
    ) throws(StoreError) -> Int64 {
        do {
            let lock = try DirectoryLock(backingUp: store)
            return try withExtendedLifetime(lock) {
                // First: with it, everything opens that the ledger has afterwards.
                let snapshot = try VaultSnapshot(in: store)
                let frozen = try FrozenStore(store)
                let entries = frozen.condition.entries
                let places = try BackupPlaces(
                    ledger: ledger, vault: vault,
                    of: .init(
                        identity: snapshot.identity,
                        generation: snapshot.files.header()?.generation ?? 0, entries: entries),
                    beside: companions.map(\.name), apartFrom: [store] + [home].compactMap(\.self))
                // A crash from here on leaves files that the next backup replaces.
                try copy(frozen, to: places.ledger, with: companions)
                try replace(places, with: snapshot)
                return entries
            }
        } catch {
            throw StoreError(error, in: ledger)
        }
    }

    /// Puts a ledger and a vault from backups together, as a store in the empty directory `store`. Throws
    /// ``StoreError``.
    public static func restore(
        ledger: String, vault: String, to store: String
    ) throws(StoreError) {
        do {
            let copy = ledger + "/" + DatabaseFile.ledger.name
            guard access(copy, R_OK) == 0 else {
                throw StoreError.failed(.system(call: "open", path: copy, code: errno))
            }
            let snapshot = try VaultSnapshot(in: vault)
            let names = try FileManager.default.contentsOfDirectory(atPath: store)
            guard names.isEmpty else { throw StoreError.failed(.inUse(directory: store)) }
            try snapshot.write(to: store)
            let part = store + "/" + DatabaseFile.ledger.name + BackupPlaces.partSuffix
            try FileManager.default.copyItem(atPath: copy, toPath: part)
            try move(part, to: store + "/" + DatabaseFile.ledger.name)
        } catch {
            throw StoreError(error, in: store)
        }
    }

    private static func copy(
        _ frozen: FrozenStore, to directory: String, with companions: [Companion]
    ) throws {
        try DirectoryLock.prepare(directory, files: [])
        let ledger = directory + "/" + DatabaseFile.ledger.name
        func clear() {
            for name in BackupPlaces.unfinished { unlink(directory + "/" + name) }
        }
        clear()
        do {
            try frozen.copyLedger(to: ledger + BackupPlaces.partSuffix)
            // SQLite would take what is in the older one's log for part of the newer one.
            for suffix in BackupPlaces.logSuffixes { unlink(ledger + suffix) }
            try move(ledger + BackupPlaces.partSuffix, to: ledger)
        } catch {
            // It may be as long as the disk has room.
            clear()
            throw error
        }
        for companion in companions {
            let path = directory + "/" + companion.name
            try write(companion.content, to: path + BackupPlaces.partSuffix)
            try move(path + BackupPlaces.partSuffix, to: path)
        }
    }

    /// The older vault's root key is overwritten before the newer vault takes its name. A crash in between
    /// leaves the newer one complete under the other name, and the next backup begins anew.
    private static func replace(_ places: BackupPlaces, with snapshot: VaultSnapshot) throws {
        try remove(places.next)
        do { try snapshot.write(to: places.next) } catch {
            try? remove(places.next)
            throw error
        }
        try remove(places.vault)
        guard rename(places.next, places.vault) == 0 else {
            throw StoreError.failed(.system(call: "rename", path: places.vault, code: errno))
        }
        try DirectoryLock.sync(places.vault + "/..")
    }

    /// Overwrites a vault's root key, complete or not, and removes its directory.
    private static func remove(_ directory: String) throws {
        guard access(directory, F_OK) == 0 else { return }
        let root = RootKeyFile(
            path: directory + "/" + VaultRoot.file,
            changing: { _, write throws(StoreError) in try write() })
        if access(root.path, F_OK) == 0 {
            try root.prepare()
            try root.erase(but: nil)
        }
        // The pages first: without them a file of root keys that is all zeros is known for what it is.
        let pages = directory + "/" + VaultRoot.pagesFile
        if access(pages, F_OK) == 0 { try FileManager.default.removeItem(atPath: pages) }
        try FileManager.default.removeItem(atPath: directory)
    }

    private static func write(_ content: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw StoreError.failed(.system(call: "open", path: path, code: errno))
        }
        defer { close(descriptor) }
        guard Foundation.write(descriptor, content, content.count) == content.count else {
            throw StoreError.failed(.system(call: "write", path: path, code: errno))
        }
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
