/// Turns expressions into nodes of a program. Recursion is bounded by the parser's nesting limit.
struct Compiler {
    private(set) var program = Program.Code()
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
        _ operation: Expression.Operation, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0
    ) -> Int32 {
        program.nodes.append(.init(operation: operation, a: a, b: b, c: c))
        return Int32(program.nodes.count - 1)
    }

    /// `a`: the first operand, `b`: how many; `c` as given.
    private mutating func emitList(
        _ operation: Expression.Operation, _ operands: [Int32], c: Int32 = 0
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

    /// The values, where all the nodes are constants.
    private func constants(_ nodes: [Int32]) -> [Value]? {
        let nodes = nodes.map { program.nodes[Int($0)] }
        guard nodes.allSatisfy({ $0.operation == .constant }) else { return nil }
        return nodes.map { program.constants[Int($0.a)] }
    }

    private mutating func number(_ name: Text) -> Int32 {
        if let known = nameNumbers[name] { return known }
        program.names.append(name)
        let number = Int32(program.names.count - 1)
        nameNumbers[name] = number
        return number
    }

    private mutating func compile(_ expression: Expression) -> Int32 {
        let operands = expression.operands.map { compile($0) }
        let operation = expression.operation
        switch expression.detail {
        case .value(let value): return emit(constant: value)
        case .names(let names): return compile(operation, operands, names)
        case .pattern(let pattern):
            program.patterns.append(pattern)
            return emit(operation, operands[0], Int32(program.patterns.count - 1))
        case .type(let type):
            return emit(operation, operands[0], add(type), operation == .isIn ? operands[1] : 0)
        case .function(let function): return compile(function, operands)
        case .signs(let signs):
            // A subtracted operand is written as its complement.
            return emitList(operation, zip(operands, signs).map { $1 ? ~$0 : $0 })
        case .none: return compile(operation, operands)
        }
    }

    private mutating func compile(
        _ operation: Expression.Operation, _ operands: [Int32]
    ) -> Int32 {
        switch operation {
        case .set:
            if let values = constants(operands) { return emit(constant: .set(ValueSet(values))) }
            return emitList(operation, operands)
        case .and, .or, .product: return emitList(operation, operands)
        default:
            func operand(_ number: Int) -> Int32 { number < operands.count ? operands[number] : 0 }
            return emit(operation, operand(0), operand(1), operand(2))
        }
    }

    /// Of an attribute, `b` is the name. Of `has`, `b` is the first operand, which are names there,
    /// and `c` how many. The operands of a record are pairs of name and value.
    private mutating func compile(
        _ operation: Expression.Operation, _ operands: [Int32], _ names: [Text]
    ) -> Int32 {
        let numbers = names.map { number($0) }
        switch operation {
        case .attribute: return emit(operation, operands[0], numbers[0])
        case .has:
            program.operands += numbers
            let start = program.operands.count - numbers.count
            return emit(operation, operands[0], Int32(start), Int32(numbers.count))
        default:
            if let values = constants(operands),
                let record = Record(zip(names, values).map { Record.Field($0, $1) })
            {
                return emit(constant: .record(record))
            }
            return emitList(operation, zip(numbers, operands).flatMap { [$0, $1] })
        }
    }

    /// Calls with constants are made now, where they succeed; where not, each decision reports it.
    private mutating func compile(
        _ function: ExtensionFunction, _ operands: [Int32]
    ) -> Int32 {
        if let values = constants(operands), let result = try? function.apply(to: values) {
            return emit(constant: result)
        }
        program.functions.append(function)
        return emitList(.call, operands, c: Int32(program.functions.count - 1))
    }
}
