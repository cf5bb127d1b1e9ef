import Hummingbird
import Testing

@testable import Gateway

/// What answers to fetches may take of the gateway's memory.
@Suite struct FetchAnswersTests {
    private static let limits: ServingLimits = {
        var limits = ServingLimits()
        limits.fetchesAtOnce = 2
        limits.fetchPatience = .milliseconds(100)
        limits.heldAnswerBytes = 1000
        return limits
    }()

    @Test func whatIsNotReadIsBounded() async throws {
        let answers = FetchAnswers(Self.limits)
        var held: [Response] = []
        for _ in 0..<2 { held.append(try await answers.answer { Array(repeating: 1, count: 400) }) }
        await #expect(throws: GatewayFault.busy) {
            try await answers.answer { Array(repeating: 1, count: 400) }
        }
        // A smaller one fits; and when one was read or dropped, there is room again.
        held.append(try await answers.answer { Array(repeating: 1, count: 200) })
        held.removeFirst()
        held.append(try await answers.answer { Array(repeating: 1, count: 400) })
        #expect(held.count == 3)
    }

    @Test func fewAreMadeAtOnce() async throws {
        let answers = FetchAnswers(Self.limits)
        let (started, start) = AsyncStream<Void>.makeStream()
        let (released, release) = AsyncStream<Void>.makeStream()
        let slow = (0..<2).map { _ in
            Task {
                try await answers.answer {
                    start.yield()
                    for await _ in released { break }
                    return [1]
                }
            }
        }
        var begun = started.makeAsyncIterator()
        for _ in slow { await begun.next() }
        // Nobody's turn comes in time; then it does.
        await #expect(throws: GatewayFault.busy) { try await answers.answer { [2] } }
        release.finish()
        for task in slow { _ = try await task.value }
        _ = try await answers.answer { [3] }
        // What fails gives its turn back.
        for _ in 0..<3 {
            await #expect(throws: GatewayFault.notFound) {
                try await answers.answer { throw GatewayFault.notFound }
            }
        }
        _ = try await answers.answer { [4] }
    }
}
