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
            TrustCommand.self,
            CheckpointCommand.self, PolicyCommand.self, TypeCommand.self,
            ContactsCommand.self, ParticipantsCommand.self,
            FingerprintCommand.self, CompareCommand.self,
            UnlockCommand.self, LockCommand.self, AgentCommand.self, HomeGroup.self,
            RecoveryGroup.self, RecoverCommand.self, DeviceGroup.self, PeopleCommand.self,
            StatusCommand.self, InboxCommand.self, ShowCommand.self, BundlesCommand.self,
            PDFInvoiceCommand.self,
            WatchCommand.self, DoctorCommand.self, SettingsCommand.self,
        ])

    static func main() async {
        Home.announce(work)
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

    /// The words of the command, without what it is about.
    private static var work: String {
        let words = CommandLine.arguments.dropFirst().prefix(2).prefix { word in
            word.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x2d } && word.first != "-"
        }
        return (["trine"] + words).joined(separator: " ")
    }

    /// Says what went wrong and gives the exit code.
    private static func report(_ error: any Error) -> Exit {
        if let worded = error as? any Worded {
            let complaint = worded.complaint
            Terminal.complain(complaint, type: ErrorName.of(error))
            return complaint.exit
        }
        if let exit = error as? ExitCode { return Exit(rawValue: exit.rawValue) ?? .refused }
        let text = fullMessage(for: error)
        guard exitCode(for: error) != .success else {
            // Help and version are results.
            Terminal.write(HelpText.arranged(text) + "\n")
            return .success
        }
        var lines = text.split(separator: "\n").map { line in
            String(line.hasPrefix("Error: ") ? line.dropFirst(7) : line)
        }
        if let first = lines.first,
            let hint = Spelling.hint(first, Array(CommandLine.arguments.dropFirst()))
        {
            lines.insert(hint, at: 1)
        }
        guard Terminal.isForPrograms else {
            lines.forEach(Terminal.note)
            return .usage
        }
        let complaint = Complaint.usage(lines.first ?? text)
            .hint(lines.dropFirst().joined(separator: " "))
        Terminal.complain(complaint, type: Exit.usage.name)
        return .usage
    }
}
