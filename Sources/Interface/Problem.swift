public import Wire

/// A refusal over HTTP (RFC 9457): a stable type, words, and facts as members of their own.
public struct Problem: Hashable, Sendable {
    /// `https://<origin>/problems/<name>`; `about:blank` where a server in between made it.
    public let type: String
    public let title: String
    /// The HTTP status code.
    public let status: Int64
    public let detail: String?
    /// The extension members (RFC 9457 §3.2).
    public let facts: [String: JSON]

    public static let mediaType = "application/problem+json"
    public static let maximumBytes = 1 << 20
    private static let ownMembers: Set<String> = ["type", "title", "status", "detail"]

    public init(
        type: String, title: String, status: Int64, detail: String? = nil,
        facts: [String: JSON] = [:]
    ) {
        precondition(Self.ownMembers.isDisjoint(with: facts.keys), "a fact has a name of its own")
        (self.type, self.title, self.status) = (type, title, status)
        (self.detail, self.facts) = (detail, facts)
    }

    /// The last part of the type: `wrong-number`.
    public var name: String { type.split(separator: "/").last.map(String.init) ?? type }

    /// Reads any JSON object as RFC 9457 §3 says: members that are missing or of another type are
    /// as if absent. Throws ``MessageError``.
    public init(parsing bytes: [UInt8]) throws(MessageError) {
        guard bytes.count <= Self.maximumBytes else {
            throw MessageError(
                place: "", reason: .tooLarge(bytes: bytes.count, limit: Self.maximumBytes))
        }
        let json: JSON
        do { json = try JSON(lenient: bytes) } catch {
            throw MessageError(place: "", reason: .json(error))
        }
        guard let problem = Problem(json: json) else {
            throw MessageError(place: "", reason: .claims(.notAnObject))
        }
        self = problem
    }

    init?(json: JSON) {
        guard case .object(let members) = json else { return nil }
        type = members["type"]?.text ?? "about:blank"
        title = members["title"]?.text ?? ""
        status = members["status"]?.int ?? 0
        detail = members["detail"]?.text
        facts = members.filter { !Self.ownMembers.contains($0.key) }
    }

    public var json: JSON {
        var members = facts
        members["type"] = .string(type)
        members["title"] = .string(title)
        members["status"] = .integer(status)
        if let detail { members["detail"] = .string(detail) }
        return .object(members)
    }

    public var bytes: [UInt8] { json.canonicalBytes }
}
