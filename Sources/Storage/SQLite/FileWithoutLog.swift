import Foundation

/// The ledger's file as it is without its write-ahead log.
///
/// SQLite replays a log onto whatever file stands beside it. Where somebody put an older ledger there
/// and left the log, pages of both would be mixed.
struct FileWithoutLog {
    private let path: String

    init(ledgerIn directory: String) { path = directory + "/" + DatabaseFile.ledger.name }

    /// The log isn't that of a newer ledger than the file. Each transaction in it says how often the file, by
    /// itself, had been changed at least when that was written.
    ///
    /// Throws ``StoreError/unreadable(_:)``; nothing is changed.
    func requireOwnLog() throws(StoreError) {
        // In this order: the gateway may be at work, and then the file is never behind what was read before. Twice:
        // what is being written meanwhile may be read half.
        guard hasLog,
            let moved = UnopenedDatabase(path: path).number(
                "SELECT moved FROM head", withLog: true),
            isBehind(moved), isBehind(moved)
        else { return }
        throw .unreadable(.ledgerOlderThanLog)
    }

    private func isBehind(_ moved: Int64) -> Bool {
        let change = UnopenedDatabase(path: path).number(
            "SELECT change FROM head", withLog: false)
        return change.map { $0 < moved } ?? false
    }

    /// Whether there is anything in the log.
    private var hasLog: Bool {
        var status = stat()
        return stat(path + "-wal", &status) == 0 && status.st_size > 0
    }
}
