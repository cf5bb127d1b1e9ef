import Custody
import Rules
public import Sharing
public import Wire

/// Somebody who was admitted, or named when the log began.
public struct KnownParticipant: Shaped, Hashable {
    /// A time in which it could neither seal, grant nor read.
    public struct Suspension: Shaped, Hashable {
        public let from: Timestamp
        /// `nil` while it lasts.
        public internal(set) var to: Timestamp?
        /// `nil` where it wasn't shown.
        public let reason: Reason?

        public static let shape = Shape<Suspension>(
            Suspension.init(from:to:reason:),
            .required("from", \.from, .time), .optional("to", \.to, .time),
            .optional("reason", \.reason, .word("reason")))
    }

    public let handle: Handle
    public let roles: [Role]
    /// The entry that admitted it.
    public let index: Int64
    public let at: Timestamp
    /// By its own word when it applied; `nil` where that wasn't shown.
    public let legalName: String?
    public let identifiers: [LegalIdentifier]
    public let country: String?
    /// As its authority found.
    public let size: SizeClass?
    public internal(set) var suspensions: [Suspension] = []

    public func isSuspended(at time: Timestamp) -> Bool {
        suspensions.contains { $0.from <= time && $0.to.map { time < $0 } ?? true }
    }

    public static let shape = Shape<KnownParticipant>(
        {
            (handle, roles, index, at, name, identifiers, country, size, suspensions)
                throws(ClaimError) in
            KnownParticipant(
                handle: handle, roles: roles, index: index, at: at, legalName: name,
                identifiers: identifiers, country: country, size: size, suspensions: suspensions)
        },
        .required("handle", \.handle, .handle),
        .required("roles", \.roles, .list(of: .word("role"))),
        .required("index", \.index, .count), .required("at", \.at, .time),
        .optional("legal_name", \.legalName, .text),
        .required("legal_ids", \.identifiers, .list(of: .object)),
        .optional("country", \.country, .text), .optional("size", \.size, .word("size")),
        .required("suspensions", \.suspensions, .list(of: .object)))
}

/// A legal hold, as it was laid and released.
public struct KnownHold: Shaped, Hashable {
    public let index: Int64
    public let at: Timestamp
    public let by: Handle
    public let terms: HoldTerms
    /// `nil` where it wasn't released.
    public internal(set) var released: Timestamp?

    /// Whether it forbids erasing at `time`.
    public func stands(at time: Timestamp) -> Bool {
        at <= time && terms.until.map { time < $0 } ?? true && released.map { time < $0 } ?? true
    }

    public static let shape = Shape<KnownHold>(
        KnownHold.init(index:at:by:terms:released:),
        .required("index", \.index, .count), .required("at", \.at, .time),
        .required("by", \.by, .handle), .required("terms", \.terms, .object),
        .optional("released", \.released, .time))
}

/// Something confidential that was erased.
public struct KnownErasure: Shaped, Hashable {
    public let index: Int64
    public let at: Timestamp
    public let by: Handle
    /// The statement that was erased.
    public let jti: JTI
    /// The record that it was; `nil` for a grant, a request or an admission.
    public let record: String?
    public let kind: Kind
    /// `nil` where it wasn't shown.
    public let reason: Reason?

    public static let shape = Shape<KnownErasure>(
        KnownErasure.init(index:at:by:jti:record:kind:reason:),
        .required("index", \.index, .count), .required("at", \.at, .time),
        .required("by", \.by, .handle), .required("jti", \.jti, .jti),
        .optional("record", \.record, .text), .required("kind", \.kind, .word("kind")),
        .optional("reason", \.reason, .word("reason")))
}

/// What happened to others on the log, as far as the participant was shown it: all of it to a
/// regulator.
struct KnownOthers: Sendable {
    private(set) var participants: [Handle: KnownParticipant] = [:]
    private(set) var holds: [KnownHold] = []
    private(set) var erasures: [KnownErasure] = []

    init() {}

    init(participants: [KnownParticipant], holds: [KnownHold], erasures: [KnownErasure]) {
        self.participants = Dictionary(participants.map { ($0.handle, $0) }) { $1 }
        self.holds = holds
        self.erasures = erasures
    }

    /// Takes in an admitted entry; `state` is what it made.
    mutating func take(
        _ candidate: Candidate, _ state: KeptState
    ) throws(HomeError) {
        let statement = candidate.statement
        let at = statement.issuedAt
        let claims = statement.claims
        if let genesis = claims as? Genesis { begin(genesis, at) }
        if let admit = claims as? Admit {
            let identity = candidate.selective as? LegalIdentity
            participants[admit.handle] = KnownParticipant(
                handle: admit.handle, roles: admit.roles, index: candidate.index, at: at,
                legalName: identity?.name, identifiers: identity?.identifiers ?? [],
                country: identity?.country, size: identity?.size)
        }
        if let suspend = claims as? Suspend {
            let reason = (candidate.selective as? StatedReason)?.reason
            participants[suspend.handle]?.suspensions.append(
                .init(from: at, to: nil, reason: reason))
        }
        if let reinstate = claims as? Reinstate, var known = participants[reinstate.handle],
            let last = known.suspensions.indices.last
        {
            known.suspensions[last].to = at
            participants[reinstate.handle] = known
        }
        takeHold(candidate, at)
        if let erase = claims as? Erase { try takeErasure(erase, candidate, state) }
    }

    private mutating func begin(_ genesis: Genesis, _ at: Timestamp) {
        let named =
            genesis.charter.authorities.map { ($0.handle, [Role]()) }
            + [(genesis.host.handle, [.operator])]
        for (handle, roles) in named {
            participants[handle] = KnownParticipant(
                handle: handle, roles: roles, index: 0, at: at, legalName: nil, identifiers: [],
                country: nil, size: nil)
        }
    }

    private mutating func takeHold(_ candidate: Candidate, _ at: Timestamp) {
        guard let terms = candidate.selective as? HoldTerms else { return }
        let issuer = candidate.statement.issuer
        guard candidate.statement.claims is Release else {
            holds.append(KnownHold(index: candidate.index, at: at, by: issuer, terms: terms))
            return
        }
        for number in holds.indices
        where holds[number].by == issuer && holds[number].terms.holder == terms.holder
            && holds[number].terms.caseReference == terms.caseReference
            && holds[number].released == nil
        {
            holds[number].released = at
        }
    }

    private mutating func takeErasure(
        _ erase: Erase, _ candidate: Candidate, _ state: KeptState
    ) throws(HomeError) {
        let erased = try state.kept(StatementState.key(erase.target.jti))
        erasures.append(
            KnownErasure(
                index: candidate.index, at: candidate.statement.issuedAt,
                by: candidate.statement.issuer, jti: erase.target.jti,
                record: erased?.record.map { "\($0.book)#\($0.number)" },
                kind: erased?.kind ?? .erase,
                reason: (candidate.selective as? StatedReason)?.reason))
        guard case .admission(_, let handle) = erase.target, let known = participants[handle]
        else { return }
        // Whoever had it shown lets go of it, too.
        participants[handle] = KnownParticipant(
            handle: handle, roles: known.roles, index: known.index, at: known.at, legalName: nil,
            identifiers: [], country: nil, size: nil, suspensions: known.suspensions)
    }

    static let shape = Shape<KnownOthers>(
        KnownOthers.init(participants:holds:erasures:),
        .required("participants", \.listed, .list(of: .object)),
        .required("holds", \.holds, .list(of: .object)),
        .required("erasures", \.erasures, .list(of: .object)))

    private var listed: [KnownParticipant] { participants.values.sorted { $0.index < $1.index } }
}
