public import Sharing
public import Wire

/// A participant, as a policy sees it.
public struct PolicyEntity: Hashable, Sendable {
    public let handle: Handle
    public var roles: [Role]
    public var suspended: Bool
    public let isHost: Bool
    public let isAuthority: Bool
    /// What its authority found when it admitted it.
    public let found: Found

    /// What an authority finds about a participant; `nil` where it isn't known.
    public struct Found: Hashable, Sendable {
        public let size: SizeClass?
        /// Where it is registered, ISO 3166-1: `DE`.
        public let country: String?

        public init(size: SizeClass? = nil, country: String? = nil) {
            self.size = size
            self.country = country
        }
    }

    public init(
        handle: Handle, roles: [Role], suspended: Bool, isHost: Bool, isAuthority: Bool,
        found: Found = Found()
    ) {
        self.handle = handle
        self.roles = roles
        self.suspended = suspended
        self.isHost = isHost
        self.isAuthority = isAuthority
        self.found = found
    }
}

extension PolicyEntity {
    /// A participant as the state of the log describes it.
    ///
    /// The rules and the gateway both make it here, so that a policy decides both on the same facts.
    public init(_ handle: Handle, _ state: ParticipantState, in log: LogState) {
        self.init(
            handle: handle, roles: state.roles, suspended: state.suspended,
            isHost: handle == log.host, isAuthority: log.charter.authorities.contains(handle),
            found: Found(size: state.size, country: state.country))
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
    /// Which fields there are.
    public var types: RecordTypes
    /// What is to be forgotten.
    public var forgotten: ForgottenStatement?
    public var time: Timestamp

    public init(
        principal: PolicyEntity, action: PolicyAction, counterparty: PolicyEntity? = nil,
        owner: Handle? = nil, right: Right? = nil, purpose: Purpose? = nil, fields: [String] = [],
        series: Series? = nil, months: ClosedRange<Month>? = nil, lifetime: Int64? = nil,
        fetches: Int64? = nil, dataLife: Int64? = nil, held: Bool = false,
        past: [Involvement] = [], answers: AnsweredRequest? = nil, time: Timestamp,
        types: RecordTypes = RecordTypes()
    ) {
        (self.principal, self.action, self.counterparty) = (principal, action, counterparty)
        (self.owner, self.right, self.purpose, self.fields) = (owner, right, purpose, fields)
        (self.series, self.months, self.lifetime) = (series, months, lifetime)
        (self.fetches, self.dataLife, self.held) = (fetches, dataLife, held)
        (self.past, self.answers, self.time) = (past, answers, time)
        self.types = types
        forgotten = nil
    }
}

extension PolicyRequest {
    /// The classes of the fields, as policies see them; of one that no type has it is a word that is no
    /// class, which no list of classes contains.
    package var classes: Set<String> {
        let known = series.flatMap { types.fields(of: $0) }
        return fields.reduce(into: []) { classes, name in
            let found = FieldName(name).flatMap { known?.classes(of: $0) } ?? []
            if found.isEmpty { classes.insert(Self.unknownClass) }
            for one in found { classes.insert(one.rawValue) }
        }
    }

    private static let unknownClass = "unknown"
}

extension PolicyRequest {
    /// Whether the policies are told who, what, whose and when, and nothing else.
    package var tellsOnlyTime: Bool { action.facts == [.time] }

    /// What the policies are told of it.
    package var told: PolicyRequest {
        guard tellsOnlyTime else { return self }
        return PolicyRequest(
            principal: principal, action: action, counterparty: counterparty, owner: owner,
            series: series, time: time)
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
    /// Whether the answer to a question that tells only the time may depend on that. What a grant's terms
    /// say is another matter.
    var asksForTime: Bool { get }
    func decide(_ request: PolicyRequest) -> PolicyDecision
}

extension Policies {
    public var asksForTime: Bool { true }
}

/// Where the rules find what a log published by its digest: policy sets and record types. The texts
/// come beside the entries.
public protocol PublishedTexts: Sendable {
    func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)?
    /// Whether the texts are known, and aren't a set that a log can be under.
    func isInvalid(_ digest: Digest<Digested.Policies>) -> Bool
    /// The type whose document has this digest.
    func type(_ digest: Digest<Digested.RecordType>) -> RecordType?
    /// Those of the types that are here, under the names that their documents have themselves.
    func types(_ list: [TypeVersion]) -> RecordTypes
    /// Whether all types are here. Where they aren't, those that genesis names go unjudged.
    var hasAllTypes: Bool { get }
}

extension PublishedTexts {
    public func isInvalid(_ digest: Digest<Digested.Policies>) -> Bool { false }
    public var hasAllTypes: Bool { true }

    public func types(_ list: [TypeVersion]) -> RecordTypes { found(list) }

    /// Those of the types that are here, under the names that their documents have themselves.
    fileprivate func found(_ list: [TypeVersion]) -> RecordTypes {
        RecordTypes(
            list.lazy.compactMap { named in
                type(named.digest).flatMap {
                    $0.name == named.name && Int64($0.version) == named.version ? $0 : nil
                }
            })
    }

    /// The set with this digest. Throws ``PolicyRefusal``.
    func required(_ digest: Digest<Digested.Policies>) throws(Refusal) -> any Policies {
        if let set = policies(digest) { return set }
        throw .policy(isInvalid(digest) ? .policyInvalid : .policyUnknown)
    }
}

/// Policy sets and record types by digest: those that a log ever published, once their texts were read
/// and found good.
public struct TextShelf: PublishedTexts {
    private var sets: [Digest<Digested.Policies>: any Policies] = [:]
    private var invalid: Set<Digest<Digested.Policies>> = []
    private var types: [Digest<Digested.RecordType>: RecordType] = [:]
    /// The types in the order in which they were added: nearly always a list has all of them, like this.
    private var listed: (list: [TypeVersion], types: RecordTypes) = ([], RecordTypes())

    public init(
        _ sets: [any Policies] = [], types: RecordTypes = RecordTypes(), of origin: Origin
    ) {
        for set in sets { add(set) }
        for type in types.all { add(type, of: origin) }
    }

    public init() {}

    /// Takes in a type of the log whose origin is `origin`.
    public mutating func add(_ type: RecordType, of origin: Origin) {
        let digest = type.digest(origin: origin)
        guard types.updateValue(type, forKey: digest) == nil else { return }
        listed.list.append(type.published(origin: origin))
        listed.types.add(type)
    }

    public mutating func add(_ set: any Policies) { sets[set.digest] = set }

    /// Remembers that the texts with this digest were read, and aren't a set.
    public mutating func refuse(_ digest: Digest<Digested.Policies>) { invalid.insert(digest) }

    public func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? { sets[digest] }
    public func isInvalid(_ digest: Digest<Digested.Policies>) -> Bool {
        invalid.contains(digest)
    }
    public func type(_ digest: Digest<Digested.RecordType>) -> RecordType? { types[digest] }

    public func types(_ list: [TypeVersion]) -> RecordTypes {
        list == listed.list ? listed.types : found(list)
    }
}
