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

    /// Runs `body` for each operation from the first on, several side by side, until it says that the
    /// operation wasn't reached.
    private func everyOperation(_ body: @escaping @Sendable (Int) async throws -> Bool) async throws
    {
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
        #expect(next > 50, "the faults were reached")
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
