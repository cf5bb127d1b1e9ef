import Sharing
import Testing
import Wire

@testable import Gateway

/// What waits is taken in turns, and is bounded.
@Suite struct FairQueueTests {
    private let names = ["acme", "bolt", "corp"].map { Handle($0)! }

    /// Who sends much delays itself: the others' are among the first that are taken.
    @Test func aFloodDelaysItself() async {
        var queue = FairQueue()
        for _ in 0..<500 { try? queue.add(await work(of: names[0])) }
        for name in names[1...] { try? queue.add(await work(of: name)) }
        #expect(
            queue.take(statements: 4, bytes: .max).map(\.account) == [
                names[0], names[1], names[2], names[0],
            ])
        #expect(queue.statements == 498)
        #expect(queue.take(statements: .max, bytes: .max).count == 498)
        #expect(queue.isEmpty && queue.statements == 0)
    }

    /// One account fills its own part, and no more; what is full says how many have to go first.
    @Test func itIsBounded() async throws {
        var queue = FairQueue(.init(statements: 20, bytes: 64 << 20, statementsOfOne: 8))
        for _ in 0..<8 { try queue.add(await work(of: names[0])) }
        let more = await work(of: names[0])
        #expect(throws: FairQueue.Full(ahead: 1)) { try queue.add(more) }
        for _ in 0..<8 { try queue.add(await work(of: names[1])) }
        #expect(throws: FairQueue.Full(ahead: 2)) { try queue.add(more) }
        for _ in 0..<4 { try queue.add(await work(of: names[2])) }
        let other = await work(of: names[2])
        #expect(throws: FairQueue.Full(ahead: 20)) { try queue.add(other) }
        #expect(queue.take(statements: .max, bytes: .max).count == 20)
        try queue.add(other)
    }

    @Test func bytesAreBoundedToo() async throws {
        var queue = FairQueue(
            .init(statements: 100, bytes: 3 * JWS.maximumBytes, statementsOfOne: 100))
        for _ in 0..<3 { try queue.add(await work(of: names[0])) }
        let more = await work(of: names[1])
        #expect(throws: FairQueue.Full(ahead: 3)) { try queue.add(more) }
        #expect(queue.take(statements: 100, bytes: 2 * JWS.maximumBytes).count == 2)
        try queue.add(more)
    }

    /// What was decided in vain comes first again, in its order.
    @Test func whatComesBackIsFirst() async throws {
        var queue = FairQueue()
        for name in names { try queue.add(await work(of: name)) }
        let taken = queue.take(statements: 2, bytes: .max)
        try queue.add(await work(of: names[0]))
        queue.putBack(taken)
        #expect(
            queue.take(statements: 10, bytes: .max).map(\.account)
                == [names[0], names[1], names[2], names[0]])
    }

    @Test func theRateSaysWhenThereIsRoom() {
        var drain = DrainRate()
        let start = ContinuousClock.now
        #expect(drain.seconds(for: 1000) == 10)
        for step in 0...40 {
            drain.count(50, took: .milliseconds(100), at: start + .milliseconds(100 * step))
        }
        // 500 in a second.
        #expect(drain.seconds(for: 400) == 1)
        #expect((2...3).contains(drain.seconds(for: 1000)))
        #expect(drain.seconds(for: 1_000_000) == 60)
        // A pause doesn't count.
        drain.count(50, took: .milliseconds(100), at: start + .seconds(1000))
        #expect((2...3).contains(drain.seconds(for: 1000)))
        // There is no room before a batch that is on its way has ended.
        for _ in 0..<20 { drain.count(50, took: .seconds(4), at: start + .seconds(1000)) }
        #expect((8...9).contains(drain.seconds(for: 1)))
    }

    /// A work of one statement for which nobody waits.
    private func work(of account: Handle) async -> Work {
        let claims = Access(grant: JTI(bytes: [UInt8](repeating: 1, count: 16))!)
        let draft = HostDraft(claims: claims, selective: NoSelectiveClaims())
        return await withCheckedContinuation { (made: CheckedContinuation<Work, Never>) in
            Task {
                _ = await withCheckedContinuation {
                    (continuation: CheckedContinuation<[Outcome], Never>) in
                    made.resume(returning: Work(.draft(draft), for: account, continuation))
                    continuation.resume(returning: [])
                }
            }
        }
    }
}
