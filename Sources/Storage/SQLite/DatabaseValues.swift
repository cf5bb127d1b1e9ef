import Foundation
import GRDB

extension [UInt8] {
    var data: Data { Data(self) }
}

extension Database {
    /// Runs `sql`, prepared once, with these values.
    func run(_ sql: String, _ values: (any DatabaseValueConvertible)?...) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
    }

    /// The rows that `sql`, prepared once, gives with these values, each through `read`.
    func rows<Value>(
        _ sql: String, _ values: (any DatabaseValueConvertible)?..., read: (Row) throws -> Value
    ) throws -> [Value] {
        let statement = try cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values))
        var result: [Value] = []
        while let row = try cursor.next() { result.append(try read(row)) }
        return result
    }
}

extension Row {
    /// A column that the schema says is never null.
    func bytes(_ column: Int) -> [UInt8] {
        (try? withUnsafeData(atIndex: column) { $0.map { Array($0) } }) ?? []
    }
    func integer(_ column: Int) -> Int64 { self[column] }
    func text(_ column: Int) -> String { self[column] }
}

extension StoreError {
    /// What went wrong in the file, without any value that was stored or bound.
    init(_ error: any Error, in file: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT:
            self = .corrupt(.file(file), .database(message: error.message ?? "damaged"))
        case let error as DatabaseError where error.resultCode == .SQLITE_NOTADB:
            self = .unreadable(.notDatabase(file: file, message: error.message ?? "no database"))
        default: self = .failed(StoreFault(error, in: file))
        }
    }
}

extension StoreFault {
    init(_ error: any Error, in file: String) {
        if let error = error as? DatabaseError {
            self = .database(
                file: file, code: error.extendedResultCode.rawValue,
                message: error.message ?? "error")
        } else {
            self = .other(file: file, type: "\(type(of: error))")
        }
    }
}
