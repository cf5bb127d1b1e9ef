import GRDB
import Synchronization

/// Writes the open state within a transaction, on the connection that writes.
struct StateWriter {
    private typealias Name = UnfiledNames.Name

    private let newest: NewestNames
    private let db: Database
    private var unfiled: UnfiledNames
    /// Of the names that wait, those that differ from ``NewestNames``.
    private var added: [Name] = []
    private var gone: [String] = []
    private var isAnew = false

    init(_ newest: NewestNames, in db: Database) {
        self.newest = newest
        self.db = db
        unfiled = newest.current
    }

    /// Sets each piece to its value; `nil` removes it. Each key is there once, and this is called once in a
    /// transaction: it doesn't find what it added.
    mutating func set(_ changes: [StagedEntries.Open]) throws {
        let find = try StateTable.finding(db)
        let write = try PreparedQuery(
            "INSERT OR REPLACE INTO state (row, key, value) VALUES (?, ?, ?)", on: db)
        var next = unfiled.end
        for change in changes {
            let row = try row(of: change.key, find)
            if let value = change.value {
                try write.run(row ?? next, change.key, value)
                guard row == nil else { continue }
                added.append(Name(text: change.key, row: next))
                next += 1
            } else if let row {
                try db.run("DELETE FROM state WHERE row = ?", row)
                try db.run("DELETE FROM state_names WHERE key = ?", change.key)
                if unfiled.remove(change.key) { gone.append(change.key) }
            }
        }
        unfiled.add(added)
        try file(unfiled.take(Self.filedForEach * added.count))
    }

    /// Files all names that wait.
    mutating func fileAll() throws { try file(unfiled.takeAll()) }

    private func row(of key: String, _ find: PreparedQuery) throws -> Int64? {
        if isAnew { return nil }
        return try newest.row(of: key) ?? find.row(key) { $0.integer(0) }
    }

    /// So many names are filed for each that comes, so that those that wait become fewer.
    private static let filedForEach = 2

    private mutating func file(_ names: [Name]) throws {
        let write = try PreparedQuery(
            "INSERT OR REPLACE INTO state_names (key, row) VALUES (?, ?)", on: db)
        for name in names {
            try write.run(name.text, name.row)
            gone.append(name.text)
        }
        if unfiled.first != newest.current.first { try noteFirst() }
    }

    /// Removes all of it. What is set from then on is new.
    mutating func removeAll() throws {
        try db.execute(sql: "DELETE FROM state; DELETE FROM state_names")
        unfiled.removeAll()
        isAnew = true
        try noteFirst()
    }

    private func noteFirst() throws {
        try db.run("UPDATE counters SET named = ?", unfiled.first)
    }

    /// The transaction is committed.
    func committed() { newest.take(unfiled, added: added, gone: isAnew ? nil : gone) }
}

/// The names that wait in the files of a store, as the last commit left them.
final class NewestNames: Sendable {
    private struct State {
        var names: UnfiledNames
        /// How many of them have each hash: nearly all that is looked for is new, and to look through the runs
        /// for it would take longer than all else that a commit does for a row.
        var hashes: [Int: Int]

        init(_ names: UnfiledNames) {
            self.names = names
            hashes = names.all.reduce(into: [:]) { $0[$1.text.hashValue, default: 0] += 1 }
        }
    }

    private let state: Mutex<State>

    init(_ names: UnfiledNames) { state = Mutex(State(names)) }

    var current: UnfiledNames { state.withLock { $0.names } }

    fileprivate func row(of text: String) -> Int64? {
        state.withLock { state in
            state.hashes[text.hashValue] == nil ? nil : state.names.row(of: text)
        }
    }

    /// `gone` is `nil` where none of those before are left.
    fileprivate func take(
        _ names: UnfiledNames, added: [UnfiledNames.Name], gone: [String]?
    ) {
        state.withLock { state in
            guard let gone else { return state = State(names) }
            state.names = names
            for name in added { state.hashes[name.text.hashValue, default: 0] += 1 }
            for text in gone {
                let hash = text.hashValue
                guard let count = state.hashes[hash] else { continue }
                state.hashes[hash] = count > 1 ? count - 1 : nil
            }
        }
    }
}
