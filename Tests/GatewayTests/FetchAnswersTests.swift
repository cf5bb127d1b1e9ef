import Hummingbird
import Synchronization
import Testing

@testable import Gateway

/// What answers to fetches may take of the gateway's memory.
@Suite struct FetchAnswersTests {
    private static let limits = limits(patience: .milliseconds(100))

    private static func limits(patience: Duration) -> ServingLimits {
        var limits = ServingLimits()
        limits.fetchesAtOnce = 2
        limits.fetchPatience = patience
        limits.heldAnswerBytes = 1000
        return limits
    }

    @Test func whatIsNotReadIsBounded() async throws {
        let answers = FetchAnswers(Self.limits)
        var held: [Response] = []
        for _ in 0..<2 {
            held.append(try await answers.answer { _ in Array(repeating: 1, count: 400) })
        }
        await #expect(throws: GatewayFault.busy) {
            try await answers.answer { _ in Array(repeating: 1, count: 400) }
        }
        // A smaller one fits; and when one was read or dropped, there is room again.
        held.append(try await answers.answer { _ in Array(repeating: 1, count: 200) })
        held.removeFirst()
        held.append(try await answers.answer { _ in Array(repeating: 1, count: 400) })
        #expect(held.count == 3)
    }

    @Test func fewAreMadeAtOnce() async throws {
        let answers = FetchAnswers(Self.limits)
        let (started, start) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let slow = (0..<2).map { _ in
            Task {
                try await answers.answer { _ in
                    start.yield()
                    for await _ in released { break }
                    return [1]
                }
            }
        }
        var begun = started.makeAsyncIterator()
        for _ in slow { await begun.next() }
        // Nobody's turn comes in time; then it does.
        await #expect(throws: GatewayFault.busy) { try await answers.answer { _ in [2] } }
        release.finish()
        for task in slow { _ = try await task.value }
        _ = try await answers.answer { _ in [3] }
        // What fails gives its turn back.
        for _ in 0..<3 {
            await #expect(throws: GatewayFault.notFound) {
                try await answers.answer { _ in throw GatewayFault.notFound }
            }
        }
        _ = try await answers.answer { _ in [4] }
    }

    /// Who waits for the log lets others make their answers, as long as there is room for what it holds.
    @Test(arguments: [true, false])
    func whoWaitsKeepsNobodyElseWaiting(hasRoom: Bool) async throws {
        let answers = FetchAnswers(
            Self.limits(patience: hasRoom ? .seconds(20) : .milliseconds(100)))
        let (started, start) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let waiting = (0..<2).map { _ in
            Task {
                try await answers.answer { turn in
                    try await turn.pause(holding: hasRoom ? 100 : 1001) {
                        start.yield()
                        for await _ in released { break }
                    }
                    return [1]
                }
            }
        }
        var begun = started.makeAsyncIterator()
        for _ in waiting { await begun.next() }
        if hasRoom {
            _ = try await answers.answer { _ in [2] }
        } else {
            await #expect(throws: GatewayFault.busy) { try await answers.answer { _ in [2] } }
        }
        release.finish()
        for task in waiting { _ = try await task.value }
        // What was held is free again but for the answers themselves, and so are both turns.
        _ = try await answers.answer { _ in Array(repeating: 3, count: 900) }
    }

    /// Who doesn't get its turn back gives none back.
    @Test func aTurnThatDoesNotComeAgainIsNotGivenBack() async throws {
        let answers = FetchAnswers(Self.limits)
        let (started, start) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let makers = Mutex<[Task<Response, any Error>]>([])
        await #expect(throws: GatewayFault.busy) {
            try await answers.answer { turn in
                try await turn.pause(holding: 1) {
                    for _ in 0..<2 {
                        let maker = Task {
                            try await answers.answer { _ in
                                start.yield()
                                for await _ in released { break }
                                return [1]
                            }
                        }
                        makers.withLock { $0.append(maker) }
                    }
                    var begun = started.makeAsyncIterator()
                    for _ in 0..<2 { await begun.next() }
                }
                return [1]
            }
        }
        await #expect(throws: GatewayFault.busy) { try await answers.answer { _ in [2] } }
        release.finish()
        for maker in makers.withLock({ $0 }) { _ = try await maker.value }
        _ = try await answers.answer { _ in [3] }
    }
}
