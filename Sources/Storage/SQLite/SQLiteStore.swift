import Foundation
import GRDB
public import Sharing
import Synchronization
public import Transparency
public import Wire

/// A store in a directory of its own: `ledger.sqlite`, and a vault in `vault.sqlite` and `vault.key`,
/// written by one process at a time.
///
/// Every commit is synced before it is acknowledged. After an error of which it is unclear what it
/// left behind, the files are closed and opened again before anything else is answered, which
/// recovers what is durable.
public final class SQLiteStore: Store, LedgerStore, StateStore, IndexStore, BlobStore, DropBox {
    public let directory: String
    private let tuning: SQLiteTuning
    /// Held from opening to closing.
    private let lock: Mutex<DirectoryLock?>
    /// `nil` when closed. Set on the queue only.
    private let files: Mutex<StoreFiles?>
    /// Where files are closed and opened again. That waits for the disk, which no task should.
    private let queue = DispatchQueue(label: "trine.store.opening")

    /// Opens the store in `directory`, or makes one, the directory included, unless there must be one.
    ///
    /// Throws ``StoreError/failed(_:)`` where another process writes there,
    /// ``StoreError/unreadable(_:)`` where it isn't a store of this version, or where the ledger is
    /// older than its vault. With `acceptingLoss` such a ledger is opened all the same; the keys of what
    /// came after it are destroyed.
    public convenience init(
        opening directory: String, existing: Bool = false, acceptingLoss: Bool = false
    ) throws(StoreError) {
        if existing { try StoreFiles.requireAll(in: directory) }
        try self.init(opening: directory, SQLiteTuning(), acceptingLoss: acceptingLoss)
    }

    init(
        opening directory: String, _ tuning: SQLiteTuning, acceptingLoss: Bool = false
    ) throws(StoreError) {
        (self.directory, self.tuning) = (directory, tuning)
        try DirectoryLock.prepare(directory, files: StoreFiles.names)
        lock = Mutex(try DirectoryLock(directory))
        files = Mutex(
            try StoreFiles.open(in: directory, tuning, acceptingLoss: acceptingLoss))
    }

    /// Whether a process works on the store in `directory`.
    public static func isInUse(_ directory: String) -> Bool { DirectoryLock.isTaken(directory) }

    /// Ends all access, and gives up the right to write in the directory. What was started before is
    /// finished first, or fails.
    public func close() throws(StoreError) {
        let result = queue.sync {
            Result { () throws(StoreError) in
                if let open = files.withLock({ $0 }) {
                    let isTrusted = !open.trust.isLost
                    open.trust.end()
                    if isTrusted { open.emptyLogs() }
                    try open.close()
                }
                files.withLock { $0 = nil }
            }
        }
        try result.get()
        lock.withLock { $0 = nil }
    }

    public func vault() async throws(StoreError) -> Vault { try await current().vault }

    @discardableResult
    public func commit(
        _ staged: StagedEntries, after previous: Position?, in tenure: Tenure?
    ) async throws(StoreError) -> Tenure {
        try await write { files, db throws(StoreError) in
            try files.commit(staged, after: previous, in: tenure, on: db)
        }
    }

    public func destroyErased(before size: Int64) async throws(StoreError) {
        guard try await current().hasDueErasures(at: size) else { return }
        try await write { files, db throws(StoreError) in
            try files.destroyErased(before: size, on: db)
        }
    }

    public func put(_ application: BoxedApplication) async throws(StoreError) {
        try await write { files, db throws(StoreError) in try files.put(application, on: db) }
    }

    public func drop(_ handle: Handle) async throws(StoreError) {
        try await write { files, db throws(StoreError) in try files.drop(handle, on: db) }
    }

    /// Runs `body` on the ledger's writing connection, alone.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (StoreFiles, Database) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let files = try await current()
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            files.ledger.asyncWriteWithoutTransaction { db in
                guard !files.trust.isLost else {
                    continuation.resume(returning: .failure(.failed(.closed)))
                    return
                }
                let result = Result { () throws(StoreError) in try body(files, db) }
                if case .failure(let error) = result, error.leavesDoubt { files.trust.lose() }
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }

    /// Runs `body` on a reading connection.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await current().read(body)
    }

    /// Runs `body` on a reading connection, which sees the open state as `body` is told.
    private func readState<Value: Sendable>(
        _ body: @escaping @Sendable (StateTable, Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let files = try await current()
        // From before the snapshot, which has all names that are filed or come since. After a reopening
        // numbers of rows may be given again, so both are of the same files.
        let unfiled = files.names.current
        return try await files.read { db in try body(StateTable(unfiled, in: db), db) }
    }

    /// The open files. Where an error left it unclear what they hold, they are opened anew first.
    func current() async throws(StoreError) -> StoreFiles {
        let open = files.withLock { $0 }
        if let open, !open.trust.isLost { return open }
        let result: Result<StoreFiles, StoreError> = await withCheckedContinuation { continuation in
            queue.async { [self] in
                continuation.resume(
                    returning: Result { () throws(StoreError) in try reopened() })
            }
        }
        return try result.get()
    }

    /// On the queue. Whoever asked before may have opened them already.
    private func reopened() throws(StoreError) -> StoreFiles {
        guard let current = files.withLock({ $0 }) else { throw .failed(.closed) }
        guard current.trust.isLost else { return current }
        try current.close()
        let opened = try StoreFiles.open(in: directory, tuning, afterFailure: true)
        // What was staged before may still be committed, in the slots that it has.
        opened.vault.raise(past: current.vault)
        files.withLock { $0 = opened }
        return opened
    }
}

extension SQLiteStore {
    public func head() async throws(StoreError) -> Head? {
        try await read { db in try Ledger.head(in: db) }
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

    public func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try await read { db in try Ledger.leaves(range, in: db) }
    }

    public func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try await read { db in try Ledger.tile(level: level, index: index, in: db) }
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

    public func boxed() async throws(StoreError) -> [BoxedApplication] {
        try await read { db in try Ledger.boxed(in: db) }
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
}

extension StoreError {
    /// Whether the connection that threw this may have another idea of the files than the disk.
    var leavesDoubt: Bool {
        switch self {
        case .superseded: false
        case .failed, .outcomeUnknown, .corrupt, .unreadable: true
        }
    }
}
