public import Wire

/// Why a statement is not admitted: one case for each family, which stands in the file of its name
/// beside this one, with its HTTP status, stable name and words.
public enum Refusal: Error, Equatable, Sendable {
    case place(PlaceRefusal)
    case issuer(IssuerRefusal)
    case participant(ParticipantRefusal)
    case book(BookRefusal)
    case erasure(ErasureRefusal)
    case grant(GrantRefusal)
    case proof(ProofGrantRefusal)
    case call(CallRefusal)
    case access(AccessRefusal)
    case policy(PolicyRefusal)
    case governance(GovernanceRefusal)
    case type(TypeRefusal)

    /// The same for somebody who may not know what policies were told.
    public var withoutNames: Refusal {
        if case .policy(let refusal) = self { .policy(refusal.withoutNames) } else { self }
    }

    /// What the refusal is called and how it is worded.
    public var entry: ProblemEntry {
        switch self {
        case .place(let refusal): refusal.entry
        case .issuer(let refusal): refusal.entry
        case .participant(let refusal): refusal.entry
        case .book(let refusal): refusal.entry
        case .erasure(let refusal): refusal.entry
        case .grant(let refusal): refusal.entry
        case .proof(let refusal): refusal.entry
        case .call(let refusal): refusal.entry
        case .access(let refusal): refusal.entry
        case .policy(let refusal): refusal.entry
        case .governance(let refusal): refusal.entry
        case .type(let refusal): refusal.entry
        }
    }
}

/// A problem as it is told over HTTP (RFC 9457): a stable name, a status, words and facts.
///
/// 422: the statement can't be admitted as it is. 409: it could be, at another moment or number. 401
/// and 403: not by this key or participant.
public struct ProblemEntry: Equatable, Sendable {
    /// The last part of the problem's type, for ever.
    public let name: String
    public let status: Int64
    /// What is wrong, in English.
    public let title: String
    /// What to do next, where that isn't obvious.
    public let detail: String?
    public let facts: [String: JSON]

    public init(
        _ name: String, _ status: Int64, _ title: String, _ detail: String? = nil,
        _ facts: [String: JSON] = [:]
    ) {
        self.name = name
        self.status = status
        self.title = title
        self.detail = detail
        self.facts = facts
    }
}

/// What can be wrong with an entry 0.
public enum GenesisFault: Error, Equatable, Sendable {
    case logKey
    case clockKey
    case authorities
    case notFirstAuthority
    case issuer
}
