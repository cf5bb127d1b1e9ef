/// An expression of the policy language, as written.
public struct Expression: Sendable {
    public let operation: Operation
    /// The expressions directly inside this one, in the order of the text.
    public let operands: [Expression]
    public let detail: Detail
    public let position: SourcePosition
    /// How many levels of expressions this one has, itself included.
    let depth: Int

    /// What an expression does with its operands: constants and variables have none, `and`, `or`,
    /// sums, products, sets, records and calls any number, the others one to three.
    public enum Operation: String, Sendable {
        case constant
        case principal, action, resource, context
        case conditional
        case and, or, not, negate
        case equal = "==", notEqual = "!="
        case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
        case `in`, has, like, `is`, isIn, attribute
        case sum, product, set, record
        case contains, containsAll, containsAny, isEmpty, getTag, hasTag
        /// A function or method of an extension type; of a method, the value comes first.
        case call

        static func variable(_ name: String) -> Operation? {
            [.principal, .action, .resource, .context].first { $0.rawValue == name }
        }

        /// A method of sets or of entities' tags.
        static func method(_ name: String) -> Operation? {
            [.contains, .containsAll, .containsAny, .isEmpty, .getTag, .hasTag]
                .first { $0.rawValue == name }
        }
    }

    /// What belongs to an expression beside its operands.
    public enum Detail: Sendable {
        case none
        /// Of a constant: a boolean, an integer, a string or an entity.
        case value(Value)
        /// Of an attribute its name, of `has` the path, of a record a name for each operand.
        case names([Text])
        case pattern(Pattern)
        case type(EntityTypeName)
        case function(ExtensionFunction)
        /// Of a sum: whether each operand is subtracted.
        case signs([Bool])
    }

    init(
        _ operation: Operation, _ operands: [Expression], _ detail: Detail,
        _ position: SourcePosition
    ) {
        self.operation = operation
        self.operands = operands
        self.detail = detail
        self.position = position
        var deepest = 0
        for operand in operands where operand.depth > deepest { deepest = operand.depth }
        depth = deepest + 1
    }
}
