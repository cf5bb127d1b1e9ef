public import Client
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Synchronization

@testable public import Gateway

/// A gateway in the same process: a request goes to its routes as HTTP would bring it there, and no
/// socket is opened. Limits on connections and on how long they take don't apply.
public final class InProcessTransport: Transport {
    private let responder: RouterResponder<BasicRequestContext>
    private let logger: Logger
    private let isShutDown = Mutex(false)

    public init(to service: GatewayService) {
        logger = service.logger
        responder = service.routes.router(logger: service.logger).buildResponder()
    }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        guard !isShutDown.withLock({ $0 }) else { throw .unreachable("it was shut down") }
        let context = BasicRequestContext(
            source: .init(channel: NIOAsyncTestingChannel(), logger: logger))
        let body = BodyCollector(limit: request.maximumAnswerBytes)
        let response: Response
        do {
            response = try await responder.respond(to: Self.http(request), context: context)
            try await response.body.write(body)
        } catch is BodyCollector.TooLarge {
            throw .answerTooLarge(limit: request.maximumAnswerBytes)
        } catch {
            throw .interrupted("\(type(of: error))")
        }
        return TransportAnswer(
            status: response.status.code,
            mediaType: response.headers[.contentType].map {
                $0.prefix { $0 != ";" }.lowercased()
            },
            bytes: body.bytes)
    }

    public func shutDown() { isShutDown.withLock { $0 = true } }

    private static func http(_ request: TransportRequest) -> Request {
        var head = HTTPRequest(
            method: request.content == nil ? .get : .post, scheme: "http", authority: "localhost",
            path: request.path)
        var body = RequestBody(buffer: ByteBuffer())
        if let content = request.content {
            head.headerFields[.contentType] = content.mediaType
            head.headerFields[.contentLength] = "\(content.bytes.count)"
            body = RequestBody(buffer: ByteBuffer(bytes: content.bytes))
        }
        return Request(head: head, body: body)
    }
}

/// Takes an answer's body, up to a limit.
private final class BodyCollector: ResponseBodyWriter, Sendable {
    struct TooLarge: Error {}

    private let limit: Int
    private let state = Mutex<[UInt8]>([])

    init(limit: Int) { self.limit = limit }

    var bytes: [UInt8] { state.withLock { $0 } }

    func write(_ buffer: ByteBuffer) throws {
        try state.withLock { bytes in
            guard bytes.count + buffer.readableBytes <= limit else { throw TooLarge() }
            bytes += buffer.readableBytesView
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) {}
}
