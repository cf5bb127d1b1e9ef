public import Client
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// Somebody between clients and a gateway, on a port of its own: it passes on what it likes, as it
/// likes.
public final class LyingProxy: Sendable {
    /// Answers a request, with or without asking the gateway.
    public typealias Manner =
        @Sendable (
            TransportRequest, any Transport
        ) async throws(TransportError) -> TransportAnswer

    public static let honest: Manner = { request, gateway throws(TransportError) in
        try await gateway.send(request)
    }

    private let gateway: any Transport
    private let manner = Mutex<Manner>(honest)
    private let task = Mutex<Task<Void, any Error>?>(nil)

    /// Listens on `port` of 127.0.0.1, and returns once it does.
    public init(to gateway: any Transport, port: Int) async throws {
        self.gateway = gateway
        let router = Router()
        let answer = { @Sendable [weak self] (request: Request, _: BasicRequestContext) in
            try await self?.answer(request) ?? Response(status: .serviceUnavailable)
        }
        router.get("**", use: answer)
        router.post("**", use: answer)
        var logger = Logger(label: "proxy")
        logger.logLevel = .critical
        let (listening, ready) = AsyncStream<Void>.makeStream()
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { _ in ready.yield() }, logger: logger)
        task.withLock { $0 = Task { try await application.run() } }
        for await _ in listening { return }
    }

    deinit { task.withLock { $0?.cancel() } }

    public func behave(_ manner: @escaping Manner) { self.manner.withLock { $0 = manner } }

    private func answer(_ request: Request) async throws -> Response {
        var content: TransportRequest.Content?
        if request.method == .post {
            let body = try await request.body.collect(upTo: 1 << 20)
            content = .init(
                Array(buffer: body), mediaType: request.headers[.contentType] ?? "text/plain")
        }
        let asked = TransportRequest(
            request.head.path ?? "/", content: content, maximumAnswerBytes: 1 << 24,
            timeoutSeconds: 20, pastCaches: request.headers[.cacheControl] != nil)
        let manner = manner.withLock { $0 }
        let answer: TransportAnswer
        do { answer = try await manner(asked, gateway) } catch {
            return Response(status: .badGateway)
        }
        var response = Response(
            status: .init(code: answer.status),
            body: .init(byteBuffer: ByteBuffer(bytes: answer.bytes)))
        if let type = answer.mediaType { response.headers[.contentType] = type }
        return response
    }
}
