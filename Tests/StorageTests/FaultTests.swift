import Testing
import Wire

@testable import Storage

/// Each operation of an engine fails once, in each way: what was acknowledged is there, what was
/// refused isn't, and where the store said that it doesn't know, one of the two is true.
@Suite struct FaultTests {
    /// A short life of a store, made once: batches with erasures and large attachments, each with
    /// what a store answers after it.
    private struct Script {
        var batches: [(batch: Batch, previous: Head?)] = []
        /// Answers before the first batch, after the first, and so on.
        var answers: [Answers] = []
        let jtis: [JTI]

        init(seed: UInt64, batches count: Int) async throws {
            let memory = ReferenceStore()
            var builder = LogBuilder(seed: seed)
            answers.append(try await Answers.complete(memory, jtis: []))
            for _ in 0..<count {
                let (batch, next) = builder.batch(entries: 1...3)
                batches.append((batch, builder.head))
                try await memory.commit(batch, after: builder.head)
                builder = next
                answers.append(try await Answers.complete(memory, jtis: builder.jtis))
            }
            jtis = builder.jtis
        }
    }

    @Test(arguments: Engine.allCases, [Fault.refused, .doneAllTheSame])
    func `an error of any operation loses and invents nothing`(
        engine: Engine, fault: Fault
    ) async throws {
        let script = try await Script(seed: 11, batches: 3)
        try await everyOperation { number in
            let comment: Comment = "operation \(number), \(fault)"
            let home = try engine.makeFaultyHome()
            defer { home.mend() }
            home.fail(number, fault)
            let store = try await open(home)
            var done = 0
            while done < script.batches.count {
                let (batch, previous) = script.batches[done]
                do {
                    try await store.enter(batch, after: previous)
                    done += 1
                } catch StoreError.outcomeUnknown {
                    let head = try await store.head()
                    try #require(head == previous || head == batch.head, comment)
                    if head == batch.head { done += 1 }
                } catch StoreError.failed {
                    try #require(try await store.head() == previous, comment)
                }
            }
            // A fault that no commit came to isn't left for the questions that follow.
            let reached = home.fired
            home.fail(nil, .refused)
            let answers = try await Answers.complete(store, jtis: script.jtis)
            try #require(answers == script.answers[done], comment)
            try await store.close()
            let reopened = try await home.open()
            let again = try await Answers.complete(reopened, jtis: script.jtis)
            try #require(again == script.answers[done], comment)
            try await reopened.close()
            return reached
        }
    }

    /// The disk can't write out what it was given, says so once, and forgets it. Now and then somebody reads a
    /// snapshot for a while: a log that is moved meanwhile is moved in part, and not synced.
    @Test(arguments: [
        ("ledger.sqlite", false), ("ledger.sqlite", true), ("ledger.sqlite-wal", false),
        ("vault.sqlite", true), ("vault.sqlite-wal", false),
    ])
    func `what was acknowledged survives a sync that fails, and a power cut`(
        file: String, closing: Bool
    ) async throws {
        let script = try await Script(seed: 13, batches: 40)
        try await everyOperation(atLeast: 8) { number in
            let comment: Comment = "sync \(number) of \(file), closing \(closing)"
            let home = FaultySQLiteHome(try TemporaryDirectory(), moving: 40)
            defer { home.mend() }
            var store = try home.openStore()
            home.disk.failSync(number, of: file)
            var done = 0
            var reader: FrozenStore?
            while done < script.batches.count {
                switch done % 5 {
                case 1: reader = try? FrozenStore(home.path)
                case 3: reader = nil
                default: break
                }
                let (batch, previous) = script.batches[done]
                guard let files = try? await store.current() else {
                    reader = nil
                    continue
                }
                try? await store.enter(batch, after: previous)
                while files.checkpointer.isUnderWay { try await Task.sleep(for: .milliseconds(1)) }
                if files.trust.isLost {
                    // Nothing is written anew while somebody reads.
                    if reader != nil { try #require(try await isWaiting(store), comment) }
                    if closing {
                        try store.close()
                        // Nor by the next one who opens it.
                        if reader != nil {
                            #expect(throws: StoreError.self, comment) { try home.openStore() }
                        }
                        reader = nil
                        store = try home.openStore()
                    }
                    reader = nil
                }
                if (try? await store.head()) == batch.head { done += 1 }
            }
            withExtendedLifetime(reader) {}
            let reached = home.fired
            let remains = try home.afterPowerCut()
            try store.close()
            let reopened = try await remains.open()
            let answers = try await Answers.complete(reopened, jtis: script.jtis)
            try #require(answers == script.answers.last, comment)
            try await reopened.close()
            return reached
        }
    }

    /// A commit can't be synced, the files are written anew, and a power cut comes meanwhile.
    @Test func `a power cut while files are written anew loses nothing`() async throws {
        let script = try await Script(seed: 15, batches: 6)
        try await everyOperation(atLeast: 12) { number in
            let comment: Comment = "operation \(number) after the failed sync"
            let home = FaultySQLiteHome(try TemporaryDirectory(), moving: 1 << 20)
            defer { home.mend() }
            let store = try home.openStore()
            let (last, before) = try #require(script.batches.last)
            for (batch, previous) in script.batches.dropLast() {
                try await store.enter(batch, after: previous)
            }
            home.disk.failSync(1, of: "ledger.sqlite-wal")
            await #expect(throws: StoreError.self) { try await store.enter(last, after: before) }
            home.fail(number, .dead)
            _ = try? await store.head()
            let reached = home.fired
            let remains = try home.afterPowerCut(writingOut: true)
            // Where the disk can be used again, so can the store.
            home.fail(nil, .refused)
            try #require(
                [before, last.head].contains(try await store.head()), comment)
            try store.close()
            let reopened = try remains.openStore()
            let answers = try await Answers.complete(reopened, jtis: script.jtis)
            try #require(script.answers.suffix(2).contains(answers), comment)
            try reopened.close()
            return reached
        }
    }

    /// Whether the store waits until nobody reads it.
    private func isWaiting(_ store: SQLiteStore) async throws -> Bool {
        do {
            _ = try await store.head()
            return false
        } catch StoreError.failed(.database(_, code: 5, _)) { return true }
    }

    /// Up to 3.51.2 SQLite may lose a commit where it moves a log on another connection.
    @Test func `only the connection that writes moves the log`() async throws {
        let script = try await Script(seed: 14, batches: 20)
        let home = FaultySQLiteHome(try TemporaryDirectory())
        defer { home.mend() }
        let store = try home.openStore()
        for (batch, previous) in script.batches {
            try await store.enter(batch, after: previous)
            _ = try FrozenStore(home.path)
        }
        #expect(home.disk.writers(of: "ledger.sqlite") == 1)
        #expect(home.disk.writers(of: "vault.sqlite") == 1)
        try store.close()
    }

    /// Runs `body` for each operation from the first on, several side by side, until it says that the
    /// operation wasn't reached.
    private func everyOperation(
        atLeast count: Int = 50, _ body: @escaping @Sendable (Int) async throws -> Bool
    ) async throws {
        let sideBySide = 4
        var next = 1
        var reached = true
        while reached {
            reached = try await withThrowingTaskGroup(of: Bool.self) { [next] group in
                for number in next..<next + sideBySide {
                    group.addTask { try await body(number) }
                }
                return try await group.reduce(true) { $0 && $1 }
            }
            next += sideBySide
        }
        #expect(next > count, "the faults were reached")
    }

    /// An opening that an error interrupts can be tried again.
    private func open(_ home: any StoreHome) async throws -> any ClosableStore {
        do { return try await home.open() } catch StoreError.failed { return try await home.open() }
    }

    @Test(arguments: Engine.allCases, [false, true])
    func `what was acknowledged survives an end at any operation`(
        engine: Engine, powerCut: Bool
    ) async throws {
        let script = try await Script(seed: 12, batches: 3)
        try await everyOperation { number in
            let comment: Comment = "operation \(number), power cut \(powerCut)"
            let home = try engine.makeFaultyHome()
            defer { home.mend() }
            home.fail(number, .dead)
            let acknowledged = await live(script, in: home)
            let reached = home.fired
            let remains = powerCut ? try home.afterPowerCut() : try home.copied()
            let store = try await remains.open()
            let answers = try await Answers.complete(store, jtis: script.jtis)
            let possible = script.answers[acknowledged...].prefix(2)
            try #require(possible.contains(answers), comment)
            // It goes on from there.
            let done = script.answers.firstIndex(of: answers)!
            for (batch, previous) in script.batches[done...] {
                try await store.enter(batch, after: previous)
            }
            let final = try await Answers.complete(store, jtis: script.jtis)
            try #require(final == script.answers.last, comment)
            try await store.close()
            return reached
        }
    }

    /// Commits until the disk is dead, and says how many batches were acknowledged.
    private func live(_ script: Script, in home: any StoreHome) async -> Int {
        guard let store = try? await home.open() else { return 0 }
        var done = 0
        for (batch, previous) in script.batches {
            guard (try? await store.commit(batch, after: previous)) != nil else { break }
            done += 1
        }
        // A dead disk can't close either.
        try? await store.close()
        return done
    }
}
