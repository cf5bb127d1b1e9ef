import GRDB
import TestSupport
import Testing

@testable import Storage

/// Names of the state wait in memory until they are filed, and are found wherever they are.
@Suite struct StateNamesTests {
    typealias Name = UnfiledNames.Name

    /// Against a dictionary, and a table that has what was filed.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `names are found, in order, filed or not`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var names = UnfiledNames(bound: 40, first: 7)
        var all: [String: Int64] = [:]
        var table: [String: Int64] = [:]
        var rounds = 0
        for step in 0..<400 {
            let comment: Comment = "seed \(seed), step \(step)"
            var added: [Name] = []
            for _ in 0..<random.number(0...6) {
                let text = "name/\(random.number(0...5000))"
                guard all[text] == nil, !added.contains(where: { $0.text == text }) else {
                    continue
                }
                added.append(Name(text: text, row: names.end + Int64(added.count)))
            }
            if random.chance(30), let gone = all.keys.sorted().randomElement(using: &random) {
                all[gone] = nil
                table[gone] = nil
                names.remove(gone)
            }
            names.add(added)
            for name in added { all[name.text] = name.row }
            let first = names.first
            let taken = names.take(2 * added.count)
            #expect(taken == taken.sorted { $0.text < $1.text }, comment)
            for name in taken { table[name.text] = name.row }
            if names.first != first { rounds += 1 }
            // What a crash leaves: the table, and the rows from `first` on.
            #expect(all.allSatisfy { $1 >= names.first || table[$0] == $1 }, comment)
            for text in all.keys {
                #expect((names.row(of: text) ?? table[text]) == all[text], comment)
            }
            #expect(Set(names.all.map(\.text)).union(table.keys) == Set(all.keys), comment)
            let after = "name/\(random.number(0...5000))"
            let last = random.chance(50) ? "name/\(random.number(0...5000))" : nil
            let limit = random.chance(50) ? Int.max : random.number(1...20)
            func between(_ rows: [String: Int64]) -> [Name] {
                let behind = rows.keys.filter { $0 > after }
                let inside = behind.filter { text in last.map { text <= $0 } ?? true }
                return inside.sorted().prefix(limit).map { Name(text: $0, row: rows[$0]!) }
            }
            #expect(
                names.merged(with: between(table), after: after, upTo: last, limit: limit)
                    == between(all), comment)
        }
        #expect(rounds > 3)
    }

    /// Whoever reads took the names that wait before its snapshot. Since then some were filed, rows came, and
    /// others went.
    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `an earlier list of names finds all of a later snapshot`(seed: UInt64) async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: seed)
        var earlier: [UnfiledNames] = []
        for step in 0..<40 {
            earlier.append(try await store.current().names.current)
            let (batch, next) = builder.batch(entries: 1...4)
            try await store.commit(batch, after: builder.head)
            builder = next
            let number = builder.random.number(0...(earlier.count - 1))
            let names = earlier[number]
            let comment: Comment = "seed \(seed), step \(step), names of \(number)"
            let (found, expected, again) = try await store.read { db in
                let table = try StateTable(names, in: db)
                let expected = try db.rows("SELECT key, value FROM state ORDER BY key") {
                    Row(key: $0.text(0), value: $0.bytes(1))
                }
                return (
                    try table.rows(after: "", upTo: nil, limit: .max)
                        .map { Row(key: $0.key, value: $0.value) }, expected,
                    try table.values(expected.map(\.key))
                )
            }
            #expect(found == expected, comment)
            #expect(again == expected.map(\.value), comment)
        }
        let unfiled = try await store.current().names.current
        #expect(unfiled.first > 20 && unfiled.first < unfiled.end)
        try store.close()
        // So it is without what memory knows.
        let reopened = try SQLiteStore(opening: directory.path, .small)
        let frozen = try FrozenStore(directory.path)
        let rows = try await reopened.allState(after: nil, limit: .max)
        #expect(rows.count > 40)
        #expect(try await frozen.allState(after: nil, limit: .max).map(\.key) == rows.map(\.key))
        try reopened.close()
    }

    /// A store that is opened often, and each time for less than a round.
    @Test func `names that wait stay few, however often a store is opened`() async throws {
        let directory = try TemporaryDirectory()
        let tuning = SQLiteTuning(checkpointPages: 1000, unfiledNames: 40)
        var builder = LogBuilder(seed: 3)
        var waiting: [Int] = []
        for session in 0..<24 {
            let store = try SQLiteStore(opening: directory.path, tuning)
            let rows = try await store.allState(after: nil, limit: .max).count
            waiting.append(try await store.current().names.current.waiting)
            let wanted = rows + 15
            while try await store.allState(after: nil, limit: .max).count < wanted {
                let (batch, next) = builder.batch(entries: 1...2)
                try await store.commit(batch, after: builder.head)
                builder = next
            }
            if session % 2 == 0 {
                // Killed, it leaves the same.
                let killed = try directory.copied()
                try store.close()
                let opened = try SQLiteStore(opening: killed.path, tuning)
                #expect(try await opened.allState(after: nil, limit: .max).count >= wanted)
                try opened.close()
            } else {
                try store.close()
            }
        }
        #expect(try #require(waiting.max()) <= 2 * 40, "\(waiting)")
        // More rows than that came.
        let store = try SQLiteStore(opening: directory.path, tuning)
        #expect(try await store.allState(after: nil, limit: .max).count > 4 * 40)
        try store.close()
    }

    private struct Row: Equatable {
        let key: String
        let value: [UInt8]
    }

    @Test func `a name that leads to another's row is damage`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 9)
        for _ in 0..<20 {
            let (batch, next) = builder.batch(entries: 2...4)
            try await store.commit(batch, after: builder.head)
            builder = next
        }
        try store.close()
        let queue = try DatabaseQueue(path: directory.path + "/ledger.sqlite")
        let key = try await queue.write { db in
            let names = try GRDB.Row.fetchAll(
                db,
                sql: """
                    SELECT key, row FROM state_names WHERE row < (SELECT named FROM counters)
                    AND key LIKE 'statement/%' ORDER BY key LIMIT 2
                    """)
            try #require(names.count == 2)
            try db.execute(
                sql: "UPDATE state_names SET row = ? WHERE key = ?",
                arguments: [names[1]["row"] as Int64, names[0]["key"] as String])
            return names[0]["key"] as String
        }
        try queue.close()
        let damaged = try SQLiteStore(opening: directory.path, .small)
        await #expect(throws: StoreError.corrupt(.state(key), .changed)) {
            try await damaged.allState(after: nil, limit: .max)
        }
        try damaged.close()
    }
}
