import ArgumentParser
import Client
import Custody
import Foundation
import Wire

struct HomeGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "home",
        abstract: "Look after a home: its passphrase, what opens it, its backup.",
        subcommands: [Passphrase.self, Slots.self, Backup.self, Restore.self])

    struct Passphrase: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "passphrase",
            abstract: "Change the passphrase.",
            discussion: """
                The keyring gets a new key, so that neither the old passphrase nor an agent opens it any \
                more. Slots of other programs are gone: add them again. A copy of the home that was made \
                before opens with what opened it then. TRINE_NEW_PASSPHRASE_FILE names a file with the \
                new one where nobody can type it.

                Example: trine home passphrase
                """)

        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let home = common.directory
            _ = try home.configuration()
            let open = try Unlocking(home).openByPassphrase()
            let passphrase = try Terminal.newPassphrase(for: home.directory)
            let lost = try home.slots().compactMap(\.opener.name)
            try home.changePassphrase(
                to: Protection(
                    passphrase, cost: .named(in: ProcessInfo.processInfo.environment)),
                of: open)
            _ = Agent.end(for: home.directory)
            var notes = ["copies of this home from before still open with the old passphrase"]
            if !lost.isEmpty {
                notes.append("add again what opened it besides: \(lost.joined(separator: ", "))")
            }
            return Outcome(["home": home.directory, "slots_removed": lost]) {
                "The passphrase is changed."
            }.noting(notes)
        }
    }

    struct Slots: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "slots",
            abstract: "Show and change what opens the keyring besides the passphrase.",
            discussion: """
                A helper is a program that keeps a secret, in a desktop's keychain for example; the file \
                settings of the home has to name it: helper.NAME = /path/to/program. It reads the line \
                trine-helper/1 get NAME, and writes the secret in base64url on a line. A credential is a \
                file that systemd hands to a service (LoadCredentialEncrypted=NAME). With --helper or \
                --credential the secret, 32 bytes at least, is read from standard input; the helper's \
                is in base64url.

                Example: head -c 32 /dev/urandom | tee night | trine home slots --credential night
                """)

        @Option(help: "Add a slot for the program that the settings call so.") var helper: String?
        @Option(help: "Add a slot for the service's credential of this name.")
        var credential: String?
        @Option(help: "Take the slot of this name away.") var remove: String?
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard [helper, credential, remove].compactMap(\.self).count <= 1 else {
                throw ValidationError("one of --helper, --credential and --remove at a time")
            }
            for name in [helper, credential].compactMap(\.self)
            where !KeyringSlot.isName(name) {
                throw ValidationError("a name is small letters, digits, hyphens and dots")
            }
        }

        func outcome() async throws -> Outcome {
            let home = common.directory
            _ = try home.configuration()
            if let helper { try add(.helper(helper), to: home) }
            if let credential { try add(.credential(credential), to: home) }
            if let remove {
                let open = try Unlocking(home).open()
                let opener = try home.slots().map(\.opener).first { $0.name == remove }
                try home.remove(opener ?? .helper(remove), from: open)
            }
            return .list(
                "slots", try home.slots(), none: "Nothing opens it.",
                .init("KIND") { $0.opener.word }, .init("NAME") { $0.opener.name ?? "" })
        }

        private func add(_ opener: KeyringSlot.Opener, to home: Home) throws {
            guard isatty(STDIN_FILENO) == 0 else {
                throw Complaint.usage("the secret comes from another program, on standard input")
            }
            var secret = [UInt8](FileHandle.standardInput.readData(ofLength: 4096))
            defer { secret.wipe() }
            if case .helper = opener {
                let line = secret.prefix { $0 != UInt8(ascii: "\n") }
                secret = Base64URL.decode(String(decoding: line, as: UTF8.self)) ?? []
            }
            guard secret.count >= 32 else {
                throw Complaint.usage("the secret has fewer than 32 bytes")
            }
            try home.add(opener, keeping: secret, to: try Unlocking(home).open())
        }
    }
}

extension KeyringSlot.Opener {
    fileprivate var word: String {
        switch self {
        case .passphrase: "passphrase"
        case .helper: "helper"
        case .credential: "credential"
        }
    }
}
