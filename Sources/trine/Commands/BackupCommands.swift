import ArgumentParser
import Client
import Custody
import Foundation
import Wire

extension HomeGroup {
    struct Backup: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup",
            abstract: "Write an encrypted copy of the home into one file.",
            discussion: """
                It opens with the passphrase that the home has now. It has the keyring, the names that \
                you gave, what was compared and what is yet to be sent; what the log says is read again. \
                Make one after each new era and each new device, and keep it off this machine.

                Example: trine home backup /media/stick/home.backup
                """)

        @Argument(help: "The file to write.", completion: .file()) var file: String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let home = common.directory
            _ = try home.configuration()
            try OutputFile.check(file)
            let open = try Unlocking(home).open()
            let bytes = try home.backup(open)
            try OutputFile.write(bytes, to: file)
            return Outcome(["bytes": bytes.count, "file": file, "home": home.directory]) {
                "\(home.directory) is in \(file), encrypted under its passphrase."
            }
        }
    }

    struct Restore: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Make a home again from its backup.",
            discussion: """
                The home goes to the directory that --home names, where none may be. Never go on in two \
                copies of one home: where the original is on this machine and has signed something since, \
                this refuses. For a machine that was stolen use the recovery kit: trine recover.

                Example: trine home restore /media/stick/home.backup
                """)

        @Argument(help: "The backup.", completion: .file()) var file: String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let home = common.directory
            if home.isInhabited { throw HomeError.alreadyThere(path: home.directory) }
            let bytes = try InputFile.bytes(file, limit: HomeBackup.maximumBytes)
            let backup = try home.restore(bytes) { keyring in
                try Terminal.trying(
                    file, .named(in: ProcessInfo.processInfo.environment), keyring.open)
            }
            let handle = try home.configuration().handle
            return Outcome([
                "handle": handle, "home": home.directory, "made": backup.made,
            ]) {
                "The home of \(handle) is in \(home.directory) again, as it was on "
                    + "\(LocalTime.minute(backup.made))."
            }.noting(["don't go on in any other copy of it"])
        }
    }
}
