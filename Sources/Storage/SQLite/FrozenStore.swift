import Foundation
import GRDB
public import Sharing
public import Transparency
public import Wire

/// A store as it was at one moment, beside whoever works on it: for checks, reports and backups.
///
/// It reads one snapshot of the ledger, and the vault as it was just before, so that everything which
/// stands in the ledger opens. It changes nothing, and the writer goes on meanwhile; the write-ahead log
/// keeps what came after the snapshot until this is closed.
public final class FrozenStore: ReadableStore, LedgerSource, StateStore, IndexStore, BlobStore {
    private let pool: DatabasePool
    private let ledger: DatabaseSnapshot
    private let unfiled: UnfiledNames
    private let keys: Vault
    private let vaultDirectory: String
    /// What the store says about itself.
    public let condition: Condition

    public struct Condition: Sendable {
        public let entries: Int64
        /// How often the log was taken over.
        public let term: Int64
        /// How often keys were destroyed.
        public let generation: Int64
        /// Whether the vault is an older one: what was erased since is destroyed again at the next start.
        public let isVaultOlder: Bool
        /// Erased entries and dropped applications whose keys aren't destroyed yet.
        public let dueErasures: Int
    }

    /// Reads the ledger in `directory`, and the vault there, or in `vault`. Throws ``StoreError`` as
    /// opening the store for work does; a ledger that is older than its vault is read with `anyAge`.
    public init(
        _ directory: String, vault: String? = nil, anyAge: Bool = false
    ) throws(StoreError) {
        do {
            vaultDirectory = vault ?? directory
            let vault = try VaultSnapshot(in: vaultDirectory)
            try FileWithoutLog(ledgerIn: directory).requireOwnLog()
            let pool = try DatabaseFile.ledger.reading(in: directory)
            let ledger = try pool.makeSnapshot()
            let (identity, size, counters, due, unfiled) = try ledger.read { db in
                (
                    try DatabaseFile.ledger.existingIdentity(db),
                    try Ledger.head(in: db)?.size ?? 0,
                    try Ledger.counters(in: db), try Ledger.dueErasures(in: db),
                    try StateTable.unfiledNames(in: db, bound: .max)
                )
            }
            guard identity == vault.identity else {
                throw StoreError.unreadable(.keysOfAnotherStore)
            }
            self.pool = pool
            self.ledger = ledger
            self.unfiled = unfiled
            keys = try Vault(vault.files)
            guard anyAge || size >= keys.size else {
                throw StoreError.unreadable(.ledgerOlderThanKeys(have: size, known: keys.size))
            }
            condition = Condition(
                entries: size, term: counters.term, generation: keys.generation,
                isVaultOlder: keys.generation < counters.vault, dueErasures: due)
        } catch {
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
    }

    public var source: any LedgerSource { self }
    public var rows: any StateStore { self }
    public var index: any IndexStore { self }
    public var blobs: any BlobStore { self }
    public func vault() -> Vault { keys }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await ledger.readLedger(body)
    }

    private func readState<Value: Sendable>(
        _ body: @escaping @Sendable (StateTable, Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let unfiled = unfiled
        return try await read { db in try body(StateTable(unfiled, in: db), db) }
    }

    public func head() async throws(StoreError) -> Head? {
        try await read { db in try Ledger.head(in: db) }
    }

    public func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try await read { db in try Ledger.leaves(range, in: db) }
    }

    public func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try await read { db in try Ledger.tile(level: level, index: index, in: db) }
    }

    public func rows(_ names: [StateNames]) async throws(StoreError) -> [StateRows] {
        try await readState { table, db in try Ledger.rows(names, table, in: db) }
    }

    public func rows(
        after key: String, upTo last: String?, limit: Int,
        hidden: @escaping @Sendable (String) -> [UInt8]?
    ) async throws(StoreError) -> [(key: String, rows: StateRows)] {
        try await readState { table, db in
            try Ledger.rows(
                after: key, upTo: last, limit: limit, hidden: hidden, table, in: db)
        }
    }

    public func keys(after key: String, limit: Int) async throws(StoreError) -> [String] {
        try await readState { table, _ in try table.keys(after: key, limit: limit) }
    }

    public func sealedRows(after slot: Int64, limit: Int) async throws(StoreError) -> [SealedRow] {
        try await read { db in try Ledger.sealedRows(after: slot, limit: limit, in: db) }
    }

    public func indices(
        concerning party: PartyNames, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try await read { db in
            try Ledger.indices(concerning: party, from: from, limit: limit, in: db)
        }
    }

    public func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try await read { db in
            try Ledger.indices(issuer: issuer, kind: kind, from: from, limit: limit, in: db)
        }
    }

    public func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)] {
        try await read { db in try Ledger.records(of: enterprise, in: book, range, in: db) }
    }

    public func misfiled(_ entries: [FiledEntry]) async throws(StoreError) -> [Int64] {
        try await read { db in try Ledger.misfiled(entries, in: db) }
    }

    public func filed() async throws(StoreError) -> FiledCounts {
        try await read { db in try Ledger.filed(in: db) }
    }

    public func firstRows(
        of indices: [Int64], enough: Int
    ) async throws(StoreError) -> [[UInt8]?] {
        try await read { db in try Ledger.firstRows(of: indices, enough: enough, in: db) }
    }

    public func rows(at places: [BlobPlace]) async throws(StoreError) -> [BlobPlace: [UInt8]] {
        try await read { db in try Ledger.rows(at: places, in: db) }
    }

    public func isErased(_ index: Int64) async throws(StoreError) -> Bool {
        try await read { db in try Ledger.isErased(index, in: db) }
    }

    /// Whether the pages of both databases are as SQLite makes them, the ledger's where it has no more than
    /// `maximumBytes`; every page is read. Says whether it was looked at. Throws ``StoreError/corrupt(_:_:)``.
    public func checkPages(maximumBytes: Int) async throws(StoreError) -> Bool {
        do {
            let pages = try DatabaseFile.vault.reading(in: vaultDirectory)
            defer { try? pages.close() }
            try await pages.read { db in try DatabaseFile.vault.checkPages(db) }
        } catch { throw StoreError(error, in: DatabaseFile.vault.name) }
        return try await read { db in
            let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            guard count * DatabaseFile.pageBytes <= maximumBytes else { return false }
            try DatabaseFile.ledger.checkPages(db)
            return true
        }
    }

    /// Copies the ledger of this moment to a new file at `path`, durably.
    func copyLedger(to path: String) throws {
        let copy = try DatabaseQueue(path: path)
        try ledger.backup(to: copy)
        try copy.close()
    }
}

extension Ledger {
    static func dueErasures(in db: Database) throws -> Int {
        try db.rows(
            "SELECT count(*) FROM due WHERE place < ? OR place >= ?", VaultPlace(.slot, 0).bits,
            VaultPlace(.application, 0).bits
        ) { Int($0.integer(0)) }.first ?? 0
    }
}

extension DatabaseFile {
    fileprivate func checkPages(_ db: Database) throws {
        let lines = try String.fetchAll(db, sql: "PRAGMA quick_check(1)")
            .flatMap { $0.split(separator: "\n") }.filter { !$0.hasPrefix("***") }
        if let first = lines.first, first != "ok" {
            throw StoreError.corrupt(.file(name), .database(message: String(first)))
        }
    }

    /// Opens the file for reading beside whoever writes to it.
    func reading(in directory: String) throws -> DatabasePool {
        let path = directory + "/" + name
        guard access(path, R_OK) == 0 else {
            throw StoreError.failed(.system(call: "open", path: path, code: errno))
        }
        var configuration = Configuration()
        configuration.label = name + " beside"
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = 2
        return try DatabasePool(path: path, configuration: configuration)
    }

    /// Which store the file belongs to, if it is one of this program and version.
    func existingIdentity(_ db: Database) throws -> [UInt8] {
        try requireOwn(db)
        guard let identity = try identity(db) else {
            throw StoreError.unreadable(.foreign(file: name))
        }
        return identity
    }
}

/// A vault as it was at one moment, in memory: its pages, and the root key that opens them.
struct VaultSnapshot {
    let identity: [UInt8]
    let files: VaultInMemory

    /// How often the root key may be replaced while this reads.
    private static let attempts = 10

    init(in directory: String) throws {
        let pool = try DatabaseFile.vault.reading(in: directory)
        defer { try? pool.close() }
        let root = RootKeyFile(path: directory + "/" + VaultRoot.file, changing: { _, _ in })
        for _ in 0..<Self.attempts {
            let (identity, header, pages) = try pool.read { db in
                (
                    try DatabaseFile.vault.existingIdentity(db), try VaultDatabase.header(db),
                    try VaultDatabase.pages(db)
                )
            }
            guard let header,
                let key = try root.roots().first(where: {
                    $0.generation == header.generation
                })
            else { continue }
            self.identity = identity
            files = VaultInMemory()
            files.write(key)
            files.write(pages: pages, removing: [], header)
            return
        }
        throw StoreError.unreadable(.rootKeyMissing(generation: 0))
    }

    /// Writes it to new files in `directory`, durably.
    func write(to directory: String) throws {
        let root = RootKeyFile(
            path: directory + "/" + VaultRoot.file,
            changing: { _, write throws(StoreError) in try write() })
        try DirectoryLock.prepare(directory, files: [VaultRoot.file, VaultRoot.pagesFile])
        try root.prepare()
        let pool = try DatabaseFile.vault.open(in: directory)
        try pool.writeWithoutTransaction { db in
            try DatabaseFile.vault.create(db, identity: identity)
        }
        for key in files.roots() { try root.write(key) }
        if let header = files.header() {
            try VaultDatabase(pool: pool, rootFile: root).write(
                pages: files.pages, removing: [], header)
        }
        try pool.close()
    }
}
