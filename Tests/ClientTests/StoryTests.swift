import Client
import Foundation
import Importing
import Sharing
import Testing
import Verification
import Wire

/// The main job through a real gateway: seal, grant, fetch, verify, revoke, audit.
@Suite struct StoryTests {
    @Test func theWholeStory() async throws {
        try await TestLog.serving { log in
            let enterpriseHome = try await log.enterprise()
            let lenderHome = try await log.participant("northbank", [.lender])
            let regulatorHome = try await log.participant("watch", [.regulator])
            let session = try await log.open(enterpriseHome)
            let enterprise = try Enterprise(session)

            let first = try await enterprise.importDocuments([try log.documents("2026-01..2026-02")]
            )
            #expect(first.refused == 0)
            #expect(first.duplicates == 0)
            #expect(first.imported == first.lines.count)
            let again = try await enterprise.importDocuments([try log.documents("2026-01..2026-02")]
            )
            #expect(again.imported == 0)
            #expect(again.duplicates == first.imported)

            let book = BookName(series: .invoices, month: Month("2026-01")!)
            _ = try await enterprise.close(book)
            let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]
            let plan = try await enterprise.plan(
                GrantWish(
                    to: Handle("northbank")!,
                    scope: .months(.invoices, Month("2026-01")!...Month("2026-12")!),
                    fields: fields, purpose: .creditAssessment, lifetime: 30 * 86_400, fetches: 5,
                    dataLife: 30 * 86_400))
            let grant = try await enterprise.grant(plan).statement.jti

            let lenderSession = try await log.open(lenderHome)
            let lender = try Lender(lenderSession)
            #expect(try await lender.grants().map(\.jti) == [grant])
            let package = try await lender.fetch(grant)
            #expect(package.verdict.fields == fields)
            #expect(package.verdict.records == plan.recordCount)
            #expect(package.verdict.isComplete)
            for record in package.records {
                let opened = try #require(record.fields)
                #expect(Set(opened.values.keys) == Set(fields))
            }
            let offline = try Package(parsing: package.package.bytes).verify(
                under: try lenderHome.trust())
            #expect(offline.verdict == package.verdict)

            let accesses = try await enterprise.accesses()
            #expect(accesses.map(\.grant) == [grant])

            _ = try await enterprise.revoke(grant, .consentWithdrawn)
            await #expect(throws: ConnectionError.self) { try await lender.fetch(grant) }

            let regulator = try await log.open(regulatorHome)
            let report = try await Regulator(regulator).audit()
            #expect(report.isClean, "\(report.findings)")
            #expect(report.facts.accesses == [Handle("northbank")!: 1])
            for open in [session, lenderSession, regulator] { await open.close() }
        }
    }
}
