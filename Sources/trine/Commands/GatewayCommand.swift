import ArgumentParser
import Client
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
                throw Complaint(
                    .usage, "'\(origin)' isn't an origin", hint: "such as trine.example/alliance")
            }
            guard let listen = ListenAddress(listen) else {
                throw Complaint(.usage, "'\(listen)' isn't an address", hint: "127.0.0.1:8087")
            }
            let address = try GatewayAddress(parsing: url ?? "http://\(listen)")
            let home = common.directory
            if home.isInhabited { throw HomeError.alreadyThere(path: home.directory) }
            let gateway = GatewayDirectory(directory)
            let ownPhrase = try Terminal.passphrase(isNew: true, for: Home(directory))
            let authorityPhrase = try Terminal.passphrase(isNew: true, for: home)
            let invitation = try await Founder(
                gateway: gateway, home: home, cost: common.cost
            ).found(
                .init(origin: origin, host: host, listen: listen), authority: authority,
                address: address, ownPhrase, authorityPhrase)
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
                throw Complaint(.usage, "that isn't an address", hint: "127.0.0.1:8087")
            }
            let keys = try gateway.unlock(
                Protection(
                    try Terminal.passphrase(isNew: false, for: Home(directory)), cost: common.cost))
            var logger = Logger(label: "trine") { StreamLogHandler.standardError(label: $0) }
            logger.logLevel = .notice
            let store = try SQLiteStore(opening: gateway.store)
            defer { try? store.close() }
            let service = try await GatewayService(
                store: store, keys: try HostKeys(keys, origin: settings.origin), logger: logger,
                clock: { .now })
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

/// Begins a log: the gateway's directory, the authority's home, and entry 0 in the store.
struct Founder {
    let gateway: GatewayDirectory
    let home: Home
    let cost: KeyringCost

    func found(
        _ settings: GatewayDirectory.Settings, authority: Handle, address: GatewayAddress,
        _ ownPhrase: Passphrase, _ authorityPhrase: Passphrase
    ) async throws -> Invitation {
        let keys = try gateway.make(settings, under: Protection(ownPhrase, cost: cost))
        let hostKeys = try HostKeys(keys, origin: settings.origin)
        let (genesis, invitation) = try await home.found(
            settings.origin, as: authority,
            host: .init(handle: settings.host, key: keys.host.verificationKey),
            logKey: hostKeys.log.verifierKey, gateway: address,
            policies: CedarPolicies.standard.digest, under: Protection(authorityPhrase, cost: cost))
        let store = try SQLiteStore(opening: gateway.store)
        defer { try? store.close() }
        try await Founding.begin(with: genesis, in: store, keys: hostKeys)
        return invitation
    }
}

extension HostKeys {
    /// The keys of a gateway's directory, the log's under the log's name.
    init(_ keys: GatewayDirectory.Keys, origin: Origin) throws {
        self.init(
            log: NoteSigner(name: try KeyName(origin.text), key: keys.log), host: keys.host)
    }
}

extension InspectionReport {
    var json: JSON {
        [
            "attachments": .integer(Int64(attachments)), "entries": .integer(entries),
            "findings": .array(
                findings.map {
                    ["detail": .string("\($0.fault)"), "place": .string("\($0.place)")]
                }),
            "state_rows": .integer(Int64(stateRows)),
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
