import Sharing
public import Wire

/// Why what the authorities decide together isn't decided.
public enum GovernanceRefusal: Error, Equatable, Sendable {
    /// An approval that is there doesn't count.
    case badApproval(by: Handle, ApprovalFault)
    case approvalsMissing(have: Int64, need: Int64)
    /// Under this charter there can't be a quorum.
    case charter(CharterFault)
    /// So few authorities would not be suspended that they couldn't decide anything.
    case tooFewAuthorities(have: Int64, need: Int64)
    /// An upgrade leads to the next version and no other.
    case wrongRules(have: Int64, next: Int64)
    /// The first index that the next rules can decide.
    case tooSoon(first: Int64)

    var entry: ProblemEntry {
        switch self {
        case .badApproval(let handle, let fault):
            ProblemEntry(
                "bad-approval", 422, "An approval doesn't count",
                "Submit the statement without it, or have it approved again.",
                ["handle": .string(handle.text), "reason": .string(fault.name)])
        case .approvalsMissing(let have, let need):
            ProblemEntry(
                "approvals-missing", 403, "Fewer authorities agree than have to",
                "Have other authorities approve it.",
                ["have": .integer(have), "need": .integer(need)])
        case .charter(let fault):
            ProblemEntry(
                "unreachable-quorum", 422, "Under this charter there can be no quorum", nil,
                fault.facts)
        case .tooFewAuthorities(let have, let need):
            ProblemEntry(
                "too-few-authorities", 422, "Too few authorities would be left to decide anything",
                nil, ["have": .integer(have), "need": .integer(need)])
        case .wrongRules(let have, let next):
            ProblemEntry(
                "wrong-rules", 422, "An upgrade leads to the next version of the rules", nil,
                ["have": .integer(have), "next": .integer(next)])
        case .tooSoon(let first):
            ProblemEntry(
                "too-soon", 422, "The next rules can't decide this entry or an earlier one", nil,
                ["first": .integer(first)])
        }
    }
}

/// Why an approval doesn't count.
public enum ApprovalFault: Error, Equatable, Sendable {
    case otherLog
    /// It approves something else, be it by one byte.
    case otherMotion
    /// The issuer's own signature is its approval.
    case ofTheIssuer
    case notAuthority
    /// It would count for longer than an approval may.
    case tooLong
    case notYet
    case ended
    /// Its key isn't one that may approve for this authority.
    case issuer(IssuerRefusal)

    var name: String {
        switch self {
        case .otherLog: "other-log"
        case .otherMotion: "other-motion"
        case .ofTheIssuer: "of-the-issuer"
        case .notAuthority: "not-authority"
        case .tooLong: "too-long"
        case .notYet: "not-yet"
        case .ended: "ended"
        case .issuer(let refusal): refusal.entry.name
        }
    }
}

/// Why there can be no quorum under a charter.
public enum CharterFault: Error, Equatable, Sendable {
    /// More authorities must agree than there are.
    case threshold(of: Int64)
    /// The host governs itself.
    case host
    /// The lines about witnesses are no trust policy, or one whose quorum can't be reached; 0 where it
    /// is all of them.
    case witnesses(line: Int)
    /// A witness has the log's or its clock's key.
    case hostAsWitness

    var facts: [String: JSON] {
        switch self {
        case .threshold(let count):
            ["authorities": .integer(count), "reason": "threshold"]
        case .host: ["reason": "host"]
        case .witnesses(let line):
            ["line": .integer(Int64(line)), "reason": "witnesses"]
        case .hostAsWitness: ["reason": "host-as-witness"]
        }
    }
}
