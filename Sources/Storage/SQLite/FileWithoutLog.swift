import Foundation
import GRDBSQLite

/// The ledger's file as it is without its write-ahead log.
///
/// SQLite replays a log onto whatever file stands beside it. Where somebody put an older ledger there
/// and left the log, pages of both would be mixed.
struct FileWithoutLog {
    let path: String

    init(ledgerIn directory: String) { path = directory + "/" + DatabaseFile.ledger.name }

    /// The log isn't that of a newer ledger than the file. Such a log began when that ledger had been changed
    /// more often than the file was, and goes on from there. An older file with its own log was changed
    /// less often with that too.
    ///
    /// Throws ``StoreError/unreadable(_:)``; nothing is changed.
    func requireOwnLog(_ moved: MovedLog) throws(StoreError) {
        guard hasLog, let alone = changes(withLog: false), alone < moved.last else { return }
        // Pages of both may give nothing that can be read.
        let together = changes(withLog: true)
        for begun in [moved.before, moved.last] where alone < begun {
            if let together, together <= begun { continue }
            throw .unreadable(.ledgerOlderThanLog)
        }
    }

    /// Whether there is anything in the log.
    private var hasLog: Bool {
        var status = stat()
        return stat(path + "-wal", &status) == 0 && status.st_size > 0
    }

    /// How often it was changed; `nil` where that can't be told. Without the log that is so for moments
    /// while pages are moved into the file; then the log has what is right.
    private func changes(withLog: Bool) -> Int64? {
        let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
        var connection: OpaquePointer?
        defer { sqlite3_close_v2(connection) }
        // What is immutable is read without a lock and without a log. For reading only: else the log would be
        // moved into the file when this closes.
        let url = "file:\(escaped)" + (withLog ? "" : "?immutable=1")
        guard
            sqlite3_open_v2(url, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil)
                == SQLITE_OK
        else { return nil }
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard
            sqlite3_prepare_v2(connection, "SELECT change FROM head", -1, &statement, nil)
                == SQLITE_OK
        else { return nil }
        switch sqlite3_step(statement) {
        case SQLITE_DONE: return 0
        case SQLITE_ROW: return sqlite3_column_int64(statement, 0)
        default: return nil
        }
    }
}
