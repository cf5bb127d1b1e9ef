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
        return try made(
            .conditional(condition: condition, then: then, otherwise: otherwise), start)
    }

    /// An expression of one more level than its parts, where that isn't too deep.
    @inline(never)
    private func made(
        _ kind: Expression.Kind, _ position: SourcePosition
    ) throws(PolicyError) -> Expression {
        let expression = Expression(kind, position)
        if expression.depth > limits.maximumNesting { throw tooDeep(at: position) }
        return expression
    }

    /// From the loosest binding to the tightest.
    private enum Precedence: Int { case or, and, relation, sum, product }

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
            case .or: left = try chain(.or, from: .and, left, start)
            case .and: left = try chain(.and, from: .relation, left, start)
            case .relation: left = try relation(left, start)
            case .sum: left = try sum(left, start)
            case .product: left = try product(left, start)
            }
        }
        return left
    }

    /// The terms of `&&` or `||`.
    private mutating func chain(
        _ sign: Token.Kind, from tighter: Precedence, _ first: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        var terms = [first]
        while try skip(sign) { terms.append(try operators(from: tighter)) }
        return try made(sign == .or ? .or(terms) : .and(terms), start)
    }

    /// At most one relation: `a < b < c` means nothing.
    private mutating func relation(
        _ left: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        let relation = try made(relationKind(left), start)
        switch try precedence() {
        case .relation: throw refuse(.ambiguousComparison)
        case .sum, .product: throw unexpected("an operator that binds less tightly")
        case .or, .and, nil: return relation
        }
    }

    private mutating func relationKind(
        _ left: Expression
    ) throws(PolicyError) -> Expression.Kind {
        if let comparison = Self.comparisons[kind] {
            try advance()
            return .comparison(comparison, left, try operators(from: .sum))
        }
        let word = word
        try advance()
        switch word {
        case "in": return .in(left, try operators(from: .sum))
        case "has": return .has(left, path: try hasPath())
        case "like": return .like(left, try pattern())
        default:
            let type = try typeName()
            let container = try skip(word: "in") ? operators(from: .sum) : nil
            return .is(left, type, in: container)
        }
    }

    private static let comparisons: [Token.Kind: Expression.Comparison] = [
        .equal: .equal, .notEqual: .notEqual, .less: .less, .lessOrEqual: .lessOrEqual,
        .greater: .greater, .greaterOrEqual: .greaterOrEqual,
    ]

    private mutating func sum(
        _ first: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        var addends: [Expression.Addend] = []
        while kind == .plus || kind == .minus {
            let isSubtracted = kind == .minus
            try advance()
            let addend = try operators(from: .product)
            addends.append(.init(isSubtracted: isSubtracted, expression: addend))
        }
        return try made(.sum(first, addends), start)
    }

    private mutating func product(
        _ first: Expression, _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        var factors = [first]
        while try skip(.times) { factors.append(try operand()) }
        return try made(.product(factors), start)
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
        let operand = try primary()
        switch kind {
        case .dot, .leftBracket, .leftParenthesis: return try accesses(of: operand, start: start)
        default: return operand
        }
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
            operand = try made(sign == .not ? .not(operand) : .negate(operand), start)
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
        switch kind {
        case .dot, .leftBracket, .leftParenthesis:
            let number = try made(.literal(.long(integer(digits, negative: false, start))), start)
            return (try accesses(of: number, start: start), false)
        default:
            let number = try made(.literal(.long(integer(digits, negative: true, start))), start)
            return (number, true)
        }
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
                    operand = try call(method: name, at: place, on: operand, start)
                } else {
                    operand = try made(.attribute(operand, Text(name)), start)
                }
            case .leftBracket:
                try advance()
                operand = try made(.attribute(operand, string()), start)
                try expect(.rightBracket, "]")
            case .leftParenthesis: throw refuse(.notCallable)
            default: return operand
            }
        }
    }

    private mutating func arguments() throws(PolicyError) -> [Expression] {
        try expect(.leftParenthesis, "(")
        return try expressions(upTo: .rightParenthesis, ")")
    }

    private mutating func call(
        method name: String, at place: SourcePosition, on receiver: Expression,
        _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        try madeCall(name, place, receiver, arguments(), start)
    }

    @inline(never)
    private func madeCall(
        _ name: String, _ place: SourcePosition, _ receiver: Expression,
        _ arguments: [Expression], _ start: SourcePosition
    ) throws(PolicyError) -> Expression {
        if let method = Expression.Method(rawValue: name) {
            guard arguments.count == method.argumentCount else {
                let reason = PolicyError.Reason.wrongArgumentCount(
                    name, expected: method.argumentCount, found: arguments.count)
                throw refuse(reason, at: place)
            }
            return try made(.method(method, receiver, arguments), start)
        }
        guard let function = ExtensionFunction(rawValue: name) else {
            throw refuse(.unknownMethod(name), at: place)
        }
        if function.isConstructor { throw refuse(.wrongCallStyle(name), at: place) }
        return try made(.call(function, [receiver] + arguments), start)
    }

    private mutating func primary() throws(PolicyError) -> Expression {
        switch kind {
        case .leftParenthesis:
            try advance()
            let inner = try expression()
            try expect(.rightParenthesis, ")")
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
            return try made(.literal(.long(value)), start)
        case .string: return try made(.literal(.string(string())), start)
        case .slot: throw refuse(.invalidSlot(String(decoding: bytes, as: UTF8.self)))
        default: throw unexpected("an expression")
        }
    }

    private mutating func set() throws(PolicyError) -> Expression {
        let start = position
        try advance()
        return try made(.set(expressions(upTo: .rightBracket, "]")), start)
    }

    private mutating func expressions(
        upTo close: Token.Kind, _ written: String
    ) throws(PolicyError) -> [Expression] {
        var expressions: [Expression] = []
        while try !skip(close) {
            expressions.append(try expression())
            if try skip(close) { break }
            guard try skip(.comma) else { throw unexpected(", or \(written)") }
        }
        return expressions
    }

    /// What starts with a word: a call of a function, a variable, an entity, or a literal.
    private mutating func named() throws(PolicyError) -> Expression {
        let start = position
        let (expression, function) = try nameOrFunction()
        if let expression { return expression }
        guard let function else { throw unexpected("an expression") }
        return try made(.call(function, arguments()), start)
    }

    /// Either an expression, or the function whose arguments follow.
    @inline(never)
    private mutating func nameOrFunction() throws(PolicyError) -> (Expression?, ExtensionFunction?)
    {
        let start = position
        if try skip(word: "true") { return (try made(.literal(.bool(true)), start), nil) }
        if try skip(word: "false") { return (try made(.literal(.bool(false)), start), nil) }
        let (name, isEntity) = try path()
        if isEntity {
            let type = EntityTypeName(unchecked: Text(name))
            return (try made(.literal(.entity(EntityUID(type: type, id: string()))), start), nil)
        }
        if let variable = Expression.Variable(rawValue: name) {
            if kind == .leftParenthesis { throw refuse(.notCallable) }
            return (try made(.variable(variable), start), nil)
        }
        guard kind == .leftParenthesis else { throw refuse(.notAVariable(name), at: start) }
        if Expression.Method(rawValue: name) != nil {
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
        var fields: [Expression.Field] = []
        while try !skip(.rightBrace) {
            let name = try fieldName(&names)
            fields.append(.init(name: name, expression: try expression()))
            if try skip(.rightBrace) { break }
            guard try skip(.comma) else { throw unexpected(", or }") }
        }
        return try made(.record(fields), start)
    }

    /// A name that isn't among `names` yet, and the colon behind it.
    @inline(never)
    private mutating func fieldName(_ names: inout Set<Text>) throws(PolicyError) -> Text {
        let start = position
        let name = kind == .string ? try string() : Text(try identifier())
        guard names.insert(name).inserted else {
            throw refuse(.duplicateField(name.string), at: start)
        }
        try expect(.colon, ":")
        return name
    }
}
