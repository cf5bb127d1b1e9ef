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

    static let table = """
        Exit codes: 0 done, or the verdict holds; 1 refused, or the verdict is negative; 2 usage; \
        3 no gateway; 4 something is wrong with the home or keyring; 5 what the gateway shows \
        doesn't verify.
        """
}
