import Client
import Custody
import Foundation
import Wire

/// How a command comes by an open keyring: from the agent, from what another program keeps, or by the
/// passphrase that a person types or a file holds.
struct Unlocking {
    let home: Home
    private let environment = ProcessInfo.processInfo.environment

    init(_ home: Home) { self.home = home }

    private var cost: KeyringCost { .named(in: environment) }

    /// Throws ``HomeError``, ``KeyringError`` and ``SettingsError``.
    func open() throws -> OpenKeyring {
        if let open = try openByAgent() { return open }
        if let open = try home.unlockUnattended(environment) { return open }
        let open = try Terminal.trying(home.directory, cost) {
            try home.unlock($0.passphrase, $0.cost)
        }
        if !Terminal.hasPassphraseFile, environment["TRINE_AGENT"] != "no",
            let seconds = try home.settings().agentSeconds
        {
            _ = AgentProcess.start(open.fileKey, for: home, seconds: seconds)
        }
        return open
    }

    /// By the passphrase alone, whatever else would open it: for who is to prove to know it.
    func openByPassphrase() throws -> OpenKeyring {
        _ = try home.slots()
        return try Terminal.trying(home.directory, cost) {
            try home.unlock($0.passphrase, $0.cost)
        }
    }

    /// `nil` where there is no agent, or its key is of another keyring: the passphrase was changed.
    private func openByAgent() throws -> OpenKeyring? {
        // What is wrong with the home is said before anything is asked.
        _ = try home.slots()
        guard let held = Agent.held(for: home.directory) else { return nil }
        do { return try home.unlock(with: held.fileKey) } catch KeyringError.malformed {
            return nil
        }
    }
}

extension Terminal {
    /// Whether the passphrase comes from a file.
    static var hasPassphraseFile: Bool {
        ProcessInfo.processInfo.environment["TRINE_PASSPHRASE_FILE"]?.isEmpty == false
    }

    /// How often a person may type a passphrase.
    static let tries = 3

    /// Opens something with a passphrase. Who mistyped is asked again.
    static func trying<Result>(
        _ directory: String, _ cost: KeyringCost, _ open: (Protection) throws -> Result
    ) throws -> Result {
        for left in (0..<tries).reversed() {
            do {
                return try open(
                    Protection(try passphrase(isNew: false, for: directory), cost: cost))
            } catch KeyringError.wrongPassphrase where left > 0 && !hasPassphraseFile {
                note(
                    "this isn't the passphrase: "
                        + (left == 1 ? "one more try" : "\(left) more tries"))
            }
        }
        throw KeyringError.wrongPassphrase
    }
}
