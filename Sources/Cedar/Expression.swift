/// An expression of the policy language, as written.
public struct Expression: Sendable {
    public let kind: Kind
    public let position: SourcePosition
    /// How many levels of expressions this one has, itself included.
    let depth: Int

    public indirect enum Kind: Sendable {
        /// A boolean, an integer, a string or an entity.
        case literal(Value)
        case variable(Variable)
        case conditional(condition: Expression, then: Expression, otherwise: Expression)
        /// Two or more terms, evaluated from the left until one decides.
        case and([Expression])
        case or([Expression])
        case not(Expression)
        case negate(Expression)
        case comparison(Comparison, Expression, Expression)
        case `in`(Expression, Expression)
        /// Added or subtracted from the left.
        case sum(Expression, [Addend])
        case product([Expression])
        /// `has` with one name, or with a path of them.
        case has(Expression, path: [Text])
        case like(Expression, Pattern)
        case `is`(Expression, EntityTypeName, in: Expression?)
        case attribute(Expression, Text)
        case set([Expression])
        case record([Field])
        case method(Method, Expression, [Expression])
        /// A function or method of an extension type; of a method, the value comes first.
        case call(ExtensionFunction, [Expression])
    }

    public enum Variable: String, Sendable, CaseIterable {
        case principal, action, resource, context
    }

    public enum Comparison: String, Sendable {
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    public struct Addend: Sendable {
        public let isSubtracted: Bool
        public let expression: Expression
    }

    public struct Field: Sendable {
        public let name: Text
        public let expression: Expression
    }

    /// The methods of sets and of entities' tags.
    public enum Method: String, Sendable, CaseIterable {
        case contains, containsAll, containsAny, isEmpty, getTag, hasTag

        var argumentCount: Int { self == .isEmpty ? 0 : 1 }
    }

    init(_ kind: Kind, _ position: SourcePosition) {
        self.kind = kind
        self.position = position
        var deepest = 0
        for child in kind.children where child.depth > deepest { deepest = child.depth }
        depth = deepest + 1
    }
}

extension Expression.Kind {
    /// The expressions directly inside this one, in the order of the text.
    public var children: [Expression] {
        switch self {
        case .literal, .variable: []
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        case .and(let terms), .or(let terms), .product(let terms), .set(let terms): terms
        case .not(let operand), .negate(let operand), .has(let operand, _), .like(let operand, _),
            .attribute(let operand, _):
            [operand]
        case .comparison(_, let left, let right), .in(let left, let right): [left, right]
        case .sum(let first, let addends): [first] + addends.map(\.expression)
        case .is(let operand, _, let container): container.map { [operand, $0] } ?? [operand]
        case .record(let fields): fields.map(\.expression)
        case .method(_, let receiver, let arguments): [receiver] + arguments
        case .call(_, let arguments): arguments
        }
    }
}
