import ArgumentParser
import Client
import Sharing
import Wire

struct GrantCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "give",
        abstract: "Let somebody read some fields, or prove something about values.",
        discussion: """
            For one purpose and a time. With --right prove no value is shown: it proves statements \
            about the records that are there now, such as 'sum(tax_exclusive_amount) >= 100000 EUR', \
            'each(payable_amount) <= 5000 EUR', 'sum(tax_amount) = 19 EUR' or \
            'equal(invoices/2026-01#3.line_total, invoices/2026-02#4.line_total)'. One that isn't true \
            is refused here, and nothing is signed.

            With --balances it proves of the bank's statements that their entries lead from the opening \
            balance to the closing one, all of them; with --settled that invoices were paid, by the \
            matching of trine enterprise reconcile. Which records belong together is listed in the \
            proof; what fits nothing is left out, and --dry-run says why. More of this kind: \
            --books orders/2026-01..2026-03 --books deliveries/2026-01..2026-04 \
            --statement 'linked(fulfils) days <= 30'.

            With --request and nothing else it gives what the request asks for. With --bundle NAME the \
            fields are those that it stands for (trine bundles). With --dry-run nothing is signed: it says what would leave, to whom, until when, and what anybody could see.

            Example: trine enterprise grant northbank --type invoices --months 2026-01..2026-12 \
            --fields due_date,tax_exclusive_amount --purpose credit-assessment --for 30d --dry-run

            Example: trine enterprise grant northbank --right prove --type invoices \
            --months 2026-01..2026-12 --statement 'sum(tax_exclusive_amount) >= 100000 EUR' \
            --purpose credit-assessment --for 30d --dry-run

            Example: trine enterprise grant northbank --balances 2026-01..2026-03 \
            --settled 2026-01..2026-03 --days 60 --purpose credit-assessment --for 30d --dry-run
            """)

    @Argument(help: "Who: a contact's name, or a handle.") var grantee: String?

    @Option(
        name: .customLong("record"),
        help: "Single records instead: invoices/2026-11#17 or #17..20; may be given several times.")
    var records: [RecordSpan] = []

    @OptionGroup var terms: TermsOptions

    @Option(help: "The request that it answers.") var request: String?

    @Flag(help: "Answer a request that was answered before.") var again = false

    @Flag(help: "Only say what would happen.") var dryRun = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if grantee == nil {
            guard request != nil else { throw ValidationError("name a grantee, or --request ID") }
            guard records.isEmpty, terms.isEmpty else {
                throw ValidationError("with terms of your own, name the grantee too")
            }
            return
        }
        _ = try scope()
        try terms.complete()
    }

    func outcome(in session: Session) async throws -> Outcome {
        let contacts = try await session.names()
        let enterprise = try Enterprise(session)
        let plan = try await enterprise.plan(try await wish(enterprise))
        let warnings =
            plan.warnings.map { "careful: \($0.words)" }
            + plan.recipient.notes(on: plan.grantee, called: contacts.shown(plan.grantee))
        if dryRun {
            return Outcome(plan.foreseen) { plan.words(naming: contacts.shown) }.noting(warnings)
        }
        let done = try await enterprise.grant(plan)
        return .registered(done, plan.members) {
            "\(plan.done(to: contacts.shown(plan.grantee))) until "
                + "\(LocalTime.minute(plan.expires)).\n"
                + "grant \(done.statement.jti), entry \(done.index)"
        }.noting(warnings)
    }

    /// What the options say, or what the request asks for.
    private func wish(_ enterprise: Enterprise) async throws -> GrantWish {
        let answered = try await answered(enterprise)
        guard let grantee else {
            guard let answered else { throw ClientError.noRequest(request ?? "") }
            return try GrantWish(answering: answered, at: enterprise.session.now)
        }
        let ends = try terms.complete()
        let recipient = try await enterprise.session.named(grantee)
        return GrantWish(
            to: recipient, scope: try scope(),
            fields: try terms.fieldNames(in: enterprise.session),
            statements: try terms.proofStatements(),
            purpose: ends.purpose, lifetime: ends.lifetime, fetches: terms.fetches,
            dataLife: ends.dataLife, request: answered?.jti)
    }

    private func scope() throws -> Scope {
        let listed = records.map(\.range) + terms.bookRanges
        if let scope = try Scope.listed(listed, instead: terms.books) { return scope }
        throw ValidationError("say either --months or --record")
    }

    private func answered(_ enterprise: Enterprise) async throws -> KnownRequest? {
        guard let request else { return nil }
        let known = try await enterprise.requests()
        let jti = try JTI.named(request, among: known.map(\.jti))
        guard let found = known.first(where: { $0.jti == jti }) else {
            throw ClientError.noRequest(request)
        }
        if case .answered(let grant) = try await enterprise.session.standing(of: found), !again {
            throw ClientError.requestAnswered(found.jti, by: grant)
        }
        return found
    }
}
