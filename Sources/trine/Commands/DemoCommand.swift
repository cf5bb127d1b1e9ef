import ArgumentParser
import Client
import Foundation
import GRDB
import Gateway
import Logging
import Sharing
import Storage
import Wire

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See the whole story on sample documents.",
        discussion: """
            Two years of a small manufacturer's invoices and bills are sealed, granted, fetched, \
            revoked, audited and tampered with, on a gateway of its own on this machine. Everything \
            is made in a temporary directory and removed afterwards.

            Example: trine demo
            """)

    @Flag(help: "Print the result as one JSON object.") var json = false
    @Option(help: "Work in this directory, which must not exist, and keep it.") var keep: String?

    func run() async throws {
        let directory = keep ?? NSTemporaryDirectory() + "/trine-demo-\(UUID().uuidString)"
        guard !FileManager.default.fileExists(atPath: directory) else {
            throw Complaint(.usage, "there is a \(directory) already", hint: "name another")
        }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { if keep == nil { try? FileManager.default.removeItem(atPath: directory) } }
        var random = SystemRandomNumberGenerator()
        let secret = RandomBytes.make(24, using: &random)
        guard let passphrase = Passphrase(Array(Base64URL.encode(secret).utf8)) else {
            preconditionFailure("a random passphrase is one")
        }
        // The demo's keyrings are gone in a minute: they needn't cost an attacker much.
        let cost =
            keep == nil
            ? KeyringCost.named(in: ["TRINE_TEST_ARGON2_MIB": "8"])
            : KeyringCost.named(in: ProcessInfo.processInfo.environment)
        let protection = Protection(passphrase, cost: cost)
        if keep != nil {
            try OutputFile.write(
                Array(Base64URL.encode(secret).utf8), to: directory + "/passphrase")
        }
        let quiet = json
        let story = DemoStory(
            in: directory,
            gateway: LocalGateway(directory: directory + "/gateway", cost: cost, passphrase),
            under: protection
        ) { line in if !quiet { Terminal.print(line) } }
        let result = try await story.run()
        if json { Terminal.print(result.json.canonicalText) }
        guard result.isAsPromised else { throw ExitCode(Exit.refused.rawValue) }
    }
}

/// A gateway in this process, on a port of 127.0.0.1 that was free.
actor LocalGateway: DemoGateway {
    private let directory: GatewayDirectory
    private let cost: KeyringCost
    private let passphrase: Passphrase
    private var serving: (store: SQLiteStore, task: Task<Void, any Error>)?

    init(directory: String, cost: KeyringCost, _ passphrase: Passphrase) {
        (self.directory, self.cost) = (GatewayDirectory(directory), cost)
        self.passphrase = passphrase
    }

    func begin(authority home: Home, under protection: Protection) async throws -> Invitation {
        guard let origin = Origin("trine.example/alliance"), let host = Handle("host"),
            let authority = Handle("authority"),
            let listen = ListenAddress("127.0.0.1:\(try LoopbackPort.free())")
        else { preconditionFailure("these are well-formed") }
        let invitation = try await Founder(gateway: directory, home: home, cost: cost).found(
            .init(origin: origin, host: host, listen: listen), authority: authority,
            address: try GatewayAddress(parsing: "http://\(listen)"), passphrase, passphrase)
        try await serve(origin, listen)
        return invitation
    }

    private func serve(_ origin: Origin, _ listen: ListenAddress) async throws {
        let keys = try directory.unlock(Protection(passphrase, cost: cost))
        let store = try SQLiteStore(opening: directory.store)
        var logger = Logger(label: "trine") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let service = try await GatewayService(
            store: store, keys: try HostKeys(keys, origin: origin), logger: logger,
            clock: { .now })
        let (listening, ready) = AsyncStream<Void>.makeStream()
        let task = Task {
            defer { ready.finish() }
            try await service.serve(host: listen.host, port: listen.port, stopOnSignals: false) {
                _ in ready.yield()
            }
        }
        serving = (store, task)
        for await _ in listening { return }
        // It ended before it listened: this throws why.
        try await task.value
    }

    func stop() async throws {
        guard let serving else { return }
        serving.task.cancel()
        _ = await serving.task.result
        try serving.store.close()
        self.serving = nil
    }

    // MARK: Tampering

    func tamper() async throws -> [(changed: String, found: String?)] {
        var results: [(changed: String, found: String?)] = []
        for change in Change.allCases {
            let copy = directory.path + "-\(change)"
            try FileManager.default.copyItem(atPath: directory.store, toPath: copy)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            try change.apply(to: copy + "/ledger.sqlite")
            results.append((change.words, try await firstFinding(in: copy)))
        }
        return results
    }

    private func firstFinding(in directory: String) async throws -> String? {
        let store: SQLiteStore
        do { store = try SQLiteStore(opening: directory) } catch {
            if case .corrupt(let place, _) = error { return "\(place)" }
            throw error
        }
        defer { try? store.close() }
        return try await Inspection(store: store).run().findings.first.map { "\($0.place)" }
    }

    private enum Change: CaseIterable {
        case entry, field, state

        var words: String {
            switch self {
            case .entry: "an entry"
            case .field: "a stored field"
            case .state: "the derived state"
            }
        }

        /// Changes one byte in the middle of one row, as somebody with the disk could.
        func apply(to path: String) throws {
            let (table, column, row) =
                switch self {
                case .entry:
                    (
                        "entries", "leaf",
                        "SELECT entry FROM entries WHERE kind = 'record' LIMIT 1 OFFSET 7"
                    )
                case .field:
                    (
                        "attachments", "row",
                        "SELECT place FROM attachments ORDER BY length(row) DESC LIMIT 1"
                    )
                case .state:
                    ("state", "value", "SELECT rowid FROM state WHERE key LIKE 'book/%' LIMIT 1")
                }
            let queue = try DatabaseQueue(path: path)
            try queue.write { database in
                guard let id = try Int64.fetchOne(database, sql: row),
                    var bytes = try Data.fetchOne(
                        database, sql: "SELECT \(column) FROM \(table) WHERE rowid = ?",
                        arguments: [id])
                else { throw Complaint(.refused, "the store has no \(table)") }
                let middle = bytes.startIndex + bytes.count / 2
                bytes[middle] ^= 0x01
                try database.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE rowid = ?",
                    arguments: [bytes, id])
            }
            try queue.close()
        }
    }
}
