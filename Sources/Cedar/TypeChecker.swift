/// Finds the types of expressions for requests of one kind: an action, and a type of principal and of
/// resource it is for.
///
/// Follows Cedar's specification of strict validation. What can be told to be true or false before
/// any request is there is a type of its own, and what stands behind it and has no say isn't checked;
/// `has` and `hasTag` show that an attribute or tag is there, for what stands behind them.
///
/// Recursion is bounded by the parser's nesting limit.
struct TypeChecker {
    let schema: Schema
    let action: Schema.Action
    let principal: EntityTypeName
    let resource: EntityTypeName

    struct Failure: Error {
        let reason: ValidationError.Reason
        let position: SourcePosition
    }

    /// A type, and what is there wherever the value is `true`.
    struct Finding {
        let type: StaticType
        var gained: Set<Presence> = []

        /// Of a boolean; `nil` where it can be both.
        var isTrue: Bool? { if case .bool(let value) = type { value } else { nil } }
    }

    /// The type of a condition, a boolean.
    func condition(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> Finding {
        let found = try check(expression, known)
        guard case .bool = found.type else { throw unexpected(found.type, "Bool", expression) }
        return found
    }

    /// The type of an expression, its outermost part spelled out.
    func check(_ expression: Expression, _ known: Knowledge) throws(Failure) -> Finding {
        switch expression.operation {
        case .conditional: return try conditional(expression, known)
        case .and: return try and(expression, known)
        case .or: return try or(expression, known)
        case .not:
            let found = try condition(expression.operands[0], known)
            return Finding(type: .bool(found.isTrue.map { !$0 }))
        case .has: return try has(expression, known)
        case .hasTag: return try hasTag(expression, known)
        default: return Finding(type: try value(expression, known))
        }
    }

    /// The type of an expression that shows nothing to be there.
    private func value(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        switch expression.operation {
        case .constant: constant(expression)
        case .principal: .entity(principal)
        case .action: .entity(action.uid.type)
        case .resource: .entity(resource)
        case .context: StaticType(action.context)
        case .equal: .bool(try equality(expression, known))
        case .notEqual: .bool(try equality(expression, known).map { !$0 })
        case .less, .lessOrEqual, .greater, .greaterOrEqual: try ordered(expression, known)
        case .in: .bool(try membership(expression, known))
        case .is, .isIn: try isOfType(expression, known)
        case .like: try uniform(expression, .string, to: .bool(nil), known)
        case .attribute: try attribute(expression, known)
        case .getTag: try tag(expression, known)
        case .negate, .sum, .product: try uniform(expression, .long, to: .long, known)
        case .set: try set(expression, known)
        case .record: try record(expression, known)
        case .contains, .containsAll, .containsAny, .isEmpty: try setMethod(expression, known)
        case .call: try call(expression, known)
        case .conditional, .and, .or, .not, .has, .hasTag:
            try check(expression, known).type
        }
    }

    private func constant(_ expression: Expression) -> StaticType {
        guard case .value(let value) = expression.detail else {
            preconditionFailure("a constant has a value")
        }
        switch value {
        case .bool(let value): return .bool(value)
        case .long: return .long
        case .string: return .string
        case .entity(let uid): return .entity(uid.type)
        case .set, .record, .decimal, .ip, .datetime, .duration:
            preconditionFailure("the parser makes no such constant")
        }
    }

    // MARK: Booleans

    private func conditional(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> Finding {
        let test = try condition(expression.operands[0], known)
        if test.isTrue == false { return try check(expression.operands[2], known) }
        let inner = Knowledge(in: known)
        inner.add(test.gained)
        var then = try check(expression.operands[1], inner)
        then.gained.formUnion(test.gained)
        if test.isTrue == true { return then }
        let otherwise = try check(expression.operands[2], known)
        let type = try common(then.type, otherwise.type, expression)
        return Finding(type: type, gained: then.gained.intersection(otherwise.gained))
    }

    /// Nothing behind what is always false is looked at.
    private func and(_ expression: Expression, _ known: Knowledge) throws(Failure) -> Finding {
        let inner = Knowledge(in: known)
        var gained: Set<Presence> = []
        var isTrue: Bool? = true
        for operand in expression.operands {
            let found = try condition(operand, inner)
            if found.isTrue == false { return Finding(type: .bool(false)) }
            if found.isTrue == nil { isTrue = nil }
            inner.add(found.gained)
            gained.formUnion(found.gained)
        }
        return Finding(type: .bool(isTrue), gained: gained)
    }

    /// Nothing behind what is always true is looked at.
    private func or(_ expression: Expression, _ known: Knowledge) throws(Failure) -> Finding {
        var sofar = Finding(type: .bool(false))
        for operand in expression.operands {
            let found = try condition(operand, known)
            if found.isTrue == true { return Finding(type: .bool(true)) }
            if found.isTrue == false { continue }
            let gained =
                sofar.isTrue == false ? found.gained : sofar.gained.intersection(found.gained)
            sofar = Finding(type: .bool(nil), gained: gained)
        }
        return sofar
    }

    /// Whether two values are equal; `nil` where it can't be told yet.
    private func equality(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> Bool? {
        let left = try value(expression.operands[0], known)
        let right = try value(expression.operands[1], known)
        if let one = literal(expression.operands[0]), let other = literal(expression.operands[1]) {
            return one == other
        }
        if case .entity(let one) = schema.plain(left),
            case .entity(let other) = schema.plain(right),
            one != other
        {
            return false
        }
        _ = try common(left, right, expression)
        return nil
    }

    /// What an expression is without any evaluation; the action is known too.
    private func literal(_ expression: Expression) -> Value? {
        if expression.operation == .action { return .entity(action.uid) }
        if case .value(let value) = expression.detail { return value }
        return nil
    }

    /// The entity that an expression names, or the action that is asked for.
    private func entity(_ expression: Expression) -> EntityUID? {
        if case .entity(let uid)? = literal(expression) { uid } else { nil }
    }

    private func ordered(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        let left = try plain(expression.operands[0], known)
        let right = try plain(expression.operands[1], known)
        for (type, operand) in [(left, expression.operands[0]), (right, expression.operands[1])] {
            switch type {
            case .long, .extension(.datetime), .extension(.duration): continue
            default: throw unexpected(type, "Long, datetime or duration", operand)
            }
        }
        guard left == right else { throw different(left, right, expression) }
        return .bool(nil)
    }

    // MARK: Entities

    /// Whether an entity is in another, or in one of several.
    private func membership(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> Bool? {
        let (left, right) = (expression.operands[0], expression.operands[1])
        let inner = try plain(left, known)
        guard case .entity(let type) = inner else { throw unexpected(inner, "an entity", left) }
        var outer = try plain(right, known)
        if case .set(let element) = outer { outer = schema.plain(element) }
        guard case .entity(let group) = outer else {
            throw unexpected(outer, "an entity or a set of them", right)
        }
        if let uid = entity(left), let action = schema.actions[uid] {
            let groups = right.operation == .set ? right.operands : [right]
            let named = groups.compactMap { entity($0) }
            if named.count == groups.count {
                return named.contains { $0 == uid || action.ancestors.contains($0) }
            }
        }
        return type == group || schema.canBe(type, in: group) ? nil : false
    }

    private func isOfType(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        let found = try plain(expression.operands[0], known)
        guard case .type(let type) = expression.detail, case .entity(let name) = found else {
            throw unexpected(found, "an entity", expression.operands[0])
        }
        guard name == type else { return .bool(false) }
        guard expression.operation == .isIn else { return .bool(true) }
        return .bool(try membership(expression, known))
    }

    // MARK: Attributes and tags

    private func has(_ expression: Expression, _ known: Knowledge) throws(Failure) -> Finding {
        guard case .names(let path) = expression.detail else {
            preconditionFailure("what is looked for has a name")
        }
        let receiver = expression.operands[0]
        var type = try plain(receiver, known)
        var gained: Set<Presence> = []
        var isTrue: Bool? = true
        for (index, name) in path.enumerated() {
            let members = try members(of: type, receiver)
            guard let member = members[name] else { return Finding(type: .bool(false)) }
            let presence = Presence(path[...index], of: receiver)
            if !known.contains(presence) {
                var isRecord = false
                if case .record = type { isRecord = true }
                // An entity may not be there itself, and then has no attributes at all.
                if !isRecord || !member.isRequired {
                    gained.insert(presence)
                    isTrue = nil
                }
            }
            type = schema.plain(member.type)
        }
        return Finding(type: .bool(isTrue), gained: gained)
    }

    private func attribute(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        guard case .names(let path) = expression.detail else {
            preconditionFailure("an attribute has a name")
        }
        let receiver = expression.operands[0]
        var type = try plain(receiver, known)
        for (index, name) in path.enumerated() {
            guard let member = try members(of: type, receiver)[name] else {
                throw fail(.noSuchAttribute(name, of: schema.words(type)), expression)
            }
            if !member.isRequired, !known.contains(Presence(path[...index], of: receiver)) {
                throw fail(.unguardedAttribute(name, of: schema.words(type)), expression)
            }
            type = schema.plain(member.type)
        }
        return type
    }

    /// The attributes of a record or entity.
    private func members(
        of type: StaticType, _ expression: Expression
    ) throws(Failure) -> [Text: StaticType.Member] {
        switch type {
        case .record(let members): return members
        case .entity(let name):
            guard let declared = schema.entityTypes[name] else { return [:] }
            guard case .record(let members) = StaticType(declared.attributes) else { return [:] }
            return members
        default: throw unexpected(type, "an entity or a record", expression)
        }
    }

    /// The type of the entity that has tags, and of its tags; the name of the tag is a text.
    private func tags(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> (entity: EntityTypeName, tags: Schema.ValueType?) {
        let receiver = try plain(expression.operands[0], known)
        let name = try plain(expression.operands[1], known)
        guard case .entity(let type) = receiver else {
            throw unexpected(receiver, "an entity", expression.operands[0])
        }
        guard name == .string else { throw unexpected(name, "String", expression.operands[1]) }
        return (type, schema.entityTypes[type]?.tags)
    }

    private func hasTag(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> Finding {
        guard try tags(expression, known).tags != nil else { return Finding(type: .bool(false)) }
        let presence = Presence(tag: expression.operands[1], of: expression.operands[0])
        if known.contains(presence) { return Finding(type: .bool(true)) }
        return Finding(type: .bool(nil), gained: [presence])
    }

    private func tag(_ expression: Expression, _ known: Knowledge) throws(Failure) -> StaticType {
        let (type, tags) = try tags(expression, known)
        guard let tags else { throw fail(.noTags(type), expression) }
        let presence = Presence(tag: expression.operands[1], of: expression.operands[0])
        guard known.contains(presence) else { throw fail(.unguardedTag(type), expression) }
        return .declared(tags)
    }

    // MARK: Sets, records, calls

    private func set(_ expression: Expression, _ known: Knowledge) throws(Failure) -> StaticType {
        guard let first = expression.operands.first else { throw fail(.emptySet, expression) }
        var element = try value(first, known)
        for operand in expression.operands.dropFirst() {
            element = try common(element, value(operand, known), expression)
        }
        return .set(element)
    }

    private func record(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        guard case .names(let names) = expression.detail else {
            preconditionFailure("the fields of a record have names")
        }
        var members: [Text: StaticType.Member] = [:]
        for (name, operand) in zip(names, expression.operands) {
            members[name] = .init(type: try value(operand, known), isRequired: true)
        }
        return .record(members)
    }

    private func setMethod(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        let receiver = try plain(expression.operands[0], known)
        guard case .set(let element) = receiver else {
            throw unexpected(receiver, "a set", expression.operands[0])
        }
        if expression.operation == .isEmpty { return .bool(nil) }
        let argument = try plain(expression.operands[1], known)
        if expression.operation == .contains {
            _ = try common(element, argument, expression)
            return .bool(nil)
        }
        guard case .set = argument else {
            throw unexpected(argument, "a set", expression.operands[1])
        }
        _ = try common(receiver, argument, expression)
        return .bool(nil)
    }

    private func call(_ expression: Expression, _ known: Knowledge) throws(Failure) -> StaticType {
        guard case .function(let function) = expression.detail else {
            preconditionFailure("a call has a function")
        }
        let (parameters, result) = function.types
        guard expression.operands.count == parameters.count else {
            let found = "\(expression.operands.count) arguments"
            throw fail(
                .unexpectedType(found: found, expected: "\(parameters.count)"), expression)
        }
        for (operand, parameter) in zip(expression.operands, parameters) {
            let found = try plain(operand, known)
            guard found == parameter else {
                throw unexpected(found, schema.words(parameter), operand)
            }
        }
        guard function.isConstructor else { return result }
        guard case .value(let text)? = expression.operands.first?.detail,
            case .string(let written) = text
        else { throw fail(.notALiteral(function), expression) }
        do throws(EvaluationError) {
            _ = try function.apply(to: [text])
        } catch {
            throw fail(.malformedLiteral(function, written), expression)
        }
        return result
    }

    // MARK: Parts

    private func plain(
        _ expression: Expression, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        schema.plain(try value(expression, known))
    }

    /// An expression whose operands all have one type.
    private func uniform(
        _ expression: Expression, _ type: StaticType, to result: StaticType, _ known: Knowledge
    ) throws(Failure) -> StaticType {
        for operand in expression.operands {
            let found = try plain(operand, known)
            guard found == type else { throw unexpected(found, schema.words(type), operand) }
        }
        return result
    }

    private func common(
        _ left: StaticType, _ right: StaticType, _ expression: Expression
    ) throws(Failure) -> StaticType {
        guard let type = schema.common(left, right) else {
            throw different(left, right, expression)
        }
        return type
    }

    private func fail(_ reason: ValidationError.Reason, _ expression: Expression) -> Failure {
        Failure(reason: reason, position: expression.position)
    }

    private func unexpected(
        _ found: StaticType, _ expected: String, _ expression: Expression
    ) -> Failure {
        fail(.unexpectedType(found: schema.words(found), expected: expected), expression)
    }

    private func different(
        _ left: StaticType, _ right: StaticType, _ expression: Expression
    ) -> Failure {
        fail(.differentTypes(schema.words(left), schema.words(right)), expression)
    }
}

extension Schema {
    /// Whether entities of one type can be in those of another.
    fileprivate func canBe(_ type: EntityTypeName, in group: EntityTypeName) -> Bool {
        entityTypes[type]?.ancestors.contains(group) == true
    }
}

extension ExtensionFunction {
    /// What it takes, the value before the point included, and what it makes.
    fileprivate var types: (parameters: [StaticType], result: StaticType) {
        let (decimal, ip) = (StaticType.extension(.decimal), StaticType.extension(.ipaddr))
        let (time, span) = (StaticType.extension(.datetime), StaticType.extension(.duration))
        switch self {
        case .decimal: return ([.string], decimal)
        case .ip: return ([.string], ip)
        case .datetime: return ([.string], time)
        case .duration: return ([.string], span)
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
            return ([decimal, decimal], .bool(nil))
        case .isIpv4, .isIpv6, .isLoopback, .isMulticast: return ([ip], .bool(nil))
        case .isInRange: return ([ip, ip], .bool(nil))
        case .offset: return ([time, span], time)
        case .durationSince: return ([time, time], span)
        case .toDate: return ([time], time)
        case .toTime: return ([time], span)
        case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays: return ([span], .long)
        }
    }
}
