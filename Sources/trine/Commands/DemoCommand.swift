import ArgumentParser
import Custody
import Demo
import Foundation
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
            throw Complaint.usage("there is a \(directory) already", "name another")
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
