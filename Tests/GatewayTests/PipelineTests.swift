import Client
import Interface
import Rules
import Sharing
import Storage
import Synchronization
import TestSupport
import Testing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Gateway

/// Many send at once, batches are in flight behind each other, and the store fails in every way: nothing
/// is acknowledged that isn't in the store, and there is one history.
@Suite struct PipelineTests {
    /// At operation n, for every n, and again soon after it.
    @Test(arguments: FaultyStore.Effect.allCases)
    func aFaultAtEveryEdge(effect: FaultyStore.Effect) async throws {
        let scene = try await Scene()
        var silent = 0
        for number in 0..<400 where silent < 3 {
            // It makes no difference that the gateway knows which state there is.
            if number.isMultiple(of: 2) { await scene.alliance.service.sequencer.learnState() }
            scene.store.arm(at: number, and: [number % 7, number % 3], effect)
            try await scene.sendAtOnce(12, "operation \(number), \(effect)")
            silent = scene.store.disarm() > 0 ? 0 : silent + 1
        }
        #expect(silent == 3)
        try await scene.finish()
    }

    /// At random operations, again and again.
    @Test func faultsAtRandom() async throws {
        var random = SeededGenerator.printed()
        let seed = random.seed
        let scene = try await Scene()
        for round in 0..<60 {
            let distances = (0..<40).filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
            guard let effect = FaultyStore.Effect.allCases.randomElement(using: &random) else {
                return
            }
            if Bool.random(using: &random) {
                await scene.alliance.service.sequencer.learnState()
            }
            scene.store.arm(at: Int.random(in: 0..<12, using: &random), and: distances, effect)
            try await scene.sendAtOnce(24, "seed \(seed), round \(round), \(effect)")
            _ = scene.store.disarm()
        }
        try await scene.finish()
    }

    /// The failure empties the memory. What the gateway knows of the state there is has to be enough.
    @Test func whatWasEnteredIsKnownAfterAFailure() async throws {
        let store = FaultyStore()
        let alliance = try await Alliance(on: store)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let closings = Closings(enterprise)
        let sequencer = alliance.service.sequencer
        await sequencer.learnState()
        let submission = try closings.submission()
        guard case .registered(let index, _) = await sequencer.submit(submission) else {
            Issue.record("it is new")
            return
        }
        store.armCommit(.failed)
        guard case .unavailable = await sequencer.submit(try closings.submission()) else {
            Issue.record("the store failed")
            return
        }
        #expect(store.disarm() > 0)
        guard case .already(index) = await sequencer.submit(submission) else {
            Issue.record("it was entered at \(index)")
            return
        }
        await enterprise.close()
        await alliance.stop()
    }

    private final class Scene: Sendable {
        let store = FaultyStore(committingTakes: .milliseconds(1))
        let alliance: Alliance
        let enterprises: [Session]
        let history = History()
        private let month = Mutex(0)

        init() async throws {
            alliance = try await Alliance(on: store)
            var enterprises: [Session] = []
            for name in ["acme", "bolt", "corp"] {
                enterprises.append(try await alliance.admit(name, [.enterprise]))
            }
            self.enterprises = enterprises
        }

        /// Each of `count` statements until it is taken; some of them twice at once, some several in one
        /// submission.
        func sendAtOnce(_ count: Int, _ place: String) async throws {
            let months = month.withLock { month in
                defer { month += 4 }
                return month..<(month + 4)
            }
            var frames: [Frame] = []
            for number in 0..<count {
                let month = try #require(Month(number: months[months.startIndex + number % 4]))
                let series = try #require(Series(rawValue: "s-\(number / 12)"))
                let closing = try enterprises[number % 3].closing(month, series)
                frames.append(Frame(jws: closing.statement.jws.bytes))
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, frame) in frames.enumerated() {
                    group.addTask { try await self.send(frame, place) }
                    if number % 3 == 0 { group.addTask { try await self.send(frame, place) } }
                }
                try await group.waitForAll()
            }
        }

        private func send(_ frame: Frame, _ place: String) async throws {
            for _ in 0..<60 {
                let answer = try await alliance.send("/statements", frame.bytes)
                if answer.status < 300 { return try history.add(frame.jws, receipt: answer.bytes) }
                let problem = try Problem(parsing: answer.bytes)
                guard answer.status == 503 else {
                    Issue.record("\(place): \(problem.name)")
                    return
                }
            }
            Issue.record("\(place): it doesn't recover")
        }

        func finish() async throws {
            let size = try #require(await store.memory.head()).size
            try history.check(
                against: await store.memory.leaves(0..<size), alliance.keys.log.verifierKey)
            let acknowledged = Set(history.acknowledged.map(\.leaf))
            // Genesis and the admissions, and nothing that nobody was told of.
            #expect(size == Int64(acknowledged.count + 1 + enterprises.count))
            let report = try await Inspection(store: store.memory).run()
            #expect(report.findings.isEmpty, "\(report.findings)")
            for enterprise in enterprises { await enterprise.close() }
            await alliance.stop()
        }
    }
}
