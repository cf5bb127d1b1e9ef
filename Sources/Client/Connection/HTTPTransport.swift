import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Transport over HTTP, with certificates checked by the system's roots where the address is https.
public final class HTTPTransport: Transport {
    private let address: GatewayAddress
    private let client: HTTPClient

    private static let connectSeconds: Int64 = 10

    public init(_ address: GatewayAddress) {
        self.address = address
        // A redirect would lead a signed call to where its sender didn't mean it to go.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(Self.connectSeconds)
        configuration.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        // The client must be shut down before it goes, also where nobody came to ask for it.
        let client = client
        Task { try? await client.shutdown() }
    }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        var outgoing = HTTPClientRequest(url: address.text + request.path)
        outgoing.headers.add(name: "user-agent", value: "trine")
        if let content = request.content {
            outgoing.method = .POST
            outgoing.headers.add(name: "content-type", value: content.mediaType)
            outgoing.body = .bytes(ByteBuffer(bytes: content.bytes))
        }
        do {
            let answer = try await client.execute(
                outgoing, timeout: .seconds(request.timeoutSeconds))
            let body = try await answer.body.collect(upTo: request.maximumAnswerBytes)
            return TransportAnswer(
                status: Int(answer.status.code),
                mediaType: Self.mediaType(answer.headers.first(name: "content-type")),
                bytes: Array(body.readableBytesView))
        } catch {
            throw Self.transportError(error, limit: request.maximumAnswerBytes)
        }
    }

    public func shutDown() async { try? await client.shutdown() }

    private static func mediaType(_ header: String?) -> String? {
        header.map { header in
            header.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        }
    }

    private static func transportError(_ error: any Error, limit: Int) -> TransportError {
        if error is NIOTooManyBytesError { return .answerTooLarge(limit: limit) }
        if let error = error as? HTTPClientError {
            let beforeSending: [HTTPClientError] = [
                .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout,
            ]
            return beforeSending.contains(error)
                ? .unreachable(error.shortDescription) : .interrupted(error.shortDescription)
        }
        if error is NIOConnectionError { return .unreachable("nothing answers at this address") }
        if let error = error as? IOError, error.errnoCode == ECONNREFUSED {
            return .unreachable("nothing answers at this address")
        }
        return .interrupted("\(type(of: error))")
    }
}
