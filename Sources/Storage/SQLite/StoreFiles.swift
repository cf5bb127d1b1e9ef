import Foundation
import GRDB
import Sharing
import Synchronization
import Transparency
import Wire

/// The open files of a store, and what must be done to them in the right order.
struct StoreFiles: Sendable {
    let ledger: DatabasePool
    let vault: Vault
    private let pages: DatabasePool
    let names: NewestNames
    let trust: Trust
    let checkpointer: Checkpointer
    private let dueErasures = DueErasures()

    static let names = [DatabaseFile.ledger.name, DatabaseFile.vault.name, VaultRoot.file]

    /// Throws ``StoreError/unreadable(_:)`` where one of the files isn't there. None is made.
    static func requireAll(in directory: String) throws(StoreError) {
        for (name, mismatch) in [
            (DatabaseFile.ledger.name, StoreMismatch.ledgerMissing),
            (DatabaseFile.vault.name, .keysMissing), (VaultRoot.file, .keysMissing),
        ] where access(directory + "/" + name, F_OK) != 0 {
            guard errno == ENOENT else {
                throw .failed(.system(call: "open", path: directory + "/" + name, code: errno))
            }
            throw .unreadable(mismatch)
        }
    }

    /// Opens the files, and makes them a store where there is none. What the ledger says is due to be
    /// destroyed, ``destroyErased(before:on:)`` destroys, whatever backup of either part this started
    /// from. Opening destroys nothing, unless `acceptingLoss`.
    ///
    /// The write-ahead logs are moved into the databases, as far as nobody reads an earlier snapshot; after an error,
    /// of an earlier process as well, as ``DatabaseFile/moveLogAnew(in:)`` does.
    ///
    /// Throws ``StoreError/unreadable(_:)`` for a ledger that is older than its vault. With
    /// `acceptingLoss` it is opened all the same, and what came after it is lost for ever.
    static func open(
        in directory: String, _ tuning: SQLiteTuning, acceptingLoss: Bool = false,
        afterFailure: Bool = false
    ) throws(StoreError) -> StoreFiles {
        let trust = Trust(in: directory)
        var pools: [DatabasePool] = []
        do {
            let root = RootKeyFile(
                path: directory + "/" + VaultRoot.file, changing: tuning.changingRoot)
            try root.prepare()
            // Before SQLite replays its log onto it.
            try FileWithoutLog(ledgerIn: directory).requireOwnLog()
            if afterFailure || Trust.isLost(in: directory) {
                for file in [DatabaseFile.vault, .ledger] { try file.moveLogAnew(in: directory) }
                trust.regain()
            }
            let pages = try DatabaseFile.vault.open(in: directory)
            pools.append(pages)
            let ledger = try DatabaseFile.ledger.open(in: directory)
            pools.append(ledger)
            _ = try pages.writeWithoutTransaction { db in try db.moveLog() }
            let isMoved = try ledger.writeWithoutTransaction { db in try db.moveLog() }
            let vault = try oneStore(
                ledger,
                VaultDatabase(
                    pool: pages, rootFile: root, checkpointPages: tuning.vaultCheckpointPages))
            let changes = try ledger.read { db in try Ledger.changes(in: db) }
            let files = StoreFiles(
                ledger: ledger, vault: vault, pages: pages,
                names: NewestNames(
                    try ledger.read { db in
                        try StateTable.unfiledNames(in: db, bound: tuning.unfiledNames)
                    }),
                trust: trust,
                checkpointer: Checkpointer(
                    of: ledger, moved: isMoved ? changes.now : changes.moved,
                    threshold: tuning.checkpointPages, trust: trust))
            try files.requireNotOlder(acceptingLoss: acceptingLoss)
            try ledger.writeWithoutTransaction { db in
                try files.startCounting(db)
                try files.fileNames(beyond: tuning.unfiledNames, db)
            }
            return files
        } catch {
            // Now: who tries again needs the files for itself.
            for pool in pools { try? pool.close() }
            if case StoreError.outcomeUnknown(let fault) = error {
                trust.lose()
                throw .failed(fault)
            }
            if (error as? DatabaseError)?.resultCode == .SQLITE_IOERR { trust.lose() }
            throw StoreError(error, in: directory)
        }
    }

    /// Runs `body` on a reading connection.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        try await ledger.readLedger(body)
    }

    /// From here on changes have other numbers than in any copy that goes on elsewhere, and where nobody reads an earlier
    /// snapshot, the log begins with one that says so: no such copy, and nothing older, passes for its file.
    private func startCounting(_ db: Database) throws {
        try transaction(db, counting: .random(in: 1..<1 << 32)) {}
        try checkpointer.move(db)
        try transaction(db) {}
    }

    /// Files all names that wait, where more than twice `bound` wait: a store that is opened often and never for
    /// long would begin the same round again and again.
    private func fileNames(beyond bound: Int, _ db: Database) throws {
        guard names.current.waiting / 2 > bound else { return }
        try changingState(db) { state in try state.fileAll() }
    }

    /// Empties the write-ahead logs, where that succeeds, so that a backup of either file can be put in its
    /// place without minding its log.
    func emptyLogs() {
        do {
            // What was moved into the database is durable, and so the vault may know of it.
            let size = try ledger.barrierWriteWithoutTransaction { db in
                _ = try db.checkpoint(.truncate)
                return try Ledger.head(in: db)?.size ?? 0
            }
            try vault.note(size: size)
            try pages.barrierWriteWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            // Somebody reads.
        } catch {
            trust.lose()
        }
    }

    /// Closes the files as they are. SQLite would empty a log where the connection that writes is the last one to
    /// go, but the others, of which opening made one, are closed after it.
    func close() throws(StoreError) {
        do {
            try ledger.close()
            try pages.close()
        } catch {
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
    }

    /// Both parts belong to one store. New ones are made a store: the vault first, so that a ledger
    /// never is without.
    private static func oneStore(_ ledger: DatabasePool, _ files: VaultDatabase) throws -> Vault {
        let ofVault = try files.pool.read { db in try DatabaseFile.vault.identity(db) }
        let ofLedger = try ledger.read { db in try DatabaseFile.ledger.identity(db) }
        switch (ofLedger, ofVault) {
        case (.some(let ledger), .some(let vault)):
            guard ledger == vault else { throw StoreError.unreadable(.keysOfAnotherStore) }
            return try Vault(files)
        case (.some, .none): throw StoreError.unreadable(.keysMissing)
        case (.none, .some(let identity)):
            // From here on a crash is recovered by the next opening: there is nothing in it yet.
            let vault = try Vault(files)
            guard vault.size == 0 else { throw StoreError.unreadable(.ledgerMissing) }
            try ledger.writeWithoutTransaction { db in
                try DatabaseFile.ledger.create(db, identity: identity)
            }
            return vault
        case (.none, .none):
            var random = SystemRandomNumberGenerator()
            let identity = RandomBytes.make(16, using: &random)
            try files.pool.writeWithoutTransaction { db in
                try DatabaseFile.vault.create(db, identity: identity)
            }
            let vault = try Vault(files)
            try ledger.writeWithoutTransaction { db in
                try DatabaseFile.ledger.create(db, identity: identity)
            }
            return vault
        }
    }

    /// The vault knows of no more entries than were durable in the ledger when it was written. A ledger
    /// with fewer was put there later; one that a crash cut short has at least as many.
    private func requireNotOlder(acceptingLoss: Bool) throws {
        let (size, counters) = try ledger.read { db in
            (try Ledger.head(in: db)?.size ?? 0, try Ledger.counters(in: db))
        }
        let known = vault.size
        if size < known {
            guard acceptingLoss else {
                throw StoreError.unreadable(.ledgerOlderThanKeys(have: size, known: known))
            }
            try vault.loseAll(after: size, counters)
        }
        try vault.note(size: size)
        vault.raise(slots: counters.nextSlot, applications: counters.nextApplication)
        dueErasures.set(try ledger.read { db in try Ledger.firstDueErasure(in: db) })
        // The vault is a backup that is older than what was destroyed: that is carried out again.
        if vault.generation < counters.vault { dueErasures.set(0) }
    }
}

extension Vault {
    /// Destroys the keys of what came after the first `size` entries, and plants new ones: those may have
    /// been destroyed in what is lost.
    fileprivate func loseAll(after size: Int64, _ counters: Ledger.Counters) throws {
        let lost = VaultPlaces([
            VaultPlaces.all(.entry, from: size), VaultPlaces.all(.slot, from: counters.nextSlot),
            VaultPlaces.all(.application, from: counters.nextApplication),
        ])
        try destroy(.none, planting: lost, size: size)
    }
}

/// From which size on keys of entries or applications are to be destroyed, so that a commit which erases
/// nothing reads nothing.
private final class DueErasures: Sendable {
    private let first = Atomic(Int64.max)

    func set(_ size: Int64?) { first.store(size ?? .max, ordering: .releasing) }
    func are(dueAt size: Int64) -> Bool { first.load(ordering: .acquiring) <= size }
}

// Each of these runs alone, on the ledger's writing connection.
extension StoreFiles {
    /// Stores `staged`, if the log still stands at `previous` and nobody took it since.
    func commit(
        _ staged: StagedEntries, after previous: Position?, in held: Tenure?, on db: Database
    ) throws(StoreError) -> Tenure {
        precondition(staged.first == previous?.size ?? 0, "entries continue the log")
        var tenure = Tenure(term: 0)
        try changingState(db) { state in
            tenure = try self.tenure(held, at: previous, in: db)
            try LedgerWriter(staged: staged, db: db).write(&state)
        }
        // From here on the batch is durable. What it erases can't be read any more; its keys are
        // destroyed once the head is published.
        if !staged.erased.isEmpty { try findDue(db) }
        return tenure
    }

    /// The tenure of a transaction that finds the log at `position`: the one that is `held`, if it is the last,
    /// or a new one. The term is counted up in the same transaction, so of two who take the log at once
    /// one gets on.
    func tenure(_ held: Tenure?, at position: Position?, in db: Database) throws -> Tenure {
        guard try Ledger.head(in: db)?.position == position else { throw StoreError.superseded }
        let term = try Ledger.counters(in: db).term
        if let held {
            guard held.term == term else { throw StoreError.superseded }
            return held
        }
        try db.run("UPDATE counters SET term = ?", term + 1)
        return Tenure(term: term + 1)
    }

    /// Whether keys are due at this size.
    func hasDueErasures(at size: Int64) -> Bool { dueErasures.are(dueAt: size) }

    /// Destroys the keys of what was erased in the first `size` entries, and of all state that these
    /// replaced.
    func destroyErased(before size: Int64, on db: Database) throws(StoreError) {
        do {
            let ledgerSize = try Ledger.head(in: db)?.size ?? 0
            let known = try Ledger.counters(in: db).vault
            if vault.generation < known {
                try vault.destroy(
                    try Ledger.destroyed(in: db), past: known, size: ledgerSize)
            }
            while let due = try Ledger.due(at: size, in: db) {
                try vault.destroy(VaultPlaces(due), size: ledgerSize)
                try db.inTransaction(.immediate) {
                    for place in due {
                        try db.run("DELETE FROM due WHERE place = ?", place.bits)
                    }
                    try db.run("UPDATE counters SET vault = ?", vault.generation)
                    try countChange(db)
                    return .commit
                }
            }
        } catch {
            // A crash here, or an error, is recovered by the next opening: they are due again.
            throw .outcomeUnknown(.notErased(StoreError(error, in: DatabaseFile.vault.name)))
        }
        try findDue(db)
    }

    private func findDue(_ db: Database) throws(StoreError) {
        do { dueErasures.set(try Ledger.firstDueErasure(in: db)) } catch {
            throw .outcomeUnknown(.notErased(StoreError(error, in: DatabaseFile.ledger.name)))
        }
    }

    func put(_ application: BoxedApplication, on db: Database) throws(StoreError) {
        try transaction(db) {
            try drop(application.handle, in: db)
            try db.run(
                "INSERT INTO applications (handle, received, number, bytes) VALUES (?, ?, ?, ?)",
                application.handle.text, application.received.seconds, application.number,
                application.bytes)
            try db.run(
                "UPDATE counters SET application = ?1 WHERE application < ?1",
                application.number + 1)
        }
        try findDue(db)
    }

    func drop(_ handle: Handle, on db: Database) throws(StoreError) {
        try transaction(db) { try drop(handle, in: db) }
        try findDue(db)
    }

    private func drop(_ handle: Handle, in db: Database) throws {
        let dropped = try db.rows(
            "DELETE FROM applications WHERE handle = ? RETURNING number", handle.text
        ) { $0.integer(0) }
        for number in dropped {
            try db.run(
                "INSERT OR IGNORE INTO due (place, size) VALUES (?, 0)",
                VaultPlace(.application, number).bits)
        }
    }

    /// Runs `body` in a transaction that changes the state, and commits it, as ``transaction(_:_:)`` does.
    func changingState(
        _ db: Database, _ body: (inout StateWriter) throws -> Void
    ) throws(StoreError) {
        var state = StateWriter(names, in: db)
        try transaction(db) { try body(&state) }
        state.committed()
    }

    /// Runs `body` in a transaction and commits it. When the commit fails, what it wrote may or may not
    /// be found after a crash.
    func transaction(
        _ db: Database, counting step: Int64 = 1, _ body: () throws -> Void
    ) throws(StoreError) {
        do {
            try db.beginTransaction(.immediate)
            try body()
            try countChange(db, step)
        } catch {
            try? db.rollback()
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
        do { try db.commit() } catch {
            try? db.rollback()
            throw .outcomeUnknown(StoreFault(error, in: DatabaseFile.ledger.name))
        }
        checkpointer.committed(db)
    }

    private func countChange(_ db: Database, _ step: Int64 = 1) throws {
        try Ledger.countChange(step, moved: checkpointer.moved, in: db)
    }
}
