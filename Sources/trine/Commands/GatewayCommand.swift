import ArgumentParser
import Client
import Custody
import Foundation
import Gateway
import Logging
import Rules
import Sharing
import Storage
import Transparency
import Wire

struct GatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Begin, serve and check a log.",
        subcommands: [
            Init.self, Serve.self, Check.self, Doctor.self, Status.self, Backup.self, Restore.self,
            Rebuild.self,
        ])

    struct Init: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "init",
            abstract: "Begin a log: make its gateway's directory and its authority's home.",
            discussion: """
                Prints the log's address, which pins its first entry. The authority's keys go to \
                the home (--home), never into the gateway's directory.

                Example: trine gateway init ./gateway --origin trine.example/alliance \
                --home ./authority
                """)

        @Argument(help: "The gateway's directory, which is made.", completion: .directory)
        var directory: String
        @Option(help: "The log's name: a host name and a path, trine.example/alliance.")
        var origin: Origin
        @Option(help: "The handle of the authority.") var authority: Handle = Handle("authority")!
        @Option(help: "The handle of the host.") var host: Handle = Handle("host")!
        @Option(help: "Where the gateway listens.")
        var listen = ListenAddress("127.0.0.1:8087")!
        @Option(help: "The address others reach it under; http://LISTEN otherwise.")
        var url: String?
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let address = try GatewayAddress(parsing: url ?? "http://\(listen)")
            let home = common.directory
            if home.isInhabited { throw HomeError.alreadyThere(path: home.directory) }
            let gateway = GatewayDirectory(directory)
            let ownProtection = try common.protection(of: directory, isNew: true)
            let protection = try common.protection(of: home.directory, isNew: true)
            let log = try await gateway.begin(
                .init(origin: origin, host: host, listen: listen), under: ownProtection
            ) { keys in
                try await home.found(
                    origin, as: authority,
                    host: .init(handle: host, key: keys.host.verificationKey),
                    logKey: keys.log.verifierKey, clockKey: keys.clock.verifierKey,
                    gateway: address,
                    policies: CedarPolicies.standard.digest, under: protection)
            }
            let shared =
                "one passphrase opens the gateway's keyring and the authority's home: change "
                + "one: trine home passphrase"
            let notes =
                (Terminal.hasPassphraseFile ? [shared] : []) + [
                    "serve it: trine gateway serve \(directory)",
                    "whoever is to join is invited: trine authority invite --home \(home.directory)",
                ]
            return Outcome([
                "authority": authority, "directory": gateway.path, "home": home.directory,
                "log": log,
            ]) { log.description }.noting(printing.json ? [] : notes)
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "serve",
            abstract: "Serve a log until told to stop.",
            discussion: """
                SIGTERM and SIGINT stop it once what was begun is done. A kill loses nothing that \
                was acknowledged.

                Example: trine gateway serve ./gateway
                """)

        @Argument(help: "The gateway's directory.", completion: .directory) var directory: String
        @Option(help: "Where to listen; what init was told otherwise.") var listen: ListenAddress?
        @Flag(
            help: """
                Serve an older store than was published: what came after it is lost for ever, and \
                everybody who saw it will say so, and can prove it to others by the dates of what \
                they saw.
                """)
        var acceptLoss = false
        @Flag(help: "Believe this machine's clock, although the log was silent for over a day.")
        var trustClock = false
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let gateway = GatewayDirectory(directory)
            let settings = try gateway.settings()
            let address = listen ?? settings.listen
            let keys = try Terminal.trying(
                directory, .named(in: ProcessInfo.processInfo.environment), gateway.unlock)
            var logger = Logger(label: "trine") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = .notice
            let store = try SQLiteStore(
                opening: gateway.store, existing: true, acceptingLoss: acceptLoss)
            if acceptLoss { try await store.makeLostState() }
            defer { try? store.close() }
            let service = try await GatewayService(
                store: try await gateway.remembering(store, acceptingLoss: acceptLoss), keys: keys,
                logger: logger, clock: .system(isTrustedAtStart: trustClock))
            if await !service.sequencer.isTimely() {
                Terminal.note(
                    "the log was silent for over a day, so nothing is entered: if this machine's "
                        + "clock is right (\(Timestamp.now)), serve with --trust-clock")
            }
            let json = common.printing.json
            do {
                try await service.serve(
                    host: address.host, port: address.port, stopOnSignals: true
                ) {
                    let url = "http://\(address.host):\($0)"
                    if json {
                        Terminal.write((["listening": url] as Members).json.shownText + "\n")
                    } else {
                        Terminal.note("serving \(settings.origin) on \(url)")
                    }
                }
            } catch let error where !(error is any Worded) {
                throw Complaint.home("the gateway can't listen on \(address)").named("port-busy")
                    .hint("is another one there? name another address: --listen")
            }
        }
    }

    struct Check: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Check a gateway's whole store against itself.",
            discussion: """
                Every entry against the tree, the tree against the signed checkpoint, every stored \
                field against what its record commits to, and the derived state against a replay of \
                the log. Nothing is changed and no passphrase is needed. The gateway may be running: what is \
                checked is the log as it was when the check began.

                Example: trine gateway check ./gateway
                """)

        @Argument(help: "The gateway's directory.", completion: .directory) var directory: String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let gateway = GatewayDirectory(directory)
            _ = try gateway.settings()
            return try await Inspection(store: try await gateway.frozen())
                .run(progress: Terminal.entries).outcome
        }
    }
}

extension InspectionReport {
    var outcome: Outcome {
        let wrong = findings.map { ["detail": "\($0.fault)", "place": "\($0.place)"] as Members }
        let outcome = Outcome([
            "attachments": attachments, "entries": entries, "findings": wrong,
            "state_rows": stateRows,
        ]) {
            let checked =
                "\(entries) entries, \(attachments) attachments, \(stateRows) pieces of state"
            guard !findings.isEmpty else {
                let all = stopped.map { "before entry \($0.index) all" } ?? "all"
                return "Checked \(checked): \(all) as it must be."
            }
            return
                (["Checked \(checked): \(findings.count) wrong."]
                + findings.map { "  \($0.place): \($0.fault)" }).joined(separator: "\n")
        }.ending(well: findings.isEmpty)
        guard let stopped else { return outcome }
        return outcome.ending(with: .update).noting(stopped.complaint.notes)
    }
}
