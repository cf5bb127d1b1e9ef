/// One HTTP exchange with a gateway, as far as the client needs it.
public protocol Transport: Sendable {
    /// Sends `request` and returns what came back, whatever its status. Throws ``TransportError``.
    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer

    /// Lets go of connections. Nothing is sent afterwards.
    func shutDown() async
}

/// A request: a path below the gateway's address, with the query, and maybe content.
public struct TransportRequest: Hashable, Sendable {
    public let path: String
    /// Sent by POST with this media type; a GET where `nil`.
    public let content: Content?
    /// A larger answer is not read to its end.
    public let maximumAnswerBytes: Int
    public let timeoutSeconds: Int64
    /// Whether caches on the way have to ask the gateway again.
    public let pastCaches: Bool

    public struct Content: Hashable, Sendable {
        public let mediaType: String
        public let bytes: [UInt8]

        public init(_ bytes: [UInt8], mediaType: String) {
            (self.bytes, self.mediaType) = (bytes, mediaType)
        }
    }

    public init(
        _ path: String, content: Content? = nil, maximumAnswerBytes: Int, timeoutSeconds: Int64,
        pastCaches: Bool = false
    ) {
        self.path = path
        self.content = content
        self.maximumAnswerBytes = maximumAnswerBytes
        self.timeoutSeconds = timeoutSeconds
        self.pastCaches = pastCaches
    }
}

/// What came back.
public struct TransportAnswer: Hashable, Sendable {
    public let status: Int
    /// Without parameters, in lower case.
    public let mediaType: String?
    public let bytes: [UInt8]

    public init(status: Int, mediaType: String?, bytes: [UInt8]) {
        (self.status, self.mediaType, self.bytes) = (status, mediaType, bytes)
    }
}

/// Why there is no answer. Whether the request took effect is unknown unless it says so.
public enum TransportError: Error, Equatable, Sendable {
    /// There was no connection, so nothing was sent.
    case unreachable(String)
    /// The connection broke, or the time was over, before the answer was there.
    case interrupted(String)
    case answerTooLarge(limit: Int)
}
