import Testing
import Wire

@testable import Storage

/// Each operation on the files fails once, in each way: what was acknowledged is there, what was
/// refused isn't, and where the store said that it doesn't know, one of the two is true.
///
/// Serialised: the interception is the process's.
@Suite(.serialized) struct FaultTests {
    /// A short life of a store, made once: batches with erasures and large attachments, each with
    /// what a store answers after it.
    private struct Script {
        var batches: [(batch: Batch, previous: Head?)] = []
        /// Answers before the first batch, after the first, and so on.
        var answers: [Answers] = []
        let jtis: [JTI]

        init(seed: UInt64, batches count: Int) async throws {
            let memory = MemoryStore()
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

    @Test(arguments: [FaultyDisk.Fault.refused, .doneAllTheSame])
    func `an error of any operation loses and invents nothing`(
        fault: FaultyDisk.Fault
    ) async throws {
        let script = try await Script(seed: 11, batches: 3)
        var number = 1
        var reached = true
        while reached {
            let comment: Comment = "operation \(number), \(fault)"
            let directory = try TemporaryDirectory()
            let disk = FaultyDisk(directory: directory.path)
            defer { disk.remove() }
            disk.fail(number, fault)
            let store = try open(directory.path)
            var done = 0
            while done < script.batches.count {
                let (batch, previous) = script.batches[done]
                do {
                    try await store.commit(batch, after: previous)
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
            reached = disk.fired
            disk.fail(nil)
            let answers = try await Answers.complete(store, jtis: script.jtis)
            try #require(answers == script.answers[done], comment)
            try store.close()
            let reopened = try SQLiteStore(opening: directory.path, .small)
            let again = try await Answers.complete(reopened, jtis: script.jtis)
            try #require(again == script.answers[done], comment)
            try reopened.close()
            number += 1
        }
        #expect(number > 50, "the faults were reached")
    }

    /// An opening that an error interrupts can be tried again.
    private func open(_ directory: String) throws -> SQLiteStore {
        do {
            return try SQLiteStore(opening: directory, .small)
        } catch StoreError.failed {
            return try SQLiteStore(opening: directory, .small)
        }
    }

    @Test(arguments: [false, true])
    func `what was acknowledged survives an end at any operation`(powerCut: Bool) async throws {
        let script = try await Script(seed: 12, batches: 3)
        var number = 1
        var reached = true
        while reached {
            let comment: Comment = "operation \(number), power cut \(powerCut)"
            let directory = try TemporaryDirectory()
            let disk = FaultyDisk(directory: directory.path)
            defer { disk.remove() }
            disk.fail(number, .dead)
            let acknowledged = await live(script, in: directory.path)
            reached = disk.fired
            let remains = powerCut ? try disk.afterPowerCut() : try directory.copied()
            let store = try SQLiteStore(opening: remains.path, .small)
            let answers = try await Answers.complete(store, jtis: script.jtis)
            let possible = script.answers[acknowledged...].prefix(2)
            try #require(possible.contains(answers), comment)
            // It goes on from there.
            let done = script.answers.firstIndex(of: answers)!
            for (batch, previous) in script.batches[done...] {
                try await store.commit(batch, after: previous)
            }
            let final = try await Answers.complete(store, jtis: script.jtis)
            try #require(final == script.answers.last, comment)
            try store.close()
            number += 1
        }
        #expect(number > 50, "the faults were reached")
    }

    @Test func `everybody who asks meanwhile gets the files that were opened anew`() async throws {
        let script = try await Script(seed: 13, batches: 1)
        let directory = try TemporaryDirectory()
        let store = try SQLiteStore(opening: directory.path, .small)
        try await store.commit(script.batches[0].batch, after: nil)
        let head = try await store.head()
        for _ in 0..<20 {
            try await store.current().trust.lose()
            try await withThrowingTaskGroup(of: Head?.self) { group in
                for _ in 0..<20 { group.addTask { try await store.head() } }
                for try await found in group { #expect(found == head) }
            }
        }
        try await store.current().trust.lose()
        try store.close()
        await #expect(throws: StoreError.failed(.closed)) { try await store.head() }
    }

    /// Commits until the disk is dead, and says how many batches were acknowledged.
    private func live(_ script: Script, in directory: String) async -> Int {
        guard let store = try? SQLiteStore(opening: directory, .small) else { return 0 }
        defer { try? store.close() }
        for (done, (batch, previous)) in script.batches.enumerated() {
            do { try await store.commit(batch, after: previous) } catch { return done }
        }
        return script.batches.count
    }
}
