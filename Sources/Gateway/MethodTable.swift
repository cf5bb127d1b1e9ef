import HTTPTypes
import Hummingbird

/// Routes with the methods they have; with any other of HTTP's, a route refuses and says which it
/// has.
struct MethodTable {
    let router: Router<BasicRequestContext>

    /// The methods that HTTP itself has (RFC 9110 §9.1 and RFC 5789).
    static let methods: [HTTPRequest.Method] = [
        .get, .head, .post, .put, .delete, .patch, .options, .trace, .connect,
    ]

    /// A route that reads, by GET and HEAD.
    func read(
        _ path: RouterPath,
        _ handler: @escaping @Sendable (Request, BasicRequestContext) async throws -> Response
    ) {
        router.get(path, use: handler)
        refuseOthers(path, than: [.get, .head])
    }

    /// A route that takes a body, by POST.
    func post(
        _ path: RouterPath, _ handler: @escaping @Sendable (Request) async throws -> Response
    ) {
        router.post(path) { request, _ in try await handler(request) }
        refuseOthers(path, than: [.post])
    }

    private func refuseOthers(_ path: RouterPath, than allowed: [HTTPRequest.Method]) {
        let allow = allowed.map(\.rawValue).joined(separator: ", ")
        for method in Self.methods where !allowed.contains(method) {
            router.on(path, method: method) { _, _ -> Response in
                throw GatewayFault.methodNotAllowed(allowed: allow)
            }
        }
    }
}
