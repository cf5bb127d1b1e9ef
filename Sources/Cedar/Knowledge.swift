/// An attribute or a tag that is there: the expression it was found on, and its name.
struct Presence: Hashable {
    private let place: Text

    private init(_ parts: [String]) { place = Text(parts.joined(separator: " ")) }

    /// The attribute that `path` ends with, in what its other names lead to from an expression.
    init(_ path: ArraySlice<Text>, of expression: Expression) {
        self.init([expression.canonical] + path.map { ".\(StringLiteral.written($0))" })
    }

    init(tag: Expression, of expression: Expression) {
        self.init([expression.canonical, tag.canonical, "tag"])
    }
}

/// What the conditions before have shown to be there. A part of an expression has its own, which
/// looks up what it doesn't find in the one around it.
final class Knowledge {
    private let around: Knowledge?
    private var present: Set<Presence> = []

    init(in around: Knowledge? = nil) { self.around = around }

    func add(_ presences: Set<Presence>) { present.formUnion(presences) }

    func contains(_ presence: Presence) -> Bool {
        present.contains(presence) || around?.contains(presence) == true
    }
}

extension Expression {
    /// A text that is the same for expressions that are one by the grammar, wherever they stand and
    /// whatever parentheses they are written with: operands first, then what is done with them.
    var canonical: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        for (index, operand) in operands.enumerated() {
            if index > 0 { text += " " }
            operand.write(to: &text)
            if index > 0, let sign = sign(behind: index) { text += " " + sign }
        }
        switch (operation, detail) {
        case (.and, _), (.or, _), (.product, _), (.sum, _): return
        case (.notEqual, _): text += " == not"
        case (.greater, _): text += " <= not"
        case (.greaterOrEqual, _): text += " < not"
        case (.attribute, .names(let names)):
            for name in names { text += " .\(StringLiteral.written(name))" }
        case (_, .names(let names)):
            text += " \(operation.rawValue)\(names.count)"
            for name in names { text += StringLiteral.written(name) }
        case (.set, _): text += " set\(operands.count)"
        case (_, .value(.string(let string))): text += StringLiteral.written(string)
        case (_, .value(let value)): text += "\(value)"
        case (_, .pattern(let pattern)): text += " like \(pattern)"
        case (_, .type(let type)): text += " \(operation.rawValue) \(type)"
        case (_, .function(let function)): text += " \(function.rawValue)()"
        case (_, .signs), (_, .none): text += " " + operation.rawValue
        }
    }

    /// What joins an operand of a chain to those before it.
    private func sign(behind index: Int) -> String? {
        switch (operation, detail) {
        case (.and, _): "&&"
        case (.or, _): "||"
        case (.product, _): "*"
        case (.sum, .signs(let signs)): signs[index] ? "-" : "+"
        default: nil
        }
    }
}
