import ArgumentParser
import Client
import Custody
import Foundation
import Sharing
import Transparency
import Verification
import Wire

struct VerifyCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify a package, a certificate, a page or a signed file, offline.",
        discussion: """
            It says in words what the file proves, and with --json in members. What is trusted is the \
            home's. Without a home name the log: --genesis with its address or an invitation is \
            enough, and so is a file that a participant wrote with trine trust. No passphrase and no \
            network are needed.

            In a home the checkpoint is compared with the last one that this home has seen: \
            one that isn't of the same history is refused with exit code 5, and both are kept. Where \
            their sizes differ that takes hashes from the gateway; without them, or with --offline, it \
            says that it compared with nothing.

            With --html the verdict is written as a page that prints and carries its evidence. Given \
            such a page, the command verifies what it carries, makes the page again and compares. Of a \
            file with its signature beside it (FILE.signed) the signature is verified.

            With --export a package's parts are written in the formats of others: each record as an \
            SD-JWT VC, each entry's receipt as a tlog-proof, the enterprise's keys as a JWK set. An \
            amount and its commitment that contradict each other prove a fraud: that is said, and \
            with --export written as a file of its own, which this command verifies too.

            With --format its records are printed as a table, of one kind of books; amounts and \
            quantities have their unit in a column of its own. With --tables all are written: a \
            Frictionless Data Package of CSV and JSON Lines with the verdict. In CSV what a spreadsheet \
            would compute with has an apostrophe in front; JSON Lines have every text as it was registered.

            Example: trine verify northbank-2026.trine

            Example: trine verify northbank-2026.trine --format csv > invoices.csv

            Example: trine verify northbank-2026.trine --genesis INVITATION --html northbank-2026.html
            """)

    @Argument(help: "The file: what trine fetch, certificate, audit or verify --html saved.")
    var file: String

    // A pin may begin with a hyphen.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Trust this log instead of the home's: an invitation, the log's address, or what stands \
            behind its #.
            """, valueName: "pin"))
    var genesis: String?

    @Option(help: "With --genesis: trust this policy (tlog-policy), for witnesses.")
    var policy: String?

    @Option(help: "Trust what this file says, which trine trust wrote, instead of the home.")
    var trust: String?

    @Flag(help: "Don't ask the gateway for anything.") var offline = false

    @Option(help: "A folder to make, for the parts in formats that other tools read.")
    var export: String?

    @Option(help: "Print a package's records as a table: csv, jsonl or json.")
    var format: TableFormat?

    @Option(help: "A folder to make, for a package's records as a table with its description.")
    var tables: String?

    @Option(help: ArgumentHelp("A page to write the verdict to.", valueName: "file"))
    var html: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard policy == nil || genesis != nil else {
            throw ValidationError("--policy goes with --genesis")
        }
        guard html == nil || format == nil else {
            throw ValidationError("--format prints a table, and --html writes a page: one of them")
        }
        guard genesis == nil || trust == nil else {
            throw ValidationError("--genesis and --trust both name a log: give one")
        }
    }

    /// What signs a file stands in a file of this ending beside it.
    static let signatureEnding = ".signed"

    func outcome() async throws -> Outcome {
        if let export { try OutputFile.check(export) }
        if let html { try OutputFile.check(html) }
        if let tables { try OutputFile.check(tables) }
        let bytes = try InputFile.bytes(file, limit: Package.maximumBytes)
        let contacts = (try? common.directory.contacts()) ?? Contacts()
        if FileManager.default.fileExists(atPath: file + Self.signatureEnding) {
            let signature = try InputFile.bytes(
                file + Self.signatureEnding, limit: SignedPaper.maximumBytes)
            return try paper(try SignedPaper(parsing: signature), of: bytes, contacts)
        }
        let read = try EvidenceFile.read(bytes)
        let trusted = try trusted(read.evidence.genesis)
        switch read.evidence {
        case .paper(let signature):
            guard file.hasSuffix(Self.signatureEnding) else {
                throw Complaint.usage("this is a signature, and it isn't known of which file")
                    .named("signature-alone").hint("name the file that lies beside it")
            }
            let signed = String(file.dropLast(Self.signatureEnding.count))
            return try paper(
                signature, of: try InputFile.bytes(signed, limit: Package.maximumBytes), contacts)
        case .contradiction(let contradiction):
            let verified = try contradiction.verify(under: trusted)
            let origin = try contradiction.genesis.statement().origin
            return try finish(
                read, ["contradiction": verified.json], verified.lines(naming: contacts.shown),
                verified.page(of: contradiction, log: origin, genesis: trusted.genesis))
        case .certificate(let certificate):
            let verified = try certificate.verify(under: trusted)
            let comparison = try await compared(certificate.checkpoint)
            return try finish(
                read, ["certificate": verified.json, "compared": comparison?.members],
                verified.lines(naming: contacts.shown) + [Self.line(comparison)],
                verified.page(genesis: trusted.genesis))
        case .package(let package):
            return try await outcome(package, read, trusted, contacts)
        }
    }

    private func outcome(
        _ package: Package, _ read: EvidenceFile.Read, _ trusted: Trust, _ contacts: Contacts
    ) async throws -> Outcome {
        let name = ContradictionOutput.fileName
        let verified = try await ContradictionOutput.verified(
            under: trusted, contacts, file: export.map { "\($0)/\(name)" },
            else: "with --export DIR what proves it is written, for others to verify",
            write: { try OutputFile.writeFolder([(name, $0)], to: export ?? "") }
        ) { try package.verify(under: trusted) }
        let comparison = try await compared(verified.checkpoint.note)
        var members: Members = ["compared": comparison?.members, "verdict": verified.verdict.json]
        var exported: [String] = []
        if let export {
            let files = PackageExport(verified).files
            try OutputFile.writeFolder(files.map { ($0.name, $0.bytes) }, to: export)
            members["exported"] = export
            exported = ["Its parts are in \(export), \(files.count) files."]
        }
        if let tables {
            try OutputFile.writeFolder(try PackageTable(verified).files, to: tables)
            members["tables"] = tables
            exported.append("Its records are in \(tables), as a table.")
        }
        if let format {
            let table = try PackageTable(verified)
            let lines = verified.verdict.lines(naming: contacts.shown) + ["Verified."] + exported
            return .file(table.text(format), notes: lines)
        }
        return try finish(
            read, members,
            verified.verdict.lines(naming: contacts.shown) + [Self.line(comparison)],
            verified.page(genesis: trusted.genesis), after: exported)
    }

    /// Compares the page that was given with the one that its evidence makes, and writes the one that is
    /// wanted.
    private func finish(
        _ read: EvidenceFile.Read, _ members: Members, _ lines: [String], _ page: EvidencePage,
        after more: [String] = []
    ) throws -> Outcome {
        var members = members
        var lines = lines + ["Verified."] + more
        members["verified"] = true
        if let shown = read.page {
            guard shown == Array(page.html.utf8) else {
                throw Complaint.refused("the page says something else than what it carries")
                    .named("page-altered")
                    .hint("what it carries verifies: write the true page with --html FILE")
            }
            members["page"] = "as its evidence makes it"
            lines.append("The page is, to the last byte, what its evidence makes.")
        }
        if let html {
            try OutputFile.write(Array(page.html.utf8), to: html)
            members["html"] = html
            lines.append("Written as \(html), to be printed or handed on.")
        }
        return Outcome(members) { [lines] in lines.joined(separator: "\n") }
    }

    private func paper(
        _ signature: SignedPaper, of bytes: [UInt8], _ contacts: Contacts
    ) throws -> Outcome {
        let verified = try signature.verify(bytes, under: try trusted(signature.genesis))
        return Outcome(["paper": verified.json, "verified": true]) {
            (verified.lines(naming: contacts.shown) + ["Verified."]).joined(separator: "\n")
        }
    }

    /// How the checkpoint stands to what the home knows; `nil` where no home is trusted.
    private func compared(_ note: Note) async throws -> CheckpointComparison? {
        guard genesis == nil, trust == nil else { return nil }
        return try await common.directory.compare(note, offline: offline)
    }

    private static func line(_ comparison: CheckpointComparison?) -> String {
        comparison?.line(about: "Its checkpoint")
            ?? "Its checkpoint was compared with nothing: what is trusted is named, and no home's."
    }

    private func trusted(_ founding: LoggedStatement) throws -> Trust {
        if let trust {
            var bytes = try InputFile.bytes(trust, limit: TrustFile.maximumBytes)
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            guard let file = try? TrustFile(parsing: bytes),
                let policy = try? TrustPolicy(parsing: Array(file.policy.utf8))
            else {
                throw Complaint.usage("\(trust) isn't a trust file").named("not-a-trust-file")
                    .hint("a participant of the log writes one: trine trust > FILE")
            }
            return Trust(genesis: file.genesis, policy: policy)
        }
        guard let genesis else {
            do { return try common.directory.trust() } catch {
                guard case .missing(let path) = error else { throw error }
                throw Complaint.home("there is no \(path), so it isn't known which log to trust")
                    .named("trust-missing")
                    .hint(
                        "name the log: --genesis INVITATION, or --trust FILE; or a home: --home DIR"
                    )
            }
        }
        let pin = try pin(genesis)
        guard let policy else { return try Trust(pinned: pin, founding: founding) }
        let text = try InputFile.bytes(policy, limit: TrustFile.maximumBytes)
        guard let parsed = try? TrustPolicy(parsing: text) else {
            throw Complaint.usage("\(policy) isn't a trust policy").named("not-a-trust-policy")
                .hint("it is a C2SP tlog-policy, such as trust.policy in a home")
        }
        return Trust(genesis: pin, policy: parsed)
    }

    /// An invitation pins the log as its address does.
    private func pin(_ text: String) throws -> Digest<Digested.Genesis> {
        if let digest = Digest<Digested.Genesis>(text: text) { return digest }
        if let address = try? LogAddress(parsing: text) { return address.genesis }
        if let invitation = try? Invitation(parsing: text) { return invitation.log.genesis }
        throw ValidationError("'\(text)' is neither an invitation, a log's address nor a digest")
    }
}

struct TrustCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Print what a stranger needs to verify this log's packages offline.",
        discussion: """
            The result is one small file, no secret: the pin of the log's first entry and whose \
            checkpoints count. Whoever gets it from you by a way that it trusts verifies with it: trine \
            verify FILE --trust trine.trust. No passphrase and no network are needed.

            Example: trine trust > trine.trust
            """)

    @OptionGroup var common: CommonOptions

    func outcome() throws -> Outcome {
        let home = common.directory
        let configuration = try home.configuration()
        let trust = try home.trust()
        let file = TrustFile(
            origin: configuration.origin, genesis: trust.genesis,
            policy: String(decoding: trust.policy.file, as: UTF8.self))
        return .file(
            String(decoding: file.bytes, as: UTF8.self) + "\n",
            notes: ["who has it can check what \(configuration.origin) says, and see nothing"])
    }
}
