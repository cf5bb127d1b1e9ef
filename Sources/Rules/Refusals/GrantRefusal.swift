import Sharing
public import Wire

/// Why a request or grant can't be made, or used.
public enum GrantRefusal: Error, Equatable, Sendable {
    case periodEmpty
    case alreadyExpired
    case unknownFields([String])
    case foreignScope
    case wrongPolicies
    case grantToOneself
    case unknownGrant(JTI)
    case grantDead(JTI)
    case notYetValid(JTI)
    case requestNotAnswered
    case tooManyGrants(limit: Int)
    /// The envelope isn't sealed to the grantee's key of now.
    case wrongRecipientKey

    var entry: ProblemEntry {
        switch self {
        case .periodEmpty: ProblemEntry("period-empty", 422, "The period ends before it begins")
        case .alreadyExpired: ProblemEntry("already-expired", 422, "The period is over already")
        case .unknownFields(let names):
            ProblemEntry(
                "unknown-fields", 422, "The record type has no such fields", nil,
                ["fields": .array(names.map { .string($0) })])
        case .foreignScope: ProblemEntry("foreign-scope", 422, "No such records can be granted")
        case .wrongPolicies:
            ProblemEntry("wrong-policies", 409, "Other policies are in force", "Sign it again.")
        case .grantToOneself: ProblemEntry("grant-to-oneself", 422, "A grant is for somebody else")
        case .unknownGrant(let jti):
            ProblemEntry("unknown-grant", 404, "No such grant", nil, ["grant": .string(jti.text)])
        case .grantDead(let jti):
            ProblemEntry(
                "grant-dead", 403, "The grant was revoked, or has ended", nil,
                ["grant": .string(jti.text)])
        case .notYetValid(let jti):
            ProblemEntry(
                "not-yet-valid", 403, "The grant hasn't begun", nil, ["grant": .string(jti.text)])
        case .requestNotAnswered:
            ProblemEntry("request-not-answered", 422, "That isn't a request of the grantee's")
        case .wrongRecipientKey:
            ProblemEntry(
                "wrong-recipient-key", 409, "The grantee has another encryption key now",
                "Seal the keys to that one.")
        case .tooManyGrants(let limit):
            ProblemEntry(
                "too-many-grants", 409, "Too many grants stand over these books", nil,
                ["limit": .integer(Int64(limit))])
        }
    }
}
