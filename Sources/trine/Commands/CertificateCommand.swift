import ArgumentParser
import Client
import Sharing
import Verification
import Wire

struct CertificateCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificate",
        abstract: "Write the evidence that a record or a book of yours is registered.",
        discussion: """
            For a court, an auditor, a buyer of your firm: it needs no grant, verifies offline (trine \
            verify), and shows only the fields that you name. Of a closed book it shows that nothing is \
            left out. Whoever has the file has these fields for good, and the log knows nothing of it; \
            for a purpose and a time there are grants. With --html it is a page that prints and carries \
            the evidence.

            Example: trine enterprise certificate 'invoices/2026-11#17' --fields number,payable_amount \
            -o 17.certificate

            Example: trine enterprise certificate invoices/2026-11 --html november.html
            """)

    @Argument(help: "The record, invoices/2026-11#17, or the book, invoices/2026-11.")
    var name: String
    @Option(help: "The fields to show, with commas between; none where left out.")
    var fields: NameList<FieldName>?
    @Option(
        name: .shortAndLong, help: "The file to write; it must not be there yet.",
        completion: .file())
    var output: String?
    @Option(help: ArgumentHelp("A page to write it as.", valueName: "file"), completion: .file())
    var html: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard output != nil || html != nil else {
            throw ValidationError("say where to write it: -o FILE or --html FILE")
        }
        guard RecordNumber(name) != nil || BookName(name) != nil else {
            throw ValidationError("'\(name)' is neither a record nor a book: invoices/2026-11#17")
        }
    }

    func prepare() throws {
        try output.map(OutputFile.check)
        try html.map(OutputFile.check)
    }

    func outcome(in session: Session) async throws -> Outcome {
        let enterprise = try Enterprise(session)
        let names = fields?.names ?? []
        let verified: VerifiedCertificate
        if let record = RecordNumber(name) {
            verified = try await enterprise.certificate(of: record, showing: names)
        } else if let book = BookName(name) {
            verified = try await enterprise.certificate(of: book, showing: names)
        } else {
            throw ClientError.noSuchRecord(name)
        }
        if let output { try OutputFile.write(verified.certificate.bytes, to: output) }
        if let html {
            let page = verified.page(genesis: session.trust.genesis)
            try OutputFile.write(Array(page.html.utf8), to: html)
        }
        let saved = [output, html].compactMap(\.self)
        return Outcome(["certificate": verified.json, "saved": saved]) {
            (verified.lines() + ["Saved as \(saved.joined(separator: " and "))."])
                .joined(separator: "\n")
        }
    }
}

struct DeletedCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "deleted",
        abstract: "State that you have deleted what you read under a grant.",
        discussion: """
            Where the grant stands it is given back with this reason, and your call stays in the log. \
            Where it is over the statement is a file, signed with your key (its signature is written beside \
            it), to be handed to the enterprise: trine verify FILE. It proves that you said so.

            Example: trine lender deleted GRANT -o deleted-bearings.txt
            """)

    @Argument(help: "The grant; its first characters are enough.") var grant: String
    @Option(
        name: .shortAndLong, help: "The file to write, where the grant is over.",
        completion: .file())
    var output: String?
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func prepare() throws {
        try consent.check()
        guard let output else { return }
        try OutputFile.check(output)
        try OutputFile.check(output + VerifyCommand.signatureEnding)
    }

    func outcome(in session: Session) async throws -> Outcome {
        let lender = try Lender(session)
        let grants = try await lender.grants()
        let jti = try KnownGrant.named(grant, among: grants)
        guard let known = grants.first(where: { $0.jti == jti }) else {
            throw ClientError.noGrant(jti.text)
        }
        let names = try await session.names()
        let lines = [
            "You would state that you, and whoever you gave it to, keep nothing of what you read:",
            "\(counted(known.accesses, "time")), \(known.terms.subject.words) of "
                + "\(known.terms.scope.words) of \(names.shown(known.issuer)).",
        ]
        let plan = Consequences(lines: lines, members: ["grant": jti])
        return try await consent.carryOut(plan) {
            if known.isLive(at: session.now) {
                return .signed(
                    try await lender.giveBack(jti, .retentionEnded),
                    ["grant": jti, "reason": Reason.retentionEnded],
                    words: "Gave back \(jti), stating that what was read is deleted")
            }
            return try await written(known, session)
        }
    }

    private func written(_ grant: KnownGrant, _ session: Session) async throws -> Outcome {
        let file = output ?? OutputFile.free("deleted-\(grant.jti.text.prefix(8))", "txt")
        let text = """
            \(session.handle) states that on \(session.now) it had deleted what it read under the grant \
            \(grant.jti) of \(grant.issuer), and keeps no copy of it.
            Log: \(session.configuration.origin), \(session.trust.genesis)

            """
        let paper = try await session.signed(
            Array(text.utf8), about: "deletion of what was read under grant \(grant.jti)")
        try OutputFile.write(Array(text.utf8), to: file)
        try OutputFile.write(paper.bytes, to: file + VerifyCommand.signatureEnding)
        return Outcome(["grant": grant.jti, "saved": file]) {
            "Signed and saved as \(file): hand it on with \(file)\(VerifyCommand.signatureEnding)."
        }
    }
}
