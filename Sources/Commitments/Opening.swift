/// What a commitment hides: a value and the scalar that blinds it.
///
/// Neither appears in a description.
public struct Opening: Sendable {
    /// The committed integer.
    public let value: Int64
    public let blinding: Scalar

    public init(value: Int64, blinding: Scalar) {
        self.value = value
        self.blinding = blinding
    }
}

extension Opening: CustomStringConvertible, CustomReflectable {
    public var description: String { "Opening(hidden)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
