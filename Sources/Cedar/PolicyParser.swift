/// Policies (Cedar grammar, "Policy"): annotations, effect, scope, conditions.
extension Parser {
    /// All policies of the text, in its order, without ids.
    mutating func policies() throws(PolicyError) -> [Policy] {
        var policies: [Policy] = []
        while kind != .end {
            guard policies.count < limits.maximumPolicies else {
                throw refuse(.tooManyPolicies(limit: limits.maximumPolicies))
            }
            policies.append(try policy())
        }
        return policies
    }

    private mutating func policy() throws(PolicyError) -> Policy {
        let (start, position) = (token.range.lowerBound, position)
        let annotations = try annotations()
        guard let effect = word.flatMap(Policy.Effect.init(rawValue:)) else {
            throw unexpected("permit or forbid")
        }
        try advance()
        try expect(.leftParenthesis)
        let principal = try partyScope(.principal)
        try expect(.comma)
        let action = try actionScope()
        try expect(.comma)
        let resource = try partyScope(.resource)
        _ = try skip(.comma)
        try expect(.rightParenthesis)
        var conditions: [Policy.Condition] = []
        while kind != .semicolon { conditions.append(try condition()) }
        let text = text(from: start)
        try advance()
        return Policy(
            id: "", effect: effect, annotations: annotations, principal: principal, action: action,
            resource: resource, conditions: conditions, text: text, source: source,
            position: position, template: nil)
    }

    /// Annotations in front of a policy or a declaration of a schema; any word may name one.
    mutating func annotations() throws(PolicyError) -> [Policy.Annotation] {
        var annotations: [Policy.Annotation] = []
        var names: Set<String> = []
        while try skip(.at) {
            guard let name = word else { throw unexpected("a name") }
            guard names.insert(name).inserted else { throw refuse(.duplicateAnnotation(name)) }
            try advance()
            var value: Text = ""
            if try skip(.leftParenthesis) {
                value = try string()
                try expect(.rightParenthesis)
            }
            annotations.append(.init(name: name, value: value))
        }
        return annotations
    }

    private mutating func condition() throws(PolicyError) -> Policy.Condition {
        let isUnless: Bool
        switch word {
        case "when": isUnless = false
        case "unless": isUnless = true
        default: throw unexpected("when, unless or ;")
        }
        try advance()
        try expect(.leftBrace)
        let expression = try expression()
        try expect(.rightBrace)
        return .init(isUnless: isUnless, expression: expression)
    }

    private mutating func partyScope(
        _ variable: Expression.Operation
    ) throws(PolicyError) -> Policy.PartyScope {
        try expect(word: variable.rawValue)
        var scope = Policy.PartyScope()
        if try skip(word: "is") { scope.type = try typeName() }
        scope.includesMembers = try skip(word: "in")
        if !scope.includesMembers {
            if scope.type != nil { return scope }
            guard try skip(.equal) else { return scope }
        }
        scope.reference = try inParentheses { (parser) throws(PolicyError) in
            try parser.reference(variable)
        }
        return scope
    }

    /// What `inner` reads, in any number of parentheses.
    private mutating func inParentheses<Inner>(
        _ inner: (inout Parser) throws(PolicyError) -> Inner
    ) throws(PolicyError) -> Inner {
        guard try skip(.leftParenthesis) else { return try inner(&self) }
        try descend()
        let result = try inParentheses(inner)
        ascend()
        try expect(.rightParenthesis)
        return result
    }

    /// An entity or the slot of this variable.
    private mutating func reference(
        _ variable: Expression.Operation
    ) throws(PolicyError) -> Policy.Reference {
        guard kind == .slot else { return .entity(try entity()) }
        let name = String(decoding: bytes, as: UTF8.self)
        guard name == variable.rawValue else { throw refuse(.invalidSlot(name)) }
        try advance()
        return .slot
    }

    private mutating func actionScope() throws(PolicyError) -> Policy.ActionScope {
        try expect(word: Expression.Operation.action.rawValue)
        if try skip(.equal) { return .init(actions: [try action()], includesMembers: false) }
        guard try skip(word: "in") else { return .init(actions: nil, includesMembers: false) }
        let actions = try inParentheses { (parser) throws(PolicyError) in
            guard try parser.skip(.leftBracket) else { return [try parser.action()] }
            return try parser.list(upTo: .rightBracket) { (parser) throws(PolicyError) in
                try parser.action()
            }
        }
        return .init(actions: actions, includesMembers: true)
    }

    private mutating func action() throws(PolicyError) -> EntityUID {
        try inParentheses { (parser) throws(PolicyError) in
            let start = parser.position
            let entity = try parser.entity()
            guard entity.type.isAction else {
                throw parser.refuse(.notAnAction(entity.description), at: start)
            }
            return entity
        }
    }

    /// `Type::"id"`, where nothing else may stand.
    private mutating func entity() throws(PolicyError) -> EntityUID {
        let (name, isEntity) = try path()
        guard isEntity else { throw unexpected("::") }
        return EntityUID(type: EntityTypeName(unchecked: Text(name)), id: try string())
    }

    /// The name of an entity type.
    mutating func typeName() throws(PolicyError) -> EntityTypeName {
        let (name, isEntity) = try path()
        if isEntity { throw unexpected("a name") }
        return EntityTypeName(unchecked: Text(name))
    }
}
