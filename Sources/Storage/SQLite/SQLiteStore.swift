import Foundation
import GRDB
public import Rules
public import Sharing
import Synchronization
public import Transparency
public import Wire

/// A store in a directory of its own: `ledger.sqlite` and `keys.sqlite`, written by one process at
/// a time.
///
/// Every commit is synced before it is acknowledged. After an error of which it is unclear what it
/// left behind, the files are closed and opened again before anything else is answered, which
/// recovers what is durable.
public final class SQLiteStore: Store {
    public let directory: String
    private let tuning: SQLiteTuning
    /// Held from opening to closing.
    private let lock: Mutex<DirectoryLock?>
    /// `nil` when closed. Set on the queue only.
    private let files: Mutex<StoreFiles?>
    /// Where files are closed and opened again. That waits for the disk, which no task should.
    private let queue = DispatchQueue(label: "trine.store.opening")

    /// Opens the store in `directory`, or makes one, the directory included.
    ///
    /// Throws ``StoreError/failed(_:)`` where another process writes there,
    /// ``StoreError/unreadable(_:)`` where it isn't a store of this version, or where the ledger is
    /// older than its keys. With `acceptingLoss` such a ledger is opened all the same; what comes
    /// after it is lost with the next thing that is written.
    public convenience init(
        opening directory: String, acceptingLoss: Bool = false
    ) throws(StoreError) {
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

    /// Ends all access, and gives up the right to write in the directory. What was started before is
    /// finished first, or fails.
    public func close() throws(StoreError) {
        let result = queue.sync {
            Result { () throws(StoreError) in
                let open = files.withLock { $0 }
                open?.trust.lose()
                try open?.close()
                files.withLock { $0 = nil }
            }
        }
        try result.get()
        lock.withLock { $0 = nil }
    }

    public func commit(_ batch: Batch, after previous: Head?) async throws(StoreError) {
        batch.requireOrder(after: previous)
        let files = try await current()
        let staged = StagedBatch(
            batch, keysFrom: files.keys.entries.reserve, names: files.state.names)
        try await write { files, db throws(StoreError) in
            try files.commit(staged, after: previous, on: db)
        }
    }

    public func destroyErased(before size: Int64) async throws(StoreError) {
        guard try await current().hasDueKeys(at: size) else { return }
        try await write { files, db throws(StoreError) in
            try files.destroyErased(before: size, on: db)
        }
    }

    public func keep(_ application: StoredApplication) async throws(StoreError) {
        try await write { files, db throws(StoreError) in try files.keep(application, on: db) }
    }

    public func dropApplication(_ handle: Handle) async throws(StoreError) {
        try await write { files, db throws(StoreError) in
            try files.dropApplication(handle, on: db)
        }
    }

    /// On the writing connection: an application's key may be overwritten by the next one's.
    public func applications() async throws(StoreError) -> [StoredApplication] {
        try await write { files, db throws(StoreError) in try files.applications(on: db) }
    }

    /// Runs `body` on the ledger's writing connection, alone.
    private func write<Value: Sendable>(
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
        let files = try await current()
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            files.ledger.asyncRead { db in
                continuation.resume(
                    returning: Result { try body(db.get()) }
                        .mapError { StoreError($0, in: DatabaseFile.ledger.name) })
            }
        }
        return try result.get()
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
        let opened = try StoreFiles.open(in: directory, tuning)
        files.withLock { $0 = opened }
        return opened
    }
}

extension SQLiteStore {
    public func head() async throws(StoreError) -> Head? {
        try await read { db in try Ledger.head(in: db) }
    }

    public func state(_ keys: Set<StateKey>) async throws(StoreError) -> Slice {
        let state = try await current().state
        return try await readState { db in try state.state(keys, in: db) }
    }

    public func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try await read { db in try Ledger.leaves(range, in: db) }
    }

    public func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try await read { db in try Ledger.tile(level: level, index: index, in: db) }
    }

    public func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        let files = try await current()
        let found = try await read { db in
            try files.attachments(of: indices, sections: sections, enough: enough, in: db)
        }
        var result: [Attachments?] = []
        result.reserveCapacity(found.count)
        for (index, found) in zip(indices, found) {
            switch found {
            case .absent: result.append(nil)
            case .present(let attachments): result.append(attachments)
            case .withoutKey:
                // The rows go before the key, so a read that started before an erasure finds this. A
                // new one knows about the erasure; where there was none, the key is lost.
                guard try await read({ db in try Ledger.isErased(index, in: db) }) else {
                    throw .corrupt(.attachments(entry: index), .keyMissing)
                }
                result.append(nil)
            }
        }
        return result
    }

    public func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        let names = try await current().state.names
        return try await read { db in
            try Ledger.indices(
                concerning: party, kinds: kinds, from: from, limit: limit, names: names, in: db)
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

    public func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?
    ) async throws(StoreError) -> [(book: BookName, state: BookState)] {
        try await read { db in
            try Ledger.books(of: enterprise, series: series, months: months, in: db)
        }
    }

    public func allState(
        after key: String?, limit: Int
    ) async throws(StoreError) -> [(key: String, value: StateValue)] {
        let state = try await current().state
        return try await readState { db in try state.all(after: key, limit: limit, in: db) }
    }

    /// Whether pieces of the state have lost their keys. That is so in a ledger that is older than an
    /// erasure its keys know of: the keys of all state that was replaced until then are gone.
    public func hasLostState() async throws(StoreError) -> Bool {
        let state = try await current().state
        return try await read { db in try state.hasLost(in: db) }
    }

    /// Puts what `made` has, which is what the entries make of the state, in the place of every piece
    /// that has lost its key. What they don't make goes. All of it or nothing.
    public func replaceLostState(
        with made: [StateKey: StateValue]
    ) async throws(StoreError) {
        let names = try await current().state.names
        let changes = made.compactMap { SealedState.Change($0.key, $0.value, names) }
        try await write { files, db throws(StoreError) in
            try files.replaceLostState(with: changes, on: db)
        }
    }

    /// Runs `body` on a reading connection, and once more where a key is missing: the row may have been
    /// replaced, and its key destroyed, after `body` saw it. A key that is still missing is lost.
    private func readState<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        do { return try await read(body) } catch {
            guard case .corrupt(.state, .keyMissing) = error else { throw error }
            return try await read(body)
        }
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
