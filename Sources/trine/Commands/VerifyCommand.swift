import ArgumentParser
import Client
import Custody
import Foundation
import Transparency
import Verification
import Wire

struct VerifyCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify a package, offline.",
        discussion: """
            What is trusted is the home's: the genesis that its log's address pinned, and its trust \
            policy. Without a home, name both. No passphrase and no network are needed.

            In a home the package's checkpoint is compared with the last one that this home has seen: \
            one that isn't of the same history is refused with exit code 5, and both are kept. Where \
            their sizes differ that takes hashes from the gateway; without them, or with --offline, it \
            says that it compared with nothing.

            With --export its parts are written in the formats of others: each record as an SD-JWT VC, \
            each entry's receipt as a tlog-proof, the enterprise's keys as a JWK set.

            An amount and its commitment that contradict each other prove a fraud. That is said, and \
            with --export written as a file of its own, which this command verifies too.

            Example: trine verify northbank-2026.trine
            """)

    @Argument(help: "The package, as trine lender fetch -o saved it, or a contradiction.") var file:
        String

    @Option(
        help: ArgumentHelp(
            "Trust this log instead of the home's: its address, or what stands behind its #.",
            valueName: "pin"))
    var genesis: String?

    @Option(help: "Trust this policy (tlog-policy) instead of the home's.") var policy: String?

    @Flag(help: "Don't ask the gateway for anything.") var offline = false

    @Option(help: "A folder to make, for the parts in formats that other tools read.")
    var export: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (genesis == nil) == (policy == nil) else {
            throw ValidationError("--genesis and --policy go together")
        }
    }

    func outcome() async throws -> Outcome {
        if let export { try OutputFile.check(export) }
        let trust = try trust()
        let bytes = try InputFile.bytes(file, limit: Package.maximumBytes)
        let contacts = (try? common.directory.contacts()) ?? Contacts()
        if ContradictionOutput.isOne(bytes) {
            return try ContradictionOutput.outcome(bytes, under: trust, contacts)
        }
        let name = ContradictionOutput.fileName
        let verified = try await ContradictionOutput.verified(
            under: trust, contacts, file: export.map { "\($0)/\(name)" },
            else: "with --export DIR what proves it is written, for others to verify",
            write: { try OutputFile.writeFolder([(name, $0)], to: export ?? "") }
        ) { try Package(parsing: bytes).verify(under: trust) }
        let comparison = try await compared(verified.checkpoint.note)
        var members: Members = [
            "compared": comparison?.members, "verdict": verified.verdict.json, "verified": true,
        ]
        var lines = verified.verdict.lines(naming: contacts.shown)
        lines.append(comparison?.line(about: "Its checkpoint") ?? Self.comparedWithNothing)
        lines.append("Verified.")
        if let export {
            let files = PackageExport(verified).files
            try OutputFile.writeFolder(files.map { ($0.name, $0.bytes) }, to: export)
            members["exported"] = export
            lines.append("Its parts are in \(export), \(files.count) files.")
        }
        return Outcome(members) { [lines] in lines.joined(separator: "\n") }
    }

    /// How the checkpoint stands to what the home knows; `nil` where no home is trusted.
    private func compared(_ note: Note) async throws -> CheckpointComparison? {
        guard genesis == nil else { return nil }
        return try await common.directory.compare(note, offline: offline)
    }

    private static let comparedWithNothing =
        "Its checkpoint was compared with nothing: what is trusted is named, and no home's."

    private func trust() throws -> Trust {
        guard let genesis, let policy else {
            do { return try common.directory.trust() } catch {
                guard case .missing(let path) = error else { throw error }
                throw Complaint.home("there is no \(path), so it isn't known which log to trust")
                    .hint("name the log: --genesis ADDRESS --policy FILE; or a home: --home DIR")
            }
        }
        guard
            let digest = try? Digest<Digested.Genesis>(text: genesis)
                ?? LogAddress(parsing: genesis).genesis
        else { throw ValidationError("'\(genesis)' is neither a log's address nor a digest") }
        guard let text = FileManager.default.contents(atPath: policy),
            let parsed = try? TrustPolicy(parsing: text)
        else { throw Complaint.home("\(policy) isn't a trust policy") }
        return Trust(genesis: digest, policy: parsed)
    }
}
