/// A set of policies, compiled once, that decides requests.
public struct PolicySet: Sendable {
    /// A text of policies, and a name for it in errors and reports.
    public struct Source: Sendable {
        public let name: String?
        public let text: String

        public init(name: String? = nil, text: String) {
            self.name = name
            self.text = text
        }
    }

    /// How policies get their ids.
    public enum Identification: Sendable {
        /// `policy0`, `policy1`, … in the order of the sources, as the official tools do.
        case numbered
        /// The value of the annotation `@id`, which every policy must have.
        case annotated
    }

    /// The policies that take part in decisions, in the order of the sources, then as linked.
    public let policies: [Policy]
    /// What policies can be linked from.
    public let templates: [Policy]
    private let program: Program
    private let ids: [PolicyID]
    private let compiled: [CompiledPolicy]
    private let index: ScopeIndex

    /// Parses one text, its policies named `policy0`, `policy1`, …
    public init(parsing text: String, limits: Limits = .standard) throws(PolicyError) {
        try self.init(parsing: [Source(text: text)], limits: limits)
    }

    /// Parses texts into one set. Throws ``PolicyError`` at the first thing that is refused; the
    /// limits count for all texts together.
    public init(
        parsing sources: [Source], identifiedBy identification: Identification = .numbered,
        limits: Limits = .standard
    ) throws(PolicyError) {
        var parsed: [Policy] = []
        var remaining = limits
        for source in sources {
            var parser = try Parser(source.text, source: source.name, limits: remaining)
            parsed += try parser.policies()
            remaining.maximumBytes -= source.text.utf8.count
            remaining.maximumPolicies = limits.maximumPolicies - parsed.count
        }
        var named: [Policy] = []
        var ids: Set<PolicyID> = []
        for (number, var policy) in parsed.enumerated() {
            switch identification {
            case .numbered: policy.id = PolicyID(Text("policy\(number)"))
            case .annotated:
                guard let text = policy[annotation: "id"], !text.isEmpty else {
                    throw policy.refuse(.missingIdentifier)
                }
                policy.id = PolicyID(text)
            }
            guard ids.insert(policy.id).inserted else {
                throw policy.refuse(.duplicatePolicy(policy.id.name.string))
            }
            named.append(policy)
        }
        self.init(policies: named.filter { !$0.isTemplate }, templates: named.filter(\.isTemplate))
    }

    private init(policies: [Policy], templates: [Policy]) {
        var compiler = Compiler()
        self.policies = policies
        self.templates = templates
        ids = policies.map(\.id)
        compiled = policies.map { CompiledPolicy($0, &compiler) }
        program = Program(compiler.program)
        index = ScopeIndex(policies)
    }

    /// This set with one more policy, made from a template. Throws ``PolicyError`` where there is
    /// no such template, where the entities don't match its slots, and where the id is taken.
    public func linking(
        _ template: PolicyID, as id: PolicyID, principal: EntityUID? = nil,
        resource: EntityUID? = nil
    ) throws(PolicyError) -> PolicySet {
        guard let found = templates.first(where: { $0.id == template }) else {
            let start = SourcePosition(line: 1, column: 1)
            throw PolicyError(
                reason: .noSuchTemplate(template.name.string), source: nil, position: start)
        }
        guard let policy = found.linked(as: id, principal: principal, resource: resource) else {
            throw found.refuse(.slotMismatch)
        }
        if (policies + templates).contains(where: { $0.id == id }) {
            throw found.refuse(.duplicatePolicy(id.name.string))
        }
        return PolicySet(policies: policies + [policy], templates: templates)
    }

    public subscript(id: PolicyID) -> Policy? {
        policies.first { $0.id == id } ?? templates.first { $0.id == id }
    }
}

extension PolicySet {
    /// Decides a request: denied unless a `permit` applies, and denied wherever a `forbid` applies.
    /// A policy that can't be evaluated counts as not applying, and is reported.
    public func isAuthorized(_ request: Request, entities: Entities) -> Response {
        let evaluator = Evaluator(program, request, entities)
        var tally = Tally()
        if let candidates = index.candidates(for: evaluator) {
            for number in candidates { tally.consider(Int(number), in: self, evaluator) }
        } else {
            for number in compiled.indices { tally.consider(number, in: self, evaluator) }
        }
        let isAllowed = tally.forbids.isEmpty && !tally.permits.isEmpty
        return Response(
            decision: isAllowed ? .allow : .deny,
            determining: isAllowed ? tally.permits : tally.forbids, errors: tally.failures)
    }

    /// The policies that apply, and those that failed.
    private struct Tally {
        var permits: [PolicyID] = []
        var forbids: [PolicyID] = []
        var failures: [Response.Failure] = []

        @inline(__always)
        mutating func consider(
            _ number: Int, in policies: PolicySet, _ evaluator: borrowing Evaluator
        ) {
            let policy = policies.compiled[number]
            guard policy.scopeMatches(evaluator) else { return }
            do throws(EvaluationError) {
                if let condition = policy.condition, try !evaluator.holds(condition) { return }
                let id = policies.ids[number]
                if policy.isForbid { forbids.append(id) } else { permits.append(id) }
            } catch {
                failures.append(.init(policy: policies.ids[number], error: error))
            }
        }
    }
}

extension Policy {
    fileprivate func refuse(_ reason: PolicyError.Reason) -> PolicyError {
        PolicyError(reason: reason, source: source, position: position)
    }
}

extension PolicySet {
    /// Whether a decision may depend on the context's attribute `name`: whether some condition names it, or
    /// does anything with the context as a whole.
    public func mayRead(contextAttribute name: Text) -> Bool {
        policies.contains { policy in
            policy.conditions.contains { $0.expression.mayRead(contextAttribute: name) }
        }
    }
}

extension Expression {
    fileprivate func mayRead(contextAttribute name: Text) -> Bool {
        switch (operation, detail) {
        case (.context, _): true
        case (.attribute, .names(let names)) where operands.first?.operation == .context,
            (.has, .names(let names)) where operands.first?.operation == .context:
            names.first == name
        default: operands.contains { $0.mayRead(contextAttribute: name) }
        }
    }
}
