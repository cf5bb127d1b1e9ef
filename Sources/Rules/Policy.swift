public import Sharing
public import Wire

/// What a participant wants to do, as a policy sees it.
public enum PolicyAction: String, CaseIterable, Sendable {
    case admit, seal, close, erase, request, grant, rekey, revoke, access, audit
}

/// A participant, as a policy sees it.
public struct PolicyEntity: Hashable, Sendable {
    public let handle: Handle
    public let roles: [Role]
    public let suspended: Bool
    public let isHost: Bool
    public let isAuthority: Bool

    public init(
        handle: Handle, roles: [Role], suspended: Bool, isHost: Bool, isAuthority: Bool
    ) {
        (self.handle, self.roles, self.suspended) = (handle, roles, suspended)
        (self.isHost, self.isAuthority) = (isHost, isAuthority)
    }
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
    public var time: Timestamp

    public init(
        principal: PolicyEntity, action: PolicyAction, counterparty: PolicyEntity? = nil,
        owner: Handle? = nil, right: Right? = nil, purpose: Purpose? = nil, fields: [String] = [],
        series: Series? = nil, months: ClosedRange<Month>? = nil, lifetime: Int64? = nil,
        fetches: Int64? = nil, dataLife: Int64? = nil, time: Timestamp
    ) {
        (self.principal, self.action, self.counterparty) = (principal, action, counterparty)
        (self.owner, self.right, self.purpose, self.fields) = (owner, right, purpose, fields)
        (self.series, self.months, self.lifetime) = (series, months, lifetime)
        (self.fetches, self.dataLife, self.time) = (fetches, dataLife, time)
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
public protocol PolicySet: Sendable {
    var digest: Digest<Digested.Policies> { get }
    func decide(_ request: PolicyRequest) -> PolicyDecision
}

/// Where the rules find a policy set by its digest; the texts are on the chain's side, not here.
public protocol PolicyLibrary: Sendable {
    func policies(_ digest: Digest<Digested.Policies>) -> (any PolicySet)?
}

/// The library that knows only the built-in set.
public struct BuiltInPolicies: PolicyLibrary {
    public init() {}
    public func policies(_ digest: Digest<Digested.Policies>) -> (any PolicySet)? {
        digest == Separation.shared.digest ? Separation.shared : nil
    }
}

/// `separation/1`: the separation of holding, using and operating as one fixed policy set, for logs
/// whose authorities haven't published one of their own.
public struct Separation: PolicySet {
    public static let shared = Separation()
    public static let name = "separation/1"

    public let digest: Digest<Digested.Policies>

    private init() {
        digest = Digest(hashing: DomainSeparated(.policySet).appending(Self.name).bytes)
    }

    public func decide(_ request: PolicyRequest) -> PolicyDecision {
        let forbidding = Self.forbids.filter { $0.applies(request) }.map(\.id)
        if !forbidding.isEmpty {
            return PolicyDecision(permitted: false, determining: forbidding)
        }
        let permitting = Self.permits.filter { $0.applies(request) }.map(\.id)
        return PolicyDecision(permitted: !permitting.isEmpty, determining: permitting)
    }

    private struct Policy: Sendable {
        let id: String
        let applies: @Sendable (PolicyRequest) -> Bool
    }

    private static let permits: [Policy] = [
        Policy(id: "authority-admits") { $0.action == .admit && $0.principal.isAuthority },
        Policy(id: "holder-holds") {
            [.seal, .close, .erase, .rekey, .revoke].contains($0.action)
                && $0.principal.roles.contains(.enterprise)
        },
        Policy(id: "holder-grants-use") {
            $0.action == .grant && $0.principal.roles.contains(.enterprise)
                && !($0.counterparty?.roles ?? []).isDisjoint(with: users)
        },
        Policy(id: "user-requests") {
            $0.action == .request && !$0.principal.roles.isDisjoint(with: users)
        },
        Policy(id: "user-uses") {
            $0.action == .access && !$0.principal.roles.isDisjoint(with: users)
        },
        Policy(id: "user-gives-back") {
            $0.action == .revoke && !$0.principal.roles.isDisjoint(with: users)
        },
        Policy(id: "regulator-audits") {
            $0.action == .audit && $0.principal.roles.contains(.regulator)
        },
    ]

    private static let users: [Role] = [.lender, .regulator, .guarantor]

    private static let forbids: [Policy] = [
        Policy(id: "operating-excludes-holding-and-using") {
            $0.action == .admit
                && ($0.counterparty?.roles ?? []).contains(.operator)
                && !($0.counterparty?.roles ?? []).isDisjoint(
                    with: [.enterprise, .lender, .regulator, .guarantor])
        },
        Policy(id: "auditing-excludes-holding-and-using") {
            $0.action == .admit
                && ($0.counterparty?.roles ?? []).contains(.regulator)
                && !($0.counterparty?.roles ?? []).isDisjoint(
                    with: [.enterprise, .lender, .guarantor, .attestor])
        },
        Policy(id: "host-never-uses") {
            ($0.action == .grant && $0.counterparty?.isHost == true)
                || ([.access, .request].contains($0.action) && $0.principal.isHost)
        },
        Policy(id: "regulator-reads-for-inspection-only") {
            [.grant, .access].contains($0.action) && $0.purpose != .inspection
                && (($0.action == .grant ? $0.counterparty?.roles : $0.principal.roles) ?? [])
                    .contains(.regulator)
        },
        Policy(id: "suspended-neither-seals-nor-grants-nor-uses") {
            $0.principal.suspended && ![.revoke, .erase].contains($0.action)
        },
        Policy(id: "nothing-new-towards-the-suspended") {
            [.grant, .access].contains($0.action) && $0.counterparty?.suspended == true
        },
    ]
}

extension Array where Element == Role {
    fileprivate func isDisjoint(with others: [Role]) -> Bool { !contains { others.contains($0) } }
}
