/// The exit codes, which scripts may rely on. This is the one table of them; the help of every
/// command and the specification say the same.
enum Exit: Int32, CaseIterable {
    /// Done; a verdict holds; an audit finds nothing.
    case success = 0
    /// Refused, by the gateway, a rule, a policy or the person who was asked; or the verdict is
    /// negative.
    case refused = 1
    /// The command line is invalid, or names what isn't there.
    case usage = 2
    /// The gateway can't be reached, or can't serve now. What was signed is kept and sent again.
    case unreachable = 3
    /// Something is wrong on this machine: the home or keyring is missing, exposed, busy or damaged, the
    /// passphrase is another, a file can't be written, a port is taken.
    case home = 4
    /// What the gateway shows isn't the log that was joined, or proves nothing.
    case untrusted = 5
    /// The gateway shows an older state of the log than this home has seen; later it may be newer.
    case stale = 6
    /// The gateway took entries back that it had signed. Both checkpoints are kept in the home.
    case rolledBack = 7
    /// Other keys stand, or are to stand, for a participant than its own.
    case substituted = 8
    /// The log is under rules that this program doesn't know: it has to be updated.
    case update = 9
    /// The gateway shows a state of the log that is too old to decide by, or names none of now.
    case frozen = 10
    /// The gateway dates the log in the future, by this machine's clock.
    case timeAhead = 11

    /// By which other programs know it where the error has no name of its own.
    var name: String {
        switch self {
        case .success: "done"
        case .refused: "refused"
        case .usage: "usage"
        case .unreachable: "unreachable"
        case .home: "machine"
        case .untrusted: "untrusted"
        case .stale: "stale"
        case .rolledBack: "rolled-back"
        case .substituted: "substituted"
        case .update: "update"
        case .frozen: "frozen"
        case .timeAhead: "time-ahead"
        }
    }

    var meaning: String {
        switch self {
        case .success: "done, or the verdict holds"
        case .refused: "refused, or the verdict is negative"
        case .usage: "usage"
        case .unreachable: "no gateway"
        case .home: "something is wrong on this machine: home, keyring, passphrase, file or port"
        case .untrusted: "what is shown doesn't verify, or isn't the history that this home knows"
        case .stale: "an older state of the log than this home has seen"
        case .rolledBack: "the log was rolled back"
        case .substituted: "somebody's keys aren't its own"
        case .update: "the log is under later rules: update"
        case .frozen: "the newest state shown is too old"
        case .timeAhead: "it is dated in the future"
        }
    }

    static var table: String {
        "Exit codes: " + allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: "; ")
            + "."
    }
}
