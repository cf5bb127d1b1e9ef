import Foundation
import GRDB
public import Rules

/// State on disk, so that the memory of a long audit doesn't grow with the log: a file without a
/// name, that nobody else can open and that is gone when the audit ends, however it ends.
///
/// What was changed last is kept in memory and written some ten thousand changes at a time; what is
/// asked for often is kept too.
public struct AuditState: StateSource, Sendable {
    private let file: DatabaseQueue
    private var changed: [StateKey: StateValue?] = [:]
    private var read: [StateKey: StateValue?] = [:]

    /// Changes that are held back, and values that are kept, in memory.
    private static let maximumHeld = 20_000
    /// Makes the file in the directory `path`, which is the participant's own. Throws what SQLite
    /// does.
    public init(in path: String) throws {
        let name = path + "/.audit-\(UUID().uuidString)"
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
        let mask = umask(0o077)
        defer { umask(mask) }
        file = try DatabaseQueue(path: name, configuration: configuration)
        try file.writeWithoutTransaction { database in
            try database.execute(
                sql: "CREATE TABLE state (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        }
        // The open file stays usable without its name.
        unlink(name)
    }

    public mutating func values(of keys: [StateKey]) throws -> [StateKey: StateValue] {
        var values: [StateKey: StateValue] = [:]
        var missing: [StateKey] = []
        for key in keys {
            if let known = changed[key] ?? read[key] {
                values[key] = known
            } else {
                missing.append(key)
            }
        }
        guard !missing.isEmpty else { return values }
        let found = try Self.read(missing, from: file)
        if read.count > Self.maximumHeld { read = [:] }
        for key in missing {
            values[key] = found[key]
            read[key] = .some(found[key])
        }
        return values
    }

    public mutating func apply(_ changes: Changes) throws {
        for (key, value) in changes.values {
            changed[key] = .some(value)
            read[key] = nil
        }
        if changed.count > Self.maximumHeld { try flush() }
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

    private mutating func flush() throws {
        let changes = changed
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
        changed = [:]
    }
}
