import Client
import Foundation
import Interface
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Gateway
@testable import Rules

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

    /// What was erased excuses what came from it, and nothing else: what somebody puts into the state of
    /// the store is found.
    @Test func erasedStatementsExcuseOnlyWhatTheyMade() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let other = try await alliance.admit("bakery", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let asked = try await Lender(lender).request(
            RequestTerms(
                .guarantee, to: enterprise.handle, right: .read,
                scope: .months(.invoices, Months.first...Months.second),
                subject: .fields(["due_date"]), notBefore: lender.now,
                expires: lender.now.advanced(by: 86_400), fetches: 1, dataLife: 0))
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        for session in [enterprise, other] {
            let grant = try await Enterprise(session).grant(
                try await Enterprise(session).plan(
                    GrantWish(
                        to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
                        fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400,
                        fetches: 1, dataLife: 0))
            ).statement.jti
            guard session.handle == enterprise.handle else { continue }
            _ = try await Lender(lender).fetch(grant)
            _ = try await Enterprise(session).revoke(grant, .purposeFulfilled)
            _ = try await Enterprise(session).forget(grant, .retentionEnded)
        }
        _ = try await Lender(lender).forget(asked.statement.jti, .dataSubjectRequest)
        func findings(_ rows: [StateRow]) async throws -> [StorePlace] {
            try await Inspection(store: Tampered(alliance.store, rows)).run().findings.map(\.place)
        }
        #expect(try await findings([]).isEmpty)
        let call = JTI(bytes: [UInt8](repeating: 9, count: 16))!
        var epochs = EpochState()
        epochs.ended = [
            .init(months: Months.first...Months.first, epoch: 9)
        ]
        func row<Object>(_ key: StateKey.Of<Object>, _ value: Object) -> StateRow {
            StateRow(key: key.untyped, value: StateValue(value))
        }
        let rows = [
            row(CallState.key(call), CallState(entry: call)),
            row(EpochState.key(other.handle, .invoices), epochs),
            row(
                InvolvementState.key(lender.handle, with: other.handle),
                InvolvementState(past: [.read])),
            row(
                HoldsState.key(enterprise.handle),
                HoldsState(holds: [
                    HoldState(
                        by: other.handle, caseReference: "7", books: nil, until: nil)
                ])),
        ]
        for row in rows {
            #expect(try await findings([row]) == [.state(row.key.text)], "\(row.key.text)")
        }
        for session in [enterprise, other, lender] { await session.close() }
        await alliance.stop()
    }

    private static func holds(_ directory: String, _ word: [UInt8]) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: directory).contains { name in
            let file = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
            return file.range(of: Data(word)) != nil
        }
    }
}

/// A store with some rows of its state in the place of others.
private struct Tampered: Store {
    let store: any Store
    let rows: [StateRow]

    init(_ store: any Store, _ rows: [StateRow]) {
        self.store = store
        self.rows = rows
    }

    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?] {
        try await store.attachments(of: indices, sections: sections, enough: enough)
    }

    func head() async throws(StoreError) -> Head? { try await store.head() }
    func state(_ keys: Set<StateKey>) async throws(StoreError) -> Slice {
        try await store.state(keys)
    }
    func commit(_ batch: Batch, after previous: Head?) async throws(StoreError) {
        try await store.commit(batch, after: previous)
    }
    func destroyErased(before size: Int64) async throws(StoreError) {
        try await store.destroyErased(before: size)
    }
    func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]] {
        try await store.leaves(range)
    }
    func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash] {
        try await store.tile(level: level, index: index)
    }
    func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try await store.indices(concerning: party, kinds: kinds, from: from, limit: limit)
    }
    func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64] {
        try await store.indices(issuer: issuer, kind: kind, from: from, limit: limit)
    }
    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)] {
        try await store.records(of: enterprise, in: book, range)
    }
    func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?
    ) async throws(StoreError) -> [(book: BookName, state: BookState)] {
        try await store.books(of: enterprise, series: series, months: months)
    }
    func allState(
        after key: String?, limit: Int
    ) async throws(StoreError) -> [(key: String, value: StateValue)] {
        let kept = try await store.allState(after: nil, limit: .max)
        let others = rows.map { ($0.key.text, $0.value) }
        let all = kept.filter { row in !others.contains { $0.0 == row.key } } + others
        return all.filter { $0.0 > (key ?? "") }.sorted { $0.0 < $1.0 }.prefix(limit)
            .map { (key: $0.0, value: $0.1) }
    }
    func keep(_ application: StoredApplication) async throws(StoreError) {
        try await store.keep(application)
    }
    func applications() async throws(StoreError) -> [StoredApplication] {
        try await store.applications()
    }
    func dropApplication(_ handle: Handle) async throws(StoreError) {
        try await store.dropApplication(handle)
    }
}
