import GRDB
import Rules
import Sharing
import Synchronization
import Transparency
import Wire

/// The two open databases of a store, and what must be done to both in the right order.
struct StoreFiles: Sendable {
    let ledger: DatabasePool
    let keys: WrapKeys
    let state: SealedState
    let trust = Trust()
    private let checkpointer: Checkpointer
    private let unknownKeys = UnknownKeys()
    private let dueKeys = DueKeys()

    static let names = [DatabaseFile.ledger.name, DatabaseFile.wrapKeys.name]

    /// Opens both files, and makes their tables where there are none. The keys of all that the ledger
    /// says is erased are due: ``destroyErased(before:on:)`` destroys them, whatever backup of either
    /// file this started from. Opening destroys nothing.
    ///
    /// Throws ``StoreError/unreadable(_:)`` for a ledger that is older than its keys, unless
    /// `acceptingLoss`.
    static func open(
        in directory: String, _ tuning: SQLiteTuning, acceptingLoss: Bool = false
    ) throws(StoreError) -> StoreFiles {
        do {
            let keys = WrapKeys(
                pool: try DatabaseFile.wrapKeys.open(in: directory), reserve: tuning.keysInReserve)
            let ledger = try DatabaseFile.ledger.open(in: directory)
            try requireOneStore(ledger, keys)
            let files = StoreFiles(
                ledger: ledger, keys: keys,
                state: SealedState(keys: keys, names: try keys.names()),
                checkpointer: try Checkpointer(of: ledger, threshold: tuning.checkpointPages))
            try files.requireNotOlder(acceptingLoss: acceptingLoss)
            return files
        } catch {
            throw StoreError(error, in: directory)
        }
    }

    /// Closes both files. The write-ahead logs are emptied, where that succeeds, so that a backup of
    /// either file can be put in its place without minding its log.
    func close() throws(StoreError) {
        do {
            try checkpointer.close()
            // What was moved into the database is durable, and so the keys may know of it.
            let size = try? ledger.barrierWriteWithoutTransaction { db in
                _ = try db.checkpoint(.truncate)
                return try Ledger.head(in: db)?.size ?? 0
            }
            if let size { try? keys.noteLedger(size: size) }
            try? keys.pool.barrierWriteWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try ledger.close()
            try keys.pool.close()
        } catch {
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
    }

    /// Both files belong to one store. New ones are made a store: the keys first, so that a ledger
    /// never is without.
    private static func requireOneStore(_ ledger: DatabasePool, _ keys: WrapKeys) throws {
        let ofKeys = try keys.pool.read { db in try DatabaseFile.wrapKeys.identity(db) }
        let ofLedger = try ledger.read { db in try DatabaseFile.ledger.identity(db) }
        switch (ofLedger, ofKeys) {
        case (.some(let ledger), .some(let keys)):
            guard ledger == keys else {
                throw StoreError.unreadable(.keysOfAnotherStore)
            }
        case (.some, .none): throw StoreError.unreadable(.keysMissing)
        case (.none, .some(let identity)):
            // From here on a crash is recovered by the next opening: there is nothing in it yet.
            guard try keys.isEmpty else {
                throw StoreError.unreadable(.ledgerMissing)
            }
            try ledger.writeWithoutTransaction { db in
                try DatabaseFile.ledger.create(db, identity: identity)
            }
        case (.none, .none):
            var random = SystemRandomNumberGenerator()
            let identity = RandomBytes.make(16, using: &random)
            try keys.pool.writeWithoutTransaction { db in
                try DatabaseFile.wrapKeys.create(
                    db, identity: identity, fill: WrapKeys.makeNames)
            }
            try ledger.writeWithoutTransaction { db in
                try DatabaseFile.ledger.create(db, identity: identity)
            }
        }
    }

    /// The keys know of no more entries than were durable in the ledger when they were written. A
    /// ledger with fewer was put there later; one that a crash cut short has at least as many.
    private func requireNotOlder(acceptingLoss: Bool) throws {
        let (size, erased, replaced) = try ledger.read { db in
            (
                try Ledger.head(in: db)?.size ?? 0, try Ledger.erasures(in: db),
                try SealedState.replaced(in: db)
            )
        }
        let known = try keys.ledgerSize
        guard size >= known || acceptingLoss else {
            throw StoreError.unreadable(.ledgerOlderThanKeys(have: size, known: known))
        }
        try keys.noteLedger(size: size)
        dueKeys.add(erased: erased, replaced: replaced)
    }
}

/// A key that goes when the log is published with `size` entries: of an entry that was erased, or of
/// a slot of the state whose row was replaced.
struct DueKey: Sendable {
    let place: Int64
    let size: Int64
}

/// The keys that are still to be destroyed, or may be. Those of replaced state wait for an erasure, so
/// that only that takes the time which destroying takes.
private final class DueKeys: Sendable {
    private struct Due {
        var erased: [DueKey] = []
        var replaced: [DueKey] = []
    }

    private let keys = Mutex(Due())

    func add(erased: [DueKey], replaced: [DueKey]) {
        keys.withLock {
            $0.erased += erased
            $0.replaced += replaced
        }
    }

    /// The entries and slots whose keys go when the log is published with `size` entries.
    func due(at size: Int64) -> (entries: [Int64], slots: [Int64]) {
        keys.withLock { keys in
            let entries = keys.erased.filter { $0.size <= size }.map(\.place)
            guard !entries.isEmpty else { return ([], []) }
            return (entries, keys.replaced.filter { $0.size <= size }.map(\.place))
        }
    }

    func areDestroyed(at size: Int64) {
        keys.withLock {
            $0.erased.removeAll { $0.size <= size }
            $0.replaced.removeAll { $0.size <= size }
        }
    }
}

/// Whether keys of entries, state and applications that the ledger doesn't have may still be there. A crash
/// leaves some; so does a ledger that is older than its keys know. They go when somebody writes, not
/// before: until then the right ledger can be put back.
private final class UnknownKeys: Sendable {
    private let dropped = Atomic(false)

    var areDropped: Bool { dropped.load(ordering: .acquiring) }

    func areNowDropped() { dropped.store(true, ordering: .releasing) }
}

extension StoreFiles {
    /// Overwrites the keys that nothing in the ledger belongs to, before the first thing is written.
    /// Runs on the ledger's writing connection.
    private func dropUnknownKeys(_ db: Database) throws {
        guard !unknownKeys.areDropped else { return }
        let slots = try db.rows("SELECT slot FROM applications") { $0.integer(0) }
        try keys.dropUnknown(
            size: try Ledger.head(in: db)?.size ?? 0, stateFrom: try SealedState.next(in: db),
            applications: Set(slots))
        unknownKeys.areNowDropped()
    }
}

extension StoreFiles {
    /// Stores `staged`, if the head still is `previous`. Runs alone, on the ledger's writing
    /// connection.
    func commit(
        _ staged: StagedBatch, after previous: Head?, on db: Database
    ) throws(StoreError) {
        var erased: [DueKey] = []
        var replaced: [DueKey] = []
        do {
            guard try Ledger.head(in: db) == previous else { throw StoreError.superseded }
            try dropUnknownKeys(db)
            let size = previous?.size ?? 0
            let plan = try state.plan(staged.selective, in: db)
            try keys.keep(staged.keys, in: keys.entries, from: size, size: size)
            try keys.keep(plan.taken, in: keys.state, from: plan.next, size: size)
            // From here on a crash leaves keys of entries and rows that don't exist: the next commit
            // erases them.
            try db.beginTransaction(.immediate)
            erased = try staged.write(to: db)
            replaced = try state.write(plan, size: staged.batch.head.size, to: db)
        } catch {
            try? db.rollback()
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
        try finish(db)
        checkpointer.committed(pages: staged.pages)
        // From here on the batch is durable. What it erases can't be read any more; its keys are
        // destroyed once the head is published.
        dueKeys.add(erased: erased, replaced: replaced)
    }

    /// Writes the rows of `made` anew that have lost their keys, all of them or none. Runs alone, on the
    /// ledger's writing connection.
    func replaceLostState(
        with made: [SealedState.Change], on db: Database
    ) throws(StoreError) {
        var replaced: [DueKey] = []
        do {
            try dropUnknownKeys(db)
            let size = try Ledger.head(in: db)?.size ?? 0
            let plan = try state.plan(replacingLost: made, in: db)
            try keys.keep(plan.taken, in: keys.state, from: plan.next, size: size)
            try db.beginTransaction(.immediate)
            replaced = try state.write(plan, size: size, to: db)
        } catch {
            try? db.rollback()
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
        try finish(db)
        dueKeys.add(erased: [], replaced: replaced)
    }

    /// Whether keys are due at this size.
    func hasDueKeys(at size: Int64) -> Bool { !dueKeys.due(at: size).entries.isEmpty }

    /// Destroys the keys of what was erased in the first `size` entries, and of all state that these
    /// replaced. Runs alone, on the ledger's writing connection.
    func destroyErased(before size: Int64, on db: Database) throws(StoreError) {
        let due = dueKeys.due(at: size)
        do {
            try keys.erase(
                entries: due.entries, slots: due.slots, size: try Ledger.head(in: db)?.size ?? 0)
        } catch {
            // A crash here, or an error, is recovered by the next opening: they are due again.
            throw .outcomeUnknown(.notErased(StoreFault(error, in: DatabaseFile.wrapKeys.name)))
        }
        dueKeys.areDestroyed(at: size)
    }

    /// Commits. When that fails, what it wrote may or may not be found after a crash.
    private func finish(_ db: Database) throws(StoreError) {
        do { try db.commit() } catch {
            try? db.rollback()
            throw .outcomeUnknown(StoreFault(error, in: DatabaseFile.ledger.name))
        }
    }

    /// What is found of an entry's attachments.
    enum Found: Sendable {
        case absent
        case present(Attachments)
        case withoutKey
    }

    /// The attachments of the first of some entries, on a reading connection. What is read of the
    /// ledger was so at one moment, and the keys are looked up after that.
    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int, in db: Database
    ) throws -> [Found] {
        var found: [Found] = []
        var known: [Int64: WrapKey]?
        var bytes = 0
        for index in indices where bytes < enough {
            guard RowPlace.entries ~= index,
                let first = try Ledger.rows(of: index, [0], in: db)[0]
            else {
                found.append(.absent)
                continue
            }
            let keys = try known ?? keys.keys(of: indices, in: keys.entries)
            known = keys
            guard let key = keys[index] else {
                found.append(.withoutKey)
                continue
            }
            let directory = try OpenedDirectory(first, of: index, key: key, sections: sections)
            let further = try Ledger.rows(of: index, directory.furtherRows, in: db)
            let attachments = try directory.attachments(rows: further)
            bytes += attachments.byteCount
            found.append(.present(attachments))
        }
        return found
    }
}

extension StoreFiles {
    func keep(_ application: StoredApplication, on db: Database) throws(StoreError) {
        let key = WrapKey()
        let sealed = key.seal(
            application.bytes, number: 0, context: Self.context(application))
        var replaced: Int64?
        do {
            try dropUnknownKeys(db)
            replaced = try slot(of: application.handle, in: db)
            let slot = try keys.keepApplication(key)
            try db.beginTransaction(.immediate)
            try db.run(
                """
                INSERT OR REPLACE INTO applications (handle, received, slot, bytes)
                VALUES (?, ?, ?, ?)
                """, application.handle.text, application.received.seconds, slot, sealed.data)
        } catch {
            try? db.rollback()
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
        try finish(db)
        try eraseApplication(replaced)
    }

    func dropApplication(_ handle: Handle, on db: Database) throws(StoreError) {
        var dropped: Int64?
        do {
            try dropUnknownKeys(db)
            dropped = try slot(of: handle, in: db)
            try db.beginTransaction(.immediate)
            try db.run("DELETE FROM applications WHERE handle = ?", handle.text)
        } catch {
            try? db.rollback()
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
        try finish(db)
        try eraseApplication(dropped)
    }

    /// In the order in which they came.
    func applications(on db: Database) throws(StoreError) -> [StoredApplication] {
        do {
            return try db.rows(
                "SELECT handle, received, slot, bytes FROM applications ORDER BY received, handle"
            ) { row in
                guard let handle = Handle(row.text(0)),
                    let received = Timestamp(seconds: row.integer(1)),
                    let key = try keys.applicationKey(row.integer(2)),
                    let bytes = key.open(
                        row.bytes(3), number: 0,
                        context: Self.context(
                            StoredApplication(handle: handle, received: received, bytes: [])))
                else {
                    throw StoreError.corrupt(.application(row.text(0)), .changed)
                }
                return StoredApplication(handle: handle, received: received, bytes: bytes)
            }
        } catch {
            throw StoreError(error, in: DatabaseFile.ledger.name)
        }
    }

    private func slot(of handle: Handle, in db: Database) throws -> Int64? {
        try db.rows("SELECT slot FROM applications WHERE handle = ?", handle.text) {
            $0.integer(0)
        }.first
    }

    private func eraseApplication(_ slot: Int64?) throws(StoreError) {
        guard let slot else { return }
        do { try keys.eraseApplication(slot) } catch {
            throw .outcomeUnknown(.notErased(StoreFault(error, in: DatabaseFile.wrapKeys.name)))
        }
    }

    private static func context(_ application: StoredApplication) -> [UInt8] {
        DomainSeparated(.wrap).appending("application").appending(application.handle.text)
            .appending(application.received.description).bytes
    }
}
