import Client
import Interface
import Sharing
import Storage
import Testing
import Wire

@testable import Client
@testable import Gateway

/// A gateway that is asked for more than it can do says when to come back, and serves the others.
@Suite struct BusyTests {
    private static let ofOne = 8

    /// Whoever comes back when the gateway said so finds room.
    @Test func theTimeToComeBackIsRight() async throws {
        let scene = try await Scene(committingTakes: .milliseconds(1200))
        let frames = try (0..<32).map { _ in try scene.closings[0].take() }
        var waiting = frames
        var longest = 0
        for round in 0..<40 where !waiting.isEmpty {
            let answers = await scene.sendAtOnce(waiting)
            let refused = answers.filter { $0.answer.status == 503 }
            #expect(answers.count - refused.count >= min(Self.ofOne, waiting.count), "\(round)")
            #expect(answers.allSatisfy { [200, 201, 503].contains($0.answer.status) })
            let seconds = refused.map { $0.answer.headers["retry-after"].flatMap { Int($0) } }
            #expect(seconds.allSatisfy { $0.map { (1...60).contains($0) } ?? false })
            for answer in refused {
                let problem = try Problem(parsing: answer.answer.body)
                #expect(problem.name == "busy")
            }
            let wait = seconds.compactMap(\.self).max() ?? 0
            longest = max(longest, wait)
            waiting = refused.map(\.frame)
            try await Task.sleep(for: .seconds(wait))
        }
        #expect(waiting.isEmpty && longest >= 1)
        await scene.stop()
    }

    /// While one participant floods the gateway, another one's statement waits for no more than the
    /// batches that are on their way.
    @Test func aFloodDelaysItself() async throws {
        let scene = try await Scene(committingTakes: Scene.commit)
        let flood = try (0..<48).map { _ in try scene.closings[0].take() }
        async let flooded = scene.sendAtOnce(flood)
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(20))
            let frame = try scene.closings[1].take()
            let before = scene.store.committed
            let answer = try await scene.send(frame)
            #expect(answer.status == 201)
            // Two batches may be on their way before the one that it is in, and one ends while it comes.
            #expect(scene.store.committed - before <= 4)
        }
        #expect(await flooded.contains { $0.answer.status == 503 })
        await scene.stop()
    }

    private final class Scene: Sendable {
        static let commit: Duration = .milliseconds(100)
        let store: FaultyStore
        let alliance: Alliance
        let enterprises: [Session]
        let closings: [Closings]

        init(committingTakes: Duration) async throws {
            store = FaultyStore(committingTakes: committingTakes)
            alliance = try await Alliance(
                on: store, listening: true,
                bounds: .init(statements: 64, statementsOfOne: BusyTests.ofOne))
            var enterprises: [Session] = []
            for name in ["acme", "bolt"] {
                enterprises.append(try await alliance.admit(name, [.enterprise]))
            }
            self.enterprises = enterprises
            closings = enterprises.map { Closings($0) }
        }

        func send(_ frame: Frame) async throws -> RawAnswer {
            let request = RawRequest.post("/statements", "application/octet-stream", frame.bytes)
            return try #require(
                try await RawConnection(port: alliance.port).exchange(request))
        }

        func sendAtOnce(_ frames: [Frame]) async -> [(frame: Frame, answer: RawAnswer)] {
            await withTaskGroup(of: (frame: Frame, answer: RawAnswer)?.self) { group in
                for frame in frames {
                    group.addTask { (try? await self.send(frame)).map { (frame, $0) } }
                }
                return await group.reduce(into: []) { if let answer = $1 { $0.append(answer) } }
            }
        }

        func stop() async {
            for enterprise in enterprises { await enterprise.close() }
            await alliance.stop()
        }
    }
}
