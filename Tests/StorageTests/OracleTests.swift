import Rules
import Sharing
import TestSupport
import Testing
import Transparency
import Wire

@testable import Storage

/// The same random operations on the store in memory and on the one in files give the same answers.
@Suite struct OracleTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func `sqlite answers as memory does`(seed: UInt64) async throws {
        let directory = try TemporaryDirectory()
        let memory = MemoryStore()
        var sqlite = try SQLiteStore(opening: directory.path, .small)
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
                    try await memory.commitIgnoringOrder(batch, after: wrong)
                }
                await #expect(throws: StoreError.superseded, comment) {
                    try await sqlite.commitIgnoringOrder(batch, after: wrong)
                }
            case 2:
                try sqlite.close()
                sqlite = try SQLiteStore(opening: directory.path, .small)
            default:
                try await memory.commit(batch, after: before)
                try await sqlite.commit(batch, after: before)
                builder = next
            }
            try await applications(&builder.random, memory, sqlite)
            let size = builder.head?.size ?? 0
            var same = builder.random
            let expected = try await Answers.some(
                memory, size: size, jtis: builder.jtis, using: &builder.random)
            let actual = try await Answers.some(
                sqlite, size: size, jtis: builder.jtis, using: &same)
            try #require(actual == expected, comment)
        }
        let expected = try await Answers.complete(memory, jtis: builder.jtis)
        #expect(try await Answers.complete(sqlite, jtis: builder.jtis) == expected)
        try sqlite.close()
        let reopened = try SQLiteStore(opening: directory.path, .small)
        #expect(try await Answers.complete(reopened, jtis: builder.jtis) == expected)
    }

    private func applications(
        _ random: inout SeededGenerator, _ memory: MemoryStore, _ sqlite: SQLiteStore
    ) async throws {
        guard random.chance(30) else { return }
        let handle = LogBuilder.handles.randomElement(using: &random)!
        if random.chance(60) {
            let application = StoredApplication(
                handle: handle, received: Timestamp(clamping: Int64(random.number(0...99))),
                bytes: random.bytes(random.number(0...2000)))
            await memory.keep(application)
            try await sqlite.keep(application)
        } else {
            await memory.dropApplication(handle)
            try await sqlite.dropApplication(handle)
        }
        #expect(try await sqlite.applications() == memory.applications())
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
