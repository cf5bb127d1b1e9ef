import Client
import Foundation
import Interface
import Rules
import Sharing
import Storage
import Testing
import Verification
import Wire

@testable import Gateway

/// What is left in a gateway's directory of statements that were erased.
@Suite struct ForgottenTests {
    /// A grant that was used and given back, and the request for it, are erased: whoever gets the
    /// directory of the gateway after that finds none of their terms, nor whom they concerned.
    @Test func nothingIsLeftOfAnErasedGrant() async throws {
        let directory = NSTemporaryDirectory() + "trine-forgotten-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try SQLiteStore(opening: directory)
        let alliance = try await Alliance(on: store)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let regulator = try await alliance.admit("watch", [.regulator])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let asked = try await Lender(lender).request(
            RequestTerms(
                .guarantee, to: enterprise.handle, right: .read,
                scope: .months(.invoices, Months.first...Months.second),
                subject: .fields(["due_date"]), notBefore: lender.now,
                expires: lender.now.advanced(by: 86_400), fetches: 791_993, dataLife: 8_640_413))
        let holder = try Enterprise(enterprise)
        let request = try #require(try await holder.requests().first)
        let grant = try await holder.grant(
            try await holder.plan(GrantWish(answering: request, at: enterprise.now)))
        let jti = grant.statement.jti
        _ = try await Lender(lender).fetch(jti)
        _ = try await Lender(lender).giveBack(jti)

        // The words that are searched are there, as long as nothing was erased.
        let words = ["791993", "8640413"].map { Array($0.utf8) }
        for word in words { #expect(try Self.holds(directory, word)) }
        let kinds: Set<Kind> = [.grant, .access, .return, .request]
        func concerned(_ handle: Handle) async throws -> [Int64] {
            try await store.indices(concerning: handle, kinds: kinds, from: 0, limit: 100)
        }
        #expect(try await concerned(lender.handle).count == 4)

        _ = try await holder.forget(jti, .retentionEnded)
        _ = try await Lender(lender).forget(asked.statement.jti, .dataSubjectRequest)
        #expect(try await concerned(lender.handle).isEmpty)
        #expect(try await concerned(enterprise.handle) == [grant.index])
        let view = try await lender.sync()
        #expect(view.grants.isEmpty && view.requests.isEmpty)
        let entries = try await store.indices(issuer: nil, kind: nil, from: 0, limit: 1000)
        for (index, leaf) in zip(entries, try await store.leaves(at: entries)) {
            let statement = try Statement(parsing: leaf)
            guard kinds.contains(statement.kind) else { continue }
            let parts = try await store.attachments(of: index, sections: nil)
            #expect(parts == nil, "\(statement.kind)")
        }
        let report = try await Regulator(regulator).audit()
        #expect(report.isClean, "\(report.findings)")
        let inspection = try await Inspection(store: store).run()
        #expect(inspection.findings.isEmpty, "\(inspection.findings)")
        for session in [enterprise, lender, regulator] { await session.close() }
        await alliance.stop()
        try store.close()
        for word in words { #expect(try !Self.holds(directory, word)) }
    }

    private static func holds(_ directory: String, _ word: [UInt8]) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: directory).contains { name in
            let file = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
            return file.range(of: Data(word)) != nil
        }
    }
}
