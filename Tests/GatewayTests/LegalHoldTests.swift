import Foundation
import Interface
import Rules
import Sharing
import Storage
import Testing
import Verification
import Wire

@testable import Client
@testable import Gateway

/// Nothing under hold can be erased, by nobody, until the hold is released or has ended.
@Suite struct LegalHoldTests {
    @Test func nothingUnderHoldIsErased() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("enterprise", [.enterprise])
        let regulator = try await alliance.admit("regulator", [.regulator])
        let authority = try await alliance.session("authority")
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.second, "some")])
        let view = try await enterprise.sync()
        func record(_ month: Month) throws -> JTI {
            try #require(
                try view.record(BookName(series: .invoices, month: month), 1)
            ).jti
        }
        func erase(_ jti: JTI) async throws -> String? {
            var random = SystemRandomNumberGenerator()
            let signed = Statement.sign(
                Erase(.record(jti)),
                selective: StatedReason(.dataSubjectRequest).disclosures(using: &random),
                by: try enterprise.signer(.all), at: enterprise.now, jti: enterprise.newJTI())
            do {
                _ = try await enterprise.register(signed)
                return nil
            } catch ConnectionError.refused(let problem) {
                return problem.type.split(separator: "/").last.map(String.init)
            }
        }
        let (first, second) = (try record(Months.first), try record(Months.second))
        let months = Scope.months(.invoices, Months.first...Months.first)
        _ = try await LegalHolds(regulator).hold(
            enterprise.handle, books: months, until: nil, reference: "2026-17")
        #expect(try await erase(first) == "legal-hold")
        #expect(try await erase(second) == nil)
        // Another's release, or another case's, leaves it standing.
        await #expect(throws: ConnectionError.self) {
            try await LegalHolds(authority).release(enterprise.handle, reference: "2026-17")
        }
        await #expect(throws: ConnectionError.self) {
            try await LegalHolds(regulator).release(enterprise.handle, reference: "2026-18")
        }
        #expect(try await erase(first) == "legal-hold")
        let end = regulator.now.advanced(by: 600)
        _ = try await LegalHolds(authority).hold(
            enterprise.handle, books: nil, until: end, reference: "a")
        _ = try await LegalHolds(regulator).release(enterprise.handle, reference: "2026-17")
        #expect(try await erase(first) == "legal-hold")
        alliance.clock.advance(by: 601)
        #expect(try await erase(first) == nil)
        await #expect(throws: ClientError.self) { try await LegalHolds(enterprise) }

        let report = try await Regulator(regulator).audit()
        #expect(report.isClean, "\(report.findings)")
        for session in [enterprise, regulator, authority] { await session.close() }
        await alliance.stop()
    }
}
