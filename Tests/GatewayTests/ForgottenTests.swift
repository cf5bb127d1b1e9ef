import Client
import Foundation
import Interface
import Rules
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Gateway
@testable import Rules

/// What is left in a gateway's directory of statements that were erased, and what its check still finds.
@Suite struct ForgottenTests {
    /// Numbers of a grant and a request that occur nowhere else.
    private static let numbers = ["791993", "8640413"]

    /// A log in a directory: an enterprise's grant, asked for, used and given back; another one that
    /// stands; a hold.
    struct Scene {
        let directory: String
        let store: SQLiteStore
        let alliance: Alliance
        let enterprise: Session
        let lender: Session
        let regulator: Session
        /// Under a hold.
        let held: Session
        let asked: JTI
        let grant: JTI
        let standing: JTI

        init() async throws {
            directory = NSTemporaryDirectory() + "trine-forgotten-\(UUID().uuidString)"
            store = try SQLiteStore(opening: directory)
            alliance = try await Alliance(on: store)
            enterprise = try await alliance.admit("acme", [.enterprise], .small)
            lender = try await alliance.admit("northbank", [.lender])
            regulator = try await alliance.admit("watch", [.regulator])
            held = try await alliance.admit("bolts", [.enterprise])
            _ = try await Enterprise(enterprise).importDocuments(
                [try alliance.documents(Months.first...Months.first, "first")])
            asked = try await Lender(lender).request(
                RequestTerms(
                    .guarantee, to: enterprise.handle, right: .read,
                    scope: .months(.invoices, Months.first...Months.second),
                    subject: .fields(["due_date"]), notBefore: lender.now,
                    expires: lender.now.advanced(by: 86_400), fetches: 791_993,
                    dataLife: 8_640_413)
            ).statement.jti
            let holder = try Enterprise(enterprise)
            let request = try #require(try await holder.requests().first)
            grant = try await holder.grant(
                try await holder.plan(GrantWish(answering: request, at: enterprise.now))
            ).statement.jti
            _ = try await Lender(lender).fetch(grant)
            _ = try await Lender(lender).giveBack(grant)
            let other = try await holder.plan(
                GrantWish(
                    to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
                    fields: ["due_date"], purpose: .receivablesFinancing, lifetime: 86_400,
                    fetches: 3, dataLife: 86_400))
            standing = try await holder.grant(other).statement.jti
            _ = try await Lender(lender).fetch(standing)
            _ = try await LegalHolds(regulator).hold(
                held.handle, books: nil, until: nil, reference: "Inquiry 4711")
        }

        /// Erases the grant that was given back and the request for it.
        func erase() async throws {
            _ = try await Enterprise(enterprise).forget(grant, .retentionEnded)
            _ = try await Lender(lender).forget(asked, .dataSubjectRequest)
        }

        /// The state that selective claims have a part in, as it is stored.
        func confidential() async throws -> [StateKey: StateValue] {
            var found: [StateKey: StateValue] = [:]
            for row in try await store.allState(after: nil, limit: .max)
            where row.value.selectiveBytes != nil {
                found[try #require(StateKey(text: row.key))] = row.value
            }
            return found
        }

        func close() async throws {
            for session in [enterprise, lender, regulator, held] { await session.close() }
            await alliance.stop()
            try store.close()
        }
    }

    /// A grant that was used and given back, and the request for it, are erased: whoever gets the
    /// directory of the gateway after that finds none of their terms, nor whom they concerned.
    @Test func nothingIsLeftOfAnErasedGrant() async throws {
        let scene = try await Scene()
        let store = scene.store
        let kinds: Set<Kind> = [.grant, .access, .return, .request]
        func concerned(_ handle: Handle) async throws -> [Int64] {
            try await store.indices(concerning: handle, kinds: kinds, from: 0, limit: 100)
        }
        #expect(try await concerned(scene.lender.handle).count == 6)

        func standing() async throws -> RequestStanding {
            let known = try await scene.lender.sync().request(scene.asked)
            return try await scene.lender.standing(of: try #require(known))
        }
        #expect(try await standing() == .answered(by: scene.grant))
        #expect(try await scene.lender.view.accesses(under: scene.grant).count == 1)
        _ = try await Enterprise(scene.enterprise).forget(scene.grant, .retentionEnded)
        #expect(try await standing() == .open)
        #expect(try await scene.lender.view.accesses(under: scene.grant).isEmpty)
        _ = try await Lender(scene.lender).forget(scene.asked, .dataSubjectRequest)
        #expect(try await concerned(scene.lender.handle).count == 2)
        #expect(try await concerned(scene.enterprise.handle).count == 3)
        let view = try await scene.lender.sync()
        #expect(try Array(view.grants.keys) == [scene.standing] && view.requests.isEmpty)
        let entries = try await store.indices(issuer: nil, kind: nil, from: 0, limit: 1000)
        var erased: Set<JTI> = [scene.grant, scene.asked]
        for (index, leaf) in zip(entries, try await store.leaves(at: entries)) {
            let statement = try Statement(parsing: leaf)
            if statement.claims.follows == scene.grant {
                erased.insert(statement.jti)
            }
            guard erased.contains(statement.jti) else { continue }
            let parts = try await store.attachments(of: index, sections: nil)
            #expect(parts == nil, "\(statement.kind)")
        }
        #expect(erased.count == 4)
        let report = try await Regulator(scene.regulator).audit()
        #expect(report.isClean, "\(report.findings)")
        let inspection = try await Inspection(store: store).run()
        #expect(inspection.findings.isEmpty, "\(inspection.findings)")
        try await scene.close()
        try FileManager.default.removeItem(atPath: scene.directory)
    }

    /// Without the keys the directory tells nothing confidential, before an erasure and after it; and a
    /// copy from before it tells no more of what was erased with the keys that are left.
    @Test func theLedgerAloneTellsNothing() async throws {
        let scene = try await Scene()
        let before = try await scene.confidential()
        // What is searched for is there, for who has the keys.
        let all = before.map { $0.key.text + String(decoding: $0.value.bytes, as: UTF8.self) }
            .joined()
        for word in Self.numbers + ["Inquiry 4711", "small", "dealings/northbank/acme"] {
            #expect(all.contains(word), "\(word)")
        }
        try Self.requireNothing(of: before, in: scene.directory)
        let copy = scene.directory + "-copy"
        try FileManager.default.copyItem(atPath: scene.directory, toPath: copy)

        try await scene.erase()
        let after = try await scene.confidential()
        let rest = after.map { $0.key.text + String(decoding: $0.value.bytes, as: UTF8.self) }
            .joined()
        for number in Self.numbers { #expect(!rest.contains(number)) }
        try Self.requireNothing(of: before.merging(after) { $1 }, in: scene.directory)
        try await scene.close()
        for end in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: copy + "/vault.sqlite" + end)
        }
        for file in ["vault.sqlite", "vault.key"] {
            try FileManager.default.removeItem(atPath: copy + "/" + file)
            try FileManager.default.copyItem(
                atPath: scene.directory + "/" + file, toPath: copy + "/" + file)
        }
        var old = try SQLiteStore(opening: copy, acceptingLoss: true)
        var opened: Set<StateKey> = []
        for (key, value) in before {
            do {
                let found = try await old.state([key])[key]
                #expect(found == value && after[key]?.selectiveBytes == value.selectiveBytes)
                opened.insert(key)
            } catch {
                #expect(error == .corrupt(.state(key.text), .keyMissing))
            }
        }
        #expect(opened.contains(GrantState.key(scene.standing).untyped))
        for key in [
            GrantState.key(scene.grant).untyped,
            RequestState.key(scene.asked).untyped,
            EpochState.key(scene.enterprise.handle, .invoices).untyped,
        ] {
            #expect(before[key] != nil && !opened.contains(key), "\(key.text)")
        }
        // Who goes on from the copy gets its state from the entries, but for what was erased.
        #expect(try await old.hasLostState())
        try await old.makeLostState()
        #expect(try await !old.hasLostState())
        for _ in 0..<2 {
            for (key, value) in before {
                let found = try await old.state([key])[key]
                #expect(!Self.numbers.contains { found.map(Self.text)?.contains($0) ?? false })
                if opened.contains(key) { #expect(found == value) }
            }
            try old.close()
            old = try SQLiteStore(opening: copy)
        }
        let standing = GrantState.key(scene.standing)
        #expect(try await old.value(of: standing)?.terms?.to == scene.lender.handle)
        let epochs = try await old.value(
            of: EpochState.key(scene.enterprise.handle, .invoices))
        #expect(epochs?.live.map(\.grant) == [scene.standing])
        try old.close()
        for path in [copy, scene.directory] { try FileManager.default.removeItem(atPath: path) }
    }

    private static func text(_ value: StateValue) -> String {
        String(decoding: value.bytes, as: UTF8.self)
    }

    /// No file has the value of a piece, or the name of one that is confidential.
    private static func requireNothing(
        of state: [StateKey: StateValue], in directory: String
    ) throws {
        let words =
            numbers.map { Array($0.utf8) } + state.compactMap(\.value.selectiveBytes)
            + state.filter { $0.value.publicBytes == nil }.map { Array($0.key.text.utf8) }
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            let file = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
            for word in words where file.range(of: Data(word)) != nil {
                Issue.record("\(name) tells \(String(decoding: word, as: UTF8.self))")
            }
        }
    }

    /// After an erasure a check still finds whatever else of the state was changed.
    @Test func aCheckFindsWhatNoErasureExplains() async throws {
        let scene = try await Scene()
        try await scene.erase()
        let state = try await scene.confidential()
        let (acme, bank) = (scene.enterprise.handle, scene.lender.handle)
        func only<Object: StateObject>(_: Object.Type) -> [(StateKey, Object)] {
            state.compactMap { key, value in (value.object as? Object).map { (key, $0) } }
        }
        var epochs = try #require(
            state[EpochState.key(acme, .invoices).untyped]?.object as? EpochState)
        let live = epochs.live
        #expect(live.count == 1 && epochs.ended.isEmpty)
        epochs.live = []
        let served = InvolvementState.key(bank, with: acme).untyped
        let call = try #require(
            only(CallState.self).first { _, call in
                scene.grant != call.entry
            })
        let changes: [(StateKey, StateValue?)] = [
            (HoldsState.key(scene.held.handle).untyped, nil),
            (HoldsState.key(acme).untyped, StateValue(HoldsState(holds: []))),
            (EpochState.key(acme, .invoices).untyped, StateValue(epochs)),
            (EpochState.key(bank, .invoices).untyped, StateValue(EpochState())),
            (served, nil), (served, StateValue(InvolvementState(past: [.supervise]))),
            (
                InvolvementState.key(acme, with: bank).untyped,
                StateValue(InvolvementState(past: [.read]))
            ),
            (CallState.key(scene.lender.newJTI()).untyped, StateValue(call.1)),
            (
                RequestState.key(scene.asked).untyped,
                StateValue(
                    RequestState(
                        by: bank,
                        terms: RequestTerms(
                            .guarantee, to: acme, right: .read,
                            scope: .months(.invoices, Months.first...Months.first),
                            subject: .fields(["due_date"]), notBefore: Timestamp(clamping: 0),
                            expires: Timestamp(clamping: 9), fetches: 1, dataLife: 1)))
            ),
            (GrantState.key(scene.standing).untyped, nil),
        ]
        let head = try #require(try await scene.store.head())
        for (key, value) in changes {
            let own = try await scene.store.state([key])[key]
            try await scene.put([key: value], head)
            let found = try await Inspection(store: scene.store).run().findings
            #expect(found.map(\.place) == [.state(key.text)], "\(key.text)")
            try await scene.put([key: own], head)
            #expect(try await Inspection(store: scene.store).run().findings.isEmpty)
        }
        try await scene.close()
        try FileManager.default.removeItem(atPath: scene.directory)
    }
}

extension ForgottenTests.Scene {
    /// Changes the state behind the gateway's back.
    fileprivate func put(_ changes: [StateKey: StateValue?], _ head: Head) async throws {
        let staged = try await store.stage(
            Batch(entries: [], tiles: [], changes: changes, erased: [], head: head))
        try await store.commit(staged, after: head.position, in: nil)
    }
}
