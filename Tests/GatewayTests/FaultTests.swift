import Client
import Gateway
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// A store that fails at operation n, for every n, and again at some that follow, with and without
/// its effect: what was acknowledged is there, and the same bytes again find their place.
@Suite struct FaultTests {
    /// Which operations fail after the first: those that would make up for it, from the first of
    /// them on or from a later one, when half of it is done.
    private static let patterns = [[], [1], [2], [3], [4], [1, 3], [2, 4], [1, 2, 3, 4, 5, 6]]

    @Test func aStatementIsNeitherLostNorDoubled() async throws {
        let scene = try await Scene()
        var month = Months.first
        var acknowledged: [(index: Int64, leaf: [UInt8])] = []
        try await Self.everywhere(scene.store) { place in
            month = month.advanced(by: 1)
            let frame = Frame(jws: try scene.enterprise.closing(month).statement.jws.bytes)
            let answer = try await scene.retrying("/statements", frame.bytes, place)
            let receipt = try scene.verified(answer, frame.jws)
            let again = try await scene.retrying("/statements", frame.bytes, place)
            #expect(again.status == 200, "\(place)")
            #expect(try scene.verified(again, frame.jws).index == receipt.index, "\(place)")
            acknowledged.append((Int64(receipt.index), frame.jws))
        }
        for (index, leaf) in acknowledged {
            #expect(await scene.store.memory.leaves(index..<(index + 1)) == [leaf])
        }
        // Nothing but genesis, an admission, and what was acknowledged.
        #expect(await scene.store.memory.head()?.size == Int64(acknowledged.count + 2))
        try await scene.finish()
    }

    /// While commits fail, whoever asks about its health is told so.
    @Test func aFailedCommitIsUnhealthy() async throws {
        let scene = try await Scene()
        let frame = Frame(jws: try scene.enterprise.closing(Months.first).statement.jws.bytes)
        #expect(try await scene.alliance.send("/health").status == 200)
        scene.store.armCommit(.failed)
        #expect(try await scene.alliance.send("/statements", frame.bytes).status == 503)
        #expect(scene.store.disarm() == 1)
        #expect(try await scene.alliance.send("/health").status == 503)
        #expect(try await scene.alliance.send("/statements", frame.bytes).status == 201)
        #expect(try await scene.alliance.send("/health").status == 200)
        try await scene.finish()
    }

    /// A commit that gives no answer, and a store that can't be read after it: the gateway doesn't
    /// say that nothing was stored, and the outbox finds out by sending the same bytes again.
    @Test(arguments: [FaultyStore.Effect.lost, .stored])
    func anUnknownOutcomeIsSaidAndFoundOut(effect: FaultyStore.Effect) async throws {
        let scene = try await Scene()
        let signed = try scene.enterprise.closing(Months.first)
        let before = await scene.store.memory.head()?.size
        scene.store.armCommit(effect)
        do {
            _ = try await scene.enterprise.register(signed)
            Issue.record("registered")
        } catch ConnectionError.unavailable(let status, let problem) {
            #expect(status == 503)
            #expect(problem?.name == "outcome-unknown")
        }
        #expect(scene.store.disarm() > 1)
        #expect(await scene.enterprise.hasUnsent)
        let late = try await scene.enterprise.flush()
        #expect(late.map(\.jti) == [signed.statement.jti])
        #expect(late.map(\.index) == [before])
        #expect(await scene.store.memory.head()?.size == before.map { $0 + 1 })
        // Where nothing can have been stored, the gateway says something else.
        let other = Frame(
            jws: try scene.enterprise.closing(Months.second).statement.jws.bytes)
        scene.store.armCommit(.failed)
        let answer = try await scene.alliance.send("/statements", other.bytes)
        #expect(try Problem(parsing: answer.bytes).name == "unavailable")
        #expect(scene.store.disarm() == 1)
        try await scene.finish()
    }

    /// A batch is stored, and the keys that it was to destroy can't be: nobody is told that nothing was
    /// stored.
    @Test func aStoredBatchIsntCalledNotStored() async throws {
        let scene = try await Scene()
        let frame = Frame(jws: try scene.enterprise.closing(Months.first).statement.jws.bytes)
        let before = try #require(await scene.store.memory.head()).size
        scene.store.armDestroying()
        let answer = try await scene.alliance.send("/statements", frame.bytes)
        #expect(await scene.store.memory.head()?.size == before + 1)
        #expect(try Problem(parsing: answer.bytes).name == "outcome-unknown")
        // It isn't acknowledged either.
        let again = try await scene.alliance.send("/statements", frame.bytes)
        #expect(try Problem(parsing: again.bytes).name == "outcome-unknown")
        #expect(scene.store.disarm() > 2)
        let late = try await scene.alliance.send("/statements", frame.bytes)
        #expect(try scene.verified(late, frame.jws).index == UInt64(before))
        try await scene.finish()
    }

    /// A bulk submission that can't be decided is put off as a whole: no refusal is in its answer,
    /// because a refusal is final.
    @Test func aBulkIsDecidedOrPutOff() async throws {
        let scene = try await Scene()
        var month = Months.first
        var count = 2
        try await Self.everywhere(scene.store) { place in
            let frames = try (1...3).map {
                Frame(
                    jws: try scene.enterprise.closing(month.advanced(by: $0)).statement.jws.bytes)
            }
            month = month.advanced(by: 3)
            count += 3
            let answer = try await scene.retrying(
                "/statements/bulk", frames.flatMap(\.bytes), place)
            for (frame, result) in zip(frames, try BulkAnswer(parsing: answer.bytes).results) {
                guard case .registered(let index, _) = result else {
                    Issue.record("\(place): \(result)")
                    continue
                }
                #expect(
                    await scene.store.memory.leaves(index..<(index + 1)) == [frame.jws], "\(place)")
            }
        }
        #expect(await scene.store.memory.head()?.size == Int64(count))
        try await scene.finish()
    }

    /// A call is charged once, however often it had to be sent.
    @Test func aFetchIsChargedOnce() async throws {
        let scene = try await Scene()
        let lender = try await scene.alliance.admit("northbank", [.lender])
        _ = try await Enterprise(scene.enterprise).importDocuments(
            [try scene.alliance.documents(Months.first...Months.first, "first")])
        let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]
        let plan = try await Enterprise(scene.enterprise).plan(
            GrantWish(
                to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
                fields: fields, purpose: .receivablesFinancing, lifetime: 86_400, fetches: 10_000,
                dataLife: 86_400))
        let grant = try await Enterprise(scene.enterprise).grant(plan).statement.jti
        var calls: Int64 = 0
        try await Self.everywhere(scene.store, patterns: [[], [2]], step: 3) { place in
            let call = Fetch.sign(
                grant: grant, fields: fields, ranges: [], by: try lender.signer(.all),
                at: lender.now, jti: lender.newJTI(), opener: .random())
            let answer = try await scene.retrying(
                "/fetches", call.bytes, place, type: "application/jose")
            let served = try FetchAnswer(parsing: answer.bytes)
            #expect(served.records.count == plan.recordCount, "\(place)")
            #expect(served.records.allSatisfy { $0.fields.count == 4 }, "\(place)")
            calls += 1
        }
        guard
            let state = try await scene.store.memory.value(of: GrantState.key(grant))
        else {
            Issue.record("no grant")
            return
        }
        #expect(state.used == calls)
        await lender.close()
        try await scene.finish()
    }

    /// Runs `body` with a fault at every place, until a run ends before the fault's.
    private static func everywhere(
        _ store: FaultyStore, patterns: [[Int]] = patterns, step: Int = 1,
        _ body: (String) async throws -> Void
    ) async throws {
        for effect in FaultyStore.Effect.allCases {
            for pattern in patterns {
                var number = 0
                while true {
                    let place = "operation \(number), then \(pattern), \(effect)"
                    store.arm(at: number, and: pattern, effect)
                    try await body(place)
                    guard store.disarm() > 0 else { break }
                    number += step
                    try #require(number < 500, "it comes to an end")
                }
            }
        }
    }

    private struct Scene {
        let store = FaultyStore()
        let alliance: Alliance
        let enterprise: Session

        init() async throws {
            alliance = try await Alliance(on: store)
            enterprise = try await alliance.admit("acme", [.enterprise])
        }

        /// Sends the same bytes until they are taken. Until then the answer is that it can't be now.
        func retrying(
            _ path: String, _ body: [UInt8], _ place: String,
            type: String = "application/octet-stream"
        ) async throws -> TransportAnswer {
            for _ in 0..<10 {
                let answer = try await alliance.send(path, body, type: type)
                if answer.status < 300 { return answer }
                let problem = try Problem(parsing: answer.bytes)
                #expect(
                    answer.status == 503
                        && ["unavailable", "outcome-unknown"].contains(problem.name), "\(place)")
            }
            Issue.record("\(place): it doesn't recover")
            throw StoreError.failed(.closed)
        }

        func verified(_ answer: TransportAnswer, _ leaf: [UInt8]) throws -> TransparencyProof {
            let receipt = try TransparencyProof(parsing: answer.bytes)
            _ = try receipt.verify(
                leaf: Hash.leaf(leaf),
                policy: TrustPolicy(trusting: alliance.keys.log.verifierKey))
            return receipt
        }

        /// The store is whole: every entry, tile, and the state against a replay.
        func finish() async throws {
            let report = try await Inspection(store: store.memory).run()
            #expect(report.findings.isEmpty, "\(report.findings)")
            await enterprise.close()
            await alliance.stop()
        }
    }
}
