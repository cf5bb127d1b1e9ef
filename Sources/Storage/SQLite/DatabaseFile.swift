import Foundation
import GRDB

/// One of a store's two databases: how it is opened, and what must hold of it before it is used.
struct DatabaseFile: Sendable {
    let name: String
    /// SQLite's `application_id`: which program's file this is, and which of its files.
    let application: Int
    /// SQLite's `user_version`: a program reads the one it was written for.
    let version: Int
    let schema: String
    /// Connections that read while another writes.
    let readers: Int
    /// Kilobytes of pages that the writing connection keeps in memory. SQLite 3.40 goes through all of them
    /// at the end of each commit that split a page of an index, which nearly every commit does.
    let cacheKilobytes: Int

    static let pageBytes = 4096

    /// Opens the file and its write-ahead log.
    ///
    /// Throws what GRDB throws, and ``StoreError/unreadable(_:)`` for another program's or version's
    /// file. A file without tables is a new one: ``create(_:identity:)`` is still to come.
    func open(in directory: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = name
        configuration.busyMode = .timeout(10)
        configuration.maximumReaderCount = readers
        // A failed commit may leave a transaction that cannot even be rolled back; the connection
        // is then closed, which is no reason to end the process.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { [cacheKilobytes] db in
            try db.execute(
                sql: """
                    PRAGMA page_size = \(Self.pageBytes);
                    PRAGMA secure_delete = ON;
                    PRAGMA temp_store = MEMORY;
                    PRAGMA trusted_schema = OFF;
                    PRAGMA cell_size_check = ON;
                    PRAGMA cache_size = -\(db.configuration.readonly ? 8192 : cacheKilobytes);
                    """)
        }
        let pool = try DatabasePool(path: directory + "/" + name, configuration: configuration)
        do {
            try pool.writeWithoutTransaction { db in
                try requireDurability(db)
                try requireOwn(db)
            }
        } catch {
            try? pool.close()
            throw error
        }
        return pool
    }

    /// Moves all of the write-ahead log into the file, and syncs it, whatever was moved before: after an error what
    /// was written may be in the system's cache only, and written anew it is durable.
    ///
    /// Nobody else may have the file open, or SQLite would go by what that one takes for moved. An exclusive
    /// connection finds out anew what the log has (https://sqlite.org/wal.html#noshm).
    func moveLogAnew(in directory: String) throws {
        var configuration = Configuration()
        configuration.label = name
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA locking_mode = EXCLUSIVE;
                    PRAGMA synchronous = FULL;
                    PRAGMA fullfsync = ON;
                    PRAGMA checkpoint_fullfsync = ON;
                    """)
        }
        do {
            let queue = try DatabaseQueue(
                path: directory + "/" + name, configuration: configuration)
            defer { try? queue.close() }
            try queue.inDatabase { db in
                try db.writeLogAnew()
                _ = try db.checkpoint(.truncate)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            throw DatabaseError(
                resultCode: .SQLITE_BUSY,
                message:
                    "after an error of the disk \(name) is written anew, and somebody reads it: "
                    + "wait until the check, report or backup has ended")
        }
    }

    /// Makes the tables of a new file, for the store called `identity`, and whatever `fill` puts there.
    func create(
        _ db: Database, identity: [UInt8], fill: (Database) throws -> Void = { _ in }
    ) throws {
        try db.inTransaction(.immediate) {
            try db.execute(sql: "PRAGMA application_id = \(application)")
            try db.execute(sql: "PRAGMA user_version = \(version)")
            try db.execute(sql: "CREATE TABLE identity (store BLOB NOT NULL) STRICT")
            try db.execute(
                sql: "INSERT INTO identity (store) VALUES (?)", arguments: [Data(identity)])
            try db.execute(sql: schema)
            try fill(db)
            return .commit
        }
    }

    /// Which store the file belongs to; `nil` for a new file.
    func identity(_ db: Database) throws -> [UInt8]? {
        guard try Int.fetchOne(db, sql: "PRAGMA user_version") == version else { return nil }
        return try Data.fetchOne(db, sql: "SELECT store FROM identity").map { Array($0) }
    }

    /// Every commit is synced: opening a pool sets `synchronous` to NORMAL, whatever it was before.
    private func requireDurability(_ db: Database) throws {
        try db.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA fullfsync = ON;
                PRAGMA checkpoint_fullfsync = ON;
                PRAGMA wal_autocheckpoint = 0;
                """)
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        guard synchronous == 2, journal == "wal" else {
            throw StoreError.failed(.notSynced(file: name))
        }
    }

    func requireOwn(_ db: Database) throws {
        let application = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if (application, version, tables) == (0, 0, 0) { return }
        guard application == self.application else {
            throw StoreError.unreadable(.foreign(file: name))
        }
        guard version == self.version else {
            throw StoreError.unreadable(
                .version(file: name, have: version, want: self.version))
        }
    }
}

extension DatabaseReader {
    /// Runs `body` on a connection that reads the ledger, and waits without keeping a thread.
    func readLedger<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            asyncRead { db in
                continuation.resume(
                    returning: Result { try body(db.get()) }
                        .mapError { StoreError($0, in: DatabaseFile.ledger.name) })
            }
        }
        return try result.get()
    }
}
