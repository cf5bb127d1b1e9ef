import Foundation
import Testing

@testable import Storage

/// A write-ahead log beside another ledger than its own: SQLite would mix pages of both.
@Suite struct OtherLogTests {
    private var builder = LogBuilder(seed: 41)

    /// Enters `count` batches, in a log of its own where `entries` differ.
    private mutating func enter(
        _ count: Int, entries: ClosedRange<Int> = 2...4, _ store: SQLiteStore
    ) async throws {
        for _ in 0..<count {
            let (batch, next) = builder.batch(entries: entries)
            try await store.enter(batch, after: builder.head)
            builder = next
        }
    }

    private func write(_ bytes: [UInt8], to file: String, in directory: TemporaryDirectory) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: directory.path + "/" + file))
    }

    /// `killed`, with another ledger in place of its own.
    private func mixed(
        _ killed: TemporaryDirectory, with ledger: [UInt8]
    ) throws -> TemporaryDirectory {
        let mixed = try killed.copied()
        try write(ledger, to: "ledger.sqlite", in: mixed)
        try? FileManager.default.removeItem(atPath: mixed.path + "/ledger.sqlite-shm")
        return mixed
    }

    /// It isn't opened in any way, and keeps what it has.
    private func expectRefused(_ mixed: TemporaryDirectory) throws {
        let files = ["ledger.sqlite", "ledger.sqlite-wal"]
        let before = try files.map { try mixed.bytes($0) }
        func expectRefused(_ open: () throws -> Void) throws {
            do {
                try open()
                Issue.record("it is opened")
            } catch StoreError.unreadable(.logOfAnotherLedger) {
            } catch StoreError.corrupt(.file("ledger.sqlite"), _) {}
        }
        try expectRefused { _ = try SQLiteStore(opening: mixed.path, .small) }
        try expectRefused {
            _ = try SQLiteStore(opening: mixed.path, .small, acceptingLoss: true)
        }
        try expectRefused { _ = try FrozenStore(mixed.path) }
        #expect(try files.map { try mixed.bytes($0) } == before)
    }

    /// A copy that a full disk cut short: SQLite deletes the log of an empty database.
    @Test mutating func `an empty ledger is refused, and its log stays`() async throws {
        let running = try TemporaryDirectory()
        let store = try SQLiteStore(opening: running.path, .neverMoved)
        try await enter(4, store)
        let killed = try running.copied()
        try store.close()
        let mixed = try mixed(killed, with: [])
        try expectRefused(mixed)
        try write(try killed.bytes("ledger.sqlite"), to: "ledger.sqlite", in: mixed)
        let mended = try SQLiteStore(opening: mixed.path, .small)
        #expect(try await mended.head() == builder.head)
        try mended.close()
    }

    /// What opening itself writes is in the log as well.
    @Test mutating func `an older ledger beside a store that only was started is refused`()
        async throws
    {
        let running = try TemporaryDirectory()
        var older: [[UInt8]] = []
        for _ in 0..<4 {
            let store = try SQLiteStore(opening: running.path, .small)
            try await enter(6, store)
            try store.close()
            older.append(try running.bytes("ledger.sqlite"))
        }
        let idle = try SQLiteStore(opening: running.path, .small)
        let killed = try running.copied()
        try idle.close()
        #expect(try !killed.bytes("ledger.sqlite-wal").isEmpty)
        for ledger in older.dropLast() { try expectRefused(try mixed(killed, with: ledger)) }
        let right = try SQLiteStore(opening: killed.path, .small)
        #expect(try await right.head() == builder.head)
        try right.close()
    }

    /// Two copies of one store went on, each by itself. One has more changes than the other.
    @Test(arguments: [(0, 9), (2, 9), (9, 2), (9, 0)])
    mutating func `the ledger of a copy that went on elsewhere is refused`(
        here: Int, there: Int
    ) async throws {
        let running = try TemporaryDirectory()
        let store = try SQLiteStore(opening: running.path, .small)
        try await enter(3, store)
        try store.close()
        let copy = try running.copied()
        let before = builder
        let elsewhere = try SQLiteStore(opening: copy.path, .small)
        try await enter(there, entries: 1...2, elsewhere)
        try elsewhere.close()
        builder = before
        let going = try SQLiteStore(opening: running.path, .neverMoved)
        try await enter(here, going)
        let killed = try running.copied()
        try going.close()
        try expectRefused(try mixed(killed, with: try copy.bytes("ledger.sqlite")))
    }

    /// A power cut may leave half of what was written over the count.
    @Test mutating func `a torn count refuses nothing`() async throws {
        let running = try TemporaryDirectory()
        let first = try SQLiteStore(opening: running.path, .small)
        try await enter(3, first)
        try first.close()
        let store = try SQLiteStore(opening: running.path, .neverMoved)
        try await enter(3, store)
        let killed = try running.copied()
        try store.close()
        let path = killed.path + "/ledger.sqlite"
        let count = try #require(
            UnopenedDatabase(path: path).bytes(ChangeCount.query, withLog: false))
        let place = try #require(
            try Data(contentsOf: URL(fileURLWithPath: path)).firstRange(of: Data(count)))
        // In the last sector of its page, so no more than that is written.
        #expect(place.lowerBound % 4096 >= 4096 - 512 && place.upperBound % 4096 <= 4096)
        for cut in 1..<32 {
            let torn = try killed.copied()
            var ledger = try torn.bytes("ledger.sqlite")
            for byte in place.lowerBound + cut..<place.upperBound { ledger[byte] = 0xff }
            try write(ledger, to: "ledger.sqlite", in: torn)
            let opened = try SQLiteStore(opening: torn.path, .small)
            #expect(try await opened.head() == builder.head, "byte \(cut)")
            try opened.close()
        }
    }
}
