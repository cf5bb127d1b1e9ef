import Client
import Foundation
import Interface
import Rules
import Sharing
import Storage
import TestGateway
import Testing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Gateway

/// Two gateways on one store: the store's compare-and-swap decides, and there is one history.
@Suite struct SharedStoreTests {
    @Test(arguments: ["memory", "SQLite"])
    func twoGatewaysWriteOneHistory(engine: String) async throws {
        let directory = NSTemporaryDirectory() + "/trine-shared-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store: any Store =
            engine == "memory" ? MemoryStore() : try SQLiteStore(opening: directory)
        let alliance = try await Alliance(on: store, listening: true)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let second = try await GatewayService(
            store: store, keys: alliance.keys, logger: Alliance.silent, clock: HostClock { .now })
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let serving = Task {
            try await second.serve(host: "127.0.0.1", port: 0, stopOnSignals: false) {
                listening.yield($0)
            }
        }
        let port = try #require(await ports.first { _ in true })

        let closings = Closings(enterprise)
        let history = History()
        await closings.load(
            [alliance.port, port], connections: 8, upTo: 300, into: history)
        for port in [alliance.port, port] {
            let connection = try RawConnection(port: port)
            let answer = try #require(try await connection.exchange(.get("/checkpoint")))
            try history.add(checkpoint: answer.body)
        }
        #expect(history.acknowledged.count > 20)
        // The same statements to both at once: each is registered once, and both say where.
        let frames = try (0..<20).map { _ in try closings.take() }
        var places: Set<UInt64> = []
        for frame in frames {
            async let first = alliance.send("/statements", frame.bytes)
            let request = RawRequest.post("/statements", "application/octet-stream", frame.bytes)
            async let second = try RawConnection(port: port).exchange(request)
            let indices = [
                try TransparencyProof(parsing: try await first.bytes).index,
                try TransparencyProof(parsing: try #require(try await second).body).index,
            ]
            #expect(indices[0] == indices[1])
            places.insert(indices[0])
        }
        #expect(places.count == frames.count)
        serving.cancel()
        _ = await serving.result
        let size = try #require(try await store.head()).size
        let leaves = try await store.leaves(0..<size)
        try history.check(against: leaves, alliance.keys.log.verifierKey)
        #expect(Set(leaves).count == leaves.count, "nothing is entered twice")
        #expect(Set(leaves).isSuperset(of: frames.map(\.jws)))
        let report = try await Inspection(store: store).run()
        #expect(report.findings.isEmpty, "\(report.findings)")
        await enterprise.close()
        await alliance.stop()
        try (store as? SQLiteStore)?.close()
    }

    /// Both know which state there is, and neither is told what the other enters. That it did is seen at
    /// another statement than the one that is then sent again.
    @Test func whatAnotherEnteredIsntTakenForNew() async throws {
        let store = MemoryStore()
        let alliance = try await Alliance(on: store)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let second = try await GatewayService(
            store: store, keys: alliance.keys, logger: Alliance.silent, clock: HostClock { .now })
        let sequencers = [alliance.service.sequencer, second.sequencer]
        let closings = Closings(enterprise)
        for round in 0..<6 {
            for sequencer in sequencers { await sequencer.learnState() }
            let (one, other) = (sequencers[round % 2], sequencers[(round + 1) % 2])
            let submission = try closings.submission()
            let first = await one.submit(submission)
            let second = await other.submit(try closings.submission())
            let again = await other.submit(submission)
            guard case .registered(let index, _) = first, case .registered = second,
                case .already(index) = again
            else {
                Issue.record("round \(round): \(first), \(second), then \(again)")
                continue
            }
        }
        await enterprise.close()
        await alliance.stop()
    }

    /// Another gateway registers while this one reads the head anew, and a fetch here listed the books just
    /// before. What it listed is older than the head.
    @Test func booksThatWereListedBeforeTheHeadAreListedAnew() async throws {
        let store = FaultyStore()
        let alliance = try await Alliance(on: store)
        let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let other = try await alliance.admit("bolts", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let months = Months.first...Months.second
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(
            GrantWish(
                to: lender.handle, scope: .months(.invoices, months), fields: fields,
                purpose: .receivablesFinancing, lifetime: 86_400, fetches: 50, dataLife: 86_400))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        await enterprise.close()
        let second = try await GatewayService(
            store: store.memory, keys: alliance.keys, logger: Alliance.silent,
            clock: HostClock { [clock = alliance.clock] in clock.now })
        let there = try await alliance.session("acme") { _ in InProcessTransport(to: second) }
        let documents = try alliance.documents(Months.second...Months.second, "second")
        @Sendable func fetch() async throws -> TransportAnswer {
            let call = Fetch.sign(
                grant: grant, fields: fields, ranges: [], by: try lender.signer(.all),
                at: lender.now, jti: lender.newJTI(), opener: .random())
            return try await alliance.send("/fetches", call.bytes, type: "application/jose")
        }
        #expect(try await fetch().status == 200)
        let closings = Closings(other)
        let three = try (0..<3).map { _ in try closings.submission() }
        guard case .registered = await alliance.service.sequencer.submit(three[0]),
            case .registered = await second.sequencer.submit(three[1])
        else {
            Issue.record("both are new")
            return
        }
        let (racing, started) = AsyncStream<Task<TransportAnswer, any Error>>.makeStream()
        store.beforeHead {
            let shelf = ServedLately.Shelf(series: .invoices, months: months)
            alliance.served.forget()
            started.yield(Task { try await fetch() })
            for _ in 0..<500 where alliance.served.books(of: enterprise.handle, on: shelf) == nil {
                try? await Task.sleep(for: .milliseconds(10))
            }
            #expect(alliance.served.books(of: enterprise.handle, on: shelf) != nil)
            _ = try? await Enterprise(there).importDocuments([documents])
        }
        // This gateway was overtaken: it reads the head anew.
        guard case .registered = await alliance.service.sequencer.submit(three[2]) else {
            Issue.record("it is new")
            return
        }
        let answer = try await #require(await racing.first { _ in true }).value
        #expect(answer.status == 200)
        #expect(try await fetch().status == 200)
        for session in [there, other, lender] { await session.close() }
        await second.sequencer.stop()
        await alliance.stop()
    }
}
