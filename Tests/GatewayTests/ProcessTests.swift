import Client
import Foundation
import Gateway
import Interface
import Rules
import Sharing
import Storage
import TestSupport
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// The program as it is run, ended in every way.
@Suite(.serialized) struct ProcessTests {
    /// `TRINE_KILLS=1000` for more.
    private static let rounds =
        ProcessInfo.processInfo.environment["TRINE_KILLS"].flatMap { Int($0) } ?? 50

    /// Killed while it works, again and again, it comes back by itself, and what it acknowledged is
    /// there, each time.
    @Test func killsLoseNothing() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let gateway = try await GatewayProcess()
        try await gateway.start()
        let enterprise = try await gateway.admit("acme", [.enterprise])
        let closings = Closings(enterprise)
        let history = History()
        var known = KnownLog(gateway.logKey)
        for round in 1...Self.rounds {
            let wait = Int.random(in: 5...200, using: &random)
            let load = Task {
                await closings.load([gateway.port], connections: 8, into: history)
            }
            try await history.reaches(history.acknowledgedCount + 1)
            try await Task.sleep(for: .milliseconds(wait))
            let end = try await gateway.end(SIGKILL)
            #expect(end.bySignal && end.code == SIGKILL, "seed \(seed), round \(round)")
            await load.value
            try await known.check(
                history, in: gateway.storeDirectory, "seed \(seed), round \(round)")
            try await gateway.start()
            let connection = try RawConnection(port: gateway.port)
            let checkpoint = try #require(try await connection.exchange(.get("/checkpoint")))
            try history.add(checkpoint: checkpoint.body)
        }
        // What wasn't acknowledged is sent again, and finds its place or takes one.
        await closings.load([gateway.port], connections: 4, upTo: 50, into: history)
        #expect(history.acknowledged.count > Self.rounds * 4, "seed \(seed)")
        let end = try await gateway.end(SIGTERM)
        #expect(end.code == 0 && !end.bySignal, "\(gateway.said)")
        try await check(gateway, history)
        await enterprise.close()
    }

    /// A second gateway on the same directory is told so, and the first goes on; a check may run beside
    /// it.
    @Test func aSecondGatewayIsTurnedAway() async throws {
        let gateway = try await GatewayProcess()
        try await gateway.start()
        let enterprise = try await gateway.admit("acme", [.enterprise])
        let closings = Closings(enterprise)
        let history = History()
        let load = Task {
            await closings.load([gateway.port], connections: 4, upTo: 300, into: history)
        }
        let second = try await gateway.run(
            ["gateway", "serve", gateway.directory + "/gateway", "--listen", "127.0.0.1:0"])
        #expect(second.code == 4)
        #expect(second.errors.hasPrefix("trine: "), "\(second.errors)")
        #expect(second.errors.contains("/gateway/store is in use by another process"))
        let beside = try await gateway.run(["gateway", "check", gateway.directory + "/gateway"])
        #expect(beside.code == 0, "\(beside.errors)")
        await load.value
        #expect(history.acknowledged.count > 20)
        #expect(try await gateway.end(SIGTERM).code == 0)
        try await check(gateway, history)
        await enterprise.close()
    }

    /// Asked to stop, it answers what was begun, takes nothing new, and ends well.
    @Test(arguments: [SIGTERM, SIGINT])
    func stoppingFinishesWhatWasBegun(signal: Int32) async throws {
        let gateway = try await GatewayProcess()
        try await gateway.start()
        let enterprise = try await gateway.admit("acme", [.enterprise])
        let closings = Closings(enterprise)
        let history = History()
        // Some have begun to speak, and none has finished.
        var begun: [(connection: RawConnection, frame: Frame)] = []
        for _ in 0..<6 {
            let frame = try closings.take()
            let connection = try RawConnection(port: gateway.port)
            let request = RawRequest.post("/statements", "application/octet-stream", frame.bytes)
            try await connection.send(request.bytes.dropLast(10))
            begun.append((connection, frame))
        }
        let load = Task {
            await closings.load([gateway.port], connections: 4, into: history)
        }
        try await history.reaches(10)
        gateway.signal(signal)
        // The load ends: its connections are closed, and there are no new ones.
        await load.value
        for _ in 0..<500 {
            guard (try? RawConnection(port: gateway.port)) != nil else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(throws: RawConnection.Broken.self) { _ = try RawConnection(port: gateway.port) }
        for (connection, frame) in begun {
            try await connection.send(frame.bytes.suffix(10))
            let answer = try #require(try await connection.answer())
            #expect(answer.status == 201)
            try history.add(frame.jws, receipt: answer.body)
        }
        let end = try await gateway.ended()
        #expect(end.code == 0 && !end.bySignal, "\(gateway.said)")
        try await check(gateway, history)
        await enterprise.close()
    }

    /// The directory, after the program has ended: whole, and with all that was acknowledged.
    private func check(_ gateway: GatewayProcess, _ history: History) async throws {
        let store = try SQLiteStore(opening: gateway.storeDirectory)
        let size = try #require(try await store.head()).size
        try history.check(against: try await store.leaves(0..<size), gateway.logKey)
        let report = try await Inspection(store: store).run()
        #expect(report.findings.isEmpty, "\(report.findings)")
        #expect(report.entries == size)
        try store.close()
    }
}
