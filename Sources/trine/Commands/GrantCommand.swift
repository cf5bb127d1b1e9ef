import ArgumentParser
import Client
import Sharing
import Wire

struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Let somebody read some fields, or prove something about amounts.",
        discussion: """
            For one purpose and a time. With --right prove no amount is shown: it proves statements \
            about the records that are there now, such as 'sum(tax_exclusive_amount) >= 100000 EUR', \
            'each(payable_amount) between 0 and 5000 EUR', 'sum(tax_amount) = 19 EUR' or \
            'equal(invoices/2026-01#3.line_total, invoices/2026-02#4.line_total)'. One that isn't true \
            is refused here, and nothing is signed.

            With --request and nothing else it gives what the request asks for. With --dry-run nothing \
            is signed: it says what would leave, to whom, until when, and what anybody could see.

            Example: trine enterprise grant northbank --type invoices --months 2026-01..2026-12 \
            --fields due_date,tax_exclusive_amount --purpose credit-assessment --for 30d --dry-run

            Example: trine enterprise grant northbank --right prove --type invoices \
            --months 2026-01..2026-12 --statement 'sum(tax_exclusive_amount) >= 100000 EUR' \
            --purpose credit-assessment --for 30d --dry-run
            """)

    @Argument(help: "Who: a contact's name, or a handle.") var grantee: String?

    @Option(help: "What they may do: read fields, or prove.") var right: Right = .read

    @Option(name: .long, help: "Of which books: \(Series.words).") var type: Series?

    @Option(help: "Of which months, also future ones: 2026-01..2026-12.") var months: MonthRange?

    @Option(
        name: .customLong("record"),
        help: "Single records instead: invoices/2026-11#17 or #17..20; may be given several times.")
    var records: [RecordSpan] = []

    @Option(help: "Which fields, with commas between.") var fields: NameList?

    @Option(
        name: .customLong("statement"),
        help: "What to prove; may be given several times.")
    var statements: [String] = []

    @Option(
        name: .customLong("scorecard"),
        help: "A scorecard's file, to prove that its threshold is reached.")
    var scorecards: [String] = []

    @Option(help: "What for.") var purpose: Purpose?

    @Option(name: .customLong("for"), help: "For how long: 30d, 12h, 2w, 1y.") var span: Span?

    @Option(help: "How often it may be read.") var fetches: Int64 = 100

    @Option(help: "How long what was read may be kept; else as long as the grant stands.")
    var keep: Span?

    @Option(help: "The request that it answers.") var request: String?

    @Flag(help: "Only say what would happen.") var dryRun = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...Limits.fetches).contains(fetches) else {
            throw ValidationError("--fetches is a number from 1 to \(Limits.fetches)")
        }
        if grantee == nil {
            guard request != nil else { throw ValidationError("name a grantee, or --request ID") }
            guard
                records.isEmpty, months == nil, type == nil, fields == nil, statements.isEmpty,
                scorecards.isEmpty, purpose == nil, span == nil, keep == nil
            else { throw ValidationError("with terms of your own, name the grantee too") }
            return
        }
        guard records.isEmpty != (months == nil) else {
            throw ValidationError("say either --months or --record")
        }
        guard months == nil || type != nil else {
            throw ValidationError("--months needs --type, such as --type invoices")
        }
        guard purpose != nil else { throw ValidationError("say what for: --purpose") }
        guard span != nil else { throw ValidationError("say for how long: --for 30d") }
        try ProofOptions.check(right, fields: fields, statements, scorecards)
    }

    func run() async throws {
        let contacts = try common.directory.contacts()
        try await common.session { session in
            let enterprise = try Enterprise(session)
            let plan = try await enterprise.plan(try await wish(enterprise, contacts))
            for warning in plan.warnings { Terminal.note("careful: \(warning.words)") }
            if dryRun {
                common.print(plan.json) { plan.words(naming: contacts.shown) }
                return
            }
            let done = try await enterprise.grant(plan)
            let grantee = contacts.shown(plan.grantee)
            common.print(done.json(plan.members)) {
                plan.done(to: grantee)
                    + " until \(plan.expires).\ngrant \(done.statement.jti), entry \(done.index)"
            }
        }
    }

    /// What the options say, or what the request asks for.
    private func wish(_ enterprise: Enterprise, _ contacts: Contacts) async throws -> GrantWish {
        let answered = try await answered(enterprise)
        guard let grantee, let purpose, let span else {
            guard let answered else { throw ClientError.noRequest(request ?? "") }
            return try GrantWish(answering: answered, at: enterprise.session.now)
        }
        return GrantWish(
            to: try Reading.handle(grantee, contacts), scope: try scope(),
            fields: fields?.names ?? [],
            statements: right == .prove
                ? try ProofOptions.statements(statements, scorecards) : nil,
            purpose: purpose, lifetime: span.seconds, fetches: fetches,
            dataLife: keep?.seconds ?? span.seconds, request: answered?.jti)
    }

    private func scope() throws -> Scope {
        if let months, let type { return .months(type, months.months) }
        let merged = records.map(\.range).merged
        guard merged.count <= Limits.ranges,
            merged.allSatisfy({ $0.book.series == merged[0].book.series })
        else {
            throw ValidationError(
                "--record takes records of one type, in at most \(Limits.ranges) ranges")
        }
        return .records(merged)
    }

    private func answered(_ enterprise: Enterprise) async throws -> KnownRequest? {
        guard let request else { return nil }
        let known = try await enterprise.requests()
        guard let jti = try Reading.jti(request, among: known.map(\.jti)),
            let found = known.first(where: { $0.jti == jti })
        else { throw ClientError.noRequest(request) }
        return found
    }
}
