import ArgumentParser
import Client
import Foundation

/// The command line: it reads words, calls one workflow, and prints what comes of it.
@main
struct Trine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trine",
        abstract: "Share fields of business records, sealed, granted and provable.",
        discussion: """
            Results go to standard output, everything else to standard error. A home is the \
            directory with a participant's keyring: --home, else $TRINE_HOME, else ~/.trine. Its \
            passphrase is asked for, or read from the file that $TRINE_PASSPHRASE_FILE names. \
            With TRINE_SIGNATURES=libsodium, signatures are checked by libsodium alone.

            \(Exit.table)

            Example: trine demo
            """,
        version: "trine 0.1.0",
        subcommands: [
            DemoCommand.self, GatewayCommand.self, JoinCommand.self, NewEraCommand.self,
            AuthorityCommand.self,
            EnterpriseCommand.self, LenderCommand.self, RegulatorCommand.self, VerifyCommand.self,
            CheckpointCommand.self, PolicyCommand.self, TypeCommand.self,
            ContactsCommand.self,
            FingerprintCommand.self, CompareCommand.self,
        ])

    static func main() async {
        do {
            try SignatureChoice.take(from: ProcessInfo.processInfo.environment)
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(report(error).rawValue)
        }
    }

    /// Says what went wrong and gives the exit code.
    private static func report(_ error: any Error) -> Exit {
        if let complaint = (error as? any Worded)?.complaint {
            Terminal.note(complaint.message)
            if let hint = complaint.hint { Terminal.note(hint) }
            return complaint.exit
        }
        if let exit = error as? ExitCode { return Exit(rawValue: exit.rawValue) ?? .refused }
        let text = fullMessage(for: error)
        guard exitCode(for: error) != .success else {
            // Help and version are results.
            Terminal.write(HelpText.arranged(text) + "\n")
            return .success
        }
        for line in text.split(separator: "\n") {
            Terminal.note(String(line.hasPrefix("Error: ") ? line.dropFirst(7) : line))
        }
        return .usage
    }
}
