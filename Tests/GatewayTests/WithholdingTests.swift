import Interface
import Sharing
import Storage
import Synchronization
import Testing
import Wire

@testable import Client
@testable import Gateway

/// A host that doesn't show an enterprise what its own statements, or those about its grants, say.
@Suite struct WithholdingTests {
    private struct WithholdingTransport: Transport {
        let gateway: any Transport
        /// What becomes of what is shown of an entry: as it is, nothing, or said to be erased.
        let shown: @Sendable (QueryAnswer.Entry) -> QueryAnswer.Entry?

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
            let answer = try await gateway.send(request)
            guard request.path == "/queries", let page = try? QueryAnswer(parsing: answer.bytes)
            else { return answer }
            return TransportAnswer(
                status: answer.status, mediaType: answer.mediaType,
                bytes: QueryAnswer(entries: page.entries.compactMap(shown), next: page.next).bytes)
        }

        func shutDown() async { await gateway.shutDown() }
    }

    @Test(arguments: [false, true], [Kind.grant, .access, .rekey])
    func whatIsKeptFromWhoItConcernsIsMissed(asErased: Bool, kind: Kind) async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("workshop", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let books = try Enterprise(enterprise)
        _ = try await books.importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        func grant() async throws -> JTI {
            try await books.grant(
                try await books.plan(
                    GrantWish(
                        to: lender.handle, scope: .months(.invoices, Months.first...Months.second),
                        fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400,
                        fetches: 3, dataLife: 86_400))
            ).statement.jti
        }
        let standing = try await grant()
        let ended = try await grant()
        _ = try await Lender(lender).fetch(standing)
        // The one that stands gets new keys, since the other one has ended.
        _ = try await books.revoke(ended, .consentWithdrawn)
        let leaves = try await alliance.store.leaves(0..<1000)
        let hidden = try #require(
            leaves.firstIndex { (try? Statement(parsing: $0))?.kind == kind })
        await enterprise.close()
        try alliance.forgetView(of: "workshop")

        let victim = try await alliance.session("workshop") { gateway in
            WithholdingTransport(gateway: gateway) { entry in
                guard entry.index == Int64(hidden) else { return entry }
                return asErased
                    ? QueryAnswer.Entry(
                        index: entry.index, disclosures: [], erased: true) : nil
            }
        }
        let fault = LogFault.withheld(index: Int64(hidden))
        await #expect(throws: fault) { try await victim.sync() }
        // It doesn't get used to it, and signs nothing.
        await #expect(throws: fault) { try await Enterprise(victim).accesses() }
        await #expect(throws: fault) {
            try await Enterprise(victim).importDocuments(
                [try alliance.documents(Months.second...Months.second, "second")])
        }
        await victim.close()
        // What is erased is on the log, and nobody has to show it.
        try alliance.forgetView(of: "workshop")
        let honest = try await alliance.session("workshop")
        _ = try await Enterprise(honest).forget(ended, .dataSubjectRequest)
        #expect(try await honest.sync().grants[ended] == nil)
        await honest.close()
        try alliance.forgetView(of: "workshop")
        let reopened = try await alliance.session("workshop")
        #expect(try await reopened.sync().grants[ended] == nil)
        for session in [reopened, lender] { await session.close() }
        await alliance.stop()
    }
}

/// What the host doesn't have to show.
extension WithholdingTests {
    /// Does something before each statement goes out, and shows nothing of any entry.
    private final class CrowdingTransport: Transport {
        let gateway: any Transport
        let before = Mutex<(@Sendable () async throws -> Void)?>(nil)

        init(_ gateway: any Transport) { self.gateway = gateway }

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
            if request.path == "/statements", let act = before.withLock({ $0 }) {
                before.withLock { $0 = nil }
                do { try await act() } catch { throw .unreachable("\(error)") }
            }
            let answer = try await gateway.send(request)
            guard request.path == "/queries", let page = try? QueryAnswer(parsing: answer.bytes)
            else { return answer }
            return TransportAnswer(
                status: answer.status, mediaType: answer.mediaType,
                bytes: QueryAnswer(entries: [], next: page.next).bytes)
        }

        func shutDown() async { await gateway.shutDown() }
    }

    /// A program knows what it has just said itself, also where another entry came before its own.
    @Test func aSessionKnowsItsOwnWord() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        await (try alliance.admit("workshop", [.enterprise])).close()
        let lender = try await alliance.admit("northbank", [.lender])
        let crowding = CrowdingTransport(alliance.transport())
        let enterprise = try await alliance.session("workshop") { _ in crowding }
        let books = try Enterprise(enterprise)
        _ = try await books.importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await books.plan(
            GrantWish(
                to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
                fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400, fetches: 3,
                dataLife: 86_400))
        crowding.before.withLock {
            $0 = {
                var random = SystemRandomNumberGenerator()
                let key = SigningKey(seed: .random(count: 32, using: &random))
                _ = try await lender.addKey(key, [.query])
            }
        }
        let size = try await alliance.store.head()?.size ?? 0
        let grant = try await books.grant(plan)
        #expect(grant.index == size + 1)
        #expect(try await enterprise.sync().grants[grant.statement.jti]?.terms.to == lender.handle)
        for session in [lender, enterprise] { await session.close() }
        await alliance.stop()
    }
}

extension Alliance {
    /// Has the next session of this home read the whole log again.
    fileprivate func forgetView(of name: String) throws {
        let home = Home(directory + "/" + name)
        try? home.replace(.view, with: Array("nothing".utf8))
    }
}
