import Foundation

/// An HTTP request as its bytes, well-formed or not.
struct RawRequest {
    var method = "POST"
    var target: String
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// In chunks, so that nobody knows its length before its end.
    var chunked = false
    /// What `content-length` says where it isn't the truth.
    var declared: Int?

    static func post(_ target: String, _ type: String?, _ body: [UInt8]) -> RawRequest {
        RawRequest(target: target, headers: type.map { [("content-type", $0)] } ?? [], body: body)
    }

    static func get(_ target: String) -> RawRequest { RawRequest(method: "GET", target: target) }

    var head: [UInt8] {
        var lines = ["\(method) \(target) HTTP/1.1", "host: trine"]
        lines += headers.map { "\($0.0): \($0.1)" }
        if chunked {
            lines.append("transfer-encoding: chunked")
        } else if method == "POST" {
            lines.append("content-length: \(declared ?? body.count)")
        }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    var bytes: [UInt8] {
        guard chunked else { return head + body }
        var bytes = head
        for start in stride(from: 0, to: body.count, by: 1 << 16) {
            let chunk = body[start..<min(start + (1 << 16), body.count)]
            bytes += Array((String(chunk.count, radix: 16) + "\r\n").utf8) + chunk + [13, 10]
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }
}

struct RawAnswer: Sendable {
    let status: Int
    /// By name in lower case.
    let headers: [String: String]
    let body: [UInt8]
}

/// One TCP connection to 127.0.0.1, byte by byte. It waits on a thread of its own: a test that
/// blocked one of the few that run tasks could be what it waits for.
final class RawConnection: @unchecked Sendable {
    struct Broken: Error { let reason: String }

    private let descriptor: Int32
    /// Alone touches `received`.
    private let queue = DispatchQueue(label: "connection")
    private var received: [UInt8] = []

    init(port: Int, timeoutSeconds: Int = 20) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // Everything is set, so that `deinit` closes it.
        guard result == 0 else { throw Broken(reason: "not connected") }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) async throws {
        try await onQueue { connection in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.send(
                        connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Broken(reason: "sending failed") }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Says that nothing more will be sent; answers can still come.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// The next answer; `nil` where the connection ended before one began.
    func answer(toHead: Bool = false) async throws -> RawAnswer? {
        try await onQueue { connection in try connection.readAnswer(toHead: toHead) }
    }

    func exchange(_ request: RawRequest) async throws -> RawAnswer? {
        try await send(request.bytes)
        return try await answer(toHead: request.method == "HEAD")
    }

    private func readAnswer(toHead: Bool) throws -> RawAnswer? {
        let blank = Array("\r\n\r\n".utf8)
        var end: Int?
        while true {
            end = received.firstRange(of: blank)?.upperBound
            if end != nil { break }
            guard try readMore() else {
                guard received.isEmpty else { throw Broken(reason: "half an answer") }
                return nil
            }
        }
        let head = String(decoding: received[..<end!], as: UTF8.self)
        received.removeFirst(end!)
        let lines = head.components(separatedBy: "\r\n").filter { !$0.isEmpty }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Broken(reason: "not a header: \(line)") }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        guard let words = lines.first?.split(separator: " "), words.count >= 2,
            let status = Int(words[1])
        else { throw Broken(reason: "not an answer: \(head)") }
        let count = toHead ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
        while received.count < count {
            guard try readMore() else { throw Broken(reason: "half a body") }
        }
        defer { received.removeFirst(count) }
        return RawAnswer(status: status, headers: headers, body: Array(received.prefix(count)))
    }

    /// Whether anything came; not, at the end of what the gateway sends.
    private func readMore() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0 {
            if errno == ECONNRESET { return false }
            throw Broken(reason: "nothing came: \(String(cString: strerror(errno)))")
        }
        received += buffer[..<count]
        return count > 0
    }

    private func onQueue<Value: Sendable>(
        _ body: @escaping @Sendable (RawConnection) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body(self) }) }
        }
    }
}
