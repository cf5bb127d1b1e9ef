import Foundation

/// The ledger's file as it is without its write-ahead log.
///
/// SQLite replays a log onto whatever file stands beside it. Where somebody put an older ledger there
/// and left the log, pages of both would be mixed.
struct FileWithoutLog {
    private let path: String

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
        UnopenedDatabase(path: path).number(
            "SELECT coalesce(max(change), 0) FROM head", withLog: withLog)
    }
}
