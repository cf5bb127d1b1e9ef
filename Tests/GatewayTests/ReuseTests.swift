import Client
import Custody
import Demo
import Gateway
import Importing
import Interface
import Rules
import Sharing
import Storage
import Testing
import Verification
import Wire

@testable import Client

/// A call that was answered is answered again; another call that borrows its identifier isn't.
@Suite struct ReuseTests {
    private static let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]

    @Test func aRevokedGrantIsntReadThroughAnother() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let (enterprise, lender) = try await parties(of: alliance)
        let rival = try await alliance.admit("southbank", [.lender])
        let wide = try await grant(enterprise, lender, Self.fields)
        let narrow = try await grant(enterprise, lender, ["due_date"])
        let others = try await grant(enterprise, rival, ["due_date"])

        let jti = lender.newJTI()
        let call = try call(lender, wide, Self.fields, jti)
        #expect(try await send(alliance, call).status == 200)
        _ = try await Enterprise(enterprise).revoke(wide, .consentWithdrawn)
        let before = try await alliance.fingerprint()
        let refused = try await send(alliance, call)
        #expect(try Problem(parsing: refused.bytes).name == "grant-dead")
        let attempts: [(session: Session, grant: JTI, fields: [FieldName], name: String)] = [
            (lender, wide, Self.fields, "jti-taken"), (lender, narrow, Self.fields, "jti-taken"),
            (lender, narrow, ["due_date"], "jti-taken"), (rival, others, ["due_date"], "jti-taken"),
            (rival, wide, Self.fields, "unknown-grant"),
        ]
        for (session, grant, fields, name) in attempts {
            let refused = try await send(alliance, try self.call(session, grant, fields, jti))
            #expect(try Problem(parsing: refused.bytes).name == name)
        }
        #expect(try await alliance.fingerprint() == before)
        for session in [enterprise, lender, rival] { await session.close() }
        await alliance.stop()
    }

    /// The jti of a call stands for that call: with other fields or records it is another.
    @Test func anotherCallIsNotAnsweredAsTheFirst() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let (enterprise, lender) = try await parties(of: alliance)
        let grant = try await grant(enterprise, lender, Self.fields)
        let jti = lender.newJTI()
        let call = try call(lender, grant, ["due_date"], jti)
        for _ in 0..<2 { #expect(try await send(alliance, call).status == 200) }
        // With other fields, and signed anew with another opener.
        for fields in [Self.fields, ["due_date"]] {
            let other = try self.call(lender, grant, fields, jti)
            #expect(try await send(alliance, other).status == 409)
        }
        for session in [enterprise, lender] { await session.close() }
        await alliance.stop()
    }

    /// The same call again gets the same records, whatever became of them since: only what was erased
    /// is gone.
    @Test func correctionsDoNotChangeAnAnswer() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let (enterprise, lender) = try await parties(of: alliance)
        let grant = try await grant(enterprise, lender, Self.fields)
        let before = try await correct(enterprise)
        let call = Fetch.sign(
            grant: grant, fields: Self.fields, ranges: [], by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI(), opener: .random())
        let first = try await lender.connection.fetch(call)
        // One was replaced before the call, another is after it, and the first is erased.
        let later = try await correct(enterprise, except: before.jti)
        try await verify(try await lender.connection.fetch(call), as: first, to: call, lender)
        let earlier = try #require(RecordNumber(before.name))
        _ = try await Enterprise(enterprise).erase(earlier, .retentionEnded)
        try await verify(try await lender.connection.fetch(call), as: first, to: call, lender)
        // A new call gets what counts now, as many records as before.
        let fetched = try await Lender(lender).fetch(grant)
        let served = first.records.filter { !$0.fields.isEmpty }.count
        #expect(fetched.verdict.records == served)
        let replaced = fetched.records.first { $0.statement.jti == later.jti }
        #expect(replaced?.fields == nil)
        // What the call was answered with is erased: the same isn't there any more.
        let last = try #require(RecordNumber(later.name))
        _ = try await Enterprise(enterprise).erase(last, .retentionEnded)
        let refused = await #expect(throws: ConnectionError.self) {
            try await lender.connection.fetch(call)
        }
        guard case .refused(let problem) = refused else { return }
        #expect(problem.status == 410 && problem.name == "records-erased")
        for session in [enterprise, lender] { await session.close() }
        await alliance.stop()
    }

    /// The answer to a repeated call has the same records, and verifies.
    private func verify(
        _ answer: FetchAnswer, as first: FetchAnswer, to call: FetchCall, _ lender: Session
    ) async throws {
        #expect(answer.records.map { $0.logged.jws } == first.records.map { $0.logged.jws })
        #expect(answer.records.map { $0.fields } == first.records.map { $0.fields })
        #expect(answer.erasures.isEmpty)
        _ = try await lender.keeper.accept(answer.checkpoint)
        let package = try answer.open(
            with: try lender.keyring.decryptionKeys(), under: lender.trust, expecting: call.jws,
            consistency: [])
        let served = first.records.filter { !$0.fields.isEmpty }.count
        #expect(package.verdict.records == served)
    }

    /// Registers an invoice of the first month anew, as the replacement of the record that it has;
    /// returns that record.
    private func correct(_ enterprise: Session, except other: JTI? = nil) async throws -> OwnRecord
    {
        let view = try await enterprise.sync()
        let schedule = try await enterprise.schedule()
        for document in SampleEnterprise.documents(months: Months.first...Months.first) {
            let read = try Importer.records(
                from: document.xml, named: document.name, for: SampleEnterprise.identifiers
            ).get()
            guard let record = read.first, record.type.series == .invoices,
                let old = try view.record(
                    from: schedule.source(of: record.businessKey, in: record.month)),
                old.jti != other, old.replacedBy == nil
            else { continue }
            var random = SystemRandomNumberGenerator()
            let place = SealedRecord.Place(
                book: old.book, number: (try view.book(old.book)?.count ?? 0) + 1,
                epoch: try view.requiredEpoch(.invoices, old.book.month, at: enterprise.now),
                replaces: old.jti)
            let sealed = try SealedRecord.seal(
                record, at: place, jti: enterprise.newJTI(), by: try enterprise.signer(.seal),
                holder: try await enterprise.holder(), keys: schedule, time: enterprise.now,
                using: &random)
            _ = try await enterprise.register(
                SignedStatement(statement: sealed.statement, disclosures: []),
                blob: sealed.fields.encoded)
            return old
        }
        throw ClientError.noSuchRecord("an invoice of \(Months.first)")
    }

    /// A record that is erased after it was found for an access, and before it was read for it, isn't
    /// handed out, isn't taken for lost, and isn't charged.
    @Test func whatIsErasedMeanwhileIsNotServed() async throws {
        let store = FaultyStore()
        let alliance = try await Alliance(on: store)
        let (enterprise, lender) = try await parties(of: alliance)
        let grant = try await grant(enterprise, lender, Self.fields)
        let records = try await Enterprise(enterprise).records().filter {
            $0.name.hasPrefix("invoices/")
        }
        let place = try #require(records.first.flatMap { RecordNumber($0.name) })
        store.beforeSections {
            await #expect(throws: Never.self) {
                _ = try await Enterprise(enterprise).erase(place, .retentionEnded)
            }
        }
        let fetched = try await Lender(lender).fetch(grant)
        #expect(fetched.verdict.records == records.count - 1)
        #expect(try await store.value(of: GrantState.key(grant))?.used == 1)
        // However much a grant covers, little of it is read in one go.
        let reads = store.sectionReads
        #expect(!reads.isEmpty && reads.allSatisfy { $0.entries <= 64 && $0.enough <= 1 << 20 })
        for session in [enterprise, lender] { await session.close() }
        await alliance.stop()
    }

    /// A call that was put off after it was entered in the log isn't charged again; one that didn't
    /// get its turn isn't charged.
    @Test(arguments: [false, true]) func puttingOffIsNotCharged(beforeItsTurn: Bool) async throws {
        var limits = ServingLimits()
        limits.fetchPatience = .milliseconds(50)
        if beforeItsTurn { limits.fetchesAtOnce = 0 } else { limits.heldAnswerBytes = 1000 }
        let store = MemoryStore()
        let alliance = try await Alliance(on: store, limits: limits)
        let (enterprise, lender) = try await parties(of: alliance)
        let grant = try await grant(enterprise, lender, Self.fields)
        let call = try call(lender, grant, Self.fields, lender.newJTI())
        for _ in 0..<2 {
            let answer = try await send(alliance, call)
            #expect(answer.status == 503)
            #expect(try Problem(parsing: answer.bytes).name == "busy")
        }
        if let state = try await store.value(of: GrantState.key(grant)) {
            #expect(state.used == (beforeItsTurn ? 0 : 1))
        } else {
            Issue.record("no grant")
        }
        for session in [enterprise, lender] { await session.close() }
        await alliance.stop()
    }

    /// An enterprise with a month of invoices, and a lender.
    private func parties(
        of alliance: Alliance
    ) async throws -> (enterprise: Session, lender: Session) {
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        return (enterprise, lender)
    }

    private func grant(_ enterprise: Session, _ to: Session, _ fields: [FieldName]) async throws
        -> JTI
    {
        let plan = try await Enterprise(enterprise).plan(
            GrantWish(
                to: to.handle, scope: .months(.invoices, Months.first...Months.first),
                fields: fields, purpose: .receivablesFinancing, lifetime: 86_400, fetches: 5,
                dataLife: 86_400))
        return try await Enterprise(enterprise).grant(plan).statement.jti
    }

    private func call(
        _ session: Session, _ grant: JTI, _ fields: [FieldName], _ jti: JTI
    ) throws -> FetchCall {
        Fetch.sign(
            grant: grant, fields: fields, ranges: [], by: try session.signer(.all),
            at: session.now, jti: jti, opener: .random())
    }

    private func send(_ alliance: Alliance, _ call: FetchCall) async throws -> TransportAnswer {
        try await alliance.send("/fetches", call.bytes, type: "application/jose")
    }
}
