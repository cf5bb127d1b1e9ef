public import Interface
import Rules
public import Sharing
public import Transparency
public import Verification
public import Wire

/// A gateway's interface, request by request. It parses what comes; nothing here believes it.
public struct GatewayConnection: Sendable {
    private let transport: any Transport

    /// For what costs the gateway little.
    private static let briefSeconds: Int64 = 30
    /// For a bulk submission, a fetch, or a page of what concerns a participant.
    private static let longSeconds: Int64 = 300
    private static let smallAnswerBytes = 1 << 20
    /// Room for a page of logged statements with the disclosures of every one.
    private static let pageBytes = 256 << 20

    public init(_ transport: any Transport) { self.transport = transport }

    public func shutDown() async { await transport.shutDown() }

    // MARK: The log

    /// Throws ``ConnectionError``, as all of these do.
    public func checkpoint(pastCaches: Bool = false) async throws(ConnectionError) -> Note {
        try await ask(
            "/checkpoint", limit: Note.maximumBytes, seconds: Self.briefSeconds,
            pastCaches: pastCaches
        ) { try Note(parsing: $0) }
    }

    public func tile(_ coordinate: TileCoordinate) async throws(ConnectionError) -> Tile {
        let limit = coordinate.width * Hash.byteCount
        return try await ask("/" + coordinate.path, limit: limit, seconds: Self.briefSeconds) {
            try Tile(coordinate, parsing: $0)
        }
    }

    public func bundle(
        _ coordinate: EntryBundleCoordinate
    ) async throws(ConnectionError) -> EntryBundle {
        let limit = coordinate.width * (2 + EntryBundle.maximumEntryBytes)
        return try await ask("/" + coordinate.path, limit: limit, seconds: Self.briefSeconds) {
            try EntryBundle(parsing: $0, width: coordinate.width)
        }
    }

    // MARK: Public metadata

    public func description() async throws(ConnectionError) -> ServiceDescription {
        try await ask("/", limit: Self.smallAnswerBytes, ServiceDescription.init(parsing:))
    }

    public func participant(_ handle: Handle) async throws(ConnectionError) -> ParticipantAnswer {
        try await ask("/participants/\(handle)", ParticipantAnswer.init(parsing:))
    }

    public func participants(
        after handle: Handle?
    ) async throws(ConnectionError) -> ParticipantsAnswer {
        let query = handle.map { "?after=\($0)" } ?? ""
        return try await ask("/participants" + query, ParticipantsAnswer.init(parsing:))
    }

    public func books(
        of handle: Handle, series: Series? = nil
    ) async throws(ConnectionError) -> BooksAnswer {
        let query = series.map { "?series=\($0.rawValue)" } ?? ""
        return try await ask("/participants/\(handle)/books" + query, BooksAnswer.init(parsing:))
    }

    public func entries(
        from index: Int64, limit: Int = EntriesAnswer.maximumEntries, issuer: Handle? = nil,
        kind: Kind? = nil
    ) async throws(ConnectionError) -> EntriesAnswer {
        var path = "/entries?from=\(index)&limit=\(limit)"
        if let issuer { path += "&issuer=\(issuer)" }
        if let kind { path += "&kind=\(kind.rawValue)" }
        return try await ask(path, EntriesAnswer.init(parsing:))
    }

    public func statement(_ jti: JTI) async throws(ConnectionError) -> StatementAnswer {
        try await ask(
            "/statements/\(jti)", limit: Self.smallAnswerBytes * 2, StatementAnswer.init(parsing:))
    }

    /// The texts of a policy set, as its statement brought them; not compared with the digest here.
    public func policies(
        _ digest: Digest<Digested.Policies>
    ) async throws(ConnectionError) -> [UInt8] {
        try await exchange(
            "/policies/\(digest)", nil, limit: PolicyTexts.maximumEncodedBytes,
            seconds: Self.briefSeconds)
    }

    /// The document of a record type; not compared with the digest here.
    public func type(_ type: TypeVersion) async throws(ConnectionError) -> [UInt8] {
        try await exchange(
            "/types/\(type.name)/\(type.version)", nil, limit: RecordTypeText.maximumBytes,
            seconds: Self.briefSeconds)
    }

    // MARK: Statements in

    /// Registers one statement, or finds it registered. Returns the receipt, unverified.
    public func register(_ frame: Frame) async throws(ConnectionError) -> TransparencyProof {
        try await ask(
            "/statements", content: .init(frame.bytes, mediaType: "application/octet-stream"),
            limit: TransparencyProof.maximumBytes
        ) { try TransparencyProof(parsing: $0) }
    }

    /// Registers statements in order, up to the first that is refused.
    public func register(_ frames: [Frame]) async throws(ConnectionError) -> BulkAnswer {
        let path = "/statements/bulk"
        let answer = try await ask(
            path, content: .init(frames.flatMap(\.bytes), mediaType: "application/octet-stream"),
            BulkAnswer.init(parsing:))
        guard answer.results.count == frames.count else { throw .malformed(path: path, nil) }
        return answer
    }

    // MARK: Signed calls

    public func fetch(_ call: FetchCall) async throws(ConnectionError) -> FetchAnswer {
        try await ask(
            "/fetches", content: .init(call.bytes, mediaType: "application/jose"),
            limit: FetchAnswer.maximumBytes, FetchAnswer.init(parsing:))
    }

    /// Has the host carry a call into the log; the entry that does, unverified.
    public func carry(_ call: JWS) async throws(ConnectionError) -> StatementAnswer {
        let path = call.type == ReturnTerms.type ? "/returns" : "/requests"
        return try await ask(
            path, content: .init(call.bytes, mediaType: "application/jose"),
            limit: Self.smallAnswerBytes * 2, StatementAnswer.init(parsing:))
    }

    public func entries(_ query: JWS) async throws(ConnectionError) -> QueryAnswer {
        try await ask(
            "/queries", content: .init(query.bytes, mediaType: "application/jose"),
            QueryAnswer.init(parsing:))
    }

    public func applications(_ query: JWS) async throws(ConnectionError) -> ApplicationsAnswer {
        try await ask(
            "/queries", content: .init(query.bytes, mediaType: "application/jose"),
            ApplicationsAnswer.init(parsing:))
    }

    public func reject(_ rejection: JWS) async throws(ConnectionError) {
        _ = try await exchange(
            "/rejections", .init(rejection.bytes, mediaType: "application/jose"),
            limit: Self.smallAnswerBytes, seconds: Self.briefSeconds)
    }

    public func invite(_ invitation: JWS) async throws(ConnectionError) {
        _ = try await exchange(
            "/invitations", .init(invitation.bytes, mediaType: "application/jose"),
            limit: Self.smallAnswerBytes, seconds: Self.briefSeconds)
    }

    public func apply(_ application: Application) async throws(ConnectionError) {
        _ = try await exchange(
            "/applications", .init(application.bytes, mediaType: "application/json"),
            limit: Self.smallAnswerBytes, seconds: Self.briefSeconds)
    }

    // MARK: -

    private func ask<Answer>(
        _ path: String, content: TransportRequest.Content? = nil, limit: Int = pageBytes,
        seconds: Int64 = longSeconds, pastCaches: Bool = false,
        _ parse: ([UInt8]) throws -> Answer
    ) async throws(ConnectionError) -> Answer {
        let bytes = try await exchange(
            path, content, limit: limit, seconds: seconds, pastCaches: pastCaches)
        do { return try parse(bytes) } catch {
            throw .malformed(path: path, error as? MessageError)
        }
    }

    /// The content of a successful answer. What only reads is tried a second time where a connection
    /// broke; what registers is tried again by the outbox.
    private func exchange(
        _ path: String, _ content: TransportRequest.Content?, limit: Int, seconds: Int64,
        pastCaches: Bool = false
    ) async throws(ConnectionError) -> [UInt8] {
        let request = TransportRequest(
            path, content: content, maximumAnswerBytes: max(limit, Self.smallAnswerBytes),
            timeoutSeconds: seconds, pastCaches: pastCaches)
        let answer: TransportAnswer
        do {
            answer = try await transport.send(request)
        } catch {
            guard case .interrupted = error, content == nil else {
                throw ConnectionError(error, path: path)
            }
            do { answer = try await transport.send(request) } catch {
                throw ConnectionError(error, path: path)
            }
        }
        switch answer.status {
        case 200..<300:
            guard answer.bytes.count <= limit else {
                throw .answerTooLarge(path: path, limit: limit)
            }
            return answer.bytes
        case 400..<500 where ![408, 425, 429].contains(answer.status):
            guard answer.mediaType == Problem.mediaType,
                let problem = try? Problem(parsing: answer.bytes)
            else { throw .malformed(path: path, nil) }
            throw .refused(problem)
        default:
            throw .unavailable(status: answer.status, try? Problem(parsing: answer.bytes))
        }
    }
}
