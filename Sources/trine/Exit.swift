/// The exit codes, which scripts may rely on. This is the one table of them; the help of every
/// command says the same.
enum Exit: Int32, CaseIterable {
    /// Done; a verdict holds; an audit finds nothing.
    case success = 0
    /// Refused, by the gateway, a rule or a policy; or the verdict is negative.
    case refused = 1
    /// The command line is invalid.
    case usage = 2
    /// The gateway can't be reached, or can't serve now. What was signed is kept and sent again.
    case unreachable = 3
    /// Something is wrong with the home: missing, exposed, busy, damaged, or another passphrase.
    case home = 4
    /// What the gateway shows isn't the log that was joined, or proves nothing.
    case untrusted = 5
    /// The gateway shows an older state of the log than this home has seen; later it may be newer.
    case stale = 6
    /// The gateway took entries back that it had signed. Both checkpoints are kept in the home.
    case rolledBack = 7
    /// Other keys stand, or are to stand, for a participant than its own.
    case substituted = 8
    /// The gateway shows a state of the log that is too old to decide by, or names none of now.
    case frozen = 10
    /// The gateway dates the log in the future, by this machine's clock.
    case timeAhead = 11

    /// The log is under rules that this program doesn't know: it has to be updated.
    case update = 9

    static let table = """
        Exit codes: 0 done, or the verdict holds; 1 refused, or the verdict is negative; 2 usage; \
        3 no gateway; 4 something is wrong with the home or keyring; 5 what is shown \
        doesn't verify, or isn't the history that this home knows; 6 an older state of the log than \
        this home has seen; 7 the log was rolled back; 8 somebody's keys aren't its own; 9 the log is \
        under later rules: update; 10 the newest state shown is too old; 11 it is dated in the future.
        """
}
