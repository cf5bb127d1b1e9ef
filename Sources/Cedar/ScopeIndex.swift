/// Finds the policies whose scope can match, without looking at all of them.
///
/// Each policy is filed once: under the principal or resource its scope names, else under the
/// actions it names, else with those to be looked at for every request.
struct ScopeIndex: Sendable {
    private var byPrincipal = Drawer()
    private var byResource = Drawer()
    private var byAction = Drawer()
    private var unfiled: [Int32] = []
    private let isWorthwhile: Bool

    /// Up to this many policies, testing each scope is faster than the look-ups.
    private static let directSearchLimit = 24

    init(_ policies: [Policy]) {
        isWorthwhile = policies.count > Self.directSearchLimit
        guard isWorthwhile else { return }
        for (position, policy) in policies.enumerated() {
            let number = Int32(position)
            if let uid = policy.principal.entity {
                byPrincipal.file(number, under: uid, policy.principal.includesMembers)
            } else if let uid = policy.resource.entity {
                byResource.file(number, under: uid, policy.resource.includesMembers)
            } else if let uids = policy.action.actions {
                for uid in Set(uids) {
                    byAction.file(number, under: uid, policy.action.includesMembers)
                }
            } else {
                unfiled.append(number)
            }
        }
    }

    /// The numbers of the policies to look at, ascending; `nil` for all of them.
    func candidates(for evaluator: borrowing Evaluator) -> [Int32]? {
        guard isWorthwhile else { return nil }
        var found = unfiled
        let request = evaluator.request
        byPrincipal.collect(request.principal, evaluator.principal, into: &found)
        byResource.collect(request.resource, evaluator.resource, into: &found)
        byAction.collect(request.action, evaluator.action, into: &found)
        if found.count == unfiled.count { return found }
        found.sort()
        // A policy for several actions can be found under more than one.
        var last: Int32 = -1
        found.removeAll { number in
            defer { last = number }
            return number == last
        }
        return found
    }

    private struct Drawer: Sendable {
        private var exact: [EntityUID: [Int32]] = [:]
        private var withMembers: [EntityUID: [Int32]] = [:]

        mutating func file(_ number: Int32, under uid: EntityUID, _ includesMembers: Bool) {
            if includesMembers {
                withMembers[uid, default: []].append(number)
            } else {
                exact[uid, default: []].append(number)
            }
        }

        func collect(_ uid: EntityUID, _ member: Entities.Member, into found: inout [Int32]) {
            if let numbers = exact[uid] { found += numbers }
            if withMembers.isEmpty { return }
            if let numbers = withMembers[uid] { found += numbers }
            for ancestor in member.ancestors {
                if let numbers = withMembers[ancestor] { found += numbers }
            }
        }
    }
}
