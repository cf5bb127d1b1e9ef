import Foundation
import GRDBSQLite

/// What a store's database says of itself that nobody works on: it is read as the file lies there, and no
/// file is made or changed beside it, as opening it would.
struct LyingDatabase {
    /// Of which store it is.
    let identity: [UInt8]
    let count: Int64

    /// `nil` where the file isn't one of this program's, or can't be read. `sql` gives the number.
    static func read(_ file: DatabaseFile, at path: String, counting sql: String) -> Self? {
        guard
            let name = path.addingPercentEncoding(
                withAllowedCharacters: CharacterSet(charactersIn: "/").union(.alphanumerics))
        else { return nil }
        var connection: OpaquePointer?
        defer { sqlite3_close(connection) }
        guard
            sqlite3_open_v2(
                "file:\(name)?immutable=1", &connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nil
            )
                == SQLITE_OK,
            first("PRAGMA application_id", connection, { sqlite3_column_int64($0, 0) })
                == Int64(file.application),
            let identity = first("SELECT store FROM identity", connection, bytes),
            let count = first(sql, connection, { sqlite3_column_int64($0, 0) })
        else { return nil }
        return LyingDatabase(identity: identity, count: count)
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
