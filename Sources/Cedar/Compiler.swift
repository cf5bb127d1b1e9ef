/// Turns expressions into nodes of a program. Recursion is bounded by the parser's nesting limit.
struct Compiler {
    private(set) var program = Program.Draft()
    private var nameNumbers: [Text: Int32] = [:]

    /// Adds one condition made of all those of a policy; `nil` where it has none.
    mutating func add(_ conditions: [Policy.Condition]) -> Int32? {
        let roots = conditions.map { condition in
            let node = compile(condition.expression)
            return condition.isUnless ? emit(.not, node) : node
        }
        if roots.count < 2 { return roots.first }
        return emitList(.and, roots)
    }

    mutating func add(_ type: EntityTypeName) -> Int32 {
        program.types.append(type)
        return Int32(program.types.count - 1)
    }

    /// Entities added one after another are numbered one after another.
    mutating func add(_ uid: EntityUID) -> Int32 {
        program.uids.append(uid)
        return Int32(program.uids.count - 1)
    }

    private mutating func emit(
        _ operation: Program.Operation, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0
    ) -> Int32 {
        program.nodes.append(.init(operation: operation, a: a, b: b, c: c))
        return Int32(program.nodes.count - 1)
    }

    /// `a`: the first operand, `b`: how many; `c` as given.
    private mutating func emitList(
        _ operation: Program.Operation, _ operands: [Int32], c: Int32 = 0
    ) -> Int32 {
        let start = Int32(program.operands.count)
        program.operands += operands
        return emit(operation, start, Int32(operands.count), c)
    }

    /// `a`: the constant.
    private mutating func emit(constant value: Value) -> Int32 {
        program.constants.append(value)
        return emit(.constant, Int32(program.constants.count - 1))
    }

    private func constant(_ node: Int32) -> Value? {
        let node = program.nodes[Int(node)]
        return node.operation == .constant ? program.constants[Int(node.a)] : nil
    }

    /// The values, where all the nodes are constants.
    private func constants(_ nodes: [Int32]) -> [Value]? {
        var values: [Value] = []
        for node in nodes {
            guard let value = constant(node) else { return nil }
            values.append(value)
        }
        return values
    }

    private mutating func number(_ name: Text) -> Int32 {
        if let known = nameNumbers[name] { return known }
        program.names.append(name)
        let number = Int32(program.names.count - 1)
        nameNumbers[name] = number
        return number
    }

    private mutating func compile(_ expressions: [Expression]) -> [Int32] {
        expressions.map { compile($0) }
    }

    private mutating func compile(_ expression: Expression) -> Int32 {
        switch expression.kind {
        case .literal(let value): return emit(constant: value)
        case .variable(let variable): return emit(Self.operation(of: variable))
        case .conditional(let condition, let then, let otherwise):
            return emit(.conditional, compile(condition), compile(then), compile(otherwise))
        case .and(let terms): return emitList(.and, compile(terms))
        case .or(let terms): return emitList(.or, compile(terms))
        case .not(let operand): return emit(.not, compile(operand))
        case .negate(let operand): return emit(.negate, compile(operand))
        case .comparison(let comparison, let left, let right):
            return emit(Self.operation(of: comparison), compile(left), compile(right))
        case .in(let member, let container): return emit(.in, compile(member), compile(container))
        case .sum(let first, let addends): return compileSum(first, addends)
        case .product(let factors): return emitList(.product, compile(factors))
        case .has(let target, let path): return compileHas(target, path)
        case .like(let text, let pattern):
            program.patterns.append(pattern)
            let number = Int32(program.patterns.count - 1)
            return emit(.like, compile(text), number)
        case .is(let entity, let type, let container):
            let number = add(type)
            guard let container else { return emit(.is, compile(entity), number) }
            return emit(.isIn, compile(entity), number, compile(container))
        case .attribute(let target, let name):
            return emit(.attribute, compile(target), number(name))
        case .set(let elements):
            let nodes = compile(elements)
            if let values = constants(nodes) { return emit(constant: .set(ValueSet(values))) }
            return emitList(.set, nodes)
        case .record(let fields): return compileRecord(fields)
        case .method(let method, let receiver, let arguments):
            let receiver = compile(receiver)
            let argument = arguments.first.map { compile($0) } ?? 0
            return emit(Self.operation(of: method), receiver, argument)
        case .call(let function, let arguments): return compileCall(function, arguments)
        }
    }

    /// A subtracted operand is written as its complement.
    private mutating func compileSum(_ first: Expression, _ addends: [Expression.Addend]) -> Int32 {
        var operands = [compile(first)]
        for addend in addends {
            let node = compile(addend.expression)
            operands.append(addend.isSubtracted ? ~node : node)
        }
        return emitList(.sum, operands)
    }

    /// `a`: the target, `b`: the first operand, which are names here, `c`: how many.
    private mutating func compileHas(_ target: Expression, _ path: [Text]) -> Int32 {
        let target = compile(target)
        let start = Int32(program.operands.count)
        for name in path { program.operands.append(number(name)) }
        return emit(.has, target, start, Int32(path.count))
    }

    /// Operands in pairs, name and value.
    private mutating func compileRecord(_ fields: [Expression.Field]) -> Int32 {
        let nodes = compile(fields.map(\.expression))
        if let values = constants(nodes) {
            let constant = zip(fields, values).map { Record.Field($0.name, $1) }
            if let record = Record(constant) { return emit(constant: .record(record)) }
        }
        var operands: [Int32] = []
        for (field, node) in zip(fields, nodes) { operands += [number(field.name), node] }
        return emitList(.record, operands)
    }

    /// Calls with constants are made now, where they succeed; where not, each decision reports it.
    private mutating func compileCall(
        _ function: ExtensionFunction, _ arguments: [Expression]
    ) -> Int32 {
        let nodes = compile(arguments)
        if let values = constants(nodes), let result = try? function.apply(to: values) {
            return emit(constant: result)
        }
        program.functions.append(function)
        return emitList(.call, nodes, c: Int32(program.functions.count - 1))
    }

    private static func operation(of variable: Expression.Variable) -> Program.Operation {
        switch variable {
        case .principal: .principal
        case .action: .action
        case .resource: .resource
        case .context: .context
        }
    }

    private static func operation(of comparison: Expression.Comparison) -> Program.Operation {
        switch comparison {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        }
    }

    private static func operation(of method: Expression.Method) -> Program.Operation {
        switch method {
        case .contains: .contains
        case .containsAll: .containsAll
        case .containsAny: .containsAny
        case .isEmpty: .isEmpty
        case .getTag: .getTag
        case .hasTag: .hasTag
        }
    }
}
