public import Curve

/// What a commitment is to.
public enum CommittedNumber: Sendable {
    /// A number that can be added, compared and bounded.
    case integer(Int64)
    /// A number modulo the order of the group, which can only be the same as another.
    case residue(Scalar)

    var scalar: Scalar {
        switch self {
        case .integer(let value): Scalar(value)
        case .residue(let scalar): scalar
        }
    }
}

/// What a commitment hides: a number and the scalar that blinds it.
///
/// Neither appears in a description.
public struct Opening: Sendable {
    public let number: CommittedNumber
    public let blinding: Scalar

    public init(_ number: CommittedNumber, blinding: Scalar) {
        self.number = number
        self.blinding = blinding
    }

    public init(value: Int64, blinding: Scalar) {
        self.init(.integer(value), blinding: blinding)
    }
}

extension Opening: CustomStringConvertible, CustomReflectable {
    public var description: String { "Opening(hidden)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
