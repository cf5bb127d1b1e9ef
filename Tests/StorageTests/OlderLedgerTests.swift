import Foundation
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
        static let tuning = SQLiteTuning.neverMoved
        static let names = ["ledger.sqlite", "ledger.sqlite-wal"]

        /// Commits `count` batches in `running`, and closes, or ends as a process that is killed
        /// does.
        static func of(batches count: Int, closing: Bool) async throws -> History {
            let running = try TemporaryDirectory()
            var builder = LogBuilder(seed: 23)
            var ledgers: [(files: [String: [UInt8]], size: Int64)] = []
            let store = try SQLiteStore(opening: running.path, tuning)
            for number in 0..<count {
                let (batch, next) = builder.batch(entries: 2...4)
                // The last erasure that the vault knows of when the process is killed.
                if number < 6 {
                    try await store.enter(batch, after: builder.head)
                } else {
                    try await store.commit(batch, after: builder.head)
                }
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

    private func keys(in directory: TemporaryDirectory) throws -> [Int64: [UInt8]] {
        try directory.vault().keys(of: .entry, 0..<40)
    }

    /// How many entries the vault knows of.
    private func keysSize(in directory: TemporaryDirectory) throws -> Int64 {
        try directory.vault().size
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
        // A closed store's vault knows of every entry; others', of those before the last erasure.
        #expect(closed ? refused == 7 : refused > 3)
    }

    @Test func `who accepts the loss goes on, and the lost entries' keys go then`() async throws {
        let history = try await History.of(batches: 8, closing: true)
        let (ledger, size) = history.ledgers[3]
        let directory = history.directory
        try history.put(ledger, in: directory)
        let orphans = try keys(in: directory).filter { $0.key >= size }
        #expect(!orphans.isEmpty)
        let pages = try directory.bytes("vault.sqlite")
        var builder = LogBuilder(seed: 23)
        for _ in 0..<4 { builder = builder.batch(entries: 2...4).1 }
        let store = try SQLiteStore(opening: directory.path, .small, acceptingLoss: true)
        #expect(try await store.head() == builder.head)
        // With them no older page of the vault opens.
        let now = try keys(in: directory)
        #expect(orphans.allSatisfy { now[$0.key] != nil && now[$0.key] != $0.value })
        try Data(pages).write(to: URL(fileURLWithPath: directory.path + "/older"))
        #expect(try directory.vault(pages: "older") == nil)
        let (batch, _) = builder.batch(entries: 1...1)
        try await store.commit(batch, after: builder.head)
        let entry = try #require(batch.entries.first)
        #expect(
            try await store.attachments(of: entry.index, sections: nil)?.sections
                == entry.attachments.sections)
        try store.close()
        try SQLiteStore(opening: directory.path, .small).close()
    }

    /// A killed store has a write-ahead log. An operator puts a backup of the ledger in its place and leaves the
    /// log, which SQLite would replay onto it.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `an older ledger under the log of a newer one is refused`(seed: UInt64) async throws {
        let running = try TemporaryDirectory()
        let backups = try TemporaryDirectory()
        var builder = LogBuilder(seed: seed)
        var count = 0
        func enter(_ batches: Int, _ store: SQLiteStore) async throws {
            for _ in 0..<batches {
                let (batch, next) = builder.batch(entries: 2...4)
                try await store.enter(batch, after: builder.head)
                builder = next
                count += 1
                guard count.isMultiple(of: 3) else { continue }
                let path = backups.path + "/\(count)"
                try StoreBackup.make(of: running.path, ledger: path, vault: backups.path + "/vault")
            }
        }
        // Started twice, and long enough for the log to be moved some times.
        let first = try SQLiteStore(opening: running.path, .small)
        try await enter(5, first)
        try first.close()
        let second = try SQLiteStore(opening: running.path, .small)
        try await enter(30, second)
        let whole = try await Answers.complete(second, jtis: builder.jtis)
        // Not in the middle of it: the files are copied one after the other.
        while try await second.current().checkpointer.isUnderWay {
            try await Task.sleep(for: .milliseconds(1))
        }
        let killed = try running.copied()
        try second.close()
        #expect(try !killed.bytes("ledger.sqlite-wal").isEmpty)
        var refused = 0
        for number in stride(from: 3, through: count, by: 3) {
            let comment: Comment = "seed \(seed), a backup after \(number) of \(count)"
            let mixed = try killed.copied()
            let older = try Data(
                contentsOf: URL(fileURLWithPath: backups.path + "/\(number)/ledger.sqlite"))
            try older.write(to: URL(fileURLWithPath: mixed.path + "/ledger.sqlite"))
            try? FileManager.default.removeItem(atPath: mixed.path + "/ledger.sqlite-shm")
            do {
                let store = try SQLiteStore(opening: mixed.path, .small)
                let answers = try await Answers.complete(store, jtis: builder.jtis)
                #expect(answers == whole, comment)
                try store.close()
            } catch StoreError.unreadable(let mismatch) {
                refused += 1
                #expect(mismatch == .logOfAnotherLedger, comment)
                #expect(try mixed.bytes("ledger.sqlite") == Array(older), comment)
                let log = try killed.bytes("ledger.sqlite-wal")
                #expect(try mixed.bytes("ledger.sqlite-wal") == log, comment)
                for accepting in [true, false] {
                    #expect(throws: StoreError.unreadable(mismatch), comment) {
                        if accepting {
                            _ = try SQLiteStore(opening: mixed.path, .small, acceptingLoss: true)
                        } else {
                            _ = try FrozenStore(mixed.path)
                        }
                    }
                }
                // With the right one back everything is there.
                try Data(try killed.bytes("ledger.sqlite")).write(
                    to: URL(fileURLWithPath: mixed.path + "/ledger.sqlite"))
                let store = try SQLiteStore(opening: mixed.path, .small)
                #expect(try await Answers.complete(store, jtis: builder.jtis) == whole, comment)
                try store.close()
            }
        }
        #expect(refused > 3, "seed \(seed)")
    }

    /// A check or backup that begins while the log is moved sees both files in between.
    @Test func `a ledger at work isn't taken for an older one`() async throws {
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        var builder = LogBuilder(seed: 77)
        for _ in 0..<60 {
            let (batch, next) = builder.batch(entries: 1...3)
            let previous = builder.head
            async let entered: Void = store.enter(batch, after: previous)
            for _ in 0..<20 { try FileWithoutLog(ledgerIn: directory.path).requireOwnLog() }
            try await entered
            builder = next
        }
        try store.close()
    }
}
