import Interface
import Rules
import Sharing
import Storage
import Testing
import Verification
import Wire

@testable import Client
@testable import Gateway

/// A gateway that was patched to skip its policies serves whoever doesn't ask them either; a regulator's
/// audit over the network names every wrong decision, and no right one.
@Suite struct PatchedGatewayTests {
    private static let noDates = """
        @id("no-dates") @reason("Dates are nobody's business.")
        forbid (principal, action == Action::"access", resource)
        when { context.terms.fields.contains("due_date") };
        """

    /// Signs and sends as a client would that was patched as well.
    private static func send(
        _ claims: any KindForm, _ selective: any SelectiveClaims = NoSelectiveClaims(),
        by session: Session,
        blob: [UInt8] = []
    ) async throws -> Registration {
        var random = SystemRandomNumberGenerator()
        return try await session.register(
            Statement.sign(
                claims, selective: selective.disclosures(using: &random),
                by: try session.signer(.all), at: session.now, jti: session.newJTI()), blob: blob)
    }

    /// A grant of a whole year to `lender` for `days` days; the envelope holds nothing.
    private static func grant(
        _ days: Int64, to lender: Session, by enterprise: Session
    ) async throws -> Registration {
        let terms = GrantTerms(
            to: lender.handle,
            recipientKey: try #require(
                try await enterprise.sync().state[ParticipantState.key(lender.handle)]?
                    .encryptionKey),
            scope: .months(.invoices, Months.first...Months.first),
            subject: .fields(["due_date"]), fetches: 10, dataLife: 86_400,
            epochs: [.init(series: .invoices, counts: [0])])
        let envelope = Envelope(bytes: [1, 2, 3])
        return try await send(
            Grant(
                right: .read, purpose: .creditMonitoring, notBefore: enterprise.now,
                expires: enterprise.now.advanced(by: days * 86_400),
                policies: CedarPolicies.standard.digest, envelope: envelope.digest),
            terms, by: enterprise, blob: envelope.bytes)
    }

    @Test func anAuditNamesEveryWrongDecision() async throws {
        let alliance = try await Alliance(
            on: MemoryStore(), library: { UnjudgedPolicies(types: $0) })
        let enterprise = try await alliance.admit("enterprise", [.enterprise])
        let lender = try await alliance.admit("lender", [.lender])
        let regulator = try await alliance.admit("regulator", [.regulator])
        let authority = try await alliance.session("authority")
        var wrong: [Int64: [String]] = [:]
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])

        let application = try await Home(alliance.directory + "/both").join(
            try await Authority(authority).invite(Handle("both")),
            as: Applicant(
                roles: [.lender, .operator], legalName: nil, country: "DE", identifiers: []),
            under: Alliance.protection, keeping: { _ in },
            transport: { _ in alliance.transport() })
        var random = SystemRandomNumberGenerator()
        let admitted = try await authority.register(
            application.claims,
            disclosing: LegalIdentity(application.identity).disclosures(
                completing: application.disclosures, using: &random))
        wrong[admitted.index] = ["operating-excludes-holding-and-using"]

        let right = try await Self.grant(366, to: lender, by: enterprise)
        wrong[try await Self.grant(367, to: lender, by: enterprise).index] = [
            "credit-monitoring-lives-a-year"
        ]
        func asked(_ purpose: Purpose) -> RequestTerms {
            RequestTerms(
                purpose, to: enterprise.handle, right: .read,
                scope: .months(.invoices, Months.first...Months.first),
                subject: .fields(["due_date"]),
                notBefore: lender.now, expires: lender.now.advanced(by: 86_400), fetches: 1,
                dataLife: 0)
        }
        wrong[try await lender.carry(asked(.inspection)).index] = [
            "inspection-is-asked-by-regulators"
        ]
        _ = try await lender.carry(asked(.guarantee))

        func fetch() async throws -> Int64 {
            let answer = try await lender.connection.fetch(
                Fetch.sign(
                    grant: right.statement.jti, fields: ["due_date"], ranges: [],
                    by: try lender.signer(.all), at: lender.now, jti: lender.newJTI(),
                    opener: .random()))
            #expect(!answer.records.isEmpty)
            return Int64(clamping: try #require(await alliance.store.head()).size - 1)
        }
        _ = try await fetch()
        _ = try await Authority(authority).publish(
            try CedarPolicies(
                PolicyTexts([
                    .schema,
                    .init(name: "more.cedar", text: Self.noDates),
                    .init(name: "separation.cedar", text: StandardTexts.separation),
                ])))
        wrong[try await fetch()] = ["no-dates"]

        let findings = try await Regulator(regulator).audit().findings
        #expect(findings.count == wrong.count && wrong.count == 4)
        for finding in findings {
            let index = try #require(finding.index)
            let policies = try #require(wrong[index], "entry \(index): \(finding.what)")
            #expect(finding.what == .againstPolicy(.policy(.forbidden(policies: policies))))
        }
        for session in [enterprise, lender, regulator, authority] { await session.close() }
        await alliance.stop()
    }
}
