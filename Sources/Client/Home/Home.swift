import Custody
import Foundation

/// A participant's own directory: its keyring, what it trusts, what it has seen and what it has yet
/// to send. Mode 0700, every file 0600 and replaced atomically.
public struct Home: Hashable, Sendable {
    /// The files of a home.
    enum File: String, CaseIterable {
        /// This machine's secret and those of the eras until now, encrypted under the passphrase. The
        /// root isn't here.
        case keyring
        /// Who the participant is, and where its gateway.
        case config
        /// Whose checkpoints it believes (C2SP tlog-policy).
        case trustPolicy = "trust.policy"
        /// Entry 0 of the log that was joined.
        case genesis
        /// The last checkpoint that was verified.
        case checkpoint
        /// What was sent for admission: the proofs in it can't be made again without the kit.
        case application
        /// Whom its authority invited.
        case invited
        /// Fingerprints that its participant compared.
        case fingerprints
        /// Requests that its participant won't answer.
        case declined
        /// Dated checkpoints that were verified before, some of them.
        case trail = "checkpoints"
        /// Local names for handles.
        case contacts
        /// What concerns the participant, as far as it was read from the log; encrypted.
        case view
        /// What the own records say, in a few fields; encrypted.
        case summaries
        /// Held while a process works here.
        case lock

        /// More than any of them grows to.
        var limit: Int { [.view, .summaries].contains(self) ? 2 << 30 : 1 << 20 }
    }

    /// Without a slash at the end.
    public let directory: String

    public init(_ directory: String) {
        var path = directory
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        self.directory = path
    }

    /// The home that the environment names in `TRINE_HOME`; `~/.trine` where it names none.
    public static func usual(_ environment: [String: String]) -> Home {
        if let named = environment["TRINE_HOME"], !named.isEmpty { return Home(named) }
        return Home((environment["HOME"] ?? NSHomeDirectory()) + "/.trine")
    }

    /// Whether there is a keyring here, so that a new one would replace somebody's.
    public var isInhabited: Bool {
        access(path(.keyring), F_OK) == 0
    }

    /// Makes the directory, and those above it. An empty private one that is there will do.
    /// Throws ``HomeError``.
    func make() throws(HomeError) {
        if isInhabited { throw .alreadyThere(path: directory) }
        var missing: [String] = []
        var path = directory
        while !path.isEmpty, access(path, F_OK) != 0 {
            missing.append(path)
            path = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        }
        for path in missing.reversed() { try PrivateFile.makeDirectory(path) }
        try check()
    }

    /// Throws ``HomeError`` unless the directory is there and its owner's alone.
    func check() throws(HomeError) { try PrivateFile.checkPrivate(directory) }

    func lock() throws(HomeError) -> HomeLock {
        do { return try HomeLock(path(.lock)) } catch {
            if case .busy = error { throw .busy(path: directory) }
            throw error
        }
    }

    func path(_ file: File) -> String { directory + "/" + file.rawValue }

    /// The content; `nil` where there is no such file.
    func read(_ file: File) throws(HomeError) -> [UInt8]? {
        try PrivateFile.read(path(file), limit: file.limit)
    }

    func required(_ file: File) throws(HomeError) -> [UInt8] {
        guard let content = try read(file) else { throw .missing(path: path(file)) }
        return content
    }

    func replace(_ file: File, with content: some Collection<UInt8>) throws(HomeError) {
        try PrivateFile.replace(path(file), with: content)
    }

    func malformed(_ file: File) -> HomeError { .malformed(path: path(file)) }
}
