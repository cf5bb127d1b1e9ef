public import Rules
public import Sharing
import Wire

/// Why a set of policies decides a request as it does, and what would have to change.
public struct PolicyExplanation: Sendable {
    public struct Ground: Sendable {
        public let policy: String
        public let reason: String?
    }

    /// One change after which the request would be permitted.
    public struct Remedy: Sendable {
        public let words: String
        public let request: PolicyRequest
    }

    public let request: PolicyRequest
    public let decision: PolicyDecision
    /// The policies that decided or failed, with their reasons.
    public let grounds: [Ground]
    /// For a refused request, single changes that would do; none where only several together would.
    public let remedies: [Remedy]

    public init(of request: PolicyRequest, under policies: CedarPolicies) {
        self.request = request
        let decision = policies.decide(request)
        self.decision = decision
        grounds = (decision.failed + decision.determining).map {
            Ground(policy: $0, reason: policies.reason(of: $0))
        }
        remedies =
            decision.permitted
            ? [] : Self.changes(of: request).filter { policies.decide($0.request).permitted }
    }

    /// Every single change that somebody could make, with the largest period and range that would do. The
    /// purpose isn't among them: it is what somebody has in mind, and nothing to be chosen by what is
    /// permitted.
    private static func changes(of request: PolicyRequest) -> [Remedy] {
        var remedies: [Remedy] = []
        func add(_ words: String, _ change: (inout PolicyRequest) -> Void) {
            var changed = request
            change(&changed)
            if changed != request { remedies.append(Remedy(words: words, request: changed)) }
        }
        for days in ceilings where (request.lifetime ?? 0) > days * 86_400 {
            add("for at most \(days) days") { $0.lifetime = days * 86_400 }
        }
        for days in ceilings where (request.dataLife ?? 0) > days * 86_400 {
            add("with what was read kept for at most \(days) days") { $0.dataLife = days * 86_400 }
        }
        if let months = request.months {
            let reach = PolicyQuestion.reach(months, request.time)
            for limit in [60, 36, 24, 14, 12, 6, 3, 1] where reach > limit {
                guard let first = Month(number: months.lowerBound.number + Int(reach) - limit),
                    first <= months.upperBound
                else { continue }
                add("from \(first) on") { $0.months = first...months.upperBound }
            }
        }
        if request.right == .read {
            add("as a proof instead of values") { ($0.right, $0.fields) = (.prove, []) }
        }
        for field in request.fields {
            add("without \(field)") { $0.fields.removeAll { $0 == field } }
        }
        for role in Role.allCases {
            add("if \(request.principal.handle) were admitted as \(role.rawValue)") {
                $0.principal.roles = [role]
            }
            guard let other = request.counterparty else { continue }
            add("if \(other.handle) were admitted as \(role.rawValue)") {
                $0.counterparty?.roles = [role]
            }
        }
        add("once \(request.principal.handle) is reinstated") {
            $0.principal.suspended = false
        }
        if let other = request.counterparty {
            add("once \(other.handle) is reinstated") {
                $0.counterparty?.suspended = false
            }
        }
        add("once the legal hold is released") { $0.held = false }
        if request.action == .grant, request.answers == nil, let other = request.counterparty {
            add("in answer to a request") {
                $0.answers = AnsweredRequest(by: other.handle, exceeded: false)
            }
        }
        return remedies
    }

    /// In days, the largest first.
    private static let ceilings: [Int64] = [731, 366, 184, 92, 31, 7, 1]
}

/// Who could be granted one field, and how far.
public struct FieldReach: Sendable {
    public struct Row: Sendable {
        public let role: Role
        public let purpose: Purpose
        public let right: Right
        /// The longest grant, in days, and how many months before the current one it may begin; `nil`
        /// where nothing bounds it up to a hundred years.
        public let days: Int64?
        public let reach: Int64?
    }

    public let field: String
    /// Whose field it is, as far as that was known; `nil` for any enterprise's.
    public let holder: PolicyEntity?
    public let rows: [Row]

    /// Asks for each role and purpose whether `holder` may grant it the field, and whether it may then
    /// be read; without a holder, for an enterprise of which nothing else is known.
    public init(
        _ field: String, of holder: PolicyEntity? = nil, under policies: CedarPolicies
    ) {
        (self.field, self.holder) = (field, holder)
        var rows: [Row] = []
        let holder = holder ?? PolicyHand([.enterprise]).entity(Example.one)
        let type = RecordTypes.standard.all.first { $0.field(field) != nil }
        let series = type?.series
        // Statements are about numbers, days and keys; of a text nothing is proven.
        let isProvable = type?.field(field)?.committed != nil
        for role in Role.allCases {
            let user = PolicyHand([role]).entity(Example.other)
            for purpose in Purpose.allCases {
                for right in Right.allCases where right == .read || isProvable {
                    func may(_ days: Int64, _ reach: Int64) -> Bool {
                        var request = PolicyRequest(
                            principal: holder, action: .grant, counterparty: user,
                            owner: holder.handle, right: right, purpose: purpose,
                            fields: right == .read ? [field] : [], series: series,
                            months: Example.months(1, reach: Int(reach)), lifetime: days * 86_400,
                            fetches: 1, dataLife: 86_400, time: Example.time, types: .standard)
                        guard policies.decide(request).permitted else { return false }
                        (request.principal, request.counterparty) = (user, holder)
                        request.action = .access
                        return policies.decide(request).permitted
                    }
                    guard may(1, 0) else { continue }
                    rows.append(
                        Row(
                            role: role, purpose: purpose, right: right,
                            days: Self.largest(upTo: 36_500) { may($0, 0) },
                            reach: Self.largest(upTo: 300) { may(1, $0) }))
                }
            }
        }
        self.rows = rows
    }

    /// The largest number that still does, found by halving; `nil` where the limit itself does.
    private static func largest(upTo limit: Int64, _ does: (Int64) -> Bool) -> Int64? {
        if does(limit) { return nil }
        var (low, high) = (Int64(0), limit)
        while high - low > 1 {
            let middle = (low + high) / 2
            if does(middle) { low = middle } else { high = middle }
        }
        return low
    }
}
