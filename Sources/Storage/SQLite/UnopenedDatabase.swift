import Foundation
import GRDBSQLite

/// A store's database, read as it lies there: without its log no file is made or changed beside it, as
/// opening it for work would.
struct UnopenedDatabase {
    let path: String

    /// What a store's database says of itself.
    struct Found {
        /// Of which store it is.
        let identity: [UInt8]
        let number: Int64
    }

    /// `nil` where the file isn't one of this program's, or can't be read. `sql` gives the number.
    func read(_ file: DatabaseFile, counting sql: String) -> Found? {
        reading { connection in
            guard Self.number("PRAGMA application_id", connection) == Int64(file.application),
                let identity = Self.first("SELECT store FROM identity", connection, Self.bytes),
                let number = Self.number(sql, connection)
            else { return nil }
            return Found(identity: identity, number: number)
        }
    }

    /// The bytes that `sql` gives; `nil` where there are none, or they can't be read. With the write-ahead log,
    /// SQLite may make its index of that anew, `-shm`; the database and the log stay as they are.
    func bytes(_ sql: String, withLog: Bool) -> [UInt8]? {
        reading(withLog: withLog) { Self.first(sql, $0, Self.bytes) }
    }

    /// What SQLite says of the damage, where it finds some with the write-ahead log when it answers `sql`.
    func damage(_ sql: String) -> String? {
        reading(withLog: true) { connection in
            _ = Self.first(sql, connection, Self.bytes)
            guard sqlite3_errcode(connection) == SQLITE_CORRUPT else { return nil }
            return String(cString: sqlite3_errmsg(connection))
        }
    }

    private func reading<Value>(
        withLog: Bool = false, _ body: (OpaquePointer?) -> Value?
    ) -> Value? {
        guard
            let name = path.addingPercentEncoding(
                withAllowedCharacters: CharacterSet(charactersIn: "/").union(.alphanumerics))
        else { return nil }
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        // What is immutable is read without a lock and without a log. For reading only: else the log would be
        // moved into the file when this closes.
        let url = "file:\(name)" + (withLog ? "" : "?immutable=1")
        guard
            sqlite3_open_v2(url, &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil)
                == SQLITE_OK
        else { return nil }
        // For somebody who finds out at the same moment what the log has.
        sqlite3_busy_timeout(connection, 10_000)
        return body(connection)
    }

    private static func number(_ sql: String, _ connection: OpaquePointer?) -> Int64? {
        first(sql, connection) { sqlite3_column_int64($0, 0) }
    }

    private static func bytes(_ row: OpaquePointer?) -> [UInt8] {
        guard let content = sqlite3_column_blob(row, 0) else { return [] }
        return Array(
            UnsafeRawBufferPointer(start: content, count: Int(sqlite3_column_bytes(row, 0))))
    }

    /// The first row of a query; `nil` where there is none.
    private static func first<Value>(
        _ sql: String, _ connection: OpaquePointer?, _ read: (OpaquePointer?) -> Value
    ) -> Value? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK,
            sqlite3_step(statement) == SQLITE_ROW
        else { return nil }
        return read(statement)
    }
}
