/// Evaluates compiled conditions for one request.
struct Evaluator: ~Copyable {
    let program: Program
    let request: Request
    let entities: Entities
    /// The request's entities, found once.
    let principal: Entities.Member
    let action: Entities.Member
    let resource: Entities.Member

    init(_ program: Program, _ request: Request, _ entities: Entities) {
        self.program = program
        self.request = request
        self.entities = entities
        principal = entities.member(request.principal)
        action = entities.member(request.action)
        resource = entities.member(request.resource)
    }

    /// The node as a condition; anything but a boolean is a type error.
    func holds(_ index: Int32) throws(EvaluationError) -> Bool {
        let node = program.code.nodes[Int(index)]
        switch node.operation {
        case .and:
            for position in node.a..<(node.a + node.b) {
                if try !holds(program.code.operands[Int(position)]) { return false }
            }
            return true
        case .or:
            for position in node.a..<(node.a + node.b) {
                if try holds(program.code.operands[Int(position)]) { return true }
            }
            return false
        case .not: return try !holds(node.a)
        case .conditional: return try holds(try holds(node.a) ? node.b : node.c)
        case .equal: return try value(node.a) == value(node.b)
        case .notEqual: return try value(node.a) != value(node.b)
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try compare(node.operation, value(node.a), value(node.b))
        case .in:
            let (member, container) = (try value(node.a), try value(node.b))
            return try isIn(member.entity(), container)
        case .is: return try value(node.a).entity().type == program.code.types[Int(node.b)]
        case .isIn:
            let member = try value(node.a).entity()
            guard member.type == program.code.types[Int(node.b)] else { return false }
            return try isIn(member, value(node.c))
        case .has: return try has(node)
        case .like:
            return try program.code.patterns[Int(node.b)].matches(value(node.a).string())
        case .contains:
            let (set, element) = (try value(node.a), try value(node.b))
            return try set.set().contains(element)
        case .containsAll, .containsAny:
            let (left, right) = (try value(node.a), try value(node.b))
            let (set, other) = (try left.set(), try right.set())
            return node.operation == .containsAll
                ? set.isSuperset(of: other) : set.intersects(other)
        case .isEmpty: return try value(node.a).set().isEmpty
        case .hasTag:
            let (target, tag) = (try value(node.a), try value(node.b))
            let (uid, name) = (try target.entity(), try tag.string())
            return member(uid).tags.has(name)
        default: return try value(index).bool()
        }
    }

    /// The node's value. Recursion is bounded by the parser's nesting limit.
    func value(_ index: Int32) throws(EvaluationError) -> Value {
        let node = program.code.nodes[Int(index)]
        switch node.operation {
        case .constant: return program.code.constants[Int(node.a)]
        case .principal: return .entity(request.principal)
        case .action: return .entity(request.action)
        case .resource: return .entity(request.resource)
        case .context: return .record(request.context)
        case .attribute: return try attribute(node)
        case .conditional: return try value(try holds(node.a) ? node.b : node.c)
        case .negate:
            let (result, overflow) = Int64(0).subtractingReportingOverflow(
                try value(node.a).long())
            if overflow { throw .integerOverflow }
            return .long(result)
        case .sum: return .long(try sum(node))
        case .product: return .long(try product(node))
        case .set: return .set(ValueSet(try values(node)))
        case .record: return .record(try record(node))
        case .getTag: return try tag(node)
        case .call: return try program.code.functions[Int(node.c)].apply(to: values(node))
        default: return .bool(try holds(index))
        }
    }

    @inline(__always)
    private func member(_ uid: EntityUID) -> Entities.Member {
        if uid == request.principal { return principal }
        if uid == request.resource { return resource }
        return entities.member(uid)
    }

    private func values(_ node: Program.Node) throws(EvaluationError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(Int(node.b))
        for position in node.a..<(node.a + node.b) {
            values.append(try value(program.code.operands[Int(position)]))
        }
        return values
    }

    private func attribute(_ node: Program.Node) throws(EvaluationError) -> Value {
        let target = program.code.nodes[Int(node.a)].operation
        switch target {
        case .principal: return try attribute(node.b, of: principal, request.principal)
        case .resource: return try attribute(node.b, of: resource, request.resource)
        case .context: return try attribute(node.b, of: request.context)
        default: break
        }
        switch try value(node.a) {
        case .record(let record): return try attribute(node.b, of: record)
        case .entity(let uid): return try attribute(node.b, of: member(uid), uid)
        case let other: throw other.mismatch(.record, .entity)
        }
    }

    @inline(__always)
    private func attribute(
        _ number: Int32, of member: Entities.Member, _ uid: EntityUID
    ) throws(EvaluationError) -> Value {
        guard member.isKnown else { throw .noSuchEntity(uid) }
        return try attribute(number, of: member.attributes)
    }

    @inline(__always)
    private func attribute(
        _ number: Int32, of record: Record
    ) throws(EvaluationError) -> Value {
        let name = program.code.names[Int(number)]
        guard let value = record[name] else { throw .noSuchAttribute(name) }
        return value
    }

    /// `has` along a path: every step but the last must lead to a record or an entity.
    private func has(_ node: Program.Node) throws(EvaluationError) -> Bool {
        var target = try value(node.a)
        let last = node.b + node.c - 1
        for position in node.b...last {
            let name = program.code.names[Int(program.code.operands[Int(position)])]
            let found: Value?
            switch target {
            case .record(let record): found = record[name]
            case .entity(let uid): found = member(uid).attributes[name]
            default: throw target.mismatch(.record, .entity)
            }
            guard let found else { return false }
            target = found
        }
        return true
    }

    private func compare(
        _ operation: Expression.Operation, _ left: Value, _ right: Value
    ) throws(EvaluationError) -> Bool {
        let order: Order
        switch (left, right) {
        case (.long(let a), .long(let b)): order = Order(a, b)
        case (.datetime(let a), .datetime(let b)): order = Order(a, b)
        case (.duration(let a), .duration(let b)): order = Order(a, b)
        case (.long, _): throw right.mismatch(.long)
        case (.datetime, _): throw right.mismatch(.datetime)
        case (.duration, _): throw right.mismatch(.duration)
        default: throw left.mismatch(.long, .datetime, .duration)
        }
        switch operation {
        case .less: return order == .before
        case .lessOrEqual: return order != .after
        case .greater: return order == .after
        default: return order != .before
        }
    }

    /// Every element of a set on the right must be an entity, wherever the match is.
    private func isIn(_ uid: EntityUID, _ container: Value) throws(EvaluationError) -> Bool {
        switch container {
        case .entity(let other): return uid == other || member(uid).isIn(other)
        case .set(let set):
            var found = false
            let member = member(uid)
            for element in set.elements {
                let other = try element.entity()
                if !found { found = uid == other || member.isIn(other) }
            }
            return found
        default: throw container.mismatch(.entity, .set)
        }
    }

    private func sum(_ node: Program.Node) throws(EvaluationError) -> Int64 {
        var total = try value(program.code.operands[Int(node.a)]).long()
        for position in (node.a + 1)..<(node.a + node.b) {
            let operand = program.code.operands[Int(position)]
            let number = try value(operand < 0 ? ~operand : operand).long()
            let (result, overflow) =
                operand < 0
                ? total.subtractingReportingOverflow(number)
                : total.addingReportingOverflow(number)
            if overflow { throw .integerOverflow }
            total = result
        }
        return total
    }

    private func product(_ node: Program.Node) throws(EvaluationError) -> Int64 {
        var total = try value(program.code.operands[Int(node.a)]).long()
        for position in (node.a + 1)..<(node.a + node.b) {
            let factor = try value(program.code.operands[Int(position)]).long()
            let (result, overflow) = total.multipliedReportingOverflow(by: factor)
            if overflow { throw .integerOverflow }
            total = result
        }
        return total
    }

    private func record(_ node: Program.Node) throws(EvaluationError) -> Record {
        var fields: [Text: Value] = [:]
        for position in stride(from: node.a, to: node.a + node.b, by: 2) {
            let name = program.code.names[Int(program.code.operands[Int(position)])]
            fields[name] = try value(program.code.operands[Int(position + 1)])
        }
        return Record(fields)
    }

    private func tag(_ node: Program.Node) throws(EvaluationError) -> Value {
        let (target, tag) = (try value(node.a), try value(node.b))
        let (uid, name) = (try target.entity(), try tag.string())
        let member = member(uid)
        guard member.isKnown else { throw .noSuchEntity(uid) }
        guard let value = member.tags[name] else { throw .noSuchTag(uid, name) }
        return value
    }
}
