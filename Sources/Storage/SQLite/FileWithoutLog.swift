import Foundation

/// The ledger's file as it is without its write-ahead log.
///
/// SQLite replays a log onto whatever file stands beside it. Where somebody put another ledger there
/// and left the log, pages of both would be mixed.
struct FileWithoutLog {
    private let path: String
    private var file: UnopenedDatabase { UnopenedDatabase(path: path) }

    init(ledgerIn directory: String) { path = directory + "/" + DatabaseFile.ledger.name }

    /// The log is this file's: it says how often that had been changed, by itself, at least, and how often the
    /// ledger was changed at most.
    ///
    /// Throws ``StoreError/unreadable(_:)``, and ``StoreError/corrupt(_:_:)`` where the file can be read by itself, and
    /// not with the log. Where the count can't be read otherwise, nothing is said here.
    func requireOwnLog() throws(StoreError) {
        guard size(of: path + "-wal") > 0 else { return }
        // SQLite would delete the log of an empty file.
        guard size(of: path) >= DatabaseFile.pageBytes else {
            throw .unreadable(.logOfAnotherLedger)
        }
        if count(withLog: false) != nil, let damage = file.damage(ChangeCount.query) {
            // Nothing is moved into it that doesn't fit.
            throw .corrupt(.file(DatabaseFile.ledger.name), .database(message: damage))
        }
        // In this order: the gateway may be at work, and then each has no less than what was read before it.
        guard let least = count(withLog: true)?.moved, let alone = count(withLog: false)?.now,
            let most = count(withLog: true)?.now
        else { return }
        guard least <= alone, alone <= most else { throw .unreadable(.logOfAnotherLedger) }
    }

    private func count(withLog: Bool) -> ChangeCount? {
        file.bytes(ChangeCount.query, withLog: withLog).flatMap { ChangeCount($0) }
    }

    private func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
