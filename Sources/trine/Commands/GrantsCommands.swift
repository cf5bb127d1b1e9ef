import ArgumentParser
import Client
import Sharing
import Wire

extension EnterpriseCommand {
    struct Grants: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "grants",
            abstract: "List the grants you gave.",
            discussion: "Example: trine enterprise grants --standing")

        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var standing: StandingOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let grants = try await Enterprise(session).grants()
            let parties = try await dealings.parties(in: session)
            let wanted = grants.filter {
                parties.include($0) && standing.include($0, at: session.now)
            }
            return await .grants(wanted, try await session.names(), in: session)
        }
    }

    struct Accesses: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "accesses",
            abstract: "List what was read under your grants.",
            discussion: "Example: trine enterprise accesses --json")

        @Argument(help: "Only under this grant; its first characters are enough.")
        var grant: String?

        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var period: PeriodOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let enterprise = try Enterprise(session)
            let grants = try await enterprise.grants()
            let accesses = try await enterprise.accesses(
                under: try grant.map { try KnownGrant.named($0, among: grants) },
                in: period.times)
            return try await session.accesses(accesses, dealings)
        }
    }

    struct Requests: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "requests",
            abstract: "List what others asked you to grant.",
            discussion: """
                Of what is to be proven it says whether it is true now; nobody else learns that. A request \
                is open until a grant answers it, you decline it (trine enterprise grant decline), or \
                what it asks for would have ended.

                Example: trine enterprise requests --open
                """)

        @Flag(help: "Only those that wait for an answer.") var open = false
        @OptionGroup var dealings: DealingsOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let enterprise = try Enterprise(session)
            let requests = try await enterprise.requests()
            let parties = try await dealings.parties(in: session)
            var asked: [AskedFor] = []
            for request in requests where parties.include(request) {
                let standing = try await session.standing(of: request)
                if open, standing != .open { continue }
                // The truth of what nobody waits for costs reading the records, and helps nobody.
                let truth = standing == .open ? try await enterprise.truth(of: request) : nil
                asked.append(AskedFor(request, standing, truth))
            }
            return .requests(asked, try await session.names(), as: session.handle)
        }
    }

    struct Revoke: HomeCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke",
            abstract: "Take a grant back.",
            discussion: """
                From then on nothing is served under it, and what is registered later is sealed with \
                keys that it doesn't open; the grants that stand get new keys. What was read can't be \
                taken back. It shows the grant first, and asks.

                Example: trine enterprise revoke GRANT --reason consent-withdrawn
                """)

        @Argument(help: "The grant; its first characters are enough.") var grant: String
        @Option(help: "Why.") var reason: Reason = .consentWithdrawn
        @OptionGroup var consent: ConsentOptions
        @OptionGroup var common: CommonOptions

        func prepare() throws { try consent.check() }

        func outcome(in session: Session) async throws -> Outcome {
            let contacts = try await session.names()
            let enterprise = try Enterprise(session)
            let jti = try KnownGrant.named(grant, among: try await enterprise.grants())
            let plan = try await enterprise.revoking(jti)
            return try await consent.carryOut(plan.consequences(naming: contacts.shown)) {
                let (done, rekeyed) = try await enterprise.revoke(jti, reason)
                let others = rekeyed.filter(\.isRegistered).map {
                    contacts.shown($0.grant.terms.to)
                }
                return .signed(
                    done, rekeyed.members.merging(["grant": jti]) { $1 }, words: "Revoked \(jti)",
                    after: others.isEmpty
                        ? "" : "\nNew keys for: \(others.joined(separator: ", "))."
                ).noting(rekeyed.compactMap { $0.warning(contacts) })
            }
        }
    }
}

extension Session {
    /// Those of `accesses` that are wanted.
    nonisolated func accesses(
        _ accesses: [KnownAccess], _ dealings: DealingsOptions
    ) async throws -> Outcome {
        let parties = try await dealings.parties(in: self)
        let grants = try await view.grants
        let wanted = accesses.filter { access in
            (grants[access.grant].map(parties.include) ?? true)
                && (dealings.field.map { access.fields?.contains($0) ?? false } ?? true)
        }
        return .accesses(wanted, under: grants, try await names(), as: handle)
    }
}

extension DealingsOptions.Parties {
    func include(_ request: KnownRequest) -> Bool {
        include(request.terms.to, request.by, request.purpose, request.terms.subject)
    }
}
