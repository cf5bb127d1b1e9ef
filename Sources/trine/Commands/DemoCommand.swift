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

    @OptionGroup var printing: PrintingOptions
    @Option(
        help: "Work in this directory, which must not exist, and keep it.", completion: .directory)
    var keep: String?

    func run() async throws {
        let directory = keep ?? NSTemporaryDirectory() + "/trine-demo-\(UUID().uuidString)"
        guard !FileManager.default.fileExists(atPath: directory) else {
            throw Complaint.usage("there is a \(directory) already").hint("name another")
        }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { if keep == nil { try? FileManager.default.removeItem(atPath: directory) } }
        var random = SystemRandomNumberGenerator()
        let secret = Array(Base64URL.encode(RandomBytes.make(24, using: &random)).utf8)
        guard let passphrase = Passphrase(secret) else {
            preconditionFailure("a random passphrase is one")
        }
        // A demo's keyrings are gone in a minute: they needn't cost an attacker much.
        var environment = ["TRINE_TEST_ARGON2_MIB": "8"]
        if keep != nil {
            environment = ProcessInfo.processInfo.environment
            try OutputFile.write(secret, to: directory + "/passphrase")
        }
        let tells = !printing.json
        let story = DemoStory(
            in: directory, under: Protection(passphrase, cost: .named(in: environment))
        ) { line in if tells { Terminal.write(line + "\n") } }
        let result = try await story.run()
        if printing.json { Terminal.write(result.json.shownText + "\n") }
        if !result.isAsPromised { throw ExitCode(Exit.refused.rawValue) }
    }
}
