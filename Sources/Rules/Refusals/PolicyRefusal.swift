import Sharing
import Wire

/// Why the policies don't permit this.
public enum PolicyRefusal: Error, Equatable, Sendable {
    case forbidden(policies: [String])
    case policyUnknown
    /// The texts are known: they aren't Cedar, or don't fit the schema that these rules know.
    case policyInvalid
    case policyFailed(policies: [String])

    /// The same for somebody who may not know what the policies were told: by which of them says it.
    public var withoutNames: PolicyRefusal {
        switch self {
        case .forbidden, .policyFailed: .forbidden(policies: [])
        case .policyUnknown: .policyUnknown
        case .policyInvalid: .policyInvalid
        }
    }

    var entry: ProblemEntry {
        switch self {
        case .forbidden(let policies):
            ProblemEntry(
                "forbidden", 403, "Policy doesn't permit this", nil,
                ["policies": .array(policies.map { .string($0) })])
        case .policyUnknown:
            ProblemEntry("policy-unknown", 422, "The policy set isn't known here")
        case .policyInvalid:
            ProblemEntry("policy-invalid", 422, "The policies don't fit the schema of the rules")
        case .policyFailed(let policies):
            ProblemEntry(
                "policy-failed", 403, "A policy failed, which denies", nil,
                ["policies": .array(policies.map { .string($0) })])
        }
    }
}
