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

    struct Grants: ListCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the grants you got.", discussion: "Example: trine lender grants --json")

        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            try .grants(try await Lender(session).grants(), "FROM", in: session) {
                $0.issuer
            }
        }
    }

    struct Requests: ListCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what you asked for.", discussion: "Example: trine lender requests")

        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let requests = try await Lender(session).requests()
            return try .requests(requests.map { AskedFor($0) }, in: session) { $0.terms.to }
        }
    }

    struct Request: HomeCommand {
        static let configuration = CommandConfiguration(
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
                """)

        @Argument(help: "Whom: a contact's name, or a handle.") var enterprise: String
        @OptionGroup var terms: TermsOptions
        @OptionGroup var common: CommonOptions

        func validate() throws {
            try terms.complete()
            _ = try scope()
        }

        private func scope() throws -> Scope {
            guard let scope = try terms.books.scope() else {
                throw ValidationError("say which books: --type invoices --months 2026-01..2026-12")
            }
            return scope
        }

        func outcome(in session: Session) async throws -> Outcome {
            let to = try session.named(enterprise)
            let ends = try terms.complete()
            let statements = try terms.proofStatements()?.map(\.description)
            let done = try await Lender(session).request(
                RequestTerms(
                    ends.purpose, to: to, right: terms.right, scope: try scope(),
                    subject: statements.map { .statements($0) }
                        ?? .fields(Set(terms.fields?.names ?? []).sorted()),
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
            abstract: "Give a grant back that you don't need any more.",
            discussion: "Example: trine lender give-back GRANT")

        @Argument(help: "The grant; its first characters are enough.") var grant: String
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let lender = try Lender(session)
            let jti = try KnownGrant.named(grant, among: try await lender.grants())
            return .signed(
                try await lender.giveBack(jti), ["grant": jti], words: "Gave back \(jti)")
        }
    }
}
