import Foundation
import GRDB
import Rules
import Sharing
import Testing
import Transparency
import Wire

@testable import Storage

/// A byte changed on the disk is noticed where it is read, or reads as something that a check
/// against the tree or a replay tells from what it must be.
@Suite struct TamperTests {
    private struct Filled {
        let directory: TemporaryDirectory
        let entries: [NewEntry]
        let state: [(key: String, value: StateValue)]

        init() async throws {
            directory = try TemporaryDirectory()
            let store = try SQLiteStore(opening: directory.path)
            var builder = LogBuilder(seed: 31)
            var entries: [NewEntry] = []
            for _ in 0..<12 {
                let (batch, next) = builder.batch(entries: 1...4)
                let kept = Batch(
                    entries: batch.entries, tiles: batch.tiles, changes: batch.changes,
                    erased: [], head: batch.head)
                try await store.commit(kept, after: builder.head)
                builder = next
                entries += batch.entries
            }
            self.entries = entries
            state = try await store.allState(after: nil, limit: .max)
            try store.close()
        }

        /// A copy in which `sql` changed what it names.
        func changed(
            _ sql: String, _ arguments: StatementArguments
        ) throws -> (TemporaryDirectory, SQLiteStore) {
            let copy = try directory.copied()
            let queue = try DatabaseQueue(path: copy.path + "/ledger.sqlite")
            try queue.write { db in
                try db.execute(sql: sql, arguments: arguments)
                #expect(db.changesCount == 1)
            }
            try queue.close()
            return (copy, try SQLiteStore(opening: copy.path))
        }

        /// The slots of the sealed state.
        func slots() throws -> [Int64] {
            let copy = try directory.copied()
            let queue = try DatabaseQueue(path: copy.path + "/ledger.sqlite")
            return try queue.read { db in
                try Int64.fetchAll(db, sql: "SELECT slot FROM selective_state ORDER BY slot")
            }
        }

        func blob(_ sql: String, _ arguments: StatementArguments) throws -> [UInt8] {
            let copy = try directory.copied()
            let queue = try DatabaseQueue(path: copy.path + "/ledger.sqlite")
            return try queue.read { db in
                Array(try Data.fetchOne(db, sql: sql, arguments: arguments) ?? Data())
            }
        }
    }

    @Test func `a changed attachment is named`() async throws {
        let filled = try await Filled()
        let entry = try #require(
            filled.entries.first {
                $0.attachments.sections.contains { $0.bytes.count > 4096 }
                    && $0.attachments.sections.contains { (1...4096).contains($0.bytes.count) }
            })
        let place = entry.index << 16
        let row = try filled.blob("SELECT row FROM attachments WHERE place = ?", [place])
        var named: Set<StorePlace> = []
        for position in stride(from: 0, to: row.count, by: 7) {
            var changed = row
            changed[position] ^= 0x10
            let (copy, store) = try filled.changed(
                "UPDATE attachments SET row = ? WHERE place = ?", [Data(changed), place])
            let damaged = await store.damage(at: entry.index)
            named.insert(try #require(damaged, "byte \(position) of \(row.count)"))
            try store.close()
            withExtendedLifetime(copy) {}
        }
        let small = entry.attachments.sections.filter { (20...4096).contains($0.bytes.count) }
        for section in small {
            #expect(named.contains(.section(section.name, entry: entry.index)))
        }
        let parts = entry.attachments.sections.map {
            StorePlace.section($0.name, entry: entry.index)
        }
        #expect(named.isSubset(of: parts + [.attachments(entry: entry.index)]))
    }

    @Test func `a row cannot stand in another's place`() async throws {
        let filled = try await Filled()
        let entries = filled.entries.filter { !$0.attachments.isEmpty }
        let (one, other) = (entries[0].index, entries[1].index)
        let row = try filled.blob("SELECT row FROM attachments WHERE place = ?", [other << 16])
        let (copy, store) = try filled.changed(
            "UPDATE attachments SET row = ? WHERE place = ?", [Data(row), one << 16])
        await #expect(
            throws: StoreError.corrupt(.attachments(entry: one), .changed)
        ) { try await store.attachments(of: one, sections: nil) }
        withExtendedLifetime(copy) {}
    }

    @Test func `a changed leaf differs from the tree`() async throws {
        let filled = try await Filled()
        let entry = filled.entries[5]
        var leaf = entry.statement.jws.bytes
        leaf[leaf.count / 2] ^= 1
        let (copy, store) = try filled.changed(
            "UPDATE entries SET leaf = ? WHERE entry = ?", [Data(leaf), entry.index])
        let leaves = try await store.leaves(0..<Int64(filled.entries.count))
        let hashes = try await store.tile(level: 0, index: 0)
        let differing = leaves.indices.filter { Hash.leaf(leaves[$0]) != hashes[$0] }
        #expect(differing == [Int(entry.index)])
        withExtendedLifetime(copy) {}
    }

    @Test func `a changed state row is named or differs`() async throws {
        let filled = try await Filled()
        for (key, value) in filled.state {
            guard let bytes = value.publicBytes else { continue }
            for position in stride(from: 0, to: bytes.count, by: 41) {
                var changed = bytes
                changed[position] ^= 1
                let (copy, store) = try filled.changed(
                    "UPDATE state SET value = ? WHERE key = ?", [Data(changed), key])
                let stateKey = try #require(StateKey(text: key))
                switch await store.found(stateKey) {
                case .success(let found): #expect(found != value, "\(key)")
                case .failure(.corrupt(let place, _)): #expect(place == .state(key))
                case .failure(let error): Issue.record(error)
                }
                try store.close()
                withExtendedLifetime(copy) {}
            }
        }
    }

    @Test func `a changed row of the sealed state is named`() async throws {
        let filled = try await Filled()
        let sealed = filled.state.filter { $0.value.selectiveBytes != nil }
        let slots = try filled.slots()
        #expect(slots.count == sealed.count && slots.count > 5)
        for slot in slots {
            let row = try filled.blob("SELECT row FROM selective_state WHERE slot = ?", [slot])
            for position in stride(from: 0, to: row.count, by: 17) {
                var changed = row
                changed[position] ^= 1
                let (copy, store) = try filled.changed(
                    "UPDATE selective_state SET row = ? WHERE slot = ?", [Data(changed), slot])
                var named = 0
                for (key, value) in sealed {
                    switch await store.found(try #require(StateKey(text: key))) {
                    case .success(let found): #expect(found == value, "\(key)")
                    case .failure(let error):
                        #expect(error == .corrupt(.state(key), .changed))
                        named += 1
                    }
                }
                #expect(named == 1)
                try store.close()
                withExtendedLifetime(copy) {}
            }
        }
    }

    /// Neither with its name nor without: what a row was sealed for is sealed with it.
    @Test(arguments: ["row", "name", "row, name"])
    func `a row of the sealed state cannot stand in another's place`(columns: String) async throws {
        let filled = try await Filled()
        let slots = try filled.slots()
        let copy = try filled.directory.copied()
        let queue = try DatabaseQueue(path: copy.path + "/ledger.sqlite")
        try await queue.write { db in
            let rows = try Row.fetchAll(
                db, sql: "SELECT name, row FROM selective_state WHERE slot IN (?, ?) ORDER BY slot",
                arguments: [slots[0], slots[1]])
            try db.execute(
                sql: "DELETE FROM selective_state WHERE slot IN (?, ?)",
                arguments: [slots[0], slots[1]])
            for (slot, own, other) in [
                (slots[0], rows[0], rows[1]), (slots[1], rows[1], rows[0]),
            ] {
                try db.execute(
                    sql: "INSERT INTO selective_state (slot, name, row) VALUES (?, ?, ?)",
                    arguments: [
                        slot, (columns.contains("name") ? other : own)["name"] as Data,
                        (columns.contains("row") ? other : own)["row"] as Data,
                    ])
            }
        }
        try queue.close()
        let store = try SQLiteStore(opening: copy.path)
        var refused = 0
        for (key, _) in filled.state {
            if case .failure(let error) = await store.found(try #require(StateKey(text: key))) {
                #expect(error == .corrupt(.state(key), .changed))
                refused += 1
            }
        }
        #expect(refused == 2)
        await #expect(throws: StoreError.self) {
            try await store.allState(after: nil, limit: .max)
        }
        try store.close()
    }

    @Test func `a database that SQLite cannot read is refused`() async throws {
        let filled = try await Filled()
        let copy = try filled.directory.copied()
        var bytes = try copy.bytes("ledger.sqlite")
        bytes[3] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: copy.path + "/ledger.sqlite"))
        #expect(throws: StoreError.self) { try SQLiteStore(opening: copy.path) }
    }
}
