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
        subcommands: [
            Grants.self, FetchCommand.self, Request.self, Requests.self, GiveBack.self,
            DeletedCommand.self, LenderReconcileCommand.self,
        ])

    struct Grants: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "grants",
            abstract: "List the grants you got.",
            discussion: "Example: trine lender grants --standing --json")

        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var standing: StandingOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let grants = try await Lender(session).grants()
            let parties = try await dealings.parties(in: session)
            let wanted = grants.filter {
                parties.include($0) && standing.include($0, at: session.now)
            }
            return await .grants(wanted, try await session.names(), in: session)
        }
    }

    struct Requests: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "requests",
            abstract: "List what you asked for, and what became of it.",
            discussion: """
                That somebody won't answer isn't told to anybody: such a request stays open until what it \
                asks for would have ended.

                Example: trine lender requests --open
                """)

        @Flag(help: "Only those that no grant has answered yet.") var open = false
        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let requests = try await Lender(session).requests()
            let parties = try await dealings.parties(in: session)
            var asked: [AskedFor] = []
            for request in requests where parties.include(request) {
                let standing = try await session.standing(of: request)
                if !open || standing == .open { asked.append(AskedFor(request, standing)) }
            }
            return .requests(asked, try await session.names(), as: session.handle)
        }
    }

    struct Request: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "request",
            abstract: "Ask an enterprise for a grant.",
            discussion: """
                Anybody can see that somebody asked somebody; who, whom and for what, only you, the \
                enterprise, the host and a regulator. With --right prove you ask to have statements \
                proven about amounts that you aren't shown.

                Example: trine lender request e-7k2m9q4x --type invoices --months 2026-01..2026-12 \
                --fields due_date,tax_exclusive_amount --purpose credit-assessment --for 30d

                Example: trine lender request e-7k2m9q4x --right prove --type \
                invoices --months 2026-01..2026-12 --statement 'sum(tax_exclusive_amount) >= \
                100000 EUR' --purpose credit-assessment --for 30d

                Example: trine lender request e-7k2m9q4x --balances 2026-01..2026-03 --settled \
                2026-01..2026-03 --days 60 --purpose credit-assessment --for 30d
                """)

        @Argument(help: "Whom: a contact's name, or a handle.") var enterprise: String
        @OptionGroup var terms: TermsOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            try terms.complete()
            _ = try scope()
        }

        private func scope() throws -> Scope {
            if let scope = try Scope.listed(terms.bookRanges, instead: terms.books) { return scope }
            throw ValidationError("say which books: --type invoices --months 2026-01..2026-12")
        }

        func outcome(in session: Session) async throws -> Outcome {
            let to = try await session.named(enterprise)
            let ends = try terms.complete()
            let statements = try terms.proofStatements()?.map(\.description)
            let done = try await Lender(session).request(
                RequestTerms(
                    ends.purpose, to: to, right: terms.right, scope: try scope(),
                    subject: statements.map { .statements($0) }
                        ?? .fields(try terms.fieldNames(in: session)),
                    notBefore: session.now, expires: session.now.advanced(by: ends.lifetime),
                    fetches: terms.fetches, dataLife: ends.dataLife))
            let asked = try session.contacts().shown(to)
            return .registered(done, ["to": to]) {
                "Asked \(asked).\nrequest \(done.statement.jti), entry \(done.index)"
            }
        }
    }

    struct GiveBack: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "give-back",
            abstract: "Give a grant back that you don't need any more.",
            discussion: """
                Your signed call stays in the log as the proof that you gave it back, and why: with \
                --reason retention-ended it is your statement that you have deleted what you read.

                Example: trine lender give-back GRANT --reason purpose-fulfilled
                """)

        @Argument(help: "The grant; its first characters are enough.") var grant: String
        @Option(help: "Why.") var reason: Reason = .givenBack
        @OptionGroup var consent: ConsentOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try consent.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let lender = try Lender(session)
            let contacts = try session.contacts()
            let jti = try KnownGrant.named(grant, among: try await lender.grants())
            let plan = try await lender.givingBack(jti)
            return try await consent.carryOut(plan.consequences(naming: contacts.shown)) {
                .signed(
                    try await lender.giveBack(jti, reason), ["grant": jti, "reason": reason],
                    words: "Gave back \(jti)")
            }
        }
    }
}
