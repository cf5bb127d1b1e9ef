import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// What a gateway allows one connection, and all of them together.
public struct ServingLimits: Sendable {
    /// After so long without a byte a connection is closed, unless its answer is being made. Longer
    /// than the usual client keeps a connection it doesn't use.
    public var idle: Duration = .seconds(75)
    /// How long a request's body may take to come: 32 MiB at a little under a megabit a second.
    public var body: Duration = .seconds(300)
    /// How long answers may take to be read: the largest at a megabit a second.
    public var answer: Duration = .seconds(900)
    /// How long requests that were begun may take when the gateway is told to stop.
    public var stop: Duration = .seconds(30)
    /// Open connections; more wait until one of these ends.
    public var connections = 1024
    /// Bytes of bodies that are held at once; beyond it the gateway says it is busy.
    public var heldBytes = 256 << 20
    /// Answers to fetches that are made at once; each is some hundred megabytes at the most.
    public var fetchesAtOnce = 8
    /// How long a fetch waits for its turn before the gateway says it is busy.
    public var fetchPatience: Duration = .seconds(20)
    /// Bytes of answers to fetches that readers haven't taken yet, of all connections.
    public var heldAnswerBytes = 512 << 20

    public init() {}
}

/// Reads the bodies of requests, and knows how much of them is held.
final class RequestBodies: Sendable {
    private let limits: ServingLimits
    private let held = Mutex(0)

    init(_ limits: ServingLimits) { self.limits = limits }

    /// Gives `use` the whole body, of the media type and size that the route takes.
    /// Throws ``GatewayFault`` and what `use` throws.
    func read(
        _ request: Request, _ mediaType: String, _ limit: Int,
        _ use: ([UInt8]) async throws -> Response
    ) async throws -> Response {
        guard Self.isMedia(request.headers[.contentType] ?? "", mediaType),
            request.headers[.contentEncoding] == nil
        else {
            throw GatewayFault.wrongMediaType(expected: mediaType)
        }
        let declared = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard declared <= limit else { throw GatewayFault.bodyTooLarge(limit: limit) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(max(0, min(declared, Self.maximumBelieved)))
        var reserved = 0
        defer { held.withLock { $0 -= reserved } }
        let deadline = ContinuousClock.now.advanced(by: limits.body)
        var parts = request.body.makeAsyncIterator()
        while let part = try await Self.next(&parts) {
            guard bytes.count + part.readableBytes <= limit else {
                throw GatewayFault.bodyTooLarge(limit: limit)
            }
            guard reserve(part.readableBytes) else { throw GatewayFault.busy }
            reserved += part.readableBytes
            guard ContinuousClock.now < deadline else { throw GatewayFault.bodyTooSlow }
            bytes += part.readableBytesView
        }
        return try await use(bytes)
    }

    /// Whether a header names this media type, without its parameters.
    private static func isMedia(_ header: String, _ mediaType: String) -> Bool {
        if header == mediaType { return true }
        let type = header.prefix { $0 != ";" && $0 != " " }
        return type.lowercased() == mediaType
    }

    /// What goes wrong here is the connection: it ended before the body did, or isn't HTTP any more.
    private static func next(
        _ parts: inout RequestBody.AsyncIterator
    ) async throws(GatewayFault) -> ByteBuffer? {
        do { return try await parts.next() } catch { throw .bodyIncomplete }
    }

    /// For so many bytes room is made before they come.
    private static let maximumBelieved = 256 << 10

    private func reserve(_ count: Int) -> Bool {
        held.withLock { held in
            guard held + count <= limits.heldBytes else { return false }
            held += count
            return true
        }
    }
}
