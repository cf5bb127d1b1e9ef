import Demo
import Foundation
import Rules
import Sharing
import Synchronization
import TestGateway
import Testing
import Transparency
import Wire

@testable import Client

/// The program against a gateway that somebody stands before: who delays, drops, swaps or rolls back
/// is told by an exit code, and nothing of it is believed.
@Suite(.serialized) struct ProxyTests {
    /// A gateway at work, an enterprise that reaches it through a proxy, and the log's note before and
    /// after somebody else was admitted.
    private struct Scene {
        let gateway: GatewayProcess
        let proxy: LyingProxy
        let before: TransportAnswer
        let size: UInt64

        init() async throws {
            gateway = try await GatewayProcess()
            try await gateway.start()
            await (try gateway.admit("bearings", [.enterprise])).close()
            let direct = HTTPTransport(gateway.log.gateway)
            let port = try LoopbackPort.free()
            proxy = try await LyingProxy(to: direct, port: port)
            let home = Home(gateway.directory + "/bearings")
            let known = try home.configuration()
            try home.replace(
                .config,
                with: Configuration(
                    gateway: try GatewayAddress(parsing: "http://127.0.0.1:\(port)"),
                    origin: known.origin, genesis: known.genesis, handle: known.handle,
                    roles: known.roles, identifiers: known.identifiers
                ).bytes)
            before = try await direct.send(Self.checkpoint)
            size = try Checkpoint(parsing: Note(parsing: before.bytes).unverifiedText).size
            await (try gateway.admit("northbank", [.lender])).close()
        }

        static let checkpoint = TransportRequest(
            "/checkpoint", maximumAnswerBytes: 1 << 20, timeoutSeconds: 20)

        /// How a command ends that asks for what stands now.
        func command() async throws -> (code: Int32, errors: String) {
            try await gateway.run([
                "enterprise", "books", "--home", gateway.directory + "/bearings",
            ])
        }
    }

    @Test func whatIsShownIsJudged() async throws {
        let scene = try await Scene()
        let (before, size) = (scene.before, scene.size)
        #expect(try await scene.command().code == 0)

        // A copy that lags behind has what came after it still.
        scene.proxy.behave { request, gateway throws(TransportError) in
            request.path == "/checkpoint" ? before : try await gateway.send(request)
        }
        let stale = try await scene.command()
        #expect(stale.code == 6, "\(stale.errors)")
        #expect(stale.errors.contains("lags behind"))

        // A log that was taken back hasn't.
        scene.proxy.behave { request, gateway throws(TransportError) in
            if request.path == "/checkpoint" { return before }
            let name = request.path.dropFirst()
            let exists =
                (try? TileCoordinate(parsing: name))?.exists(inTreeOf: size)
                ?? (try? EntryBundleCoordinate(parsing: name))?.exists(inTreeOf: size) ?? true
            return exists
                ? try await gateway.send(request)
                : TransportAnswer(
                    status: 404, mediaType: "application/problem+json", bytes: Array("{}".utf8))
        }
        let rolledBack = try await scene.command()
        #expect(rolledBack.code == 7, "\(rolledBack.errors)")
        #expect(rolledBack.errors.contains("taken back"))

        // One that is slow is no liar.
        scene.proxy.behave { request, gateway throws(TransportError) in
            try? await Task.sleep(for: .milliseconds(200))
            return try await gateway.send(request)
        }
        #expect(try await scene.command().code == 0)

        scene.proxy.behave { _, _ throws(TransportError) in throw .unreachable("dropped") }
        #expect(try await scene.command().code == 3)

        // Another log's checkpoint, however well it is signed.
        let other = try await GatewayProcess()
        try await other.start()
        let foreign = HTTPTransport(other.log.gateway)
        scene.proxy.behave { request, gateway throws(TransportError) in
            try await (request.path == "/checkpoint" ? foreign : gateway).send(request)
        }
        let swapped = try await scene.command()
        #expect(swapped.code == 5, "\(swapped.errors)")

        // Without the host's date nobody knows whether it is the newest.
        scene.proxy.behave { request, gateway throws(TransportError) in
            let answer = try await gateway.send(request)
            guard request.path == "/checkpoint" else { return answer }
            let lines = String(decoding: answer.bytes, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            return TransportAnswer(
                status: 200, mediaType: answer.mediaType,
                bytes: Array((lines.dropLast(2) + [""]).joined(separator: "\n").utf8))
        }
        let undated = try await scene.command()
        #expect(undated.code == 5, "\(undated.errors)")
        #expect(undated.errors.contains("no date"))

        scene.proxy.behave(LyingProxy.honest)
        #expect(try await scene.command().code == 0)
        _ = try await other.end(SIGTERM)
        _ = try await scene.gateway.end(SIGTERM)
    }
}
