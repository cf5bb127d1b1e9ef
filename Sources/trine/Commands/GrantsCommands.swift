import ArgumentParser
import Client
import Sharing
import Wire

extension EnterpriseCommand {
    struct Grants: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the grants you gave.", discussion: "Example: trine enterprise grants")

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let contacts = try common.directory.contacts()
            try await common.session { session in
                let now = session.now
                common.list(
                    "grants", try await Enterprise(session).grants(), none: "No grants.",
                    ["GRANT", "TO", "WHAT", "FIELDS", "UNTIL", "READ", "STATE"], numeric: [3, 5],
                    json: { $0.json(at: now) }
                ) {
                    [
                        $0.jti.text, contacts.shown($0.terms.to), $0.terms.scope.words,
                        $0.terms.subject.count, $0.claims.expires.date.description,
                        "\($0.accesses)/\($0.terms.fetches)", $0.state(at: now),
                    ]
                }
            }
        }
    }

    struct Accesses: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was read under your grants.",
            discussion: "Example: trine enterprise accesses --json")

        @Argument(help: "Only under this grant; its first characters are enough.")
        var grant: String?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let contacts = try common.directory.contacts()
            try await common.session { session in
                let enterprise = try Enterprise(session)
                let grants = try await enterprise.grants()
                let accesses = try await enterprise.accesses(
                    under: try grant.map { try Reading.grant($0, among: grants) })
                let view = await session.view
                common.list(
                    "accesses", accesses, none: "Nobody has read anything.",
                    ["ENTRY", "WHEN", "WHO", "RECORDS", "FIELDS", "GRANT"], numeric: [0],
                    json: { Self.json($0, view) }
                ) { access in
                    let served = access.terms?.served
                    let fields = (served?.fields ?? []).map(\.text).filter {
                        !$0.hasSuffix(FieldDefinition.commitmentSuffix)
                    }
                    return [
                        "\(access.index)", access.at.description,
                        view.grants[access.grant].map { contacts.shown($0.terms.to) } ?? "",
                        (served?.ranges ?? []).words, fields.joined(separator: ","),
                        access.grant.text,
                    ]
                }
            }
        }

        private static func json(_ access: KnownAccess, _ view: View) -> JSON {
            let served = access.terms?.served
            return [
                "at": .integer(access.at.seconds),
                "fields": served.map { .texts($0.fields.map(\.text)) } ?? .null,
                "grant": .string(access.grant.text),
                "grantee": .text(view.grants[access.grant]?.terms.to.text),
                "index": .integer(access.index),
                "ranges": served.map { .array($0.ranges.map(\.json)) } ?? .null,
            ]
        }
    }

    struct Requests: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what others asked you to grant.",
            discussion: """
                Of what is to be proven it says whether it is true now; nobody else learns that.

                Example: trine enterprise requests
                """)

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let contacts = try common.directory.contacts()
            try await common.session { session in
                let enterprise = try Enterprise(session)
                let requests = try await enterprise.requests()
                var truths: [Truth?] = []
                for request in requests { truths.append(try await enterprise.truth(of: request)) }
                let members = zip(requests, truths).map { RequestOutput.json($0, truth: $1) }
                common.print(["requests": .array(members)]) {
                    RequestOutput.words(requests, truths: truths) {
                        contacts.shown($0.by)
                    }
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
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

        func run() async throws {
            let contacts = try common.directory.contacts()
            try await common.session { session in
                let enterprise = try Enterprise(session)
                let jti = try Reading.grant(grant, among: try await enterprise.grants())
                let (done, rekeyed) = try await enterprise.revoke(jti, reason)
                common.print(
                    done.json(rekeyed.members.merging(["grant": .string(jti.text)]) { $1 })
                ) {
                    let others = rekeyed.filter(\.isRegistered)
                        .map { contacts.shown($0.grant.terms.to) }
                    return "Revoked \(jti), entry \(done.index)."
                        + (others.isEmpty
                            ? "" : "\nNew keys for: \(others.joined(separator: ", ")).")
                }
                for rekeying in rekeyed {
                    guard case .forbidden(let policies, _) = rekeying.outcome else { continue }
                    let grantee = contacts.shown(rekeying.grant.terms.to)
                    Terminal.note(rekeying.grant.withoutKeys(grantee, policies))
                }
            }
        }
    }
}
