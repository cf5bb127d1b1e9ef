import Synchronization
import Testing

@testable import Gateway

/// Turns are bounded, and go to whoever asked first.
@Suite struct TurnsTests {
    @Test func theyAreTakenInOrder() async throws {
        let turns = Turns(1)
        try await turns.take(within: .seconds(3600))
        let tally = Tally()
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<50 {
            tasks.append(
                Task {
                    try await turns.take(within: .seconds(3600))
                    tally.add(number)
                    turns.giveBack()
                })
            while turns.waitingCount <= number { await Task.yield() }
        }
        turns.giveBack()
        for task in tasks { try await task.value }
        #expect(tally.order == Array(0..<50))
        #expect(turns.waitingCount == 0)
    }

    @Test func noMoreAreTakenThanThereAre() async throws {
        let turns = Turns(3)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await turns.take(within: .seconds(3600))
                    defer { turns.giveBack() }
                    tally.enter()
                    await Task.yield()
                    tally.leave()
                }
            }
            try await group.waitForAll()
        }
        #expect((1...3).contains(tally.most))
        // All of them were given back.
        for _ in 0..<3 { try await turns.take(within: .zero) }
        await #expect(throws: GatewayFault.busy) { try await turns.take(within: .milliseconds(1)) }
    }

    @Test func whoeverIsCancelledLeavesTheQueue() async throws {
        let turns = Turns(1)
        try await turns.take(within: .seconds(3600))
        let first = Task { try await turns.take(within: .seconds(3600)) }
        while turns.waitingCount < 1 { await Task.yield() }
        let second = Task { try await turns.take(within: .seconds(3600)) }
        while turns.waitingCount < 2 { await Task.yield() }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(turns.waitingCount == 1)
        turns.giveBack()
        try await second.value
        turns.giveBack()
        // One that was cancelled before it asked takes nothing either.
        let late = Task {
            while !Task.isCancelled { await Task.yield() }
            try await turns.take(within: .seconds(3600))
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
        try await turns.take(within: .zero)
    }

    @Test func impatienceGivesWay() async throws {
        let turns = Turns(0)
        await #expect(throws: GatewayFault.busy) { try await turns.take(within: .milliseconds(1)) }
        #expect(turns.waitingCount == 0)
    }

    /// Who had a turn, and how many had one at once.
    private final class Tally: Sendable {
        private let state = Mutex((order: [Int](), now: 0, most: 0))

        var order: [Int] { state.withLock { $0.order } }
        var most: Int { state.withLock { $0.most } }

        func add(_ number: Int) { state.withLock { $0.order.append(number) } }

        func enter() {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
        }

        func leave() { state.withLock { $0.now -= 1 } }
    }
}
