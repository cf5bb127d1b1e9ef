/// Why a home, or a file in it, can't be used. No content of a file appears in it.
public enum HomeError: Error, Equatable, Sendable {
    /// There is no home in this directory.
    case missing(path: String)
    /// There is a home, and its keyring is gone.
    case keyringLost(path: String)
    /// There is one already.
    case alreadyThere(path: String)
    /// Others than the owner may read or write it.
    case exposed(path: String)
    /// Another process is at work in it, and went on for longer than was waited: who, where it said so.
    case busy(path: String, holder: String?)
    /// A call of the operating system failed with this `errno`.
    case system(path: String, call: String, code: Int32)
    /// The file isn't what it should be, or was changed from outside.
    case malformed(path: String)
    /// What was kept of the log can't be read on. It is made anew with the next command.
    case viewDamaged(path: String)
    /// The file is larger than anything written here.
    case tooLarge(path: String, limit: Int)
}
