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
        /// The keys that this device was given of the participant's; encrypted.
        case shares
        /// The devices that were enrolled from here, and those that are being enrolled; encrypted.
        case devices
        /// What a device was offered and asked for, until it has its share.
        case enrolment
        /// What its owner set; nothing secret.
        case settings
        /// How tables are read.
        case mappings
        /// Held by the process that signs here; it says which one.
        case lock
        /// Held for as long as it takes to replace some files.
        case files

        /// More than any of them grows to.
        var limit: Int { self == .view ? 2 << 30 : 1 << 20 }
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

    /// Takes the turn to sign something here, so that no two processes number the same records or send
    /// the same parcels. Readers need none. Throws ``HomeError/busy(path:holder:)`` where another
    /// process has it.
    func lock() throws(HomeError) -> HomeLock { try lock(.lock, waiting: .zero) }

    /// Does what reads files, changes and replaces them, with no other process between. It is over at
    /// once. Throws ``HomeError`` and what `body` throws.
    func changingFiles<Result>(_ body: () throws -> Result) throws -> Result {
        let lock = try lockFiles()
        return try withExtendedLifetime(lock) { try body() }
    }

    /// The same for who holds on to it. Throws ``HomeError``.
    func lockFiles() throws(HomeError) -> HomeLock { try lock(.files, waiting: Self.patience) }

    /// Far longer than files are being replaced.
    private static let patience = Duration.seconds(20)

    private func lock(_ file: File, waiting wait: Duration) throws(HomeError) -> HomeLock {
        do { return try HomeLock(path(file), waiting: wait) } catch {
            if case .busy(_, let holder) = error {
                throw .busy(path: directory, holder: holder)
            }
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
