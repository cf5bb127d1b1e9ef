import ArgumentParser
import Client
import Sharing
import Verification
import Wire

struct LenderCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lender",
        abstract: "Read what was granted to you, and ask for grants.",
        discussion: "Example: trine lender grants",
        subcommands: [Grants.self, FetchCommand.self, Request.self, Requests.self, GiveBack.self])

    struct Grants: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the grants you got.", discussion: "Example: trine lender grants --json")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let contacts = try common.directory.contacts()
            try await common.session { session in
                let now = session.now
                common.list(
                    "grants", try await Lender(session).grants(), none: "No grants.",
                    ["GRANT", "FROM", "WHAT", "FIELDS", "PURPOSE", "UNTIL", "READ", "STATE"],
                    json: { $0.json(at: now) }
                ) {
                    [
                        $0.jti.text, contacts.shown($0.issuer), $0.terms.scope.words,
                        $0.terms.subject.words, $0.claims.purpose.rawValue,
                        $0.claims.expires.date.description,
                        "\($0.accesses)/\($0.terms.fetches)", $0.state(at: now),
                    ]
                }
            }
        }
    }

    struct Requests: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what you asked for.", discussion: "Example: trine lender requests")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let contacts = try common.directory.contacts()
            let requests = try await common.session { try await Lender($0).requests() }
            common.print(["requests": .array(requests.map { RequestOutput.json($0) })]) {
                RequestOutput.words(requests) { contacts.shown($0.terms.to) }
            }
        }
    }

    struct Request: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask an enterprise for a grant.",
            discussion: """
                Anybody can see that you asked, and for which purpose; whom and for what, only the \
                enterprise, the host and a regulator. With --right prove you ask to have statements \
                proven about amounts that you aren't shown.

                Example: trine lender request e-7k2m9q4x --type invoices --months 2026-01..2026-12 \
                --fields due_date,tax_exclusive_amount --purpose credit-assessment --for 30d

                Example: trine lender request e-7k2m9q4x --right prove --type \
                invoices --months 2026-01..2026-12 --statement 'sum(tax_exclusive_amount) >= \
                100000 EUR' --purpose credit-assessment --for 30d
                """)

        @Argument(help: "Whom: a contact's name, or a handle.") var enterprise: String
        @Option(help: "Of which books: \(Series.words).") var type: Series
        @Option(help: "Of which months: 2026-01..2026-12.") var months: MonthRange
        @Option(help: "What you want to do: read fields, or have something proven.")
        var right: Right = .read
        @Option(help: "Which fields, with commas between.") var fields: NameList?
        @Option(
            name: .customLong("statement"),
            help: "What is to be proven; may be given several times.")
        var statements: [String] = []
        @Option(
            name: .customLong("scorecard"),
            help: "A scorecard's file, whose threshold is to be reached.")
        var scorecards: [String] = []
        @Option(help: "What for.") var purpose: Purpose
        @Option(name: .customLong("for"), help: "For how long: 30d, 12h, 2w, 1y.") var span: Span
        @Option(help: "How often to read.") var fetches: Int64 = 100
        @Option(help: "How long to keep what was read; else as long as the grant stands.")
        var keep: Span?
        @OptionGroup var common: CommonOptions

        func validate() throws {
            try ProofOptions.check(right, fields: fields, statements, scorecards)
        }

        func run() async throws {
            let contacts = try common.directory.contacts()
            let to = try Reading.handle(enterprise, contacts)
            let subject: GrantSubject =
                switch right {
                case .read: .fields(Set(fields?.names ?? []).sorted())
                case .prove:
                    .statements(
                        try ProofOptions.statements(statements, scorecards).map(\.description))
                }
            let done = try await common.session { session in
                try await Lender(session).request(
                    RequestTerms(
                        to: to, right: right, scope: .months(type, months.months),
                        subject: subject, notBefore: session.now,
                        expires: session.now.advanced(by: span.seconds), fetches: fetches,
                        dataLife: keep?.seconds ?? span.seconds),
                    purpose: purpose)
            }
            common.print(done.json(["to": .string(to.text)])) {
                "Asked \(contacts.shown(to)).\nrequest \(done.statement.jti), entry \(done.index)"
            }
        }
    }

    struct GiveBack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a grant back that you don't need any more.",
            discussion: "Example: trine lender give-back GRANT")

        @Argument(help: "The grant; its first characters are enough.") var grant: String
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let (jti, done) = try await common.session { session in
                let lender = try Lender(session)
                let jti = try Reading.grant(grant, among: try await lender.grants())
                return (jti, try await lender.giveBack(jti))
            }
            common.print(done.json(["grant": .string(jti.text)])) {
                "Gave back \(jti), entry \(done.index)."
            }
        }
    }
}

struct FetchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Read what a grant lets you read.",
        discussion: """
            The access is entered in the log and charged to the grant. Everything is verified \
            before anything is shown or saved. With -o the package is saved, which verifies offline \
            (trine verify); with --format the values are written instead, to FILE or as the result.

            Example: trine lender fetch GRANT -o northbank-2026.trine
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case json, csv
    }

    @Argument(help: "The grant; its first characters are enough.") var grant: String

    @Option(name: .shortAndLong, help: "The file to write; it must not be there yet.")
    var output: String?

    @Option(help: "Write the values instead of the package.") var format: Format?

    @Option(help: "Only these of the granted fields, with commas between.") var fields: NameList?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        if let output { try OutputFile.check(output) }
        let contacts = try common.directory.contacts()
        let package = try await common.session { session in
            let lender = try Lender(session)
            let jti = try Reading.grant(grant, among: try await lender.grants())
            do { return try await lender.fetch(jti, fields: fields?.names) } catch {
                guard case ClientError.package(let refusal) = error,
                    case .contradiction(let proof) = refusal.reason
                else { throw error }
                throw try ContradictionOutput.complaint(
                    about: proof, under: session.trust, contacts, file: output,
                    else: "fetch again with -o FILE to keep what proves it"
                ) { try OutputFile.write(proof.bytes, to: $0) }
            }
        }
        guard format == nil || package.proven == nil else {
            throw Complaint.usage(
                "a grant to prove has no values to write", "leave --format out")
        }
        let content: [UInt8]? =
            switch format {
            case nil: output == nil ? nil : package.package.bytes
            case .csv: Array(RecordOutput.csv(package.records, fields: package.verdict.fields).utf8)
            case .json:
                RecordOutput.json(package.records).canonicalBytes + [UInt8(ascii: "\n")]
            }
        if let content, let output { try OutputFile.write(content, to: output) }
        if let content, output == nil {
            Terminal.printBytes(content)
            for line in Self.summary(package.verdict, contacts) { Terminal.note(line) }
            return
        }
        common.print(Self.json(package, output)) { Self.words(package, contacts, output) }
        if output == nil { Terminal.note("nothing was saved; -o FILE keeps the package") }
    }

    /// The verdict's first and last sentence, and how complete it is.
    private static func summary(_ verdict: Verdict, _ contacts: Contacts) -> [String] {
        let lines = verdict.lines(naming: contacts.shown)
        let incomplete = verdict.books.filter { !$0.isComplete }.map(\.book.description)
        let completeness =
            incomplete.isEmpty
            ? (verdict.books.count == 1
                ? "The book is complete as far as it has got."
                : "All \(verdict.books.count) books are complete as far as they have got.")
            : "Not complete: \(incomplete.joined(separator: ", "))."
        return [lines[0], completeness, lines[lines.count - 1]]
    }

    private static func json(_ package: VerifiedPackage, _ output: String?) -> JSON {
        var members: [String: JSON] = [
            "verdict": package.verdict.json, "verified": true,
            "saved": .text(output),
        ]
        if output == nil, package.proven == nil {
            members["records"] = RecordOutput.json(package.records)
        }
        return .object(members)
    }

    private static func words(
        _ package: VerifiedPackage, _ contacts: Contacts, _ output: String?
    ) -> String {
        let verdict = package.verdict.lines(naming: contacts.shown).joined(separator: "\n")
        if let output { return "\(verdict)\nSaved as \(output)." }
        guard package.proven == nil else { return verdict }
        let fields = package.verdict.fields
        var table = Table(["RECORD"] + fields.map(\.text))
        for record in package.records {
            guard let opened = record.fields else { continue }
            table.add([record.name] + fields.map { opened.values[$0]?.words ?? "" })
        }
        return table.isEmpty ? verdict : "\(table.text)\n\n\(verdict)"
    }
}
