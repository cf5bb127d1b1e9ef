import Foundation
import GRDB
import GRDBSQLite

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
                message: Self.message(of: error))
        } else if let error = error as? CocoaError,
            let system = error.userInfo[NSUnderlyingErrorKey] as? POSIXError
        {
            // Foundation's own words are for people who choose files in a window.
            let path = error.userInfo[NSFilePathErrorKey] as? String
            self = .system(call: "access", path: path ?? file, code: system.code.rawValue)
        } else {
            self = .other(file: file, type: "\(type(of: error))")
        }
    }

    /// A connection that a copy goes to keeps no words for why that failed, and has those for success.
    private static func message(of error: DatabaseError) -> String {
        let none = String(cString: sqlite3_errstr(SQLITE_OK))
        guard let message = error.message, message != none else {
            return String(cString: sqlite3_errstr(error.extendedResultCode.rawValue))
        }
        return message
    }
}
