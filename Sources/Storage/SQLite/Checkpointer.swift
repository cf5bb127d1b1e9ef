import GRDB
import Synchronization

/// Moves what the ledger's write-ahead log has gathered into the database, beside the commits.
///
/// SQLite would do it within some commit, which then takes a hundred times as long. Here another
/// connection does the bulk of it while commits go on; what these added meanwhile is moved between
/// two of them, so that the log starts anew and doesn't grow. Nothing is lost where this fails: the
/// log has it all, and is moved the next time.
final class Checkpointer: Sendable {
    private let queue: DatabaseQueue
    private let ledger: DatabasePool
    /// Pages from which it is worth while.
    private let threshold: Int
    private let state = Mutex(State())

    private struct State {
        /// An estimate of what the log has gathered.
        var pages = 0
        var running = false
    }

    init(of ledger: DatabasePool, threshold: Int) throws {
        var configuration = Configuration()
        configuration.label = "checkpointer"
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA checkpoint_fullfsync = ON")
        }
        queue = try DatabaseQueue(path: ledger.path, configuration: configuration)
        (self.ledger, self.threshold) = (ledger, threshold)
    }

    /// Takes note of a commit that wrote about so many pages.
    func committed(pages: Int) {
        let due = state.withLock { state in
            state.pages += pages
            guard state.pages >= threshold, !state.running else { return false }
            (state.pages, state.running) = (0, true)
            return true
        }
        guard due else { return }
        queue.asyncWriteWithoutTransaction { [self] db in
            _ = try? db.checkpoint(.passive)
            ledger.asyncWriteWithoutTransaction { [self] db in
                _ = try? db.checkpoint(.passive)
                state.withLock { $0.running = false }
            }
        }
    }

    /// Waits for what is under way, and lets go of the file.
    func close() throws { try queue.close() }
}
