/// The conditions of a policy set, compiled: expressions as numbered nodes in one array, their
/// constants beside it. Evaluating walks numbers and so neither copies nor counts references to the
/// tree.
final class Program: Sendable {
    let code: Code

    init(_ code: Code) { self.code = code }

    /// An operation; what `a`, `b` and `c` number depends on it, see ``Compiler``.
    struct Node: Sendable {
        let operation: Expression.Operation
        let a: Int32
        let b: Int32
        let c: Int32
    }

    struct Code: Sendable {
        var nodes: [Node] = []
        /// The operands of nodes with any number of them.
        var operands: [Int32] = []
        var constants: [Value] = []
        var names: [Text] = []
        var types: [EntityTypeName] = []
        var uids: [EntityUID] = []
        var patterns: [Pattern] = []
        var functions: [ExtensionFunction] = []
    }
}
