import Synchronization

/// Transport over HTTP, with certificates checked by the system's roots where the address is https.
///
/// Every request has a connection for itself; connections are kept for later requests.
public final class HTTPTransport: Transport {
    private let address: GatewayAddress
    /// Connections without a request, the last used at the end; `nil` after ``shutDown()``.
    private let idle = Mutex<[HTTPConnection]?>([])

    /// More are closed after their request: nothing here sends more at a time for long.
    private static let maximumIdleConnections = 8

    public init(_ address: GatewayAddress) { self.address = address }

    public func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let connection = try takeConnection()
        defer { keep(connection) }
        return try await connection.send(request, to: address)
    }

    public func shutDown() async { idle.withLock { $0 = nil } }

    private func takeConnection() throws(TransportError) -> HTTPConnection {
        try idle.withLock { idle throws(TransportError) in
            guard idle != nil else { throw .unreachable("the connection was shut down") }
            return idle?.popLast() ?? HTTPConnection()
        }
    }

    private func keep(_ connection: HTTPConnection) {
        idle.withLock { idle in
            guard let count = idle?.count, count < Self.maximumIdleConnections else { return }
            idle?.append(connection)
        }
    }
}
