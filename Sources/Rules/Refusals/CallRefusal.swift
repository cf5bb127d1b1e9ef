public import Wire

/// Why an entry can't carry a call.
public enum CallRefusal: Error, Equatable, Sendable {
    /// The call is another participant's, or about another grant.
    case foreign
    /// The call isn't from just before the entry.
    case stale
    case alreadyCarried(by: JTI)

    var entry: ProblemEntry {
        switch self {
        case .foreign: ProblemEntry("foreign-call", 422, "The call isn't for this")
        case .stale: ProblemEntry("stale", 422, "The call is too old", "Sign a new one.")
        case .alreadyCarried(let entry):
            ProblemEntry(
                "already-carried", 409, "The call is in the log already", nil,
                ["entry": .string(entry.text)])
        }
    }
}
