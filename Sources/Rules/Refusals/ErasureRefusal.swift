import Sharing
public import Wire

/// Why something can't be erased, or a hold not be ended.
public enum ErasureRefusal: Error, Equatable, Sendable {
    case unknownStatement(JTI)
    case alreadyErased(JTI)
    case cannotErase(JTI)
    /// What a grant that stands is made of, or the rekey with its latest envelope.
    case grantStands(JTI)
    case underLegalHold
    /// The identity of somebody who still takes part.
    case stillThere(Handle)
    /// The issuer laid no hold on this holder in this case.
    case noSuchHold

    var entry: ProblemEntry {
        switch self {
        case .unknownStatement(let jti):
            ProblemEntry(
                "unknown-statement", 404, "No such statement", nil, ["jti": .string(jti.text)])
        case .alreadyErased(let jti):
            ProblemEntry(
                "already-erased", 409, "It is erased already", nil, ["jti": .string(jti.text)])
        case .cannotErase(let jti):
            ProblemEntry(
                "cannot-erase", 409, "It can't be erased, or not yet", nil,
                ["jti": .string(jti.text)])
        case .grantStands(let grant):
            ProblemEntry(
                "grant-stands", 409, "A grant that stands needs it",
                "Revoke the grant first, or rekey it.", ["grant": .string(grant.text)])
        case .stillThere(let handle):
            ProblemEntry(
                "still-there", 409, "The participant isn't suspended", "Suspend it first.",
                ["handle": .string(handle.text)])
        case .underLegalHold: ProblemEntry("legal-hold", 403, "A legal hold forbids erasing it")
        case .noSuchHold:
            ProblemEntry("no-such-hold", 404, "You laid no hold on this holder in this case")
        }
    }
}
