import ArgumentParser
import Client
import Sharing
import Wire

extension EnterpriseCommand {
    struct Grants: ListCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the grants you gave.", discussion: "Example: trine enterprise grants")

        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            try .grants(try await Enterprise(session).grants(), "TO", in: session) { $0.terms.to }
        }
    }

    struct Accesses: ListCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was read under your grants.",
            discussion: "Example: trine enterprise accesses --json")

        @Argument(help: "Only under this grant; its first characters are enough.")
        var grant: String?

        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let enterprise = try Enterprise(session)
            let grants = try await enterprise.grants()
            let accesses = try await enterprise.accesses(
                under: try grant.map { try KnownGrant.named($0, among: grants) })
            let contacts = try session.contacts()
            let view = await session.view
            func grantee(_ access: KnownAccess) -> Handle? { view.grants[access.grant]?.terms.to }
            return .list(
                "accesses", accesses, none: "Nobody has read anything.",
                .init("ENTRY", "index") { $0.index }, .init("WHEN", "at") { $0.at },
                .init("WHO") { grantee($0).map(contacts.shown) },
                .init("RECORDS") { ($0.terms?.served.ranges ?? []).summary },
                .init("FIELDS") { access in
                    access.terms?.served.fields.filter {
                        !$0.text.hasSuffix(FieldDefinition.commitmentSuffix)
                    }
                },
                .init("GRANT", "grant") { $0.grant },
                .init {
                    [
                        "fields": $0.terms?.served.fields, "grantee": grantee($0),
                        "ranges": $0.terms?.served.ranges,
                    ]
                })
        }
    }

    struct Requests: HomeCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what others asked you to grant.",
            discussion: """
                Of what is to be proven it says whether it is true now; nobody else learns that.

                Example: trine enterprise requests
                """)

        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let enterprise = try Enterprise(session)
            var asked: [AskedFor] = []
            for request in try await enterprise.requests() {
                asked.append(AskedFor(request, try await enterprise.truth(of: request)))
            }
            return try .requests(asked, in: session) { $0.by }
        }
    }

    struct Revoke: HomeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a grant back.",
            discussion: """
                From then on nothing is served under it, and what is registered later is sealed with \
                keys that it doesn't open; the grants that stand get new keys. What was read can't be \
                taken back.

                Example: trine enterprise revoke GRANT --reason consent-withdrawn
                """)

        @Argument(help: "The grant; its first characters are enough.") var grant: String
        @Option(help: "Why.") var reason: Reason = .consentWithdrawn
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let contacts = try session.contacts()
            let enterprise = try Enterprise(session)
            let jti = try KnownGrant.named(grant, among: try await enterprise.grants())
            let (done, rekeyed) = try await enterprise.revoke(jti, reason)
            let others = rekeyed.filter(\.isRegistered).map { contacts.shown($0.grant.terms.to) }
            return .signed(
                done, rekeyed.members.merging(["grant": jti]) { $1 }, words: "Revoked \(jti)",
                after: others.isEmpty ? "" : "\nNew keys for: \(others.joined(separator: ", "))."
            ).noting(rekeyed.compactMap { $0.warning(contacts) })
        }
    }
}
