/// The conditions of a policy set, compiled: expressions as numbered nodes in one array, their
/// constants beside it. Evaluating walks numbers and so neither copies nor counts references to the
/// tree.
final class Program: Sendable {
    enum Operation: UInt8, Sendable {
        case constant, principal, action, resource, context
        case conditional, and, or, not, negate
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case `in`, sum, product, has, like, `is`, isIn, attribute, set, record
        case contains, containsAll, containsAny, isEmpty, getTag, hasTag
        case call
    }

    /// What `a`, `b` and `c` number depends on the operation; see ``Compiler``.
    struct Node: Sendable {
        let operation: Operation
        var a: Int32 = 0
        var b: Int32 = 0
        var c: Int32 = 0
    }

    let nodes: [Node]
    /// The operands of nodes with any number of them.
    let operands: [Int32]
    let constants: [Value]
    let names: [Text]
    let types: [EntityTypeName]
    let uids: [EntityUID]
    let patterns: [Pattern]
    let functions: [ExtensionFunction]

    init(_ draft: Draft) {
        nodes = draft.nodes
        operands = draft.operands
        constants = draft.constants
        names = draft.names
        types = draft.types
        uids = draft.uids
        patterns = draft.patterns
        functions = draft.functions
    }

    /// A program while it grows.
    struct Draft {
        var nodes: [Node] = []
        var operands: [Int32] = []
        var constants: [Value] = []
        var names: [Text] = []
        var types: [EntityTypeName] = []
        var uids: [EntityUID] = []
        var patterns: [Pattern] = []
        var functions: [ExtensionFunction] = []
    }
}
