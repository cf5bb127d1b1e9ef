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
                let grants = try await Enterprise(session).grants()
                let now = session.now
                common.print(["grants": .array(grants.map { Output.json($0, at: now) })]) {
                    var table = Table(
                        ["GRANT", "TO", "WHAT", "FIELDS", "UNTIL", "READ", "STATE"],
                        numeric: [3, 5])
                    for grant in grants {
                        table.add([
                            grant.jti.text, contacts.shown(grant.terms.to),
                            Output.text(grant.terms.scope), grant.terms.countText,
                            grant.claims.expires.date.description,
                            "\(grant.accesses)/\(grant.terms.fetches)",
                            Output.state(of: grant, at: now),
                        ])
                    }
                    return table.isEmpty ? "No grants." : table.text
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
                var only: JTI?
                if let grant {
                    let known = try await enterprise.grants().map(\.jti)
                    guard let jti = try Reading.jti(grant, among: known) else {
                        throw ClientError.noGrant(grant)
                    }
                    only = jti
                }
                let accesses = try await enterprise.accesses(under: only)
                let view = await session.view
                common.print(["accesses": .array(accesses.map { Self.json($0, view) })]) {
                    Self.words(accesses, view, contacts)
                }
            }
        }

        private static func json(_ access: KnownAccess, _ view: View) -> JSON {
            let served = access.terms?.served
            return [
                "at": .integer(access.at.seconds),
                "fields": served.map { .array($0.fields.map { .string($0) }) } ?? .null,
                "grant": .string(access.grant.text),
                "grantee": view.grants[access.grant].map { .string($0.terms.to.text) } ?? .null,
                "index": .integer(access.index),
                "ranges": served.map { .array($0.ranges.map(\.json)) } ?? .null,
            ]
        }

        private static func words(
            _ accesses: [KnownAccess], _ view: View, _ contacts: Contacts
        ) -> String {
            var table = Table(["ENTRY", "WHEN", "WHO", "RECORDS", "FIELDS", "GRANT"], numeric: [0])
            for access in accesses {
                let served = access.terms?.served
                let fields = (served?.fields ?? []).filter {
                    !$0.hasSuffix(FieldDefinition.commitmentSuffix)
                }
                table.add([
                    "\(access.index)", access.at.description,
                    view.grants[access.grant].map { contacts.shown($0.terms.to) } ?? "",
                    Output.text(served?.ranges ?? []),
                    fields.joined(separator: ","), access.grant.text,
                ])
            }
            return table.isEmpty ? "Nobody has read anything." : table.text
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
                        contacts.shown($0.statement.issuer)
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
                let known = try await enterprise.grants().map(\.jti)
                guard let jti = try Reading.jti(grant, among: known) else {
                    throw ClientError.noGrant(grant)
                }
                let (done, rekeyed) = try await enterprise.revoke(jti, reason)
                common.print(
                    Output.json(
                        done,
                        [
                            "grant": .string(jti.text),
                            "not_rekeyed": Output.jtis(
                                rekeyed.filter { !$0.isRegistered }.map(\.grant.jti)),
                            "rekeyed": Output.jtis(
                                rekeyed.filter(\.isRegistered).map(\.grant.jti)),
                        ])
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

extension KnownGrant {
    /// That its grantee gets no keys of what is registered from now on, because policy forbids it.
    func withoutKeys(_ grantee: String, _ policies: [String]) -> String {
        "\(grantee) gets no new keys under grant \(jti): "
            + (policies.isEmpty
                ? "no policy permits it"
                : "policy forbids it: \(policies.joined(separator: ", "))")
    }
}

/// How requests are printed, on either side.
enum RequestOutput {
    static func json(_ request: KnownRequest) -> JSON { json(request, truth: nil) }

    static func json(_ request: KnownRequest, truth: Truth?) -> JSON {
        var fields: JSON = .null
        if case .fields(let names) = request.terms.subject {
            fields = .array(names.map { .string($0) })
        }
        var members: [String: JSON] = [
            "data_life": .integer(request.terms.dataLife),
            "exp": .integer(request.terms.expires.seconds),
            "fetches": .integer(request.terms.fetches), "fields": fields,
            "from": .string(request.statement.issuer.text),
            "index": .integer(request.index), "nbf": .integer(request.terms.notBefore.seconds),
            "purpose": .string(request.purpose.rawValue),
            "request": .string(request.statement.jti.text),
            "scope": request.terms.scope.json, "to": .string(request.terms.to.text),
        ]
        members.merge(Output.statements(request.terms.subject)) { $1 }
        switch truth {
        case .known(let statements, let records):
            members["true"] = .array(statements.map { .bool($0.isTrue) })
            members["records"] = .integer(Int64(records))
        case .unprovable(let error):
            members["unprovable"] = .string(Words.complaint(about: error)?.message ?? "")
        case nil: break
        }
        return .object(members)
    }

    static func words(
        _ requests: [KnownRequest], truths: [Truth?] = [], other: (KnownRequest) -> String
    ) -> String {
        var table = Table(["REQUEST", "WHO", "WHAT", "FIELDS", "PURPOSE", "UNTIL"])
        for request in requests {
            table.add([
                request.statement.jti.text, other(request), Output.text(request.terms.scope),
                Output.text(request.terms.subject), request.purpose.rawValue,
                request.terms.expires.date.description,
            ])
        }
        guard !table.isEmpty else { return "No requests." }
        let known = zip(requests, truths).compactMap { request, truth in
            truth.map { words($0, request) }
        }
        return ([table.text] + known).joined(separator: "\n\n")
    }

    private static func words(_ truth: Truth, _ request: KnownRequest) -> String {
        let jti = request.statement.jti.text
        switch truth {
        case .unprovable(let error):
            let why = Words.complaint(about: error)?.message ?? "\(error)"
            return "\(jti) can't be answered: \(why)"
        case .known(let statements, let records):
            let lines = statements.map { "  \($0.isTrue ? "true" : "UNTRUE")  \($0.statement)" }
            let answer =
                statements.allSatisfy(\.isTrue)
                ? ["To prove it: trine enterprise grant --request \(jti)"] : []
            return (["\(jti), over the \(records) records there now:"] + lines + answer)
                .joined(separator: "\n")
        }
    }
}

extension GrantTerms {
    /// How many fields, or statements.
    fileprivate var countText: String {
        switch subject {
        case .fields(let names): "\(names.count)"
        case .statements(let texts):
            texts.count == 1 ? "1 statement" : "\(texts.count) statements"
        }
    }
}
