import Foundation
import Synchronization

/// A server on a socket of 127.0.0.1 that answers every request as the test says, byte by byte.
final class ScriptedServer: Sendable {
    enum Answer: Sendable {
        /// Sent as it is; the connection stays open.
        case bytes(String)
        case bytesAndClose(String)
        case close
        /// Nothing is sent, and the connection stays open.
        case silence
    }

    /// A request, with everything that was received of it.
    struct Request: Sendable {
        let connection: Int
        let head: String
        let bodyBytes: Int
    }

    let port: Int
    private let listener: Int32
    private let script: @Sendable (Request) -> Answer
    private let received = Mutex<[Request]>([])
    private let connections = Mutex<[Int32]>([])

    var requests: [Request] { received.withLock { $0 } }

    init(_ script: @escaping @Sendable (Request) -> Answer) throws {
        self.script = script
        (listener, port) = try Self.boundSocket()
        guard listen(listener, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread.detachNewThread { self.acceptConnections() }
    }

    /// Ends the listener and what is open.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in connections.withLock({ $0 }) { shutdown(connection, Int32(SHUT_RDWR)) }
    }

    /// A port of 127.0.0.1 that is taken but where nothing listens. The caller closes the socket.
    static func boundSocket() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard result else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func acceptConnections() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            let number = connections.withLock { open in
                open.append(connection)
                return open.count
            }
            Thread.detachNewThread { self.serve(connection, number) }
        }
        close(listener)
    }

    private func serve(_ connection: Int32, _ number: Int) {
        // Only once the test has ended does the number become free for another descriptor.
        defer { shutdown(connection, Int32(SHUT_RDWR)) }
        while let request = read(connection, number) {
            received.withLock { $0.append(request) }
            switch script(request) {
            case .bytes(let text): send(text, to: connection)
            case .bytesAndClose(let text):
                send(text, to: connection)
                return
            case .close: return
            case .silence: break
            }
        }
    }

    deinit { for connection in connections.withLock({ $0 }) { close(connection) } }

    private func send(_ text: String, to connection: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The next request with its body; `nil` where the client closed the connection.
    private func read(_ connection: Int32, _ number: Int) -> Request? {
        var bytes: [UInt8] = []
        var head: String?
        var body = 0
        while true {
            if head == nil, let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                let text = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                bytes.removeFirst(end.upperBound)
                head = text
                body = Self.declaredBytes(text)
            }
            if let head, bytes.count >= body {
                return Request(connection: number, head: head, bodyBytes: bytes.count)
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }

    private static func declaredBytes(_ head: String) -> Int {
        for line in head.components(separatedBy: "\r\n") {
            let parts = line.lowercased().split(separator: ":")
            if parts.first == "content-length" {
                return Int(parts[1].trimmingCharacters(in: .whitespaces)) ?? 0
            }
        }
        return 0
    }
}
