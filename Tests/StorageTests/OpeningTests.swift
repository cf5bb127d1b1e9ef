import Foundation
import GRDB
import TestSupport
import Testing

@testable import Storage

/// Who may open a store, and which directory is one.
@Suite struct OpeningTests {
    /// Being turned away closes nothing that belongs to somebody else: a descriptor that is closed
    /// twice may be another thread's file by then.
    @Test func `who is turned away closes its own file only`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path)
        let path = directory.path + "/bystander"
        #expect(FileManager.default.createFile(atPath: path, contents: Data([1])))
        let lost = await withTaskGroup(of: Int.self) { group in
            group.addTask {
                for _ in 0..<3000 { _ = try? SQLiteStore(opening: directory.path) }
                return 0
            }
            group.addTask {
                (0..<30_000).count { _ in
                    let descriptor = open(path, O_RDONLY)
                    var byte: UInt8 = 0
                    let isRead = (0..<20).allSatisfy { _ in pread(descriptor, &byte, 1, 0) == 1 }
                    return close(descriptor) != 0 || !isRead
                }
            }
            return await group.reduce(0, +)
        }
        #expect(lost == 0)
        try store.close()
    }

    /// What comes behind a range isn't looked at: most of the state comes behind the books.
    @Test func `a range of the state is read to its end and no further`() throws {
        let directory = try TemporaryDirectory()
        try SQLiteStore(opening: directory.path).close()
        let queue = try DatabaseQueue(path: directory.path + "/ledger.sqlite")
        let plan = try queue.read { db in
            try Row.fetchAll(
                db, sql: "EXPLAIN QUERY PLAN " + StateTable.namesBetween, arguments: ["a", "b", 1])
        }
        #expect(plan.count == 1)
        let step: String = try #require(plan.first)["detail"]
        #expect(step.hasPrefix("SEARCH state") && step.hasSuffix("(key>? AND key<?)"), "\(step)")
        try queue.close()
    }

    @Test func `one writer at a time`() throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path)
        #expect(throws: StoreError.failed(.inUse(directory: directory.path))) {
            try SQLiteStore(opening: directory.path)
        }
        // What is closed is free at once, whoever is just being started.
        let copy = try #require(DescriptorCopy(of: directory.path + "/lock"))
        try store.close()
        try SQLiteStore(opening: directory.path).close()
        withExtendedLifetime(copy) {}
    }

    @Test(arguments: Engine.allCases)
    func `a closed store answers nothing`(engine: Engine) async throws {
        let store = try await engine.makeHome().open()
        try await store.close()
        try await store.close()
        await #expect(throws: StoreError.failed(.closed)) { try await store.head() }
    }

    @Test func `everybody who asks meanwhile gets the files that were opened anew`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        try await store.commit(LogBuilder(seed: 13).batch(entries: 2...2).batch, after: nil)
        let head = try await store.head()
        for _ in 0..<20 {
            try await store.current().trust.end()
            try await withThrowingTaskGroup(of: Head?.self) { group in
                for _ in 0..<20 { group.addTask { try await store.head() } }
                for try await found in group { #expect(found == head) }
            }
        }
        try await store.current().trust.end()
        try store.close()
        await #expect(throws: StoreError.failed(.closed)) { try await store.head() }
    }

    @Test func `the files are their owner's only`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/store"
        let store = try SQLiteStore(opening: path)
        var names = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(names.count >= 6)
        names.append("")
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            let mode = attributes[.posixPermissions] as? NSNumber
            #expect((mode?.intValue ?? 0o777) & 0o077 == 0, "\(name)")
        }
        try store.close()
    }

    /// A check takes minutes, and the gateway is killed and started again meanwhile.
    @Test func `a store opens while somebody reads what a killed process left`() async throws {
        let running = try TemporaryDirectory()
        var builder = LogBuilder(seed: 31)
        func enter(_ batches: Int, _ store: SQLiteStore) async throws {
            for _ in 0..<batches {
                let (batch, next) = builder.batch(entries: 2...4)
                try await store.enter(batch, after: builder.head)
                builder = next
            }
        }
        let closed = try SQLiteStore(opening: running.path, .neverMoved)
        try await enter(3, closed)
        try closed.close()
        let store = try SQLiteStore(opening: running.path, .neverMoved)
        try await enter(3, store)
        let killed = try running.copied()
        try store.close()
        let reader = try FrozenStore(killed.path)
        let seen = try await reader.leaves(0..<reader.condition.entries)
        // One that goes on, and ends without moving its log.
        let ended = try SQLiteStore(opening: killed.path, .neverMoved)
        try await enter(3, ended)
        try await ended.current().trust.end()
        try ended.close()
        let beside = try SQLiteStore(opening: killed.path, .small)
        try await enter(12, beside)
        #expect(try await reader.leaves(0..<reader.condition.entries) == seen)
        // It is killed, too, and what was noted of its log is true.
        let again = try killed.copied()
        try beside.close()
        let last = try SQLiteStore(opening: again.path, .small)
        #expect(try await last.head() == builder.head)
        try last.close()
    }

    @Test(arguments: [
        (
            "ledger.sqlite", "PRAGMA user_version = 1",
            StoreMismatch.version(file: "ledger.sqlite", have: 1, want: 3)
        ),
        (
            "vault.sqlite", "PRAGMA user_version = 7",
            .version(file: "vault.sqlite", have: 7, want: 1)
        ),
        ("ledger.sqlite", "PRAGMA application_id = 1", .foreign(file: "ledger.sqlite")),
        ("vault.sqlite", "UPDATE identity SET store = x'00'", .keysOfAnotherStore),
    ])
    func `another version's or program's files are refused`(
        file: String, sql: String, reason: StoreMismatch
    ) throws {
        let directory = try TemporaryDirectory()
        try SQLiteStore(opening: directory.path).close()
        let queue = try DatabaseQueue(path: directory.path + "/" + file)
        try queue.write { db in try db.execute(sql: sql) }
        try queue.close()
        #expect(throws: StoreError.unreadable(reason)) { try SQLiteStore(opening: directory.path) }
    }

    @Test func `a ledger without its keys, or keys without their ledger, are refused`() async throws
    {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path)
        let (batch, _) = LogBuilder(seed: 41).batch(entries: 5...5)
        try await store.commit(batch, after: nil)
        try store.close()
        for (file, reason) in [
            ("vault.sqlite", StoreMismatch.keysMissing), ("ledger.sqlite", .ledgerMissing),
            ("vault.key", .rootKeyMissing(generation: 1)),
        ] {
            let copy = try directory.copied()
            try FileManager.default.removeItem(atPath: copy.path + "/" + file)
            #expect(throws: StoreError.unreadable(reason)) { try SQLiteStore(opening: copy.path) }
        }
    }
}
