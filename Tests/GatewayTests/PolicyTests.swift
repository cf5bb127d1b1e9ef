import Foundation
import Importing
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Gateway

/// Policies on the log: published by an authority, kept, served, and decided by, everywhere.
@Suite struct PublishedPolicyTests {
    private static func set(_ more: String) throws -> CedarPolicies {
        try CedarPolicies(
            PolicyTexts([
                .schema,
                .init(name: "separation.cedar", text: StandardTexts.separation),
                .init(name: "more.cedar", text: more),
            ]))
    }

    private static let noDates = """
        @id("no-dates") @reason("Dates are nobody's business.")
        forbid (principal, action in [Action::"grant", Action::"access"], resource)
        when { context.terms.fields.contains("due_date") };
        """

    private func wish(_ lender: Session) -> GrantWish {
        GrantWish(
            to: lender.handle, scope: .months(.invoices, Months.first...Months.second),
            fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400, fetches: 10,
            dataLife: 86_400)
    }

    /// A new forbid bites at once, in the client before it signs and in the gateway at a fetch; a
    /// restarted gateway, its check and an audit know the texts.
    @Test func aNewForbidBitesAtOnce() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("enterprise", [.enterprise])
        let lender = try await alliance.admit("lender", [.lender])
        let regulator = try await alliance.admit("regulator", [.regulator])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(wish(lender))
        #expect(plan.policies == CedarPolicies.standard.digest)
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        _ = try await Lender(lender).fetch(grant)

        let set = try Self.set(Self.noDates)
        let authority = try await alliance.session("authority")
        let entry = try await Authority(authority).publish(set)
        #expect(try await authority.policiesInForce() == set.digest)
        #expect(try await lender.policies(set.digest).texts == set.texts)
        await authority.close()

        await #expect(
            throws: ClientError.forbidden(
                policies: ["no-dates"], reasons: ["Dates are nobody's business."])
        ) { try await Enterprise(enterprise).plan(wish(lender)) }
        await #expect(
            throws: ClientError.forbidden(
                policies: ["no-dates"], reasons: ["Dates are nobody's business."])
        ) { try await Lender(lender).fetch(grant) }
        // A client that doesn't ask gets nothing either.
        do {
            _ = try await lender.connection.fetch(
                Fetch.sign(
                    grant: grant, fields: ["due_date"], ranges: [], by: try lender.signer(.all),
                    at: lender.now, jti: lender.newJTI(), opener: .random()))
            Issue.record("served")
        } catch ConnectionError.refused(let problem) {
            #expect(problem.name == "forbidden" && problem.facts["policies"] == [])
        }

        let report = try await Regulator(regulator).audit()
        #expect(report.isClean, "\(report.findings)")
        #expect(report.size == UInt64(entry.index) + 1)
        let inspection = try await Inspection(store: alliance.store).run()
        #expect(inspection.findings == [])
        let again = try await Sequencer.load(
            store: alliance.store, keys: alliance.keys, clock: HostClock { .now })
        let standing = Statement.sign(
            CloseBook(
                BookName(series: .bills, month: Month("2040-01")!), count: 0, root: BookState().root
            ),
            by: try enterprise.signer(.close), at: .now, jti: enterprise.newJTI())
        let outcome = await again.submit(
            try Submission(
                statement: standing.statement.jws.bytes, disclosures: [], blob: [],
                types: .standard))
        guard case .registered = outcome else {
            Issue.record("\(outcome)")
            return
        }
        for session in [enterprise, lender, regulator] { await session.close() }
        await alliance.stop()
    }

    /// A regulator audits as long as policy lets it.
    @Test func auditingIsPolicyToo() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let regulator = try await alliance.admit("regulator", [.regulator])
        #expect(try await Regulator(regulator).audit().isClean)
        let authority = try await alliance.session("authority")
        let set = try Self.set(
            "@id(\"no-audit\") forbid (principal, action == Action::\"audit\", resource);")
        _ = try await Authority(authority).publish(set)
        do {
            _ = try await Regulator(regulator).audit()
            Issue.record("shown")
        } catch ConnectionError.refused(let problem) {
            #expect(problem.facts["policies"] == ["no-audit"])
        }
        await authority.close()
        await regulator.close()
        await alliance.stop()
    }

    /// A policy that reads what was found about the auditor gets the same facts from the gateway as from the rules.
    @Test func auditingKnowsSizes() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let sizes: [SizeClass?] = [nil] + SizeClass.allCases
        var regulators: [Session] = []
        for size in sizes {
            regulators.append(
                try await alliance.admit(
                    "regulator-\(size?.rawValue ?? "none")", [.regulator], size))
        }
        let authority = try await alliance.session("authority")
        let set = try Self.set(
            """
            @id("large-only")
            forbid (principal, action == Action::"audit", resource)
            unless { context.own has size && context.own.size == "large" };
            """)
        _ = try await Authority(authority).publish(set)
        for (regulator, size) in zip(regulators, sizes) {
            let state = try await alliance.store.state([
                LogState.key.untyped, ParticipantState.key(regulator.handle).untyped,
            ])
            guard let log = state[LogState.key],
                let participant = state[ParticipantState.key(regulator.handle)]
            else {
                Issue.record("not admitted")
                continue
            }
            let byRules = set.decide(
                PolicyRequest(
                    principal: PolicyEntity(regulator.handle, participant, in: log),
                    action: .audit, time: log.time))
            #expect(byRules.permitted == (size == .large))
            do {
                _ = try await regulator.sync()
                #expect(byRules.permitted, "\(size.debugDescription)")
            } catch ConnectionError.refused(let problem) {
                #expect(!byRules.permitted, "\(size.debugDescription)")
                #expect(problem.facts["policies"] == ["large-only"])
            }
        }
        for session in regulators + [authority] { await session.close() }
        await alliance.stop()
    }

    /// Only a set that is one, under its own digest, by an authority, gets in; the refusal says what
    /// is wrong and where.
    @Test func whatIsNoSetIsRefused() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let stranger = try await alliance.admit("stranger", [.enterprise])
        let authority = try await alliance.session("authority")
        let set = try Self.set(Self.noDates)
        func fault(
            _ digest: Digest<Digested.Policies>, _ files: [PolicyFile], _ blob: [UInt8]
        ) throws -> SubmissionFault? {
            let signed = Statement.sign(
                PublishPolicies(set: digest, files: files), by: try authority.signer(.all),
                at: .now,
                jti: authority.newJTI())
            do throws(SubmissionFault) {
                _ = try Submission(
                    statement: signed.statement.jws.bytes, disclosures: [], blob: blob,
                    types: .standard)
                return nil
            } catch { return error }
        }
        #expect(try fault(set.digest, set.texts.claims, set.texts.bytes) == nil)
        #expect(
            try fault(CedarPolicies.standard.digest, set.texts.claims, set.texts.bytes)
                == .blob(.wrongDigest))
        #expect(
            try fault(set.digest, Array(set.texts.claims.dropLast()), set.texts.bytes)
                == .blob(.wrongFiles))
        #expect(
            try fault(set.digest, set.texts.claims, []) == .blob(.policies(.texts(.malformed))))
        let large = [UInt8](repeating: 0x20, count: PolicyTexts.maximumEncodedBytes + 1)
        #expect(
            try fault(set.digest, set.texts.claims, large)
                == .blob(
                    .policies(
                        .texts(
                            .tooLarge(
                                bytes: large.count, limit: PolicyTexts.maximumEncodedBytes)))))
        let broken = try PolicyTexts([
            .schema, .init(name: "a.cedar", text: "permit (principal);"),
        ])
        let signed = Statement.sign(
            PublishPolicies(set: broken.digest, files: broken.claims),
            by: try authority.signer(.all),
            at: .now, jti: authority.newJTI())
        do {
            _ = try await authority.register(signed, blob: broken.bytes)
            Issue.record("registered")
        } catch ConnectionError.refused(let problem) {
            #expect(problem.type.hasSuffix("policy-invalid"))
            #expect(problem.detail?.contains("a.cedar:1:18") == true, "\(problem)")
        }
        // A set without the schema of the rules, and one that asks what a request isn't told.
        let curious = PolicyTexts.File(
            name: "a.cedar",
            text: """
                @id("curious") forbid (principal, action == Action::"request", resource)
                when { context.terms.held };
                """)
        let widened = StandardTexts.schema.replacing(
            "type Wish = {", with: "type Wish = { held: Bool,")
        for (schema, words) in [
            (nil, "0 files of a schema"), (widened, "byte for byte"),
            (StandardTexts.schema, "a.cedar:2:8: policy curious"),
        ] as [(String?, String)] {
            let files = schema.map { [PolicyTexts.File(name: "trine.cedarschema", text: $0)] } ?? []
            let texts = try PolicyTexts(files + [curious])
            let signed = Statement.sign(
                PublishPolicies(set: texts.digest, files: texts.claims),
                by: try authority.signer(.all), at: .now, jti: authority.newJTI())
            do {
                _ = try await authority.register(signed, blob: texts.bytes)
                Issue.record("registered")
            } catch ConnectionError.refused(let problem) {
                #expect(problem.type.hasSuffix("policy-invalid"))
                #expect(problem.detail?.contains(words) == true, "\(problem)")
            }
        }
        let foreign = Statement.sign(
            PublishPolicies(set: set.digest, files: set.texts.claims),
            by: try stranger.signer(.all),
            at: .now, jti: stranger.newJTI())
        do {
            _ = try await stranger.register(foreign, blob: set.texts.bytes)
            Issue.record("registered")
        } catch ConnectionError.refused(let problem) {
            #expect(problem.type.hasSuffix("not-authority"))
        }
        await stranger.close()
        await authority.close()
        await alliance.stop()
    }

    /// Texts changed in the store are found by the check, and stop the gateway from starting.
    @Test func changedTextsAreFound() async throws {
        let store = MemoryStore()
        let alliance = try await Alliance(on: store)
        await alliance.stop()
        let inspection = try await Inspection(store: WithoutPolicies(store)).run()
        #expect(inspection.findings.first?.place == .section("policies", entry: 0))
        await #expect(throws: StoreError.self) {
            try await Sequencer.load(
                store: WithoutPolicies(store), keys: alliance.keys, clock: HostClock { .now })
        }
    }
}

/// A store that gives other policy texts than were put in.
private struct WithoutPolicies: Store {
    let store: any Store

    init(_ store: any Store) { self.store = store }

    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        try await store.attachments(
            of: indices, sections: sections, enough: enough
        ).map { found in
            guard var found else { return nil }
            found.sections = found.sections.map {
                .init(name: $0.name, bytes: $0.name == "policies" ? Array("{}".utf8) : $0.bytes)
            }
            return found
        }
    }

    var ledger: any LedgerStore { store.ledger }
    var rows: any StateStore { store.rows }
    var index: any IndexStore { store.index }
    var blobs: any BlobStore { store.blobs }
    var boxes: any DropBox { store.boxes }
    func vault() async throws(StoreError) -> Vault { try await store.vault() }
}
