import Client
import Demo
import Interface
import Rules
import Sharing
import Storage
import TestGateway
import Testing
import Transparency
import Verification
import Wire

@testable import Client
@testable import Gateway

/// What the gateway has in memory of what it served is gone when it is erased, whoever erased it, and
/// never serves what isn't so any more.
@Suite struct ServedLatelyTests {
    private static let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]

    private struct Scene {
        let store = MemoryStore()
        let alliance: Alliance
        let enterprise: Session
        let lender: Session
        let grant: JTI

        init() async throws {
            alliance = try await Alliance(on: store)
            enterprise = try await alliance.admit("acme", [.enterprise])
            lender = try await alliance.admit("northbank", [.lender])
            try await Self.importDocuments(of: Months.first, enterprise, alliance)
            let plan = try await Enterprise(enterprise).plan(
                GrantWish(
                    to: lender.handle, scope: .months(.invoices, Months.first...Months.second),
                    fields: fields,
                    purpose: .receivablesFinancing, lifetime: 86_400, fetches: 50,
                    dataLife: 86_400))
            grant = try await Enterprise(enterprise).grant(plan).statement.jti
        }

        func importDocuments(of month: Month) async throws {
            try await Self.importDocuments(of: month, enterprise, alliance)
        }

        private static func importDocuments(
            of month: Month, _ enterprise: Session, _ alliance: Alliance
        ) async throws {
            _ = try await Enterprise(enterprise).importDocuments(
                [try alliance.documents(month...month, "of-\(month)")])
        }

        func fetch() async throws -> VerifiedPackage { try await Lender(lender).fetch(grant) }

        /// A new call for all of it.
        func call() throws -> FetchCall {
            Fetch.sign(
                grant: grant, fields: fields, ranges: [], by: try lender.signer(.all),
                at: lender.now, jti: lender.newJTI(), opener: .random())
        }

        func send(_ call: FetchCall) async throws -> TransportAnswer {
            try await alliance.send("/fetches", call.bytes, type: "application/jose")
        }

        /// Whether anything of the record at `index` is in memory.
        func remembers(_ index: Int64, _ package: VerifiedPackage) -> Bool {
            let fields = alliance.served.fields(package.served.fields, of: [index])
            return fields.contains { $0 != nil }
        }

        func close() async {
            for session in [enterprise, lender] { await session.close() }
            await alliance.stop()
        }
    }

    private static func number(_ record: VerifiedRecord) throws -> RecordNumber {
        try #require(RecordNumber("\(record.claims.book)#\(record.claims.number)"))
    }

    @Test func `what was erased is gone from memory`() async throws {
        let scene = try await Scene()
        let first = try await scene.fetch()
        let record = try #require(first.records.first { $0.fields != nil })
        #expect(scene.remembers(record.index, first))
        _ = try await Enterprise(scene.enterprise).erase(
            try Self.number(record), .retentionEnded)
        #expect(scene.alliance.served.hasNoAttachments)
        let second = try await scene.fetch()
        #expect(second.verdict.records == first.verdict.records - 1)
        #expect(!scene.remembers(record.index, second))
        await scene.close()
    }

    @Test func `what was registered since is served`() async throws {
        let scene = try await Scene()
        let first = try await scene.fetch()
        #expect(try await scene.fetch().verdict.records == first.verdict.records)
        try await scene.importDocuments(of: Months.second)
        #expect(try await scene.fetch().verdict.records > first.verdict.records)
        await scene.close()
    }

    @Test func `a grant that ended since isn't served`() async throws {
        let scene = try await Scene()
        #expect(try await scene.send(try scene.call()).status == 200)
        _ = try await Enterprise(scene.enterprise).revoke(scene.grant, .consentWithdrawn)
        let refused = try await scene.send(try scene.call())
        #expect(try Problem(parsing: refused.bytes).name == "grant-dead")
        await scene.close()
    }

    /// Two gateways share a store, and another than the one that served erases. The first notices with its
    /// next commit at the latest; where it commits nothing it reads what it serves.
    @Test func `what another gateway erased isn't served`() async throws {
        let scene = try await Scene()
        let second = try await GatewayService(
            store: scene.store, keys: scene.alliance.keys, logger: Alliance.silent,
            clock: HostClock { [clock = scene.alliance.clock] in clock.now })
        let first = try await scene.fetch()
        let call = try scene.call()
        #expect(try await scene.send(call).status == 200)
        let record = try #require(first.records.first { $0.fields != nil })
        await scene.enterprise.close()
        let enterprise = try await scene.alliance.session("acme") { _ in
            InProcessTransport(to: second)
        }
        _ = try await Enterprise(enterprise).erase(try Self.number(record), .retentionEnded)
        #expect(try await scene.send(call).status != 200)
        let again = try await scene.fetch()
        #expect(again.verdict.records == first.verdict.records - 1)
        #expect(!scene.remembers(record.index, again))
        await enterprise.close()
        await second.sequencer.stop()
        await scene.close()
    }

    private static let field = FieldCiphertext(name: "due_date", bytes: [1, 2, 3])

    private static func batch(erasing erased: [JTI], _ changes: [StateKey: StateValue?]) -> Batch {
        Batch(
            entries: [], tiles: [], changes: changes, erased: erased,
            head: Head(edge: RightEdge(), checkpoint: []))
    }

    /// Somebody may still hold what was read before it was erased.
    @Test func `what was read before an erasure isn't kept after it`() throws {
        let lately = ServedLately()
        let envelope = Envelope(bytes: [1])
        func keep(since mark: ServedLately.Mark) {
            lately.keep([Self.field], called: [Self.field.name], of: 1, since: mark)
            lately.keep(disclosures: [1], of: 2, since: mark)
            lately.keep(envelope, envelope.digest, at: 3, since: mark)
        }
        let mark = lately.mark()
        keep(since: mark)
        #expect(lately.fields([Self.field.name], of: [1]) == [[Self.field]])
        #expect(lately.fields(["number"], of: [1]) == [nil])
        #expect(lately.disclosures(of: 2) == [1])
        #expect(lately.envelope(at: 3, envelope.digest) == envelope)
        #expect(lately.envelope(at: 3, Envelope(bytes: [2]).digest) == nil)
        let jti = try #require(JTI(bytes: [UInt8](repeating: 7, count: 16)))
        lately.take(Self.batch(erasing: [jti], [:]))
        #expect(lately.hasNoAttachments)
        keep(since: mark)
        #expect(lately.hasNoAttachments)
        keep(since: lately.mark())
        #expect(!lately.hasNoAttachments)
        lately.forget()
        #expect(lately.hasNoAttachments)
    }

    @Test func `books go when one of their enterprise changes`() throws {
        let lately = ServedLately()
        let (acme, other) = (try #require(Handle("acme")), try #require(Handle("other")))
        let book = BookName(series: .invoices, month: Months.first)
        let shelf = ServedLately.Shelf(series: .invoices, months: nil)
        let mark = lately.mark()
        for handle in [acme, other] {
            lately.keep([(book, BookState())], of: handle, on: shelf, since: mark)
        }
        let change = BookState.key(acme, book).untyped
        lately.take(Self.batch(erasing: [], [change: StateValue(BookState())]))
        #expect(lately.books(of: acme, on: shelf) == nil)
        #expect(lately.books(of: other, on: shelf)?.count == 1)
        // Read before the change.
        lately.keep([(book, BookState())], of: acme, on: shelf, since: mark)
        #expect(lately.books(of: acme, on: shelf) == nil)
    }
}
