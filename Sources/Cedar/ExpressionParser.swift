/// Expressions (Cedar grammar, "Expr").
///
/// Operators are read by precedence in one function, and what isn't needed while the parser goes
/// deeper is kept out of the functions it goes through, so that a level of nesting takes little of
/// the stack.
extension Parser {
    mutating func expression() throws(PolicyError) -> Expression {
        try descend()
        let expression = word == "if" ? try conditional() : try operators(from: .or)
        ascend()
        return expression
    }

    private mutating func conditional() throws(PolicyError) -> Expression {
        let start = position
        try advance()
        let condition = try expression()
        try expect(word: "then")
        let then = try expression()
        try expect(word: "else")
        let otherwise = try expression()
        return try made(.conditional, [condition, then, otherwise], at: start)
    }

    /// An expression of one more level than its parts, where that isn't too deep.
    @inline(never)
    private func made(
        _ operation: Expression.Operation, _ operands: [Expression] = [],
        _ detail: Expression.Detail = .none, at position: SourcePosition
    ) throws(PolicyError) -> Expression {
        let expression = Expression(operation, operands, detail, position)
        if expression.depth > limits.maximumNesting { throw tooDeep(at: position) }
        return expression
    }

    /// From the loosest binding to the tightest.
    private enum Precedence: Int { case or, and, relation, sum, product, sign }

    /// The precedence of the operator the parser stands at; `nil` where it is none.
    @inline(never)
    private func precedence() throws(PolicyError) -> Precedence? {
        switch kind {
        case .or: return .or
        case .and: return .and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: return .relation
        case .plus, .minus: return .sum
        case .times: return .product
        case .assign: throw refuse(.unsupportedOperator("="))
        case .divide: throw refuse(.unsupportedOperator("/"))
        case .remainder: throw refuse(.unsupportedOperator("%"))
        case .identifier:
            let isRelation = word.map(Self.relationWords.contains) ?? false
            return isRelation ? .relation : nil
        default: return nil
        }
    }

    private static let relationWords: Set<String> = ["in", "has", "like", "is"]

    /// Operands and the operators between them that bind at least as tightly as `loosest`.
    private mutating func operators(
        from loosest: Precedence
    ) throws(PolicyError) -> Expression {
        let start = position
        var left = try operand()
        while let precedence = try precedence(), precedence.rawValue >= loosest.rawValue {
            switch precedence {
            case .or: left = try chain(.or, .or, of: .and, left, start)
            case .and: left = try chain(.and, .and, of: .relation, left, start)
            case .relation: left = try relation(left, start)
            case .sum: left = try sum(left, start)
            case .product: left = try chain(.product, .times, of: .sign, left, start)
            case .sign: preconditionFailure("no operator binds as tightly as a sign")
            }
        }
        return left
    }

    /// The terms of `&&` or `||`, or the factors of a product.
    private mutating func chain(
        _ operation: Expression.Operation, _ sign: Token.Kind, of tighter: Precedence,
        _ first: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        var terms = [first]
        while try skip(sign) { terms.append(try operators(from: tighter)) }
        return try made(operation, terms, at: start)
    }

    /// At most one relation: `a < b < c` means nothing.
    private mutating func relation(
        _ left: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        let relation = try compared(left, start)
        switch try precedence() {
        case .relation: throw refuse(.ambiguousComparison)
        case .sum, .product: throw unexpected("an operator that binds less tightly")
        case .or, .and, .sign, nil: return relation
        }
    }

    private mutating func compared(
        _ left: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        let sign = word ?? kind.rawValue
        try advance()
        switch sign {
        case "has": return try made(.has, [left], .names(hasPath()), at: start)
        case "like": return try made(.like, [left], .pattern(pattern()), at: start)
        case "is":
            let type = Expression.Detail.type(try typeName())
            guard try skip(word: "in") else { return try made(.is, [left], type, at: start) }
            return try made(.isIn, [left, operators(from: .sum)], type, at: start)
        default:
            guard let operation = Expression.Operation(rawValue: sign) else {
                throw unexpected("an operator")
            }
            return try made(operation, [left, operators(from: .sum)], at: start)
        }
    }

    private mutating func sum(
        _ first: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        var operands = [first]
        var signs = [false]
        while kind == .plus || kind == .minus {
            signs.append(kind == .minus)
            try advance()
            operands.append(try operators(from: .product))
        }
        return try made(.sum, operands, .signs(signs), at: start)
    }

    /// A name in quotes, or names joined by points.
    private mutating func hasPath() throws(PolicyError) -> [Text] {
        if kind == .string { return [try string()] }
        var path = [Text(try identifier())]
        while try skip(.dot) { path.append(Text(try identifier())) }
        return path
    }

    private mutating func pattern() throws(PolicyError) -> Pattern {
        guard kind == .string else { throw unexpected("a pattern") }
        guard let pattern = StringLiteral.pattern(bytes) else { throw refuse(.invalidEscape) }
        try advance()
        return pattern
    }

    /// What stands between operators, with the signs in front of it.
    private mutating func operand() throws(PolicyError) -> Expression {
        if kind == .not || kind == .minus { return try negation() }
        return try member()
    }

    private mutating func member() throws(PolicyError) -> Expression {
        let start = position
        return try accesses(of: primary(), start: start)
    }

    /// Up to four `!` or four `-` in front of an operand. A `-` directly in front of a number
    /// belongs to it, so that the lowest integer can be written.
    private mutating func negation() throws(PolicyError) -> Expression {
        let start = position
        let sign = kind
        var count = 0
        while try skip(sign) { count += 1 }
        guard count <= Self.maximumNegations else { throw refuse(.tooManyNegations, at: start) }
        let isNumber = sign == .minus && kind == .integer
        let (operand, isNegative) = isNumber ? try negativeNumber() : (try member(), false)
        return try negated(operand, isNegative ? count - 1 : count, sign, start)
    }

    @inline(never)
    private func negated(
        _ operand: Expression, _ count: Int, _ sign: Token.Kind, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        var operand = operand
        for _ in 0..<count {
            operand = try made(sign == .not ? .not : .negate, [operand], at: start)
        }
        return operand
    }

    /// The language allows no more in a row.
    private static let maximumNegations = 4

    /// A number behind a `-`, with that sign, unless something is accessed on it.
    @inline(never)
    private mutating func negativeNumber() throws(PolicyError) -> (Expression, isNegative: Bool) {
        let start = position
        let digits = bytes
        try advance()
        let isAccessed = [.dot, .leftBracket, .leftParenthesis].contains(kind)
        let value = try integer(digits, negative: !isAccessed, start)
        let number = try made(.constant, [], .value(.long(value)), at: start)
        return (isAccessed ? try accesses(of: number, start: start) : number, !isAccessed)
    }

    private func integer(
        _ digits: ArraySlice<UInt8>, negative: Bool, _ position: SourcePosition
    ) throws(PolicyError) -> Int64 {
        let written = (negative ? "-" : "") + String(decoding: digits, as: UTF8.self)
        guard let value = Int64(written) else { throw refuse(.integerTooLarge, at: position) }
        return value
    }

    /// Attributes and method calls behind an operand.
    private mutating func accesses(
        of operand: Expression, start: SourcePosition
    ) throws(PolicyError) -> Expression {
        var operand = operand
        while true {
            switch kind {
            case .dot:
                try advance()
                let place = position
                let name = try identifier()
                if kind == .leftParenthesis {
                    operand = try call(name, place, operand, arguments(), start)
                } else {
                    operand = try made(.attribute, [operand], .names([Text(name)]), at: start)
                }
            case .leftBracket:
                try advance()
                operand = try made(.attribute, [operand], .names([string()]), at: start)
                try expect(.rightBracket)
            case .leftParenthesis: throw refuse(.notCallable)
            default: return operand
            }
        }
    }

    private mutating func arguments() throws(PolicyError) -> [Expression] {
        try expect(.leftParenthesis)
        return try expressions(upTo: .rightParenthesis)
    }

    @inline(never)
    private func call(
        _ name: String, _ place: SourcePosition, _ receiver: Expression,
        _ arguments: [Expression], _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        if let method = Expression.Operation.method(name) {
            let expected = method == .isEmpty ? 0 : 1
            guard arguments.count == expected else {
                let reason = PolicyError.Reason.wrongArgumentCount(
                    name, expected: expected, found: arguments.count)
                throw refuse(reason, at: place)
            }
            return try made(method, [receiver] + arguments, at: start)
        }
        guard let function = ExtensionFunction(rawValue: name) else {
            throw refuse(.unknownMethod(name), at: place)
        }
        if function.isConstructor { throw refuse(.wrongCallStyle(name), at: place) }
        return try made(.call, [receiver] + arguments, .function(function), at: start)
    }

    private mutating func primary() throws(PolicyError) -> Expression {
        switch kind {
        case .leftParenthesis:
            try advance()
            let inner = try expression()
            try expect(.rightParenthesis)
            return inner
        case .leftBracket: return try set()
        case .leftBrace: return try record()
        case .identifier: return try named()
        default: return try literal()
        }
    }

    @inline(never)
    private mutating func literal() throws(PolicyError) -> Expression {
        let start = position
        switch kind {
        case .integer:
            let value = try integer(bytes, negative: false, start)
            try advance()
            return try made(.constant, [], .value(.long(value)), at: start)
        case .string: return try made(.constant, [], .value(.string(string())), at: start)
        case .slot: throw refuse(.invalidSlot(String(decoding: bytes, as: UTF8.self)))
        default: throw unexpected("an expression")
        }
    }

    private mutating func set() throws(PolicyError) -> Expression {
        let start = position
        try advance()
        return try made(.set, expressions(upTo: .rightBracket), at: start)
    }

    private mutating func expressions(
        upTo close: Token.Kind
    ) throws(PolicyError) -> [Expression] {
        try list(upTo: close) { (parser) throws(PolicyError) in try parser.expression() }
    }

    /// What starts with a word: a call of a function, a variable, an entity, or a literal.
    private mutating func named() throws(PolicyError) -> Expression {
        let start = position
        let (expression, function) = try nameOrFunction()
        if let expression { return expression }
        guard let function else { throw unexpected("an expression") }
        return try made(.call, arguments(), .function(function), at: start)
    }

    /// Either an expression, or the function whose arguments follow.
    @inline(never)
    private mutating func nameOrFunction() throws(PolicyError) -> (Expression?, ExtensionFunction?)
    {
        let start = position
        if let word, let value = Bool(word) {
            try advance()
            return (try made(.constant, [], .value(.bool(value)), at: start), nil)
        }
        let (name, isEntity) = try path()
        if isEntity {
            let uid = EntityUID(type: EntityTypeName(unchecked: Text(name)), id: try string())
            return (try made(.constant, [], .value(.entity(uid)), at: start), nil)
        }
        if let variable = Expression.Operation.variable(name) {
            if kind == .leftParenthesis { throw refuse(.notCallable) }
            return (try made(variable, at: start), nil)
        }
        guard kind == .leftParenthesis else { throw refuse(.notAVariable(name), at: start) }
        if Expression.Operation.method(name) != nil {
            throw refuse(.wrongCallStyle(name), at: start)
        }
        guard let function = ExtensionFunction(rawValue: name) else {
            throw refuse(.unknownFunction(name), at: start)
        }
        if !function.isConstructor { throw refuse(.wrongCallStyle(name), at: start) }
        return (nil, function)
    }

    private mutating func record() throws(PolicyError) -> Expression {
        let start = position
        try advance()
        var names: Set<Text> = []
        let fields = try list(upTo: .rightBrace) { (parser) throws(PolicyError) in
            (name: try parser.fieldName(&names), value: try parser.expression())
        }
        return try made(.record, fields.map(\.value), .names(fields.map(\.name)), at: start)
    }

    /// A name that isn't among `names` yet, and the colon behind it.
    @inline(never)
    private mutating func fieldName(_ names: inout Set<Text>) throws(PolicyError) -> Text {
        let start = position
        let name = kind == .string ? try string() : Text(try identifier())
        guard names.insert(name).inserted else {
            throw refuse(.duplicateField(name.string), at: start)
        }
        try expect(.colon)
        return name
    }
}
