import Foundation
import GRDB
public import Rules
import Synchronization

/// State on disk, so that the memory of a long audit doesn't grow with the log: a file without a
/// name, that nobody else can open and that is gone when the audit ends, however it ends.
///
/// What was changed last is kept in memory and written some ten thousand changes at a time; what is
/// asked for often is kept too.
public final class AuditState: StateSource, Sendable {
    private let file: DatabaseQueue
    private let held = Mutex(Held())

    /// What is in memory.
    private struct Held {
        var changed: [StateKey: StateValue?] = [:]
        var read: [StateKey: StateValue?] = [:]
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
                sql: "CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        }
    }

    public func values(of keys: [StateKey]) throws -> [StateKey: StateValue] {
        try held.withLock { held in
            var values: [StateKey: StateValue] = [:]
            var missing: [StateKey] = []
            for key in keys {
                if let known = held.changed[key] ?? held.read[key] {
                    values[key] = known
                } else {
                    missing.append(key)
                }
            }
            guard !missing.isEmpty else { return values }
            let found = try Self.read(missing, from: file)
            if held.read.count > Self.maximumHeld { held.read = [:] }
            for key in missing {
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
            try Self.write(held.changed, to: file)
            held.changed = [:]
        }
    }

    private static func read(
        _ keys: [StateKey], from file: DatabaseQueue
    ) throws -> [StateKey: StateValue] {
        try file.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT value FROM state WHERE key = ?")
            var found: [StateKey: StateValue] = [:]
            for key in keys {
                guard let bytes = try Data.fetchOne(statement, arguments: [key.text]) else {
                    continue
                }
                found[key] = try StateValue(parsing: Array(bytes), for: key)
            }
            return found
        }
    }

    private static func write(
        _ changes: [StateKey: StateValue?], to file: DatabaseQueue
    ) throws {
        try file.write { database in
            let insert = try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)")
            let remove = try database.cachedStatement(sql: "DELETE FROM state WHERE key = ?")
            for (key, value) in changes {
                if let value {
                    try insert.execute(arguments: [key.text, Data(value.bytes)])
                } else {
                    try remove.execute(arguments: [key.text])
                }
            }
        }
    }
}
