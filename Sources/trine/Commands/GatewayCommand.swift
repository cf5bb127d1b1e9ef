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
        subcommands: [Init.self, Serve.self, Check.self])

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Begin a log: make its gateway's directory and its authority's home.",
            discussion: """
                Prints the invitation, which pins the log's first entry. The authority's keys go to \
                the home (--home), never into the gateway's directory.

                Example: trine gateway init ./gateway --origin trine.example/alliance \
                --home ./authority
                """)

        @Argument(help: "The gateway's directory, which is made.") var directory: String
        @Option(help: "The log's name: a host name and a path.") var origin: String
        @Option(help: "The handle of the authority.") var authority: Handle = Handle("authority")!
        @Option(help: "The handle of the host.") var host: Handle = Handle("host")!
        @Option(help: "Where the gateway listens.") var listen = "127.0.0.1:8087"
        @Option(help: "The address others reach it under; http://LISTEN otherwise.")
        var url: String?
        @OptionGroup var common: CommonOptions

        func run() async throws {
            guard let origin = Origin(origin) else {
                throw Complaint.usage(
                    "'\(origin)' isn't an origin", "such as trine.example/alliance")
            }
            guard let listen = ListenAddress(listen) else {
                throw Complaint.usage("'\(listen)' isn't an address", "127.0.0.1:8087")
            }
            let address = try GatewayAddress(parsing: url ?? "http://\(listen)")
            let home = common.directory
            if home.isInhabited { throw HomeError.alreadyThere(path: home.directory) }
            let gateway = GatewayDirectory(directory)
            let ownPhrase = try Terminal.passphrase(isNew: true, for: Home(directory))
            let authorityPhrase = try Terminal.passphrase(isNew: true, for: home)
            let invitation = try await gateway.begin(
                .init(origin: origin, host: host, listen: listen),
                under: Protection(ownPhrase, cost: common.cost)
            ) { keys in
                try await home.found(
                    origin, as: authority,
                    host: .init(handle: host, key: keys.host.verificationKey),
                    logKey: keys.log.verifierKey, gateway: address,
                    policies: CedarPolicies.standard.digest,
                    under: Protection(authorityPhrase, cost: common.cost))
            }
            common.print([
                "authority": .string(authority.text), "directory": .string(gateway.path),
                "home": .string(home.directory), "invitation": .string(invitation.description),
            ]) { invitation.description }
            if !common.json {
                Terminal.note("serve it: trine gateway serve \(directory)")
                Terminal.note("whoever is to join needs the line above, whole")
            }
        }
    }

    struct Serve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serve a log until told to stop.",
            discussion: """
                SIGTERM and SIGINT stop it once what was begun is done. A kill loses nothing that \
                was acknowledged.

                Example: trine gateway serve ./gateway
                """)

        @Argument(help: "The gateway's directory.") var directory: String
        @Option(help: "Where to listen; what init was told otherwise.") var listen: String?
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let gateway = GatewayDirectory(directory)
            let settings = try gateway.settings()
            guard let address = listen.map({ ListenAddress($0) }) ?? settings.listen else {
                throw Complaint.usage("that isn't an address", "127.0.0.1:8087")
            }
            let keys = try gateway.unlock(
                Protection(
                    try Terminal.passphrase(isNew: false, for: Home(directory)), cost: common.cost))
            var logger = Logger(label: "trine") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = .notice
            let store = try SQLiteStore(opening: gateway.store)
            defer { try? store.close() }
            let service = try await GatewayService(
                store: store, keys: keys, logger: logger, clock: { .now })
            let json = common.json
            try await service.serve(host: address.host, port: address.port, stopOnSignals: true) {
                port in
                let url = "http://\(address.host):\(port)"
                if json {
                    let object: JSON = ["listening": .string(url)]
                    Terminal.print(object.canonicalText)
                } else {
                    Terminal.note("serving \(settings.origin) on \(url)")
                }
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check a gateway's whole store against itself.",
            discussion: """
                Every entry against the tree, the tree against the signed checkpoint, every stored \
                field against what its record commits to, and the derived state against a replay of \
                the log. Nothing is changed and no passphrase is needed; the gateway must not be \
                running.

                Example: trine gateway check ./gateway
                """)

        @Argument(help: "The gateway's directory.") var directory: String
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let gateway = GatewayDirectory(directory)
            _ = try gateway.settings()
            let store = try SQLiteStore(opening: gateway.store)
            defer { try? store.close() }
            let report = try await Inspection(store: store).run { done, all in
                Terminal.progress("\(done) of \(all) entries")
            }
            Terminal.clearProgress()
            common.print(report.json) { report.words }
            if !report.findings.isEmpty { throw ExitCode(Exit.refused.rawValue) }
        }
    }
}

extension InspectionReport {
    var json: JSON {
        [
            "attachments": .number(attachments), "entries": .integer(entries),
            "findings": .array(
                findings.map {
                    ["detail": .string("\($0.fault)"), "place": .string("\($0.place)")]
                }),
            "state_rows": .number(stateRows),
        ]
    }

    var words: String {
        let checked =
            "\(entries) entries, \(attachments) attachments, \(stateRows) pieces of state"
        guard !findings.isEmpty else { return "Checked \(checked): all as it must be." }
        return
            (["Checked \(checked): \(findings.count) wrong."]
            + findings.map { "  \($0.place): \($0.fault)" }).joined(separator: "\n")
    }
}
