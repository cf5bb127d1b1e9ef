import Rules
public import Sharing
import Wire

/// Roles in one hand, as far as a log can have them: what an authority may admit, and the founders.
public struct PolicyHand: Hashable, Sendable {
    public let roles: [Role]
    public let isHost: Bool
    public let isAuthority: Bool

    public init(_ roles: [Role], isHost: Bool = false, isAuthority: Bool = false) {
        (self.roles, self.isHost, self.isAuthority) = (roles.sorted(), isHost, isAuthority)
    }

    /// `enterprise and lender`, `host and operator`.
    public var words: String {
        let names =
            (isAuthority ? ["authority"] : []) + (isHost ? ["host"] : []) + roles.map(\.rawValue)
        return names.isEmpty ? "nobody in particular" : names.joined(separator: " and ")
    }

    func entity(_ handle: Handle, suspended: Bool = false) -> PolicyEntity {
        PolicyEntity(
            handle: handle, roles: roles, suspended: suspended, isHost: isHost,
            isAuthority: isAuthority)
    }

    func isPart(of other: PolicyHand) -> Bool {
        Set(roles).isSubset(of: other.roles) && (!isHost || other.isHost)
            && (!isAuthority || other.isAuthority)
    }

    /// All combinations of roles, the smaller ones first; then the founders.
    static let all: [PolicyHand] = {
        let roles = Role.allCases
        let combinations = (1..<(1 << roles.count)).map { bits in
            PolicyHand(roles.indices.filter { bits >> $0 & 1 == 1 }.map { roles[$0] })
        }
        return combinations.sorted { $0.roles.count < $1.roles.count } + founders
    }()

    static let founders = [
        PolicyHand([.operator], isHost: true), PolicyHand([], isAuthority: true),
    ]

    /// Those that `policies` let an authority admit, and the founders.
    static func possible(under policies: some Policies) -> [PolicyHand] {
        let authority = PolicyHand([], isAuthority: true).entity(Example.authority)
        return all.filter { hand in
            if founders.contains(hand) { return true }
            return policies.decide(
                PolicyRequest(
                    principal: authority, action: .admit, counterparty: hand.entity(Example.one),
                    time: Example.time)
            ).permitted
        }
    }
}

/// Names and a day for situations that are made up.
enum Example {
    static let one = handle("somebody")
    static let other = handle("another")
    static let authority = handle("authority")
    static let time = Timestamp(clamping: 1_795_000_000)
    static let month = Month(number: (2026 - 2000) * 12 + 10)

    private static func handle(_ text: String) -> Handle {
        guard let handle = Handle(text) else { preconditionFailure("these are handles") }
        return handle
    }

    /// `count` months, the first of them `reach` before the month of ``time``.
    static func months(_ count: Int, reach: Int) -> ClosedRange<Month>? {
        guard let month, let first = Month(number: max(0, month.number - reach)),
            let last = Month(number: min(Month.count - 1, first.number + max(1, count) - 1))
        else { return nil }
        return first...last
    }
}
