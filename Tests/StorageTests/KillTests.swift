import Foundation
import Storage
import Testing

/// A process that is killed while it commits loses nothing that it acknowledged.
@Suite struct KillTests {
    private static let batches = 200

    @Test(arguments: Engine.allCases, [30, 90, 170, 300, 470])
    func `what was acknowledged survives SIGKILL`(
        engine: Engine, milliseconds: Int
    ) async throws {
        let directory = try TemporaryDirectory()
        let seed = UInt64(milliseconds)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [
                engine = engine.rawValue as String, path = directory.path as String,
                milliseconds = milliseconds as Int, seed = seed as UInt64
            ] in
            let store = try #require(Engine(rawValue: engine)).open(at: path + "/store")
            try await Self.commitUntilKilled(
                store, in: path, after: milliseconds, seed: seed)
        }
        let acknowledged = try directory.bytes("acknowledged").count
        let store = try engine.open(at: directory.path + "/store")
        let head = try await store.head()
        let memory = ReferenceStore()
        var builder = LogBuilder(seed: seed)
        var committed = 0
        while builder.head != head {
            try #require(committed < Self.batches, "the head is one of those committed")
            let (batch, next) = builder.batch()
            try await memory.commit(batch, after: builder.head)
            builder = next
            committed += 1
        }
        #expect((acknowledged...acknowledged + 1).contains(committed))
        let expected = try await Answers.complete(memory, jtis: builder.jtis)
        #expect(try await Answers.complete(store, jtis: builder.jtis) == expected)
    }

    /// Commits, and notes each acknowledgement with one byte, until the end comes.
    private static func commitUntilKilled(
        _ store: any Store, in path: String, after milliseconds: Int, seed: UInt64
    ) async throws {
        let acknowledged = open(path + "/acknowledged", O_CREAT | O_WRONLY, 0o600)
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
            kill(getpid(), SIGKILL)
        }
        var builder = LogBuilder(seed: seed)
        for _ in 0..<batches {
            let (batch, next) = builder.batch()
            try await store.commit(batch, after: builder.head)
            builder = next
            write(acknowledged, "1", 1)
        }
        try await Task.sleep(for: .seconds(600))
    }
}
