public import Sharing
public import Wire

/// Why an issuer may not say this, or not with this key.
public enum IssuerRefusal: Error, Equatable, Sendable {
    case unknownKey
    case keyRetired
    /// Log time has come to the key's `until`.
    case keyExpired
    case keyOfAnother
    case badSignature
    case scopeMissing(KeyScope)
    case unknownParticipant(Handle)
    case suspended(Handle)
    case notAuthority
    case notHost
    case notPermittedToIssuer(Kind)
    case notYours(JTI)

    var entry: ProblemEntry {
        switch self {
        case .unknownKey: ProblemEntry("unknown-key", 401, "No participant has this key")
        case .keyRetired: ProblemEntry("key-retired", 401, "This key was retired")
        case .keyExpired: ProblemEntry("key-expired", 401, "This key's time is over")
        case .keyOfAnother: ProblemEntry("key-of-another", 401, "This key is another's")
        case .badSignature: ProblemEntry("bad-signature", 401, "The signature doesn't hold")
        case .scopeMissing(let scope):
            ProblemEntry(
                "scope-missing", 403, "The key may not sign this", nil,
                ["scope": .string(scope.rawValue)])
        case .unknownParticipant(let handle):
            ProblemEntry(
                "unknown-participant", 422, "Nobody of this handle was admitted", nil,
                ["handle": .string(handle.text)])
        case .suspended(let handle):
            ProblemEntry(
                "suspended", 403, "The participant is suspended", nil,
                ["handle": .string(handle.text)])
        case .notAuthority: ProblemEntry("not-authority", 403, "Only an authority may say this")
        case .notHost: ProblemEntry("not-host", 403, "Only the host may say this")
        case .notPermittedToIssuer(let kind):
            ProblemEntry(
                "wrong-role", 403, "The role of the participants doesn't fit", nil,
                ["kind": .string(kind.rawValue)])
        case .notYours(let jti):
            ProblemEntry("not-yours", 403, "It is another's", nil, ["jti": .string(jti.text)])
        }
    }
}
