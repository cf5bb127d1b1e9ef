/// Why a policy doesn't fit a schema, and where.
public struct ValidationError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case unknownEntityType(EntityTypeName)
        case unknownAction(EntityUID)
        /// An entity of an enumeration that isn't one of its choices.
        case notAChoice(EntityUID)
        /// No action is for a principal and a resource that the policy's head allows.
        case noApplicableAction
        case unexpectedType(found: String, expected: String)
        /// Two values that can never be of one type, where they should be.
        case differentTypes(String, String)
        case noSuchAttribute(Text, of: String)
        /// An attribute that may be absent is asked for without `has` before.
        case unguardedAttribute(Text, of: String)
        case noTags(EntityTypeName)
        /// A tag is asked for without `hasTag` before.
        case unguardedTag(EntityTypeName)
        /// `[]`, which has no type.
        case emptySet
        /// The argument of `ip`, `decimal`, `datetime` or `duration` isn't a text in quotes.
        case notALiteral(ExtensionFunction)
        case malformedLiteral(ExtensionFunction, Text)
    }

    public let reason: Reason
    public let policy: PolicyID
    /// The action whose requests the policy can't be evaluated for; `nil` where it is all the same.
    public let action: EntityUID?
    /// The name of the source, where it was given one.
    public let source: String?
    public let position: SourcePosition
}
