import Rules
import Sharing
import TestSupport
import Testing
import Transparency
import Wire

@testable import Storage

/// The same random operations on the reference and on every engine give the same answers.
@Suite struct OracleTests {
    @Test(arguments: Engine.allCases, [1, 2, 3, 4, 5, 6] as [UInt64])
    func `an engine answers as it must`(engine: Engine, seed: UInt64) async throws {
        let home = try engine.makeHome()
        try await answersAsItMust(seed) { try await home.open() }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `memory answers as it must`(seed: UInt64) async throws {
        let store = MemoryStore()
        try await answersAsItMust(seed) { store }
    }

    /// `open` opens the same store each time.
    private func answersAsItMust(
        _ seed: UInt64, _ open: () async throws -> any ClosableStore
    ) async throws {
        let memory = ReferenceStore()
        var durable = try await open()
        var builder = LogBuilder(seed: seed)
        for step in 0..<60 {
            let comment: Comment = "seed \(seed), step \(step)"
            let before = builder.head
            let (batch, next) = builder.batch()
            let choice = builder.random.number(1...10)
            switch choice {
            case 1:
                let wrong = before == nil ? batch.head : nil
                await #expect(throws: StoreError.superseded, comment) {
                    try await durable.commitIgnoringOrder(batch, after: wrong)
                }
            case 2:
                try await durable.close()
                durable = try await open()
            default:
                try await memory.commit(batch, after: before)
                try await durable.commit(batch, after: before)
                builder = next
            }
            try await applications(&builder.random, memory, durable)
            let size = builder.head?.size ?? 0
            var same = builder.random
            let expected = try await Answers.some(
                memory, size: size, jtis: builder.jtis, using: &builder.random)
            let actual = try await Answers.some(
                durable, size: size, jtis: builder.jtis, using: &same)
            try #require(actual == expected, comment)
        }
        let expected = try await Answers.complete(memory, jtis: builder.jtis)
        #expect(try await Answers.complete(durable, jtis: builder.jtis) == expected)
        try await durable.close()
        let reopened = try await open()
        #expect(try await Answers.complete(reopened, jtis: builder.jtis) == expected)
    }

    private func applications(
        _ random: inout SeededGenerator, _ memory: ReferenceStore, _ durable: any ClosableStore
    ) async throws {
        guard random.chance(30) else { return }
        let handle = LogBuilder.handles.randomElement(using: &random)!
        if random.chance(60) {
            let application = StoredApplication(
                handle: handle, received: Timestamp(clamping: Int64(random.number(0...99))),
                bytes: random.bytes(random.number(0...2000)))
            await memory.keep(application)
            try await durable.keep(application)
        } else {
            await memory.dropApplication(handle)
            try await durable.dropApplication(handle)
        }
        #expect(try await durable.applications() == memory.applications())
    }
}

extension Store {
    /// A commit that another sequencer has overtaken: its entries needn't fit the head it names.
    fileprivate func commitIgnoringOrder(
        _ batch: Batch, after previous: Head?
    ) async throws(StoreError) {
        let empty = Batch(
            entries: [], tiles: [], changes: batch.changes, erased: [],
            head: previous ?? Head(edge: .init(), checkpoint: []))
        try await commit(empty, after: previous)
    }
}
