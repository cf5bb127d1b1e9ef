import Foundation
import HTTPTypes
import Hummingbird
import Interface
import Logging
import NIOCore
import Rules
import Sharing
import Storage
import Verification
import Wire

/// The media types of request bodies.
enum Media {
    static let octets = "application/octet-stream"
    static let jose = "application/jose"
    static let json = "application/json"
}

extension Request {
    /// The parameters of the query; `names` are those the route knows. Throws ``GatewayFault``.
    func query(_ names: Set<String>) throws -> QueryParameters {
        try QueryParameters(uri.query, names: names)
    }
}

extension Response {
    init(
        status: HTTPResponse.Status = .ok, bytes: [UInt8], type: String, cache: String = "no-store"
    ) {
        self.init(
            status: status,
            headers: [.contentType: type, .cacheControl: cache],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func json(_ bytes: [UInt8]) -> Response {
        Response(bytes: bytes, type: Media.json)
    }

    static func receipt(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, bytes: bytes, type: "text/plain; charset=utf-8")
    }
}

extension BasicRequestContext {
    func jti() throws -> JTI { try parameter("jti") { JTI(text: $0) } }

    func policySet() throws -> Digest<Digested.Policies> {
        try parameter("digest") { Digest(text: $0) }
    }

    func handle() throws -> Handle { try parameter("handle") { Handle($0) } }

    /// A part of the path through `parse`. Throws ``GatewayFault/notFound``.
    private func parameter<Parsed>(_ name: String, _ parse: (String) -> Parsed?) throws -> Parsed {
        guard let value = parameters.get(name).flatMap(parse) else { throw GatewayFault.notFound }
        return value
    }
}

/// The parameters of a query, each at most once, none that the route doesn't know: one that is
/// misspelt would otherwise widen the answer without a word.
struct QueryParameters {
    private var values: [String: String] = [:]

    /// Throws ``GatewayFault``.
    init(_ query: String?, names: Set<String>) throws {
        guard let query, !query.isEmpty else { return }
        for part in query.split(separator: "&", omittingEmptySubsequences: false) {
            let name = String(part.prefix { $0 != "=" })
            guard names.contains(name), name.count < part.count, values[name] == nil else {
                throw GatewayFault.badParameter(String(name.prefix(Self.maximumNameCharacters)))
            }
            values[name] = String(part.dropFirst(name.count + 1))
        }
    }

    private static let maximumNameCharacters = 64

    /// The parameter `name` through `parse`; `nil` where it is absent. Throws ``GatewayFault``.
    func value<Parsed>(_ name: String, _ parse: (String) -> Parsed?) throws -> Parsed? {
        guard let text = values[name] else { return nil }
        guard let value = parse(text) else { throw GatewayFault.badParameter(name) }
        return value
    }

    /// A number in its one decimal spelling, within `range`.
    func number(
        _ name: String, default value: Int64, _ range: ClosedRange<Int64>
    ) throws -> Int64 {
        try self.value(name) { text in
            Int64(text).flatMap { range.contains($0) && String($0) == text ? $0 : nil }
        } ?? value
    }
}

/// Turns whatever a route throws into a problem, and logs what is the gateway's own fault. User data
/// never gets into the log: neither bodies nor details of refusals.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = BasicRequestContext
    let origin: Origin
    let logger: Logger

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch is HTTPError {
            // No route has this path, or none this method.
            return response(
                for: MethodTable.methods.contains(request.method)
                    ? .notFound : .methodUnknown)
        } catch {
            let entry = ProblemEntry.of(error)
            if entry.status >= 500 {
                logger.error(
                    "request failed",
                    metadata: ["problem": "\(entry.name)", "cause": "\(Self.cause(error))"])
            }
            var response = response(for: entry)
            switch error as? GatewayFault {
            case .methodNotAllowed(let allowed): response.headers[.allow] = allowed
            case .full(let seconds): response.headers[.retryAfter] = "\(seconds)"
            default: break
            }
            return response
        }
    }

    /// A store's own words, which name places and never contents; of other errors the type alone.
    private static func cause(_ error: any Error) -> String {
        (error as? StoreError).map { "\($0)" } ?? "\(type(of: error))"
    }

    private func response(for fault: GatewayFault) -> Response {
        response(for: ProblemEntry.of(fault))
    }

    private func response(for entry: ProblemEntry) -> Response {
        Response(
            status: .init(code: Int(entry.status)),
            bytes: entry.problem(origin: origin).bytes, type: Problem.mediaType)
    }
}
