import ArgumentParser
import Client
import Custody
import Foundation
import Importing
import Sharing
import Wire

/// Where a recovery kit is read from: a file, or a person who types the words of the page.
struct KitSource: ParsableArguments {
    @Option(
        help: "The file with the recovery kit; without it the 24 words are asked for.",
        completion: .file())
    var kit: String?

    func file() throws -> RecoveryKit? {
        guard let kit else { return nil }
        let bytes = try InputFile.bytes(kit, limit: RecoveryKit.maximumBytes)
        return try RecoveryKit(parsing: String(decoding: bytes, as: UTF8.self))
    }

    /// The root alone.
    func root() throws -> Root {
        try file()?.root ?? Root(words: try Terminal.recoveryWords())
    }
}

struct RecoveryGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery",
        abstract: "The recovery kit: print it again, and try whether it is good.",
        subcommands: [Print.self, Drill.self])

    struct Print: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "print",
            abstract: "Show a recovery kit as a page for paper.",
            discussion: """
                No machine holds what is in the kit, so it comes from the kit that there is: a file, or \
                the words that you type. It is shown on the terminal, or written to the file that -o \
                names, on something that isn't this machine.

                Example: trine recovery print --kit /media/stick/kit
                """)

        @OptionGroup var source: KitSource
        @Option(
            name: .shortAndLong, help: "A file to write, outside the home.", completion: .file())
        var output: String?
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let home = common.directory
            let page = try KitPage(output, outside: home)
            let kit =
                try source.file()
                ?? RecoveryKit(try Terminal.recoveryWords(), for: home.configuration())
            try page.keep(kit)
            return Outcome(["handle": kit.configuration.handle]) {
                "The recovery kit of \(kit.configuration.handle)."
            }.noting([KitPage.advice])
        }
    }

    struct Drill: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "drill",
            abstract: "Try whether the recovery kit brings back what this home has.",
            discussion: """
                The words are compared with the keys of this home, in memory; nothing is written but which \
                of the participant's keys is the kit's.

                Example: trine recovery drill
                """)

        @OptionGroup var source: KitSource
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let home = common.directory
            let configuration = try home.configuration()
            let kit = try source.file()
            if let kit, kit.configuration.handle != configuration.handle {
                throw RecoveryKitError.ofAnother(kit.configuration.handle)
            }
            let root = try kit?.root ?? Root(words: try Terminal.recoveryWords())
            let open = try Unlocking(home).open()
            guard open.keyring.derives(from: root) else { throw KeyringError.otherRoot }
            try home.note(root, open.keyring)
            return Outcome(["good": true, "handle": configuration.handle]) {
                "The kit is good: it brings back every key that \(configuration.handle) has."
            }.noting(["bring it back to where it was"])
        }
    }
}

struct RecoverCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Make a participant's home anew from its recovery kit.",
        discussion: """
            The log says what there is, and the kit gives the keys of it all. The recovery key signs for \
            this machine's new key. With --lost every other machine's key is retired for ever; they are \
            shown first. Where one was stolen, begin a new era next: trine new-era --compromised --kit FILE. Without --kit the log's address, \
            the handle and the fingerprint are given as the page has them, and the words are asked for.

            Example: trine recover --kit /media/stick/kit --lost
            """)

    @OptionGroup var source: KitSource
    @Option(help: "The log's address, 'https://gateway.example#PIN', where there is no kit file.")
    var log: String?
    @Option(help: "The handle on the page.") var handle: Handle?
    @Option(help: "The fingerprint on the page.") var fingerprint: Fingerprint?
    @Option(
        name: .customLong("id"),
        help: "An identifier on documents, such as vat:DE123456789; may be given several times.")
    var identifiers: [LegalIdentifier] = []
    @Flag(help: "All other machines are lost or stolen: retire their keys.")
    var lost = false
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard source.kit != nil || (log != nil && handle != nil && fingerprint != nil) else {
            throw ValidationError("give --kit, or --log, --handle and --fingerprint")
        }
        guard lost || !consent.dryRun else {
            throw ValidationError("--dry-run goes with --lost: nothing else can't be taken back")
        }
    }

    func outcome() async throws -> Outcome {
        if lost { try consent.check() }
        let home = common.directory
        let kit = try await kit()
        let protection = try common.protection(of: home.directory, isNew: !home.isInhabited)
        let restored: Restored
        do {
            restored = try await home.restore(
                from: kit, retiring: lost ? .keyCompromised : nil, under: protection,
                agreeing: { machines in
                    if consent.dryRun { throw Foreseen(machines: machines) }
                    try consent.ask(machines.consequences)
                })
        } catch let foreseen as Foreseen {
            return ConsentOptions.foreseen(foreseen.machines.consequences)
        }
        var notes = ["bring the recovery kit back to where it was"]
        notes.append(
            "names that you gave, fingerprints that you compared and devices' names are in no kit: they "
                + "come back from a backup alone")
        if lost {
            notes.append("where a machine was stolen: trine new-era --compromised --kit FILE")
        }
        let handle = kit.configuration.handle
        return Outcome([
            "era": restored.era, "handle": handle, "home": home.directory,
            "retired": restored.retired.map(\.text),
        ]) {
            "\(handle) is back, in era \(restored.era)."
                + (restored.retired.isEmpty
                    ? "" : " Retired: \(counted(restored.retired.count, "key")) of other machines.")
        }.noting(notes)
    }

    /// That it was only to be said what would happen.
    private struct Foreseen: Error {
        let machines: MachinesLost
    }

    private func kit() async throws -> RecoveryKit {
        if let kit = try source.file() { return kit }
        guard let log, let handle, let fingerprint else {
            preconditionFailure("validated")
        }
        let address = try LogAddress(parsing: log)
        let words = try Terminal.recoveryWords()
        return try RecoveryKit(
            words, of: handle, fingerprint, in: address,
            origin: try await Home.origin(of: address),
            identifiers: identifiers.compactMap {
                .init(scheme: $0.scheme.rawValue, id: $0.id)
            })
    }
}
