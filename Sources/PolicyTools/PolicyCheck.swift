import Cedar
public import Rules
public import Sharing
import Wire

/// What can be found out about a policy set without any log: which rights that are declared exclusive
/// can still meet in one hand, which policies never apply, which requests no policy answers.
///
/// Situations are made up; the combinations of roles are all tried, the circumstances those that the
/// policies themselves speak of, one more and one less. Each finding comes with an example.
public struct PolicyCheck: Sendable {
    /// Two rights that exclude each other, in one hand.
    public struct Meeting: Sendable {
        public let hand: PolicyHand
        /// The groups of actions, as the schema calls them.
        public let rights: [String]
        public let examples: [Answered]
        /// Whether only on the same books they exclude each other.
        public let onSameBooks: Bool
    }

    /// A situation and the policies that decided.
    public struct Answered: Sendable {
        public let request: PolicyRequest
        public let policies: [String]
    }

    /// A policy that can't be evaluated in some situation, which denies.
    public struct Failing: Sendable {
        public let policy: String
        public let example: PolicyRequest
    }

    /// A field that no type has yet, and so of no class that there is, that somebody may read.
    public struct Escape: Sendable {
        public let action: PolicyAction
        public let purpose: Purpose
        public let example: Answered
    }

    /// Requests that neither a permit nor a forbid applies to: refused, since nothing permits them.
    public struct Unanswered: Sendable {
        public let action: PolicyAction
        public let hands: [PolicyHand]
        public let example: PolicyRequest
    }

    public let hands: [PolicyHand]
    public let meetings: [Meeting]
    /// Policies to which no situation was found in which they apply.
    public let neverApplied: [String]
    public let failing: [Failing]
    /// Actions that nobody may do, whatever the circumstances.
    public let impossible: [PolicyAction]
    /// Where policies forbid classes of fields instead of allowing them, or say nothing of classes.
    public let escapes: [Escape]
    public let unanswered: [Unanswered]
    /// How many decisions this rests on.
    public let decisions: Int

    public var isClean: Bool {
        meetings.isEmpty && neverApplied.isEmpty && failing.isEmpty && impossible.isEmpty
            && escapes.isEmpty
    }

    public init(_ policies: CedarPolicies) {
        var survey = PolicySurvey(policies)
        hands = survey.hands
        meetings = survey.meetings()
        escapes = survey.escapes()
        unanswered = survey.unanswered()
        impossible = survey.impossible()
        (neverApplied, failing) = survey.neverApplied()
        decisions = survey.decisions
    }
}

/// The work of a check: every hand and action in ordinary circumstances, then odd ones at random.
private struct PolicySurvey {
    let policies: CedarPolicies
    let hands: [PolicyHand]
    private let exclusions = Exclusion.declared
    private var answers: [PolicyHand: [PolicyAction: [Answer]]] = [:]
    private(set) var decisions = 0

    struct Answer {
        let request: PolicyRequest
        let decision: PolicyDecision
        var ownBooks: Bool { request.owner == request.principal.handle }
    }

    init(_ policies: CedarPolicies) {
        self.policies = policies
        hands = PolicyHand.possible(under: policies)
        decisions = PolicyHand.all.count
        for hand in hands {
            for action in PolicyAction.allCases {
                answers[hand, default: [:]][action] = PolicySituations.ordinary(action, by: hand)
                    .map { Answer(request: $0, decision: policies.decide($0)) }
            }
        }
        decisions += answers.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
    }

    private func permitted(
        _ group: String, by hand: PolicyHand, _ suits: (Answer) -> Bool
    ) -> Answer? {
        for action in PolicyAction.all(in: group) {
            let found = answers[hand]?[action]?.first { $0.decision.permitted && suits($0) }
            if let found { return found }
        }
        return nil
    }

    func meetings() -> [PolicyCheck.Meeting] {
        var meetings: [PolicyCheck.Meeting] = []
        for exclusion in exclusions {
            for hand in hands {
                let known = meetings.contains {
                    Set($0.rights) == exclusion.rights && $0.hand.isPart(of: hand)
                        && $0.onSameBooks == exclusion.onSameBooks
                }
                if known { continue }
                let examples = exclusion.rights.sorted().compactMap { right in
                    permitted(right, by: hand) { answer in
                        if let saved = exclusion.saved, answer.request.purpose == saved {
                            return false
                        }
                        return !exclusion.onSameBooks || answer.ownBooks
                    }
                }
                guard examples.count == 2 else { continue }
                meetings.append(
                    .init(
                        hand: hand, rights: exclusion.rights.sorted(),
                        examples: examples.map {
                            .init(request: $0.request, policies: $0.decision.determining)
                        }, onSameBooks: exclusion.onSameBooks))
            }
        }
        return meetings
    }

    /// For each action and purpose, a situation in which a field of tomorrow may be read.
    mutating func escapes() -> [PolicyCheck.Escape] {
        var found: [PolicyCheck.Escape] = []
        let all = hands.flatMap { answers[$0]?.values.joined().map(\.self) ?? [] }
        for answer in all where answer.decision.permitted {
            var request = answer.request
            guard request.right == .read, !request.fields.isEmpty, let purpose = request.purpose,
                !found.contains(where: {
                    $0.action == request.action && $0.purpose == purpose
                }), request.action.facts.contains(where: { [.terms, .wish].contains($0) })
            else { continue }
            request.fields = [PolicySituations.fieldOfTomorrow]
            decisions += 1
            let decision = policies.decide(request)
            guard decision.permitted else { continue }
            found.append(
                .init(
                    action: request.action, purpose: purpose,
                    example: .init(request: request, policies: decision.determining)))
        }
        return found.sorted {
            ($0.action.rawValue, $0.purpose.rawValue) < ($1.action.rawValue, $1.purpose.rawValue)
        }
    }

    func impossible() -> [PolicyAction] {
        PolicyAction.allCases.filter { action in
            !hands.contains { hand in
                answers[hand]?[action]?.contains { $0.decision.permitted } == true
            }
        }
    }

    func unanswered() -> [PolicyCheck.Unanswered] {
        PolicyAction.allCases.compactMap { action in
            var silent: [PolicyHand] = []
            var example: PolicyRequest?
            for hand in hands {
                let all = answers[hand]?[action] ?? []
                let isSilent = all.allSatisfy {
                    $0.decision.determining.isEmpty && $0.decision.failed.isEmpty
                }
                guard isSilent, let first = all.first else { continue }
                // A larger hand that is silent says no more than the smaller ones in it.
                if silent.contains(where: { $0.isPart(of: hand) }) { continue }
                silent.append(hand)
                if example == nil { example = first.request }
            }
            return example.map { .init(action: action, hands: silent, example: $0) }
        }
    }

    /// Tries odd circumstances until every policy has applied, or patience ends.
    mutating func neverApplied() -> (never: [String], failing: [PolicyCheck.Failing]) {
        var missing = Set(policies.set.policies.map(\.id.description))
        var failing: [String: PolicyRequest] = [:]
        for action in answers.values {
            for answer in action.values.joined() {
                missing.subtract(answer.decision.determining)
                for id in answer.decision.failed where failing[id] == nil {
                    failing[id] = answer.request
                }
            }
        }
        var situations = PolicySituations(of: policies)
        // One policy at a time, in a set of its own: what another decides can't hide it.
        var alone: [(id: String, set: Cedar.PolicySet)] = policies.set.policies.compactMap {
            guard missing.contains($0.id.description),
                let set = try? Cedar.PolicySet(
                    parsing: [.init(text: $0.text)], identifiedBy: .annotated)
            else { return nil }
            return ($0.id.description, set)
        }
        for _ in 0..<Self.patience where !alone.isEmpty {
            let request = situations.next()
            let question = PolicyQuestion(request)
            decisions += 1
            alone.removeAll { policy in
                let response = policy.set.isAuthorized(
                    question.request, entities: question.entities)
                if !response.errors.isEmpty, failing[policy.id] == nil {
                    failing[policy.id] = request
                }
                return !response.determining.isEmpty
            }
        }
        for _ in 0..<Self.oddities {
            let request = situations.next()
            decisions += 1
            for id in policies.decide(request).failed where failing[id] == nil {
                failing[id] = request
            }
        }
        let order = policies.set.policies.map(\.id.description)
        return (
            order.filter { id in alone.contains { $0.id == id } },
            order.compactMap { id in failing[id].map { .init(policy: id, example: $0) } }
        )
    }

    /// Situations tried for policies that haven't applied yet, and beside them.
    private static let patience = 60_000
    private static let oddities = 5_000
}

/// Two rights that the schema says exclude each other.
private struct Exclusion: Hashable {
    let rights: Set<String>
    let onSameBooks: Bool
    /// The purpose for which they may meet after all.
    let saved: Purpose?

    /// From `@excludes`, `@excludes_on_same_books` and `@save` of the schema's actions.
    static let declared: [Exclusion] = {
        var found: [Exclusion] = []
        for (uid, action) in Schema.standard.actions.sorted(by: { $0.key < $1.key }) {
            func value(_ name: String) -> String? {
                action.annotations.first { $0.name == name }?.value.string
            }
            let saved = value("save").flatMap { Purpose(rawValue: $0) }
            for (name, here) in [("excludes", false), ("excludes_on_same_books", true)] {
                for other in value(name)?.split(separator: " ").map(String.init) ?? [] {
                    let rights = Set([uid.id.string, other])
                    if let known = found.firstIndex(where: {
                        $0.rights == rights && $0.onSameBooks == here
                    }) {
                        found[known] = Exclusion(
                            rights: rights, onSameBooks: here, saved: found[known].saved ?? saved)
                    } else {
                        found.append(Exclusion(rights: rights, onSameBooks: here, saved: saved))
                    }
                }
            }
        }
        return found
    }()
}

extension PolicyAction {
    /// The actions of a right, which the schema calls `group`.
    fileprivate static func all(in group: String) -> [PolicyAction] {
        allCases.filter { action in
            Schema.standard.actions[Word.action(action)]?.ancestors.contains {
                $0.id.string == group
            } == true
        }
    }
}
