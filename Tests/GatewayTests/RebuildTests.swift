import Foundation
import GRDB
import Rules
import Sharing
import Storage
import Testing

@testable import Gateway

/// What follows from a log's entries can be made anew from them.
@Suite struct RebuildTests {
    private typealias Scene = ForgottenTests.Scene

    /// Everything in a ledger that follows from its entries, but for what is sealed anew each time.
    private static func derived(in directory: String) throws -> [String] {
        let queue = try DatabaseQueue(path: directory + "/ledger.sqlite")
        let lines = try queue.read { db in
            try [
                "SELECT 'entry', entry, issuer, kind FROM entries",
                "SELECT 'party', entry, hex(party), '' FROM parties",
                "SELECT 'follower', entry, statement, '' FROM followers",
                "SELECT 'record', entry, issuer || book, number FROM records",
                "SELECT 'tile', place, hex(hashes), '' FROM tiles",
                "SELECT 'state', key, hex(value), '' FROM state",
                "SELECT 'hidden', hex(name), '', '' FROM selective_state",
            ].flatMap { sql in
                try Row.fetchAll(db, sql: sql).map { row in
                    (0..<4).map { "\(row[$0] as DatabaseValue)" }.joined(separator: " ")
                }
            }
        }
        try queue.close()
        return lines.sorted()
    }

    private static func damage(_ directory: String, _ statements: String...) throws {
        let queue = try DatabaseQueue(path: directory + "/ledger.sqlite")
        try queue.write { db in
            for sql in statements {
                try db.execute(sql: sql)
                #expect(db.changesCount > 0, "\(sql)")
            }
        }
        try queue.close()
    }

    private static func rebuilt(
        _ directory: String
    ) async throws -> (store: SQLiteStore, kept: Int)? {
        let store = try SQLiteStore(opening: directory)
        guard case .rebuilt(_, _, let kept) = try await Rebuild(store).run() else {
            try store.close()
            return nil
        }
        return (store, kept)
    }

    @Test func everythingIsMadeAgain() async throws {
        let scene = try await Scene()
        defer { try? FileManager.default.removeItem(atPath: scene.directory) }
        let confidential = try await scene.confidential()
        try await scene.close()
        let before = try Self.derived(in: scene.directory)
        #expect(before.count > 100)
        try Self.damage(
            scene.directory, "DELETE FROM parties", "DELETE FROM followers",
            "UPDATE records SET entry = entry + 1", "UPDATE tiles SET hashes = zeroblob(32)",
            "UPDATE entries SET kind = 'close', issuer = 'nobody'",
            "DELETE FROM state WHERE key LIKE 'book/%'",
            "UPDATE state SET value = x'7b7d' WHERE key LIKE 'participant/%'",
            "DELETE FROM selective_state")
        let store = try #require(try await Self.rebuilt(scene.directory)?.store)
        var found: [StateKey: StateValue] = [:]
        for row in try await store.allState(after: nil, limit: .max)
        where row.value.selectiveBytes != nil {
            found[try #require(StateKey(text: row.key))] = row.value
        }
        #expect(found == confidential)
        let report = try await Inspection(store: store).run()
        #expect(report.findings.isEmpty, "\(report.findings)")
        try store.close()
        #expect(try Self.derived(in: scene.directory) == before)
    }

    /// What erased claims made of the state can't be made again: it stays. So does whom an erasure
    /// concerned, since nothing tells that any more.
    @Test func whatErasedClaimsMadeStays() async throws {
        let scene = try await Scene()
        defer { try? FileManager.default.removeItem(atPath: scene.directory) }
        try await scene.erase()
        let confidential = try await scene.confidential()
        try await scene.close()
        let before = try Self.derived(in: scene.directory)
        try Self.damage(
            scene.directory,
            "DELETE FROM parties WHERE entry NOT IN (SELECT entry FROM entries WHERE kind = 'erase')",
            "UPDATE records SET entry = entry + 1", "UPDATE tiles SET hashes = zeroblob(32)",
            "UPDATE state SET value = x'7b7d' WHERE key LIKE 'book/%'")
        let rebuilt = try #require(try await Self.rebuilt(scene.directory))
        #expect(rebuilt.kept > 0)
        for (key, value) in confidential {
            #expect(try await rebuilt.store.state([key])[key] == value, "\(key.text)")
        }
        let report = try await Inspection(store: rebuilt.store).run()
        #expect(report.findings.isEmpty, "\(report.findings)")
        try rebuilt.store.close()
        #expect(try Self.derived(in: scene.directory) == before)
    }

    /// The check finds each single row by which an entry is found wrongly, and a rebuild mends it, but for what
    /// was erased and the numbers that are given.
    @Test func whatIsFoundWronglyIsNamed() async throws {
        let scene = try await Scene()
        defer { try? FileManager.default.removeItem(atPath: scene.directory) }
        try await scene.erase()
        try await scene.close()
        let before = try Self.derived(in: scene.directory)
        let mendable = [
            "DELETE FROM parties WHERE entry = (SELECT max(entry) FROM entries JOIN parties USING "
                + "(entry) WHERE kind <> 'erase')",
            "INSERT INTO parties SELECT party, 1 FROM parties WHERE entry > 3 LIMIT 1",
            "DELETE FROM followers WHERE entry = (SELECT max(entry) FROM followers)",
            "INSERT INTO followers SELECT statement, 1 FROM followers LIMIT 1",
            "DELETE FROM records WHERE entry = (SELECT min(entry) FROM records)",
            "UPDATE records SET entry = entry + 1 WHERE entry = (SELECT max(entry) FROM records)",
            "UPDATE records SET number = 99 WHERE entry = (SELECT min(entry) FROM records)",
            "INSERT INTO records SELECT issuer, book, 99, entry FROM records LIMIT 1",
            "UPDATE entries SET issuer = 'nobody' WHERE entry = 2",
            "UPDATE entries SET kind = 'close' WHERE entry = 2",
        ]
        let others = [
            "DELETE FROM erasures WHERE entry = (SELECT min(entry) FROM erasures)",
            "INSERT INTO erasures (entry) SELECT max(place) >> 16 FROM attachments",
            "UPDATE counters SET slot = 0",
        ]
        for sql in mendable + others {
            let copy = scene.directory + "-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: copy) }
            try FileManager.default.copyItem(atPath: scene.directory, toPath: copy)
            try Self.damage(copy, sql)
            let report = try await Inspection(store: try FrozenStore(copy)).run()
            #expect(report.findings.count == 1, "\(sql): \(report.findings)")
            guard mendable.contains(sql) else { continue }
            let rebuilt = try #require(try await Self.rebuilt(copy)).store
            #expect(try await Inspection(store: rebuilt).run().findings.isEmpty, "\(sql)")
            try rebuilt.close()
            #expect(try Self.derived(in: copy) == before, "\(sql)")
        }
    }

    /// A piece of state that nothing explains doesn't stay.
    @Test func whatNothingMadeGoes() async throws {
        let scene = try await Scene()
        defer { try? FileManager.default.removeItem(atPath: scene.directory) }
        try await scene.erase()
        try await scene.close()
        let before = try Self.derived(in: scene.directory)
        try Self.damage(
            scene.directory,
            "INSERT INTO state (key, value) SELECT replace(key, '/20', '/21'), value FROM state "
                + "WHERE key LIKE 'book/%'",
            "INSERT INTO parties SELECT party, 1 FROM parties WHERE entry > 3 LIMIT 1")
        try #require(try await Self.rebuilt(scene.directory)).store.close()
        #expect(try Self.derived(in: scene.directory) == before)
    }

    @Test func damagedEntriesAreNoGround() async throws {
        let scene = try await Scene()
        defer { try? FileManager.default.removeItem(atPath: scene.directory) }
        try await scene.close()
        try Self.damage(
            scene.directory,
            "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE entry = 2) WHERE entry = 3",
            "DELETE FROM parties")
        let before = try Self.derived(in: scene.directory)
        let store = try SQLiteStore(opening: scene.directory)
        guard case .impossible(let findings) = try await Rebuild(store).run() else {
            Issue.record("damaged entries are replayed")
            return
        }
        #expect(!findings.isEmpty)
        try store.close()
        #expect(try Self.derived(in: scene.directory) == before)
    }
}
