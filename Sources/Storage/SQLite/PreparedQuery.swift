import GRDB
import GRDBSQLite

/// A value that SQLite can be given for a parameter.
protocol Bindable {
    /// Binds the value where it lies, without a copy, for as long as `use` runs. Returns what binding it
    /// returned, or what `use` did.
    func bind(to statement: OpaquePointer, at place: Int32, _ use: () -> Int32) -> Int32
}

extension Int64: Bindable {
    func bind(to statement: OpaquePointer, at place: Int32, _ use: () -> Int32) -> Int32 {
        let code = sqlite3_bind_int64(statement, place, self)
        return code == SQLITE_OK ? use() : code
    }
}

extension Int: Bindable {
    func bind(to statement: OpaquePointer, at place: Int32, _ use: () -> Int32) -> Int32 {
        Int64(self).bind(to: statement, at: place, use)
    }
}

extension String: Bindable {
    func bind(to statement: OpaquePointer, at place: Int32, _ use: () -> Int32) -> Int32 {
        var text = self
        return text.withUTF8 { bytes in
            let code = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(statement, place, $0.baseAddress, Int32($0.count), nil)
            }
            return code == SQLITE_OK ? use() : code
        }
    }
}

extension [UInt8]: Bindable {
    func bind(to statement: OpaquePointer, at place: Int32, _ use: () -> Int32) -> Int32 {
        withUnsafeBytes { bytes in
            let code =
                bytes.isEmpty
                ? sqlite3_bind_zeroblob(statement, place, 0)
                : sqlite3_bind_blob64(
                    statement, place, bytes.baseAddress, UInt64(bytes.count), nil)
            return code == SQLITE_OK ? use() : code
        }
    }
}

/// A query that SQLite has prepared, to be run again and again with other values. What it is given is read
/// where it lies, and what it finds is copied once.
///
/// It is used on the connection that prepared it, and where that is used.
struct PreparedQuery {
    /// The connection keeps it for the next time, and ends it when it closes.
    private let statement: GRDB.Statement
    private let pointer: OpaquePointer
    private let connection: OpaquePointer?

    init(_ sql: String, on db: Database) throws {
        statement = try db.cachedStatement(sql: sql)
        pointer = statement.sqliteStatement
        connection = db.sqliteConnection
    }

    /// Runs it for what it changes.
    func run(_ values: any Bindable...) throws {
        try finish(with(values, from: 0) { sqlite3_step(pointer) })
    }

    /// The rows that it gives, each through `read`.
    func rows<Value>(
        _ values: [any Bindable], read: (FoundRow) throws -> Value
    ) throws -> [Value] {
        var found: [Value] = []
        var failure: (any Error)?
        let code = with(values, from: 0) {
            var code = sqlite3_step(pointer)
            while code == SQLITE_ROW {
                do { found.append(try read(FoundRow(statement: pointer))) } catch {
                    failure = error
                    return SQLITE_DONE
                }
                code = sqlite3_step(pointer)
            }
            return code
        }
        try finish(code)
        if let failure { throw failure }
        return found
    }

    /// The row that it gives, through `read`; `nil` where it gives none.
    func row<Value>(
        _ values: any Bindable..., read: (FoundRow) throws -> Value
    ) throws -> Value? {
        try rows(values, read: read).first
    }

    /// Binds the values behind the first `place`, as long as `step` runs.
    private func with(
        _ values: [any Bindable], from place: Int, _ step: () -> Int32
    ) -> Int32 {
        guard place < values.count else { return step() }
        return values[place].bind(to: pointer, at: Int32(place + 1)) {
            with(values, from: place + 1, step)
        }
    }

    /// Lets go of the values, which nobody keeps from here on, and throws where `code` is an error.
    private func finish(_ code: Int32) throws {
        var failure: DatabaseError?
        if code != SQLITE_DONE && code != SQLITE_ROW {
            failure = DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: connection.map { String(cString: sqlite3_errmsg($0)) })
        }
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
        if let failure { throw failure }
    }
}

/// A row that a query gives, until the next one. The columns are those that the schema says are never
/// null.
struct FoundRow {
    fileprivate let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    /// `nil` for null.
    func integerIfAny(_ column: Int32) -> Int64? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : integer(column)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        // In this order: asking for the bytes may convert the value, and so change their number.
        let bytes = sqlite3_column_blob(statement, column)
        let count = Int(sqlite3_column_bytes(statement, column))
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
    }

    func text(_ column: Int32) -> String {
        let bytes = sqlite3_column_text(statement, column)
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(
            decoding: UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count),
            as: UTF8.self)
    }
}

extension Database {
    /// Runs `sql`, prepared once, with these values.
    func run(_ sql: String, _ values: any Bindable...) throws {
        _ = try PreparedQuery(sql, on: self).rows(values) { _ in }
    }

    /// The rows that `sql`, prepared once, gives with these values, each through `read`.
    func rows<Value>(
        _ sql: String, _ values: any Bindable..., read: (FoundRow) throws -> Value
    ) throws -> [Value] {
        try PreparedQuery(sql, on: self).rows(values, read: read)
    }
}
