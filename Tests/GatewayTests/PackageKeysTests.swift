import Interface
import Sharing
import Storage
import Testing
import Verification
import Wire

@testable import Client
@testable import Gateway

/// Which statements about keys come with an answer, and so stand in a package.
@Suite struct PackageKeysTests {
    /// Those of the keys that signed something in it. Others of the same participants are left out, so
    /// that nobody makes packages grow by keys that nobody needs.
    @Test func onlyTheKeysThatSigned() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("workshop", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let authority = try await alliance.session("authority")
        var random = SystemRandomNumberGenerator()
        for session in [enterprise, lender, authority] {
            for number in 0..<5 {
                let key = SigningKey(seed: .random(count: 32, using: &random))
                _ = try await session.addKey(key, [.query])
                if number > 1 {
                    _ = try await session.retireKey(key.verificationKey.thumbprint, .unspecified)
                }
            }
        }
        for _ in 0..<3 {
            let other = try DecryptionKey(seed: .random(count: 32, using: &random))
            _ = try await authority.register(
                ChangeEncryptionKey(other.encryptionKey, .unspecified))
        }
        _ = try await enterprise.sync()
        let package = try await package(enterprise, lender, alliance)
        let kinds = try package.participants.map { try $0.statement().kind }
        #expect(kinds == [.admit, .admit])

        // What the authorities set log time to belongs to it, and whether somebody was suspended.
        let governing = try await Authority(authority)
        _ = try await governing.submit(try await governing.settingTime())
        _ = try await governing.suspend(lender.handle, .unspecified)
        _ = try await governing.reinstate(lender.handle, .resolved)
        let later = try await self.package(enterprise, lender, alliance)
        let more = try later.participants.map { try $0.statement().kind }
        #expect(more == [.admit, .admit, .time, .suspend, .reinstate])

        // Also where one who takes part in it was an authority for a while.
        let before = try await authority.charter()
        let charter = Charter(
            authorities: [authority.handle, lender.handle], threshold: 1,
            freshness: before.freshness, witnesses: [])
        _ = try await governing.submit(try governing.propose(ChangeCharter(charter)))
        let other = try await Authority(lender)
        _ = try await other.submit(try await other.settingTime())
        _ = try await other.submit(try other.propose(ChangeCharter(before)))
        let last = try await self.package(enterprise, lender, alliance)
        let all = try last.participants.map { try $0.statement().kind }
        #expect(all == more + [.charter, .time, .charter])
        for session in [enterprise, lender, authority] { await session.close() }
        await alliance.stop()
    }

    private func package(
        _ enterprise: Session, _ lender: Session, _ alliance: Alliance
    ) async throws -> Package {
        let books = try Enterprise(enterprise)
        if try await books.books().isEmpty {
            _ = try await books.importDocuments(
                [try alliance.documents(Months.first...Months.first, "first")])
        }
        let grant = try await books.grant(
            try await books.plan(
                GrantWish(
                    to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
                    fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400,
                    fetches: 3, dataLife: 86_400))
        ).statement.jti
        let package = try await Lender(lender).fetch(grant).package
        return try Package(parsing: package.bytes).verify(under: lender.trust).package
    }
}
