public import Sharing
public import Wire

/// The rule of one kind of statement: what state it reads, when it is admitted, what it changes, whom
/// it concerns, and what an audit counts of it.
protocol KindRule {
    associatedtype Form: KindForm

    /// The families of state that statements of this kind bring in.
    static var states: [any StateObject.Type] { get }

    /// What the policies are asked about because of statements of this kind.
    static var actions: [PolicyAction] { get }

    /// The state that the statement itself names, besides its issuer's.
    static func reads(_ said: Stated<Form>, _ reads: inout Reads)

    /// The state that can only be named once the first round is known: whose grant it is, which book
    /// an erased record was in.
    static func furtherReads(_ said: Stated<Form>, in state: Slice, _ reads: inout Reads)

    /// Log time after the statement. Throws ``Refusal`` where its `iat` is too far from log time.
    static func time(_ said: Stated<Form>, in log: LogState) throws(Refusal) -> Timestamp

    /// Decides a statement whose place, time and signature are good, and records what it changes.
    /// Throws ``Refusal``.
    static func decide(_ said: Stated<Form>, _ decision: inout Decision) throws(Refusal)

    /// Whom the statement concerns besides its issuer: those who may ask for its selective claims.
    static func parties(_ said: Stated<Form>, in state: Slice) -> [Handle]

    /// What an audit counts of an admitted statement, besides its kind.
    static func facts(_ said: Stated<Form>) -> [AuditFact]

    /// Decides a statement from the beginning. Throws ``Refusal``.
    static func admit(
        _ said: Stated<Form>, in slice: Slice, texts: any PublishedTexts
    ) throws(Refusal) -> Admission
}

extension KindRule {
    static var states: [any StateObject.Type] { [] }
    static var actions: [PolicyAction] { [] }
    static func reads(_ said: Stated<Form>, _ reads: inout Reads) {}
    static func furtherReads(_ said: Stated<Form>, in state: Slice, _ reads: inout Reads) {}
    static func parties(_ said: Stated<Form>, in state: Slice) -> [Handle] { [] }
    static func facts(_ said: Stated<Form>) -> [AuditFact] { [] }

    /// The larger of log time and `iat`, which lies in a window around log time.
    static func time(_ said: Stated<Form>, in log: LogState) throws(Refusal) -> Timestamp {
        let issued = said.statement.issuedAt
        guard issued.seconds >= log.time.seconds - Limits.backdatingSeconds else {
            throw .place(.tooOld(issuedAt: issued, logTime: log.time))
        }
        guard issued.seconds <= log.time.seconds + Limits.aheadSeconds else {
            throw .place(.tooFarAhead(issuedAt: issued, logTime: log.time))
        }
        return max(log.time, issued)
    }

    static func admit(
        _ said: Stated<Form>, in slice: Slice, texts: any PublishedTexts
    ) throws(Refusal) -> Admission {
        var decision = try Decision(
            said.candidate, in: slice, scope: Form.scope, texts
        ) { log throws(Refusal) in try time(said, in: log) }
        try decide(said, &decision)
        return decision.admission()
    }
}

extension Kind {
    /// The one table of rules.
    var rule: any KindRule.Type {
        switch self {
        case .genesis: GenesisRule.self
        case .admit: AdmitRule.self
        case .suspend: SuspendRule.self
        case .reinstate: ReinstateRule.self
        case .key: AddKeyRule.self
        case .retireKey: RetireKeyRule.self
        case .encryptionKey: ChangeEncryptionKeyRule.self
        case .policy: PublishPoliciesRule.self
        case .recordType: PublishTypeRule.self
        case .record: RegisterRecordRule.self
        case .closeBook: CloseBookRule.self
        case .erase: EraseRule.self
        case .request: RequestRule.self
        case .grant: GrantRule.self
        case .rekey: RekeyRule.self
        case .revoke: RevokeRule.self
        case .return: ReturnRule.self
        case .access: AccessRule.self
        case .legalHold: LegalHoldRule.self
        case .release: ReleaseRule.self
        case .time: MoveTimeRule.self
        case .charter: ChangeCharterRule.self
        case .upgrade: UpgradeRule.self
        }
    }
}

extension Kind {
    /// Whether policies are asked about somebody else's books because of statements of this kind.
    public var isAboutOthersBooks: Bool {
        rule.actions.contains { $0.subject == .othersBooks }
    }
}

/// The keys of the state that a rule declares to read.
struct Reads {
    private(set) var keys: [StateKey] = []

    mutating func add<Object>(_ key: StateKey.Of<Object>) { keys.append(key.untyped) }
}

/// Something that an audit counts.
public enum AuditFact: Hashable, Sendable {
    /// So many participants joined.
    case participants(Int)
    case suspended(Handle)
    case reinstated(Handle)
    /// A policy set came into force.
    case policies(Digest<Digested.Policies>)
    /// A version of a record type was published.
    case type(TypeVersion)
    /// A charter came into force.
    case charter(Charter)
    /// The next rules were announced.
    case upgrade(rules: Int64, from: Int64)
    case bookOpened
    case bookClosed
    case granted(JTI, for: Purpose, until: Timestamp)
    case revoked(JTI)
    /// Something was served to this grantee; `nil` where the access isn't disclosed.
    case accessed(by: Handle?)
    /// One more of what has this name in the report.
    case counted(String)
}
