extension PolicySet {
    /// Checks every policy and template strictly against a schema, as Cedar's own validator does in
    /// its strict mode: for each action, and each type of principal and resource the action is for, a
    /// policy speaks only of what is there, and only compares what can be equal.
    ///
    /// Returns the first error of each policy, in the order of the set; none for a valid set. A
    /// policy that can never apply is valid.
    public func errors(against schema: Schema) -> [ValidationError] {
        (policies + templates).compactMap { policy in
            do throws(ValidationError) {
                try PolicyValidator(policy: policy, schema: schema).check()
                return nil
            } catch {
                return error
            }
        }
    }
}

/// Checks one policy.
private struct PolicyValidator {
    private let policy: Policy
    private let schema: Schema
    /// The types of entities that the head can be about.
    private let principals: Set<EntityTypeName>
    private let resources: Set<EntityTypeName>

    init(policy: Policy, schema: Schema) {
        self.policy = policy
        self.schema = schema
        principals = schema.types(in: policy.principal)
        resources = schema.types(in: policy.resource)
    }

    func check() throws(ValidationError) {
        for scope in [policy.principal, policy.resource] {
            if let type = scope.type { try check(type, at: policy.position) }
            if let entity = scope.entity { try check(entity, at: policy.position) }
        }
        for action in policy.action.actions ?? [] { try check(action, at: policy.position) }
        for condition in policy.conditions { try check(condition.expression) }
        try checkApplication()
        for action in schema.actions.values.sorted(by: { $0.uid < $1.uid }) {
            for principal in action.principals {
                for resource in action.resources {
                    try check(action, principal, resource)
                }
            }
        }
    }

    private func refuse(
        _ reason: ValidationError.Reason, _ position: SourcePosition, for action: EntityUID? = nil
    ) -> ValidationError {
        ValidationError(
            reason: reason, policy: policy.id, action: action, source: policy.source,
            position: position)
    }

    // MARK: Names

    /// Every name in a policy is one of the schema, also where it has no say.
    private func check(_ expression: Expression) throws(ValidationError) {
        switch expression.detail {
        case .value(.entity(let uid)): try check(uid, at: expression.position)
        case .type(let type): try check(type, at: expression.position)
        default: break
        }
        for operand in expression.operands { try check(operand) }
    }

    private func check(
        _ type: EntityTypeName, at position: SourcePosition
    ) throws(ValidationError) {
        guard schema.entityTypes[type] != nil || type.isAction else {
            throw refuse(.unknownEntityType(type), position)
        }
    }

    private func check(_ uid: EntityUID, at position: SourcePosition) throws(ValidationError) {
        if uid.type.isAction {
            guard schema.actions[uid] != nil else { throw refuse(.unknownAction(uid), position) }
            return
        }
        try check(uid.type, at: position)
        if let choices = schema.entityTypes[uid.type]?.choices, !choices.contains(uid.id) {
            throw refuse(.notAChoice(uid), position)
        }
    }

    // MARK: The head

    /// Some action must be for principals and resources that the head allows.
    private func checkApplication() throws(ValidationError) {
        let applies = schema.actions.values.contains { action in
            isNamed(action) && action.principals.contains(where: principals.contains)
                && action.resources.contains(where: resources.contains)
        }
        if !applies { throw refuse(.noApplicableAction, policy.position) }
    }

    private func isNamed(_ action: Schema.Action) -> Bool {
        guard let named = policy.action.actions else { return true }
        return named.contains { $0 == action.uid }
            || policy.action.includesMembers && named.contains(where: action.ancestors.contains)
    }

    // MARK: Conditions

    /// Checks the conditions for requests of one kind, unless the head leaves those out.
    private func check(
        _ action: Schema.Action, _ principal: EntityTypeName, _ resource: EntityTypeName
    ) throws(ValidationError) {
        guard principals.contains(principal) else { return }
        if let named = policy.action.actions, let first = named.first?.type,
            let other = named.first(where: { $0.type != first })?.type
        {
            let reason = ValidationError.Reason.differentTypes("\(first)", "\(other)")
            throw refuse(reason, policy.position, for: action.uid)
        }
        guard isNamed(action), resources.contains(resource) else { return }
        let checker = TypeChecker(
            schema: schema, action: action, principal: principal, resource: resource)
        let known = Knowledge()
        do throws(TypeChecker.Failure) {
            for condition in policy.conditions {
                let found = try checker.condition(condition.expression, known)
                let isMet = condition.isUnless ? found.isTrue.map { !$0 } : found.isTrue
                if isMet == false { return }
                if !condition.isUnless { known.add(found.gained) }
            }
        } catch {
            throw refuse(error.reason, error.position, for: action.uid)
        }
    }
}

extension Schema {
    /// The types of entities that a part of a policy's head can be about.
    fileprivate func types(in scope: Policy.PartyScope) -> Set<EntityTypeName> {
        var types = Set(entityTypes.keys)
        if let type = scope.type { types.formIntersection([type]) }
        guard let entity = scope.entity else { return types }
        return types.filter { type in
            type == entity.type
                || scope.includesMembers
                    && entityTypes[type]?.ancestors.contains(entity.type) == true
        }
    }
}
