public import Sharing
public import Wire

/// A participant, as a policy sees it.
public struct PolicyEntity: Hashable, Sendable {
    public let handle: Handle
    public var roles: [Role]
    public var suspended: Bool
    public let isHost: Bool
    public let isAuthority: Bool
    /// `nil` where it isn't known.
    public internal(set) var size: SizeClass?

    public init(
        handle: Handle, roles: [Role], suspended: Bool, isHost: Bool, isAuthority: Bool,
        size: SizeClass? = nil
    ) {
        (self.handle, self.roles, self.suspended) = (handle, roles, suspended)
        (self.isHost, self.isAuthority, self.size) = (isHost, isAuthority, size)
    }
}

extension PolicyEntity {
    /// A participant as the state of the log describes it.
    ///
    /// The rules and the gateway both make it here, so that a policy decides both on the same facts.
    public init(_ handle: Handle, _ state: ParticipantState, in log: LogState) {
        self.init(
            handle: handle, roles: state.roles, suspended: state.suspended, size: state.size,
            host: log.host, authorities: log.authorities)
    }

    /// A participant of a log that has this host and these authorities; `size` is `nil` where it
    /// isn't known.
    public init(
        handle: Handle, roles: [Role], suspended: Bool, size: SizeClass?, host: Handle,
        authorities: [Handle]
    ) {
        self.init(
            handle: handle, roles: roles, suspended: suspended, isHost: handle == host,
            isAuthority: authorities.contains(handle), size: size)
    }
}

/// What somebody has done with an enterprise's books before.
public enum Involvement: String, CaseIterable, Comparable, Sendable {
    /// Read values, or was proven something, under a grant.
    case read, prove
    /// Served accesses to them.
    case operate
    /// Put them under a legal hold.
    case supervise

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The request that a grant answers, as a policy sees it.
public struct AnsweredRequest: Hashable, Sendable {
    public let by: Handle
    /// Whether the grant goes beyond it in anything.
    public let exceeded: Bool

    public init(by: Handle, exceeded: Bool) { (self.by, self.exceeded) = (by, exceeded) }
}

/// A statement whose selective claims are to be erased, as a policy sees it.
public struct ForgottenStatement: Hashable, Sendable {
    public let kind: Kind
    /// Seconds of log time since it was entered.
    public let age: Int64

    public init(kind: Kind, age: Int64) { (self.kind, self.age) = (kind, age) }
}

/// A question to the policies: may `principal` do `action` towards `counterparty`, under these
/// circumstances? Everything in it can be rebuilt by whoever replays the entry.
public struct PolicyRequest: Hashable, Sendable {
    public var principal: PolicyEntity
    public var action: PolicyAction
    /// The other side: the grantee of a grant, the enterprise of an access, who is admitted.
    public var counterparty: PolicyEntity?
    /// Whose records it is about.
    public var owner: Handle?
    public var right: Right?
    public var purpose: Purpose?
    public var fields: [String]
    public var series: Series?
    public var months: ClosedRange<Month>?
    /// Seconds between a grant's start and end.
    public var lifetime: Int64?
    public var fetches: Int64?
    public var dataLife: Int64?
    /// Whether some of the books are under a legal hold that stands.
    public var held: Bool
    /// What the user has done with the owner's books before.
    public var past: [Involvement]
    /// What a grant answers.
    public var answers: AnsweredRequest?
    /// What is to be forgotten.
    public var forgotten: ForgottenStatement?
    public var time: Timestamp

    public init(
        principal: PolicyEntity, action: PolicyAction, counterparty: PolicyEntity? = nil,
        owner: Handle? = nil, right: Right? = nil, purpose: Purpose? = nil, fields: [String] = [],
        series: Series? = nil, months: ClosedRange<Month>? = nil, lifetime: Int64? = nil,
        fetches: Int64? = nil, dataLife: Int64? = nil, held: Bool = false,
        past: [Involvement] = [], answers: AnsweredRequest? = nil, time: Timestamp
    ) {
        (self.principal, self.action, self.counterparty) = (principal, action, counterparty)
        (self.owner, self.right, self.purpose, self.fields) = (owner, right, purpose, fields)
        (self.series, self.months, self.lifetime) = (series, months, lifetime)
        (self.fetches, self.dataLife, self.held) = (fetches, dataLife, held)
        (self.past, self.answers, self.time) = (past, answers, time)
        forgotten = nil
    }
}

/// A policy set's answer. An error in any policy denies.
public struct PolicyDecision: Hashable, Sendable {
    public let permitted: Bool
    /// The policies that decided.
    public let determining: [String]
    /// The policies that failed.
    public let failed: [String]

    public init(permitted: Bool, determining: [String], failed: [String] = []) {
        (self.permitted, self.determining, self.failed) = (permitted, determining, failed)
    }
}

/// A policy set, compiled once and asked often.
public protocol Policies: Sendable {
    var digest: Digest<Digested.Policies> { get }
    func decide(_ request: PolicyRequest) -> PolicyDecision
}

/// Where the rules find a policy set by its digest; the texts are on the chain's side, not here.
public protocol PolicyLibrary: Sendable {
    func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)?
}

/// Sets by digest: those that a log was ever under, once their texts were read and found good.
public struct PolicyShelf: PolicyLibrary {
    private var sets: [Digest<Digested.Policies>: any Policies] = [:]

    public init(_ sets: [any Policies] = []) { for set in sets { add(set) } }

    public mutating func add(_ set: any Policies) { sets[set.digest] = set }

    public func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? { sets[digest] }
}
