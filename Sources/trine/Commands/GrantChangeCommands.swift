import ArgumentParser
import Client
import Sharing
import Wire

/// What an enterprise does with grants: `give` where nothing else is said.
struct GrantGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give, renew, extend and narrow grants; decline requests.",
        discussion: """
            Without one of these words it gives a grant: the same as grant give, whose help has all \
            options. Nothing that was granted changes: a grant that is to be another one gets a \
            successor, and is taken back once that stands.

            Example: trine enterprise grant northbank --type invoices --months 2026-01..2026-12 \
            --fields due_date,tax_exclusive_amount --purpose credit-assessment --for 30d --dry-run

            Example: trine enterprise grant --request REQUEST

            Example: trine enterprise grant extend GRANT --for 90d
            """,
        subcommands: [
            GrantCommand.self, RenewCommand.self, ExtendCommand.self, NarrowCommand.self,
            DeclineCommand.self,
        ], defaultSubcommand: GrantCommand.self)
}

/// A command that gives a grant in the place of another one.
protocol SuccessorCommand: HomeCommand {
    var grant: String { get }
    var consent: ConsentOptions { get }

    func change(
        _ old: KnownGrant, by enterprise: Enterprise
    ) async throws -> GrantChange
}

extension SuccessorCommand {
    func prepare() throws { try consent.check() }

    func outcome(in session: Session) async throws -> Outcome {
        let enterprise = try Enterprise(session)
        let names = try await session.names()
        let jti = try KnownGrant.named(grant, among: try await enterprise.grants())
        let old = try await enterprise.given(jti)
        let change = try await change(old, by: enterprise)
        let plan = try await enterprise.plan(try enterprise.wish(old, changed: change))
        let notes = plan.recipient.notes(on: plan.grantee, called: names.shown(plan.grantee))
        let consequences = Consequences(
            lines: plan.differences(from: old, naming: names.shown),
            members: plan.foreseen.merging(["replaces": jti]) { $1 })
        return try await consent.carryOut(consequences) {
            let renewal = try await enterprise.replace(old, by: plan)
            let done = renewal.grant
            let members: Members = ["replaces": jti, "revoked": renewal.revocation?.index]
            let revoked =
                renewal.revocation.map { "Revoked \(jti), entry \($0.index)." }
                ?? "\(jti) was over already."
            return .registered(done, plan.members.merging(members) { $1 }) {
                "\(plan.done(to: names.shown(plan.grantee))) until "
                    + "\(LocalTime.minute(plan.expires)).\n"
                    + "grant \(done.statement.jti), entry \(done.index)\n\(revoked)"
            }.noting(renewal.rekeyed.compactMap { $0.warning(names) })
        }.noting(notes)
    }
}

struct RenewCommand: SuccessorCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Give a grant again, from now on, under the same terms.",
        discussion: """
            For as long as it was given for, or for --for. Its uses begin to be counted again. It \
            can be over already; where it stands it is taken back once the new one does.

            Example: trine enterprise grant renew GRANT --for 30d
            """)

    @Argument(help: "The grant; its first characters are enough.") var grant: String
    @Option(name: .customLong("for"), help: "For how long: 30d, 12h, 2w, 1y.") var span: Span?
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func change(_ old: KnownGrant, by enterprise: Enterprise) async throws -> GrantChange {
        GrantChange(lifetime: span?.seconds)
    }
}

struct ExtendCommand: SuccessorCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Let a grant that stands go on for longer.",
        discussion: """
            A new grant with the same terms ends by so much later than this one, which is taken back \
            once the new one stands. How often it may still be read stays as it is.

            Example: trine enterprise grant extend GRANT --for 90d
            """)

    @Argument(help: "The grant; its first characters are enough.") var grant: String
    @Option(name: .customLong("for"), help: "By how much longer: 30d, 12h, 2w, 1y.") var span: Span
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func change(_ old: KnownGrant, by enterprise: Enterprise) async throws -> GrantChange {
        GrantChange(
            lifetime: try enterprise.rest(of: old) + span.seconds,
            fetches: max(1, old.terms.fetches - old.accesses))
    }
}

struct NarrowCommand: SuccessorCommand {
    static let configuration = CommandConfiguration(
        commandName: "narrow",
        abstract: "Give less than a grant does: fewer fields, months, uses, or a shorter keeping.",
        discussion: """
            A new grant with less takes the place of this one until the same end. What isn't named stays \
            as it is. What was read already stays read.

            Example: trine enterprise grant narrow GRANT --fields due_date --months 2026-01..2026-06
            """)

    @Argument(help: "The grant; its first characters are enough.") var grant: String
    @Option(help: "The fields that stay, with commas between.") var fields: NameList<FieldName>?
    @Option(help: "The months that stay: 2026-01..2026-06.") var months: MonthRange?
    @Option(help: "How often it may still be read.") var fetches: Int64?
    @Option(help: "How long what is read from now on may be kept.") var keep: Span?
    @OptionGroup var consent: ConsentOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard fields != nil || months != nil || fetches != nil || keep != nil else {
            throw ValidationError("say what is to be less: --fields, --months, --fetches or --keep")
        }
    }

    func change(_ old: KnownGrant, by enterprise: Enterprise) async throws -> GrantChange {
        var change = GrantChange(
            fields: fields?.names, months: months?.months, fetches: fetches,
            dataLife: keep?.seconds)
        try enterprise.requireNarrower(change, than: old)
        change.lifetime = try enterprise.rest(of: old)
        change.fetches = fetches ?? max(1, old.terms.fetches - old.accesses)
        return change
    }
}

struct DeclineCommand: HomeCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline",
        abstract: "Say that you won't answer a request.",
        discussion: """
            It is kept in this home, and the request isn't listed as open any more. Who asked isn't told: \
            nothing of it is on the log. With --undo it is open again.

            Example: trine enterprise grant decline REQUEST
            """)

    @Argument(help: "The request; its first characters are enough.") var request: String
    @Flag(help: "Take it back.") var undo = false
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let enterprise = try Enterprise(session)
        let names = try await session.names()
        let known = try await enterprise.requests()
        guard let jti = try JTI.named(request, among: known.map(\.jti)) else {
            throw ClientError.noRequest(request)
        }
        let declined = try await enterprise.decline(jti, !undo)
        return Outcome(["declined": !undo, "request": jti]) {
            "The request \(jti) of \(names.shown(declined.by)) is "
                + (undo ? "open again." : "declined; it isn't told.")
        }
    }
}

extension GrantPlan {
    /// What would be different from `old`, a line each.
    fileprivate func differences(
        from old: KnownGrant, naming name: (Handle) -> String
    ) -> [String] {
        var lines = ["A new grant to \(name(grantee)) for \(purpose.rawValue)."]
        func line(_ what: String, _ before: String, _ after: String) {
            lines.append(
                before == after ? "  \(what): \(after)" : "  \(what): \(after), before: \(before)")
        }
        line("what", old.terms.scope.words, terms.scope.words)
        line("which", old.terms.subject.words, terms.subject.words)
        line("until", LocalTime.minute(old.claims.expires), LocalTime.minute(expires))
        line(
            "uses", "\(old.terms.fetches - old.accesses) of \(old.terms.fetches) left",
            "\(terms.fetches)")
        line("kept for", old.terms.daysKept, terms.daysKept)
        lines.append("It covers \(counted(recordCount, "record")) now.")
        lines.append("Grant \(old.jti) would then be revoked; what was read under it stays read.")
        return lines
    }
}

extension GrantTerms {
    /// `30 days`, or hours where it isn't whole days.
    var daysKept: String {
        dataLife % 86_400 == 0
            ? counted(dataLife / 86_400, "day") : counted(dataLife / 3600, "hour")
    }
}
