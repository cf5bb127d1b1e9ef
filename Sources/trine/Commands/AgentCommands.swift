import ArgumentParser
import Client
import Custody
import Foundation
import Wire

struct UnlockCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: "Open the keyring for a while, so that no command asks for its passphrase.",
        discussion: """
            A process in the background, the agent, holds the key in memory and ends by itself; trine \
            lock ends it at once. Only programs of your own user are answered. The first command that \
            asks for a passphrase starts it too, for a quarter of an hour, unless the file settings of \
            the home says agent = no, or TRINE_AGENT=no.

            Example: trine unlock --for 8h
            """)

    @Option(name: .customLong("for"), help: "For how long: 15m, 8h; at most 24h.")
    var duration: AgentDuration?
    @OptionGroup var common: CommonOptions

    func outcome() async throws -> Outcome {
        let home = common.directory
        _ = try home.configuration()
        let seconds =
            try duration?.seconds ?? home.settings().agentSeconds ?? Settings.usualAgentSeconds
        let open = try Unlocking(home).openByPassphrase()
        guard AgentProcess.start(open.fileKey, for: home, seconds: seconds) else {
            throw Complaint.home("the agent can't be started")
        }
        return Outcome(["home": home.directory, "seconds": seconds]) {
            "Unlocked for \(Self.words(seconds))."
        }
    }

    static func words(_ seconds: Int64) -> String {
        seconds < 120 ? "\(seconds) seconds" : "\(seconds / 60) minutes"
    }
}

struct LockCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock",
        abstract: "Forget the key that the agent holds.",
        discussion: "Example: trine lock")

    @OptionGroup var common: CommonOptions

    func outcome() async throws -> Outcome {
        let home = common.directory
        let wasUnlocked = Agent.end(for: home.directory)
        return Outcome(["home": home.directory, "was_unlocked": wasUnlocked]) {
            wasUnlocked ? "Locked." : "It was locked."
        }
    }
}

/// What ``UnlockCommand`` starts: it takes the key from its input, and says on its output when it
/// listens.
struct AgentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Hold a key; trine unlock starts it.", shouldDisplay: false)

    @Option var home: String
    @Option var seconds: Int64

    func validate() throws {
        guard Settings.agentSeconds.contains(seconds) else {
            throw ValidationError("at most a day")
        }
    }

    func run() throws {
        guard isatty(STDIN_FILENO) == 0, let key = Self.key() else {
            throw Complaint.usage("trine unlock starts the agent")
        }
        try Agent.serve(key, for: home, seconds: seconds) {
            _ = write(STDOUT_FILENO, "1", 1)
            close(STDOUT_FILENO)
        }
    }

    private static func key() -> FileKey? {
        var bytes = [UInt8](repeating: 0, count: FileKey.byteCount)
        defer { bytes.wipe() }
        guard read(STDIN_FILENO, &bytes, bytes.count) == bytes.count else { return nil }
        close(STDIN_FILENO)
        return FileKey(bytes)
    }
}

/// `15m`, `8h`, `90s`.
struct AgentDuration: ExpressibleByArgument {
    let seconds: Int64

    init?(argument: String) {
        guard let seconds = Settings.seconds(argument) else { return nil }
        self.seconds = seconds
    }
}
