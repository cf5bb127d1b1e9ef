import Foundation
import GRDB
import Testing

@testable import Storage

/// A ledger that is put beside keys that know of more entries destroys nothing by being opened.
@Suite struct OlderLedgerTests {
    /// A store with some history, and copies of its ledger after each commit.
    private struct History {
        let directory: TemporaryDirectory
        let builder: LogBuilder
        /// The ledger's files after each commit, and the size of the log then.
        let ledgers: [(files: [String: [UInt8]], size: Int64)]

        /// Nothing moves the write-ahead log while its file is copied.
        static let tuning = SQLiteTuning(keysInReserve: 5, checkpointPages: 1 << 20)
        static let names = ["ledger.sqlite", "ledger.sqlite-wal"]

        /// Commits `count` batches in `running`, and closes, or ends as a process that is killed
        /// does.
        static func of(batches count: Int, closing: Bool) async throws -> History {
            let running = try TemporaryDirectory()
            var builder = LogBuilder(seed: 23)
            var ledgers: [(files: [String: [UInt8]], size: Int64)] = []
            let store = try SQLiteStore(opening: running.path, tuning)
            for _ in 0..<count {
                let (batch, next) = builder.batch(entries: 2...4)
                try await store.commit(batch, after: builder.head)
                builder = next
                ledgers.append((try ledger(in: running), batch.head.size))
            }
            let killed = try running.copied()
            try store.close()
            let directory = closing ? running : killed
            ledgers[count - 1].files = try ledger(in: directory)
            return History(directory: directory, builder: builder, ledgers: ledgers)
        }

        static func ledger(in directory: TemporaryDirectory) throws -> [String: [UInt8]] {
            try Dictionary(uniqueKeysWithValues: names.map { ($0, try directory.bytes($0)) })
        }

        /// Puts a ledger in the place of the one that is there.
        func put(_ ledger: [String: [UInt8]], in directory: TemporaryDirectory) throws {
            try? FileManager.default.removeItem(atPath: directory.path + "/ledger.sqlite-shm")
            for (name, bytes) in ledger {
                try Data(bytes).write(to: URL(fileURLWithPath: directory.path + "/" + name))
            }
        }
    }

    /// The keys that stand in the keys' file and aren't erased, by entry.
    private func keys(in directory: TemporaryDirectory) throws -> [Int64: [UInt8]] {
        let copy = try directory.copied()
        let queue = try DatabaseQueue(path: copy.path + "/keys.sqlite")
        return try queue.read { db in
            var keys: [Int64: [UInt8]] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT entry, key FROM keys")
            while let row = try rows.next() { keys[row[0]] = Array(row[1] as Data) }
            return keys.filter { $0.value.contains { $0 != 0 } }
        }
    }

    /// How many entries the keys know of.
    private func keysSize(in directory: TemporaryDirectory) throws -> Int64 {
        let copy = try directory.copied()
        let queue = try DatabaseQueue(path: copy.path + "/keys.sqlite")
        return try queue.read { db in
            try Int64.fetchOne(db, sql: "SELECT size FROM ledger") ?? 0
        }
    }

    private func answers(
        in directory: TemporaryDirectory, _ history: History
    ) async throws -> Answers {
        let store = try SQLiteStore(opening: directory.path, .small)
        let answers = try await Answers.complete(store, jtis: history.builder.jtis)
        try store.close()
        return answers
    }

    /// Whether the process was stopped or killed: once the right ledger is back, everything is.
    @Test(arguments: [true, false])
    func `an older ledger beside its keys loses nothing`(closed: Bool) async throws {
        let history = try await History.of(batches: 8, closing: closed)
        let whole = try await answers(in: try history.directory.copied(), history)
        var refused = 0
        for (ledger, size) in history.ledgers.dropLast() {
            let directory = try history.directory.copied()
            try history.put(ledger, in: directory)
            let before = try keys(in: directory)
            let opened = Result { () throws(StoreError) in
                try SQLiteStore(opening: directory.path, .small)
            }
            switch opened {
            case .success(let store): try store.close()
            case .failure(let error):
                let known = try keysSize(in: directory)
                #expect(error == .unreadable(.ledgerOlderThanKeys(have: size, known: known)))
                #expect(known > size)
                refused += 1
            }
            let after = try keys(in: directory)
            #expect(after == before, "\(size) entries")
            try history.put(history.ledgers.last!.files, in: directory)
            #expect(try await answers(in: directory, history) == whole, "\(size) entries")
        }
        // A closed store's keys know of every entry; others', of those before the last reserve.
        #expect(closed ? refused == 7 : refused > 3)
    }

    @Test func `who accepts the loss goes on, and the lost entries' keys go then`() async throws {
        let history = try await History.of(batches: 8, closing: true)
        let (ledger, size) = history.ledgers[3]
        let directory = history.directory
        try history.put(ledger, in: directory)
        let orphans = try keys(in: directory).filter { $0.key >= size }
        #expect(!orphans.isEmpty)
        var builder = LogBuilder(seed: 23)
        for _ in 0..<4 { builder = builder.batch(entries: 2...4).1 }
        let store = try SQLiteStore(opening: directory.path, .small, acceptingLoss: true)
        #expect(try await store.head() == builder.head)
        // Nothing is gone before something is written.
        let kept = try keys(in: directory)
        #expect(orphans.allSatisfy { kept[$0.key] == $0.value })
        try await store.commit(builder.batch(entries: 1...1).batch, after: builder.head)
        let bytes = Data(
            try directory.bytes("keys.sqlite") + directory.bytes("keys.sqlite-wal"))
        for key in orphans.values { #expect(bytes.range(of: Data(key)) == nil) }
        try store.close()
        try SQLiteStore(opening: directory.path, .small).close()
    }
}
