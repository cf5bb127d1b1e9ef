import ArgumentParser
import Client
import Sharing
import Wire

struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Let somebody read some fields of some records, for one purpose and a time.",
        discussion: """
            With --dry-run nothing is signed: it says which fields of which records would leave, to \
            whom, until when, and what of it anybody could see.

            Example: trine enterprise grant northbank --type invoices --months 2026-01..2026-12 \
            --fields due_date,tax_exclusive_amount --purpose credit-assessment --for 30d --dry-run
            """)

    @Argument(help: "Who: a contact's name, or a handle.") var grantee: String

    @Option(name: .long, help: "Of which books: invoices or bills.") var type: Series?

    @Option(help: "Of which months, also future ones: 2026-01..2026-12.") var months: MonthRange?

    @Option(
        name: .customLong("record"),
        help: "Single records instead: invoices/2026-11#17 or #17..20; may be given several times.")
    var records: [RecordSpan] = []

    @Option(help: "Which fields, with commas between.") var fields: NameList

    @Option(help: "What for.") var purpose: Purpose

    @Option(name: .customLong("for"), help: "For how long: 30d, 12h, 2w, 1y.") var span: Span

    @Option(help: "How often it may be read.") var fetches: Int64 = 100

    @Option(help: "How long what was read may be kept; else as long as the grant stands.")
    var keep: Span?

    @Option(help: "The request that it answers.") var request: String?

    @Flag(help: "Only say what would happen.") var dryRun = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard records.isEmpty != (months == nil) else {
            throw ValidationError("say either --months or --record")
        }
        guard months == nil || type != nil else {
            throw ValidationError("--months needs --type, such as --type invoices")
        }
        guard (1...Limits.fetches).contains(fetches) else {
            throw ValidationError("--fetches is a number from 1 to \(Limits.fetches)")
        }
    }

    func run() async throws {
        let contacts = try common.directory.contacts()
        let to = try Reading.handle(grantee, contacts)
        try await common.session { session in
            let enterprise = try Enterprise(session)
            let plan = try await enterprise.plan(
                GrantWish(
                    to: to, scope: try scope(), fields: fields.names, purpose: purpose,
                    lifetime: span.seconds, fetches: fetches,
                    dataLife: keep?.seconds ?? span.seconds,
                    request: try await answered(enterprise)))
            if dryRun {
                common.print(Self.json(plan)) { Self.words(plan, contacts) }
                return
            }
            let done = try await enterprise.grant(plan)
            common.print(Output.json(done, Self.members(plan))) {
                """
                Granted \(contacts.shown(to)) \(plan.terms.fieldNames.count) \
                field\(plan.terms.fieldNames.count == 1 ? "" : "s") of \
                \(Output.text(plan.terms.scope)) until \(plan.expires).
                grant \(done.statement.jti), entry \(done.index)
                """
            }
        }
    }

    private func scope() throws -> Scope {
        if let months, let type { return .months(type, months.months) }
        let ranges = records.map(\.range).sorted { ($0.book, $0.from) < ($1.book, $1.from) }
        var merged: [RecordRange] = []
        for range in ranges {
            if let last = merged.last, last.book == range.book, range.from <= last.to + 1,
                let joined = RecordRange(
                    book: last.book, from: last.from, to: max(last.to, range.to))
            {
                merged[merged.count - 1] = joined
            } else {
                merged.append(range)
            }
        }
        guard merged.count <= Limits.ranges,
            merged.allSatisfy({ $0.book.series == merged[0].book.series })
        else {
            throw ValidationError(
                "--record takes records of one type, in at most \(Limits.ranges) ranges")
        }
        return .records(merged)
    }

    private func answered(_ enterprise: Enterprise) async throws -> JTI? {
        guard let request else { return nil }
        let known = try await enterprise.requests().map(\.statement.jti)
        guard let jti = try Reading.jti(request, among: known) else {
            throw ClientError.noRequest(request)
        }
        return jti
    }

    private static func words(_ plan: GrantPlan, _ contacts: Contacts) -> String {
        var fields = Table(["FIELD", "TERM", "WHAT IT IS"])
        for name in plan.terms.fieldNames {
            guard let field = plan.type.field(name) else { continue }
            fields.add([name, field.businessTerm ?? "", field.about])
        }
        var books = Table(["BOOK", "RECORDS"], numeric: [1])
        for (book, records) in plan.covered {
            books.add([book.description, "\(records.count)"])
        }
        let future: String =
            if case .months(_, let months) = plan.terms.scope {
                " and whatever is registered in \(months.lowerBound)..\(months.upperBound) later"
            } else { "" }
        let hidden = ["to whom", "which records", "which fields", "how often", "for how long kept"]
        return """
            Nothing was signed. This is what would happen:

            \(contacts.shown(plan.grantee.handle)) could read, until \(plan.expires), \
            up to \(plan.terms.fetches) times, for \(plan.purpose.rawValue), \
            and keep it for \(days(plan.terms.dataLife)):

            \(fields.text)

            of \(plan.recordCount) record\(plan.recordCount == 1 ? "" : "s") now\(future)\
            \(books.isEmpty ? "" : "\n\n" + books.text)

            Anybody could see: that you gave a grant to read, when, for \(plan.purpose.rawValue), \
            from \(plan.notBefore) to \(plan.expires).
            Only you, the grantee, the host and a regulator: \(hidden.joined(separator: ", ")).
            Permitted by: \(plan.permitting.joined(separator: ", ")).
            """
    }

    private static func days(_ seconds: Int64) -> String {
        seconds % 86_400 == 0 ? "\(seconds / 86_400) days" : "\(seconds / 3600) hours"
    }

    private static func members(_ plan: GrantPlan) -> [String: JSON] {
        [
            "exp": .integer(plan.expires.seconds),
            "fetches": .integer(plan.terms.fetches),
            "fields": .array(plan.terms.fieldNames.map { .string($0) }),
            "grantee": .string(plan.grantee.handle.text),
            "nbf": .integer(plan.notBefore.seconds),
            "purpose": .string(plan.purpose.rawValue), "scope": plan.terms.scope.json,
        ]
    }

    private static func json(_ plan: GrantPlan) -> JSON {
        var members = members(plan)
        members["dry_run"] = true
        members["data_life"] = .integer(plan.terms.dataLife)
        members["disclosed"] = .array(plan.fields.map { .string($0) })
        members["public"] = .array(GrantPlan.publicClaims.map { .string($0) })
        members["permitted_by"] = .array(plan.permitting.map { .string($0) })
        members["records"] = .array(
            plan.covered.flatMap(\.records).map { .string($0.name) })
        return .object(members)
    }
}

extension GrantTerms {
    /// The fields that can be read, without commitments.
    var fieldNames: [String] {
        if case .fields(let names) = subject { names } else { [] }
    }
}
