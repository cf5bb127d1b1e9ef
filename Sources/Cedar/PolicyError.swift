/// Why a policy text was refused, and where.
public struct PolicyError: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        case tooLong(limit: Int)
        case tooManyPolicies(limit: Int)
        case tooDeep(limit: Int)
        case unexpected(found: String, expected: String)
        case unknownCharacter
        case unterminatedString
        case invalidEscape
        case integerTooLarge
        case reservedIdentifier(String)
        case invalidSlot(String)
        case unknownFunction(String)
        case unknownMethod(String)
        /// A method called like a function, or a function called like a method.
        case wrongCallStyle(String)
        case wrongArgumentCount(String, expected: Int, found: Int)
        case notCallable
        case notAVariable(String)
        /// `/`, `%` and `=` are reserved but mean nothing.
        case unsupportedOperator(String)
        case tooManyNegations
        case ambiguousComparison
        case duplicateField(String)
        case duplicateAnnotation(String)
        case duplicatePolicy(String)
        case notAnAction(String)
        /// A template was linked without the entities its slots need, or with more.
        case slotMismatch
        case noSuchTemplate(String)
        case missingIdentifier
    }

    public let reason: Reason
    /// The name of the source, where it was given one.
    public let source: String?
    public let position: SourcePosition
}
