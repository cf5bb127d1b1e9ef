import CCurl
import Foundation

/// One connection to a gateway, for one request at a time.
///
/// libcurl blocks the thread that calls it, so the actor runs on a dispatch queue of its own and
/// never on one of the few threads that run tasks.
actor HTTPConnection {
    private let handle = CurlHandle()
    private let queue = QueueExecutor("trine.http")

    nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

    private static let connectSeconds = 10

    /// Sends `request` at most once. Throws ``TransportError``.
    func send(
        _ request: TransportRequest, to address: GatewayAddress
    ) throws(TransportError) -> TransportAnswer {
        let exchange = Exchange(limit: request.maximumAnswerBytes)
        // Without what the last request set; the connection stays open.
        curl_easy_reset(handle.pointer)
        var lines = ["User-Agent: trine", "Accept:", "Expect:"]
        if let content = request.content { lines.append("Content-Type: \(content.mediaType)") }
        if request.pastCaches { lines.append("Cache-Control: no-cache") }
        let headers = lines.reduce(nil) { curl_slist_append($0, $1) }
        defer { curl_slist_free_all(headers) }
        set(trine_curl_set_headers(handle.pointer, headers))
        setAddress(address.text + request.path)
        setLimits(request)
        if let content = request.content { setContent(content) }
        setCallbacks(exchange)
        let result = withExtendedLifetime(exchange) { curl_easy_perform(handle.pointer) }
        guard result == CURLE_OK else { throw exchange.error(result, address) }
        return TransportAnswer(
            status: trine_curl_status(handle.pointer),
            mediaType: trine_curl_content_type(handle.pointer).map {
                Self.mediaType(String(cString: $0))
            },
            bytes: exchange.bytes)
    }

    /// The environment's proxies are ignored. A redirect isn't followed: it would lead a signed call
    /// to where its sender didn't mean it to go.
    private func setAddress(_ url: String) {
        set(trine_curl_set_text(handle.pointer, CURLOPT_URL, url))
        set(trine_curl_set_text(handle.pointer, CURLOPT_PROTOCOLS_STR, "http,https"))
        set(trine_curl_set_text(handle.pointer, CURLOPT_PROXY, ""))
        set(trine_curl_set_number(handle.pointer, CURLOPT_PATH_AS_IS, 1))
        set(trine_curl_set_number(handle.pointer, CURLOPT_FOLLOWLOCATION, 0))
        set(trine_curl_set_number(handle.pointer, CURLOPT_SSL_VERIFYPEER, 1))
        set(trine_curl_set_number(handle.pointer, CURLOPT_SSL_VERIFYHOST, 2))
    }

    private func setLimits(_ request: TransportRequest) {
        set(trine_curl_set_number(handle.pointer, CURLOPT_NOSIGNAL, 1))
        set(trine_curl_set_number(handle.pointer, CURLOPT_CONNECTTIMEOUT, Self.connectSeconds))
        set(
            trine_curl_set_number(
                handle.pointer, CURLOPT_TIMEOUT, Int(clamping: request.timeoutSeconds)))
        set(
            trine_curl_set_size(
                handle.pointer, CURLOPT_MAXFILESIZE_LARGE,
                curl_off_t(clamping: request.maximumAnswerBytes)))
    }

    private func setContent(_ content: TransportRequest.Content) {
        set(trine_curl_set_number(handle.pointer, CURLOPT_POST, 1))
        set(
            trine_curl_set_size(
                handle.pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(content.bytes.count)))
        set(content.bytes.withUnsafeBytes { trine_curl_set_body(handle.pointer, $0.baseAddress) })
    }

    private func setCallbacks(_ exchange: Exchange) {
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        set(
            trine_curl_on_request(
                handle.pointer,
                { context, _, _, _, _ in
                    let exchange = Unmanaged<Exchange>.fromOpaque(context!).takeUnretainedValue()
                    return exchange.begin() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
                }, context))
        set(
            trine_curl_on_answer(
                handle.pointer,
                { bytes, _, count, context in
                    let exchange = Unmanaged<Exchange>.fromOpaque(context!).takeUnretainedValue()
                    return exchange.receive(UnsafeRawBufferPointer(start: bytes, count: count))
                        ? count : 0
                }, context))
        // Called at least once a second, on the thread that runs the task.
        set(trine_curl_on_progress(handle.pointer) { _, _, _, _, _ in Task.isCancelled ? 1 : 0 })
    }

    /// Options are constants and lengths of ours: libcurl knows them all, or it isn't the libcurl
    /// that this was built for.
    private func set(_ result: CURLcode) {
        precondition(result == CURLE_OK, "libcurl refuses an option")
    }

    private static func mediaType(_ header: String) -> String {
        header.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }
}

/// What happened to one request so far.
private final class Exchange {
    private(set) var bytes: [UInt8] = []
    private let limit: Int
    /// From the moment when there is a connection and the request may be sent.
    private var began = false
    private var overflowed = false

    init(limit: Int) { self.limit = limit }

    /// Whether the request may be sent. It may once: libcurl would send it again where a kept
    /// connection turns out to be closed, though the gateway may have read it.
    func begin() -> Bool {
        defer { began = true }
        return !began
    }

    /// Whether the answer is still as short as it has to be.
    func receive(_ part: UnsafeRawBufferPointer) -> Bool {
        overflowed = part.count > limit - bytes.count
        if !overflowed { bytes.append(contentsOf: part) }
        return !overflowed
    }

    func error(_ result: CURLcode, _ address: GatewayAddress) -> TransportError {
        if overflowed || result == CURLE_FILESIZE_EXCEEDED { return .answerTooLarge(limit: limit) }
        let detail =
            switch result {
            case CURLE_COULDNT_CONNECT: "nothing answers at \(address.text)"
            case CURLE_ABORTED_BY_CALLBACK:
                Task.isCancelled ? "cancelled" : "the connection was closed"
            default: String(cString: curl_easy_strerror(result))
            }
        return began ? .interrupted(detail) : .unreachable(detail)
    }
}

/// libcurl's handle, which owns the connection.
private struct CurlHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    private static let started = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    init() {
        guard Self.started == CURLE_OK, let pointer = curl_easy_init() else {
            preconditionFailure("libcurl can't be started")
        }
        self.pointer = pointer
    }

    deinit { curl_easy_cleanup(pointer) }
}
