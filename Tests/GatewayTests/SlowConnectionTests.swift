import Client
import Gateway
import Interface
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// Connections that dawdle, end halfway, send ahead, or aren't HTTP.
@Suite(.serialized) struct SlowConnectionTests {
    /// Limits that are over soon. Without them a connection would stay for longer than `patience`,
    /// so that what these tests see doesn't depend on how fast the machine is.
    private static var brisk: ServingLimits {
        var limits = ServingLimits()
        limits.idle = .milliseconds(400)
        limits.body = .milliseconds(600)
        return limits
    }

    /// Shorter than the usual limits on idleness, bodies and answers.
    private static let patience = 60

    @Test func whoeverSendsNothingIsLetGo() async throws {
        let alliance = try await Alliance(on: MemoryStore(), listening: true, limits: Self.brisk)
        let beginnings: [(name: String, bytes: [UInt8])] = [
            ("nothing", []), ("half a line", Array("GET /chec".utf8)),
            ("half a head", Array("GET /checkpoint HTTP/1.1\r\nhost: a\r\n".utf8)),
            (
                "half a body",
                RawRequest.post("/statements", "application/octet-stream", [1, 2, 3]).bytes
                    .dropLast()
            ),
        ]
        for (name, bytes) in beginnings {
            let connection = try RawConnection(port: alliance.port, timeoutSeconds: Self.patience)
            try await connection.send(bytes)
            let start = ContinuousClock.now
            let answer = try? await connection.answer()
            #expect(answer == nil || answer?.status == 400, "\(name)")
            #expect(ContinuousClock.now - start < .seconds(Self.patience), "\(name)")
        }
        await alliance.stop()
    }

    @Test func aBodyThatTricklesIsRefused() async throws {
        var limits = ServingLimits()
        limits.body = .milliseconds(600)
        let alliance = try await Alliance(on: MemoryStore(), listening: true, limits: limits)
        let before = try await alliance.fingerprint()
        let connection = try RawConnection(port: alliance.port, timeoutSeconds: Self.patience)
        var request = RawRequest.post("/statements", "application/octet-stream", [])
        request.declared = 1000
        try await connection.send(request.head)
        let dribble = Task {
            for _ in 0..<15 {
                try await connection.send([0])
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        _ = await dribble.result
        let answer = try #require(try await connection.answer())
        #expect(answer.status == 408)
        #expect(try Problem(parsing: answer.body).name == "body-too-slow")
        #expect(try await alliance.fingerprint() == before)
        await alliance.stop()
    }

    /// Answers that nobody reads don't pile up: the connection is closed.
    @Test func whoeverReadsNothingIsLetGo() async throws {
        var limits = ServingLimits()
        limits.answer = .milliseconds(500)
        let alliance = try await Alliance(on: MemoryStore(), listening: true, limits: limits)
        let connection = try RawConnection(port: alliance.port, timeoutSeconds: Self.patience)
        let requests = Array(
            repeating: RawRequest.get("/participants/authority").bytes, count: 1000)
        // More than the system takes for either side: in the end even sending stands still, until
        // the connection is closed.
        let start = ContinuousClock.now
        await #expect(throws: RawConnection.Broken.self) {
            for _ in 0..<1000 { try await connection.send(requests.flatMap { $0 }) }
        }
        #expect(ContinuousClock.now - start < .seconds(Self.patience))
        #expect(try await alliance.send("/health").status == 200)
        await alliance.stop()
    }

    @Test func halfClosedConnectionsAreAnswered() async throws {
        let alliance = try await Alliance(on: MemoryStore(), listening: true)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let frame = Frame(jws: try enterprise.closing(Months.first).statement.jws.bytes)
        let request = RawRequest.post("/statements", "application/octet-stream", frame.bytes)
        let before = try await alliance.fingerprint()
        // The end comes before the body's end.
        for count in [0, 1, frame.bytes.count - 1] {
            let connection = try RawConnection(port: alliance.port)
            try await connection.send(request.head + frame.bytes.prefix(count))
            connection.finishSending()
            let answer = try await connection.answer()
            #expect(answer == nil || answer?.status == 400, "\(count) bytes")
            #expect(try await alliance.fingerprint() == before)
        }
        let whole = try RawConnection(port: alliance.port)
        try await whole.send(request.bytes)
        whole.finishSending()
        #expect(try await whole.answer()?.status == 201)
        #expect(try await whole.answer() == nil)
        await enterprise.close()
        await alliance.stop()
    }

    @Test func requestsSentAheadAreAnsweredInOrder() async throws {
        let alliance = try await Alliance(on: MemoryStore(), listening: true)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let frames = try (0..<20).map {
            Frame(jws: try enterprise.closing(Months.first.advanced(by: $0)).statement.jws.bytes)
        }
        let connection = try RawConnection(port: alliance.port)
        var bytes: [UInt8] = []
        for frame in frames {
            bytes += RawRequest.post("/statements", "application/octet-stream", frame.bytes).bytes
            bytes += RawRequest.get("/nothing").bytes
        }
        try await connection.send(bytes)
        var last: UInt64 = 0
        for frame in frames {
            let answer = try #require(try await connection.answer())
            #expect(answer.status == 201)
            let receipt = try TransparencyProof(parsing: answer.body)
            _ = try receipt.verify(
                leaf: Hash.leaf(frame.jws),
                policy: TrustPolicy(trusting: alliance.keys.log.verifierKey))
            #expect(receipt.index > last)
            last = receipt.index
            #expect(try await connection.answer()?.status == 404)
        }
        await enterprise.close()
        await alliance.stop()
    }

    @Test func whatIsNoHTTPIsRefused() async throws {
        let alliance = try await Alliance(on: MemoryStore(), listening: true)
        let before = try await alliance.fingerprint()
        let long = String(repeating: "a", count: 200_000)
        let texts = [
            "hello\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            "GET  /  HTTP/1.1\r\n\r\n", "GET http:// HTTP/1.1\r\nhost: a\r\n\r\n",
            "GET http://a:b/checkpoint HTTP/1.1\r\nhost: a\r\n\r\n", "GET ? HTTP/1.1\r\n\r\n",
            "GET /entries?=&=&%zz HTTP/1.1\r\nhost: a\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n",
            "BREW /coffee HTTP/1.1\r\nhost: a\r\n\r\n", "GET /\(long) HTTP/1.1\r\nhost: a\r\n\r\n",
            "GET / HTTP/1.1\r\nhost: \(long)\r\n\r\n", "GET / HTTP/1.1\r\n: a\r\n\r\n",
            "GET / HTTP/1.1\r\nhost : a\r\n\r\n",
            "POST /statements HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
            "POST /statements HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\n",
            "POST /statements HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            "POST /queries HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n"
                + "transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /queries HTTP/1.1\r\nhost: a\r\ncontent-type: application/jose\r\n"
                + "transfer-encoding: chunked\r\n\r\nzz\r\n\r\n",
            "POST /queries HTTP/1.1\r\nhost: a\r\ncontent-type: application/jose\r\n"
                + "transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ]
        for text in texts {
            let connection = try RawConnection(port: alliance.port, timeoutSeconds: Self.patience)
            try? await connection.send(Array(text.utf8))
            connection.finishSending()
            // No answer is one as well, as long as the connection ends.
            let answer = try await connection.answer()
            #expect(
                answer == nil || (400...501).contains(answer!.status) && answer!.status != 500
                    || answer!.status == 200 && text.hasPrefix("GET "), "\(text.prefix(60))")
        }
        #expect(try await alliance.send("/health").status == 200)
        #expect(try await alliance.fingerprint() == before)
        await alliance.stop()
    }

    /// Many who come and stay don't keep others out for longer than the limit on idleness.
    @Test func crowdsPass() async throws {
        var limits = Self.brisk
        limits.connections = 10
        let alliance = try await Alliance(on: MemoryStore(), listening: true, limits: limits)
        let crowd = try (0..<30).map { _ in try RawConnection(port: alliance.port) }
        let connection = try RawConnection(port: alliance.port, timeoutSeconds: Self.patience)
        #expect(try await connection.exchange(.get("/health"))?.status == 200)
        withExtendedLifetime(crowd) {}
        await alliance.stop()
    }

    /// Bodies beyond what may be held at once are put off, not taken.
    @Test func bodiesTogetherAreLimited() async throws {
        var limits = ServingLimits()
        limits.heldBytes = 100_000
        let alliance = try await Alliance(on: MemoryStore(), listening: true, limits: limits)
        let body = [UInt8](repeating: 0xff, count: 60_000)
        let request = RawRequest.post("/statements", "application/octet-stream", body)
        let first = try RawConnection(port: alliance.port)
        try await first.send(request.bytes.dropLast())
        // As soon as the gateway has read so much of it, the same again doesn't fit.
        let second = try RawConnection(port: alliance.port)
        var answer = try #require(try await second.exchange(request))
        while answer.status == 400 { answer = try #require(try await second.exchange(request)) }
        #expect(answer.status == 503)
        #expect(try Problem(parsing: answer.body).name == "busy")
        // Once the first is done, there is room again.
        try await first.send([0xff])
        #expect(try await first.answer()?.status == 400)
        #expect(try await second.exchange(request)?.status == 400)
        await alliance.stop()
    }

    /// Half a request doesn't keep the gateway from stopping.
    @Test func stoppingDoesNotWaitForEver() async throws {
        var limits = ServingLimits()
        limits.stop = .milliseconds(500)
        let alliance = try await Alliance(on: MemoryStore(), listening: true, limits: limits)
        let connection = try RawConnection(port: alliance.port)
        // The first request is answered, so that the second, half of it, has begun.
        try await connection.send(
            RawRequest.get("/health").bytes
                + RawRequest.post("/statements", "application/octet-stream", [1, 2]).bytes
                .dropLast())
        #expect(try await connection.answer()?.status == 200)
        let (stopped, done) = AsyncStream<Bool>.makeStream()
        Task {
            await alliance.stop()
            done.yield(true)
        }
        Task {
            try await Task.sleep(for: .seconds(Self.patience))
            done.yield(false)
        }
        #expect(await stopped.first { _ in true } == true)
    }
}
