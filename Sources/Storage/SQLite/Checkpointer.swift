import GRDB
import GRDBSQLite
import Synchronization

/// Moves what the ledger's write-ahead log has gathered into the database, between two commits.
///
/// SQLite would do it within a commit, whose acknowledgement waits for that, and would go on where it fails.
/// Nothing is lost where this fails: the log has it all. But what SQLite takes for moved may not be durable then,
/// so the files are opened anew, which moves all of the log again.
///
/// It runs on the connection that writes. Up to 3.51.2 SQLite can lose a commit that comes while another
/// connection moves a log that was moved already (https://sqlite.org/wal.html#walresetbug).
final class Checkpointer: Sendable {
    private let ledger: DatabasePool
    private let trust: Trust
    /// Pages from which it is worth while.
    private let threshold: Int
    private let underWay = Atomic(false)
    private let change: Atomic<Int64>

    /// `moved` is how often the ledger had been changed, as far as its file is known to have that by itself.
    init(of ledger: DatabasePool, moved: Int64, threshold: Int, trust: Trust) {
        (self.ledger, self.threshold, self.trust) = (ledger, threshold, trust)
        change = Atomic(moved)
    }

    /// How often the ledger had been changed when its log was last moved as a whole: its file has that much,
    /// durably, whatever the log has.
    var moved: Int64 { change.load(ordering: .acquiring) }

    /// Whether the log is to be moved, or being so.
    var isUnderWay: Bool { underWay.load(ordering: .acquiring) }

    /// Moves the log now, on the writing connection. Throws what SQLite throws: then the files are to be opened anew.
    func move(_ db: Database) throws {
        guard try db.moveLog() else { return }
        change.store(try Ledger.changes(in: db).now, ordering: .releasing)
    }

    /// Takes note of a commit on the writing connection.
    func committed(_ db: Database) {
        guard db.pagesWritten() >= threshold,
            !underWay.exchange(true, ordering: .acquiringAndReleasing)
        else { return }
        ledger.asyncWriteWithoutTransaction { [self] db in
            do { try move(db) } catch { trust.lose() }
            underWay.store(false, ordering: .releasing)
        }
    }
}

// For the connection that writes.
extension Database {
    /// Pages that went to the write-ahead log since it was last moved.
    func pagesWritten() -> Int { pagesWritten(startingAnew: false) }

    @discardableResult
    private func pagesWritten(startingAnew: Bool) -> Int {
        var (current, highest): (CInt, CInt) = (0, 0)
        sqlite3_db_status(
            sqliteConnection, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest,
            startingAnew ? 1 : 0)
        return Int(current)
    }

    /// Moves the write-ahead log into the database, but for what came after a snapshot that somebody reads.
    /// Returns whether all of it is there, durably: only then does SQLite sync the database. A full disk is no
    /// error: the log has it all.
    func moveLog() throws -> Bool {
        pagesWritten(startingAnew: true)
        do {
            let done = try checkpoint(.passive)
            // Both are -1 where there is no log.
            return done.walFrameCount >= 0 && done.walFrameCount == done.checkpointedFrameCount
        } catch let error as DatabaseError
            where [.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_FULL].contains(error.resultCode)
        {
            return false
        }
    }

    /// Writes the write-ahead log over itself, and syncs it. After a sync that failed, what was written before may be in
    /// the system's cache only, and no later sync writes it out. A page must be in the log, durably, before it is
    /// moved: else a power cut leaves a part of a commit in the database, and nothing to complete it from.
    func writeLogAnew() throws {
        // Opens the log.
        _ = try Int.fetchOne(self, sql: "PRAGMA schema_version")
        var log: UnsafeMutablePointer<sqlite3_file>?
        sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log)
        guard let log, let methods = log.pointee.pMethods?.pointee else { return }
        func check(_ code: CInt) throws {
            guard code == SQLITE_OK else {
                throw DatabaseError(resultCode: ResultCode(rawValue: code))
            }
        }
        var size: sqlite3_int64 = 0
        try check(methods.xFileSize(log, &size))
        // SQLite writes less than 128 kB at once.
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        for start in stride(from: 0, to: size, by: piece.count) {
            let count = CInt(min(Int64(piece.count), size - start))
            try check(methods.xRead(log, &piece, count, start))
            try check(methods.xWrite(log, piece, count, start))
        }
        try check(methods.xSync(log, SQLITE_SYNC_FULL))
    }
}
