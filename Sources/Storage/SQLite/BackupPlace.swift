import Foundation

/// Why a backup isn't written to a directory. Nothing was written anywhere.
public enum BackupObstacle: Equatable, Sendable {
    /// It is this directory, holds it or lies in it: the store's, the gateway's, or that of the backup's
    /// other part.
    case overlaps(String)
    case notADirectory
    /// The directory of this name, in which it would be made, isn't there.
    case nowhere(String)
    /// It holds something of this name, which is no part of such a backup as it was made.
    case holds(String)
    /// It holds a backup of another store.
    case ofAnotherStore
    /// It holds a backup of this store from a later time.
    case newer
    /// Another file system begins there, so that nothing can take its place.
    case mounted
    /// The directory of this name beside it, where the new vault is written first, is something else than
    /// what an interrupted backup left.
    case besideIt(String)
}

/// The directories that a backup is to be written to. What is there is only ever replaced where it is an
/// earlier backup of the same store.
struct BackupPlaces {
    /// Without links, as is ``vault``.
    let ledger: String
    let vault: String
    /// Where the new vault is written before it takes the place of the one before.
    let next: String

    /// What is copied: which store, the generation of its vault, the number of its entries.
    struct Copied {
        let identity: [UInt8]
        let generation: Int64
        let entries: Int64
    }

    private static let ledgerFiles = names(of: DatabaseFile.ledger)
    private static let vaultFiles = names(of: DatabaseFile.vault) + [VaultRoot.file]
    /// What an interrupted backup leaves beside the files of a ledger.
    static let unfinished = ["", "-journal", "-wal", "-shm"].map {
        DatabaseFile.ledger.name + partSuffix + $0
    }
    static let partSuffix = ".part"

    /// What reading a database leaves beside it. A backup is complete without: nothing of it is in there.
    static let logSuffixes = ["-wal", "-shm"]

    private static func names(of file: DatabaseFile) -> [String] {
        [file.name] + logSuffixes.map { file.name + $0 }
    }

    /// Looks at the directories and changes nothing. `beside` are the names of the further files that go with
    /// the ledger; `apart` the directories that a backup has no business in. Throws
    /// ``StoreFault/backupPlace(_:_:)``.
    init(
        ledger ledgerName: String, vault vaultName: String, of copied: Copied, beside: [String],
        apartFrom apart: [String]
    ) throws(StoreError) {
        ledger = try Self.resolved(ledgerName)
        vault = try Self.resolved(vaultName)
        next = vault + ".next"
        let nextName = Self.trimmed(vaultName) + ".next"
        for (name, path) in [(ledgerName, ledger), (vaultName, vault), (nextName, next)] {
            for other in apart where Self.overlap(path, try Self.resolved(other)) {
                throw .refused(name, .overlaps(other))
            }
        }
        for (name, path) in [(vaultName, vault), (nextName, next)]
        where Self.overlap(path, ledger) {
            throw .refused(ledgerName, .overlaps(name))
        }
        try Self.checkLedger(ledgerName, at: ledger, of: copied, beside: beside)
        try Self.checkVault(vaultName, at: vault, of: copied)
        do throws(StoreError) { try Self.checkUnfinished(at: next, of: copied) } catch {
            guard case .failed(.backupPlace) = error else { throw error }
            throw .refused(vaultName, .besideIt(nextName))
        }
    }

    private static func checkLedger(
        _ name: String, at path: String, of copied: Copied, beside: [String]
    ) throws(StoreError) {
        let names = try contents(
            name, path, allowing: ledgerFiles + beside + beside.map { $0 + partSuffix } + unfinished
        )
        guard names.contains(DatabaseFile.ledger.name) else {
            if let other = names.first(where: { !$0.contains(partSuffix) }) {
                throw .refused(name, .holds(other))
            }
            return
        }
        let file = path + "/" + DatabaseFile.ledger.name
        guard
            let found = UnopenedDatabase(path: file).read(
                .ledger, counting: "SELECT coalesce(max(entry) + 1, 0) FROM entries")
        else { throw .refused(name, .holds(DatabaseFile.ledger.name)) }
        guard found.identity == copied.identity else { throw .refused(name, .ofAnotherStore) }
        guard found.number <= copied.entries else { throw .refused(name, .newer) }
    }

    private static func checkVault(
        _ name: String, at path: String, of copied: Copied
    ) throws(StoreError) {
        let names = try contents(name, path, allowing: vaultFiles)
        guard try !isMounted(path) else { throw .refused(name, .mounted) }
        guard !names.isEmpty else { return }
        guard names.contains(DatabaseFile.vault.name) else {
            // A crash may have interrupted the removal of an older vault, whose root key was overwritten
            // before. Where there is a root key it is another's.
            let root = RootKeyFile(path: path + "/" + VaultRoot.file, changing: { _, _ in })
            guard (try? root.isErased()) == true else { throw .refused(name, .holds(names[0])) }
            return
        }
        let file = path + "/" + DatabaseFile.vault.name
        guard
            let found = UnopenedDatabase(path: file).read(
                .vault, counting: "SELECT generation FROM header")
        else { throw .refused(name, .holds(DatabaseFile.vault.name)) }
        guard found.identity == copied.identity else { throw .refused(name, .ofAnotherStore) }
        guard found.number <= copied.generation else { throw .refused(name, .newer) }
    }

    /// What an interrupted backup left may be incomplete.
    private static func checkUnfinished(at path: String, of copied: Copied) throws(StoreError) {
        let journal = DatabaseFile.vault.name + "-journal"
        let names = try contents(path, path, allowing: vaultFiles + [journal])
        let file = path + "/" + DatabaseFile.vault.name
        guard names.contains(DatabaseFile.vault.name),
            let found = UnopenedDatabase(path: file).read(
                .vault, counting: "SELECT count(*) FROM header")
        else { return }
        guard found.identity == copied.identity else { throw .refused(path, .ofAnotherStore) }
    }

    /// The names in the directory, all of `allowed` and of plain files; none where it isn't there.
    private static func contents(
        _ name: String, _ path: String, allowing allowed: [String]
    ) throws(StoreError) -> [String] {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .fault("lstat", path) }
            return []
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .refused(name, .notADirectory) }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path).sorted() } catch {
            throw StoreError(error, in: path)
        }
        for entry in names {
            guard allowed.contains(entry), lstat(path + "/" + entry, &status) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { throw .refused(name, .holds(entry)) }
        }
        return names
    }

    private static func isMounted(_ path: String) throws(StoreError) -> Bool {
        var (here, above) = (stat(), stat())
        guard stat(path, &here) == 0 else { return false }
        guard stat(path + "/..", &above) == 0 else { throw .fault("stat", path + "/..") }
        return here.st_dev != above.st_dev || here.st_ino == above.st_ino
    }

    // MARK: Paths

    /// Whether one of two paths without links is, or lies in, the other.
    private static func overlap(_ one: String, _ other: String) -> Bool {
        let (one, other) = (one == "/" ? one : one + "/", other == "/" ? other : other + "/")
        return one.hasPrefix(other) || other.hasPrefix(one)
    }

    private static func trimmed(_ name: String) -> String {
        var name = name
        while name.count > 1 && name.hasSuffix("/") { name.removeLast() }
        return name
    }

    /// Where the directory is, or would be made in the one above it: without links.
    private static func resolved(_ name: String) throws(StoreError) -> String {
        let name = trimmed(name)
        if let path = real(name) { return path }
        var status = stat()
        guard !name.isEmpty else { throw .refused(name, .notADirectory) }
        guard errno == ENOENT else { throw .fault("realpath", name) }
        // A link to nothing.
        guard lstat(name, &status) != 0 else { throw .refused(name, .notADirectory) }
        let slash = name.lastIndex(of: "/")
        let above = slash.map { String(name[...$0]) } ?? "."
        guard let path = real(above) else {
            guard errno == ENOENT else { throw .fault("realpath", above) }
            throw .refused(name, .nowhere(above))
        }
        let last = slash.map { String(name[name.index(after: $0)...]) } ?? name
        return (path == "/" ? "" : path) + "/" + last
    }

    private static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

extension StoreError {
    fileprivate static func refused(_ directory: String, _ obstacle: BackupObstacle) -> StoreError {
        .failed(.backupPlace(directory, obstacle))
    }

    fileprivate static func fault(_ call: String, _ path: String) -> StoreError {
        .failed(.system(call: call, path: path, code: errno))
    }
}
