import GRDB

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
