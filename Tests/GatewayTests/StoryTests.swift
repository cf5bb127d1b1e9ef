import Client
import Foundation
import Gateway
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// The main job over a real socket: what each party can do, and what it can't.
@Suite struct StoryTests {
    private static let fields: [FieldName] = [
        "due_date", "issue_date", "number", "tax_exclusive_amount",
    ]

    private func wish(_ lender: Session, fetches: Int64 = 10) -> GrantWish {
        GrantWish(
            to: lender.handle, scope: .months(.invoices, Months.first...Months.second),
            fields: Self.fields, purpose: .creditMonitoring, lifetime: 86_400, fetches: fetches,
            dataLife: 86_400)
    }

    @Test func aGrantIsFetchedVerifiedAndRevoked() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let report = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        #expect(report.imported > 10 && report.refused == 0)

        let plan = try await Enterprise(enterprise).plan(wish(lender))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        let package = try await Lender(lender).fetch(grant)
        #expect(package.verdict.heads == plan.recordCount)
        #expect(package.verdict.isComplete)
        for record in package.records {
            #expect(record.fields.map { Set($0.values.keys) } == Set(Self.fields))
        }

        _ = try await Enterprise(enterprise).revoke(grant, .consentWithdrawn)
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await Lender(lender).fetch(grant)
        }
        guard case .refused(let problem) = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(problem.name == "grant-dead")
        await enterprise.close()
        await lender.close()
        await alliance.stop()
    }

    @Test func importingTwiceRegistersOnce() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let path = try alliance.documents(Months.first...Months.first, "first")
        let first = try await Enterprise(enterprise).importDocuments([path])
        let size = try await alliance.store.head()?.size
        let second = try await Enterprise(enterprise).importDocuments([path])
        #expect(second.imported == 0 && second.duplicates == first.imported)
        #expect(try await alliance.store.head()?.size == size)
        await enterprise.close()
        await alliance.stop()
    }

    /// Two participants who are no party to a grant learn neither whom it is for nor what it covers.
    @Test func aGrantIsHiddenFromOthers() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let rival = try await alliance.admit("southbank", [.lender])
        let other = try await alliance.admit("bolts", [.enterprise])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(wish(lender))
        let grant = try await Enterprise(enterprise).grant(plan)
        _ = try await Lender(lender).fetch(grant.statement.jti)

        for outsider in [rival, other] {
            let view = try await outsider.sync()
            #expect(try view.grants.isEmpty && view.accesses.isEmpty)
            let error = await #expect(throws: (any Error).self) {
                _ = try await Lender(rival).fetch(grant.statement.jti)
            }
            #expect(error != nil)
        }
        // The public leaf and every public page about it.
        let jti = grant.statement.jti
        for path in ["/statements/\(jti)", "/entries?kind=grant", "/entries?kind=access"] {
            let answer = try await alliance.send(path)
            let text = Self.decoded(answer.bytes)
            for word in ["northbank", "due_date", Months.second.description] {
                #expect(!text.contains(word), "\(path) tells \(word)")
            }
        }
        for session in [enterprise, lender, rival, other] { await session.close() }
        await alliance.stop()
    }

    /// The text of an answer, with the payloads of the statements in it decoded.
    private static func decoded(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.split(whereSeparator: { "\".~".contains($0) })
        return text
            + parts.compactMap { Base64URL.decode(String($0)) }
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    @Test func theBudgetIsCountedAndTheSameCallIsFree() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(wish(lender, fetches: 1))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        let call = Fetch.sign(
            grant: grant, fields: Self.fields, ranges: [], by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI(), opener: .random())
        let first = try await lender.connection.fetch(call)
        let size = try await alliance.store.head()?.size
        let again = try await lender.connection.fetch(call)
        #expect(try await alliance.store.head()?.size == size)
        #expect(again.granted?.access.index == first.granted?.access.index)
        #expect(again.records.map(\.fields) == first.records.map(\.fields))
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await Lender(lender).fetch(grant)
        }
        guard case .refused(let problem) = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(problem.name == "budget-spent")
        await enterprise.close()
        await lender.close()
        await alliance.stop()
    }

    /// The ciphertexts served are those of the granted fields, and no others.
    @Test func whatIsNotGrantedIsNotThere() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(wish(lender))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        let call = Fetch.sign(
            grant: grant, fields: Self.fields, ranges: [], by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI(), opener: .random())
        let answer = try await lender.connection.fetch(call)
        let expected = RecordType.invoice.withCommitments(Self.fields)
        for record in answer.records {
            #expect(record.fields.map(\.name) == expected)
            #expect(record.logged.disclosures.isEmpty)
        }
        let greedy = Fetch.sign(
            grant: grant, fields: Self.fields + ["buyer_name"], ranges: [],
            by: try lender.signer(.all), at: lender.now, jti: lender.newJTI(), opener: .random())
        let size = try await alliance.store.head()?.size
        let error = await #expect(throws: ConnectionError.self) {
            _ = try await lender.connection.fetch(greedy)
        }
        guard case .refused(let problem) = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        #expect(problem.name == "not-granted")
        #expect(try await alliance.store.head()?.size == size)
        await enterprise.close()
        await lender.close()
        await alliance.stop()
    }

    @Test func aRegulatorFindsNothingWrong() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let regulator = try await alliance.admit("supervisor", [.regulator])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(wish(lender))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        _ = try await Lender(lender).fetch(grant)
        let report = try await Regulator(regulator).audit()
        #expect(report.isClean, "\(report.findings)")
        #expect(Int64(report.size) == (try await alliance.store.head()?.size))
        for session in [enterprise, lender, regulator] { await session.close() }
        await alliance.stop()
    }
}
