import Foundation
import GRDB
public import Rules
import Synchronization

/// State on disk, so that the memory of a long audit doesn't grow with the log, but for six bytes for
/// each key that was written: a file without a name, that nobody else can open and that is gone when the
/// audit ends, however it ends.
///
/// What was changed last is kept in memory. Some ten thousand changes at a time are written as one run,
/// in the order of their keys, behind the earlier runs, while the audit goes on; nothing that was written
/// is changed. A run's filter says which keys it may have, so that a key that nobody wrote, as every new
/// statement's is, isn't looked for.
public final class AuditState: StateSource, Sendable {
    private let file: DatabaseQueue
    private let held = Mutex(Held())
    /// How writing the newest run ended; `nil` while it is being written.
    private let written = Mutex<Result<Void, any Error>?>(.success(()))

    /// What is in memory.
    private struct Held {
        var changed: [StateKey: StateValue?] = [:]
        /// The newest run.
        var writing: [StateKey: StateValue?] = [:]
        var read: [StateKey: StateValue?] = [:]
        /// What the runs have.
        var runs = RunFilters(keysOfRun: AuditState.maximumHeld)
    }

    /// Changes that are held back, and values that are kept, in memory.
    private static let maximumHeld = 20_000

    /// Makes the file in the directory `path`, which is the participant's own. Throws what SQLite
    /// does, and ``StoreError/failed(_:)`` where there can be no file.
    public init(in path: String) throws {
        let name = path + "/.audit-\(UUID().uuidString)"
        let descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError.failed(.system(call: "open", path: name, code: errno))
        }
        close(descriptor)
        // The open file stays usable without its name.
        defer { unlink(name) }
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            // Nothing of it has to survive anything.
            try database.execute(
                sql: """
                    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                    PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY;
                    PRAGMA cache_size = -65536;
                    """)
        }
        file = try DatabaseQueue(path: name, configuration: configuration)
        try file.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    CREATE TABLE state (
                        run INTEGER, key TEXT, value BLOB NOT NULL, PRIMARY KEY (run, key)
                    ) WITHOUT ROWID
                    """)
        }
    }

    public func values(of keys: [StateKey]) throws -> [StateKey: StateValue] {
        try held.withLock { held in
            var values: [StateKey: StateValue] = [:]
            var missing: [(key: StateKey, runs: [Int])] = []
            for key in keys {
                if let known = held.changed[key] ?? held.writing[key] ?? held.read[key] {
                    values[key] = known
                    continue
                }
                let runs = held.runs.runs(mayHave: key)
                if !runs.isEmpty { missing.append((key, runs)) }
            }
            guard !missing.isEmpty else { return values }
            let found = try Self.read(missing, from: file)
            if held.read.count > Self.maximumHeld { held.read = [:] }
            for (key, _) in missing {
                values[key] = found[key]
                held.read[key] = .some(found[key])
            }
            return values
        }
    }

    public func apply(_ changes: Changes) throws {
        try held.withLock { held in
            for (key, value) in changes.values {
                held.changed[key] = .some(value)
                held.read[key] = nil
            }
            guard held.changed.count > Self.maximumHeld else { return }
            try finishWriting()
            let run = held.runs.add(held.changed.keys)
            held.writing = held.changed
            held.changed = [:]
            write(held.writing, asRun: run)
        }
    }

    /// Waits until the newest run is written. Throws what went wrong.
    private func finishWriting() throws {
        file.writeWithoutTransaction { _ in }
        guard let result = written.withLock({ $0 }) else {
            preconditionFailure("the queue writes one run after the other")
        }
        try result.get()
    }

    private func write(_ changes: [StateKey: StateValue?], asRun run: Int) {
        written.withLock { $0 = nil }
        file.asyncWriteWithoutTransaction { [self] database in
            let result = Result { try Self.write(changes, asRun: run, to: database) }
            written.withLock { $0 = result }
        }
    }

    /// Looks into the runs that may have each key, the newest first.
    private static func read(
        _ keys: [(key: StateKey, runs: [Int])], from file: DatabaseQueue
    ) throws -> [StateKey: StateValue] {
        try file.read { database in
            let query = try PreparedQuery(
                "SELECT value FROM state WHERE run = ? AND key = ?", on: database)
            var found: [StateKey: StateValue] = [:]
            for (key, runs) in keys {
                let text = key.text
                for run in runs {
                    guard let bytes = try query.row(run, text, read: { $0.bytes(0) }) else {
                        continue
                    }
                    // What is empty was removed.
                    if !bytes.isEmpty { found[key] = try StateValue(parsing: bytes, for: key) }
                    break
                }
            }
            return found
        }
    }

    private static func write(
        _ changes: [StateKey: StateValue?], asRun run: Int, to database: Database
    ) throws {
        let rows = changes.map { (key: $0.key.text, value: $0.value) }.sorted { $0.key < $1.key }
        try database.inTransaction {
            let insert = try PreparedQuery(
                "INSERT INTO state (run, key, value) VALUES (?, ?, ?)", on: database)
            for row in rows { try insert.run(run, row.key, row.value?.bytes ?? []) }
            return .commit
        }
    }
}
