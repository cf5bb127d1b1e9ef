import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
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
    /// The whole body, of the media type and size that the route takes. Throws ``GatewayFault``.
    func bytes(_ mediaType: String, _ limit: Int) async throws -> [UInt8] {
        let type = headers[.contentType]?.split(separator: ";").first.map(String.init)
        guard type?.lowercased() == mediaType else {
            throw GatewayFault.wrongMediaType(expected: mediaType)
        }
        if let declared = headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw GatewayFault.bodyTooLarge(limit: limit)
        }
        do {
            var buffer = try await body.collect(upTo: limit)
            return buffer.readBytes(length: buffer.readableBytes) ?? []
        } catch is NIOTooManyBytesError {
            throw GatewayFault.bodyTooLarge(limit: limit)
        }
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
    func jti() throws -> JTI {
        guard let jti = parameters.get("jti").flatMap({ JTI(text: $0) }) else {
            throw GatewayFault.notFound
        }
        return jti
    }

    func policySet() throws -> Digest<Digested.Policies> {
        guard
            let digest = parameters.get("digest").flatMap({ Digest<Digested.Policies>(text: $0) })
        else { throw GatewayFault.notFound }
        return digest
    }

    func handle() throws -> Handle {
        guard let handle = parameters.get("handle").flatMap({ Handle($0) }) else {
            throw GatewayFault.notFound
        }
        return handle
    }
}

extension Parameters {
    /// The parameter `name` through `parse`; `nil` where it is absent. Throws ``GatewayFault``.
    func value<Parsed>(_ name: String, _ parse: (String) -> Parsed?) throws -> Parsed? {
        guard let text = self[name[...]] else { return nil }
        guard let value = parse(String(text)) else { throw GatewayFault.badParameter(name) }
        return value
    }

    func number(
        _ name: String, default value: Int64, _ range: ClosedRange<Int64>
    ) throws -> Int64 {
        try self.value(name) { text in Int64(text).flatMap { range.contains($0) ? $0 : nil } }
            ?? value
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
        } catch let error as HTTPError {
            return response(for: error.status == .notFound ? .notFound : .methodNotAllowed)
        } catch {
            let entry = ProblemEntry.of(error)
            if entry.status >= 500 {
                logger.error(
                    "request failed",
                    metadata: ["problem": "\(entry.name)", "cause": "\(Self.cause(error))"])
            }
            return response(for: entry)
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
