import Client
import Demo
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

/// Who finds a call can't send it, what was answered is answered again under the rules of now, and
/// nothing is entered for what can't be served.
@Suite struct RepeatedFetchTests {
    private static let fields: [FieldName] = ["due_date", "tax_exclusive_amount"]

    private struct Scene {
        let store = FaultyStore()
        let alliance: Alliance
        let enterprise: Session
        let lender: Session
        let grant: JTI

        init() async throws {
            alliance = try await Alliance(on: store)
            enterprise = try await alliance.admit("acme", [.enterprise])
            lender = try await alliance.admit("northbank", [.lender])
            _ = try await Enterprise(enterprise).importDocuments(
                [try alliance.documents(Months.first...Months.first, "first")])
            grant = try await Self.grant(enterprise, lender)
        }

        static func grant(_ enterprise: Session, _ lender: Session) async throws -> JTI {
            let plan = try await Enterprise(enterprise).plan(
                GrantWish(
                    to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
                    fields: fields, purpose: .receivablesFinancing, lifetime: 10 * 86_400,
                    fetches: 5, dataLife: 86_400))
            return try await Enterprise(enterprise).grant(plan).statement.jti
        }

        func call() throws -> FetchCall {
            Fetch.sign(
                grant: grant, fields: fields, ranges: [], by: try lender.signer(.all),
                at: lender.now, jti: lender.newJTI(), opener: .random())
        }

        /// The status and, for a refusal, the problem's name.
        func send(_ bytes: [UInt8]) async throws -> (status: Int, name: String) {
            let answer = try await alliance.send("/fetches", bytes, type: "application/jose")
            let problem = try? Problem(parsing: answer.bytes)
            return (answer.status, problem?.name ?? "")
        }

        /// Sends what is refused with `name`, and changes nothing.
        func refuses(
            _ call: [UInt8], _ name: String, location: SourceLocation = #_sourceLocation
        ) async throws {
            let before = try await alliance.fingerprint()
            #expect(try await send(call).name == name, sourceLocation: location)
            #expect(try await alliance.fingerprint() == before, sourceLocation: location)
        }

        func close() async {
            for session in [enterprise, lender] { await session.close() }
            await alliance.stop()
        }
    }

    /// An enterprise finds its lender's call in the access, and a regulator everybody's.
    @Test func `who finds a call in the log can't send it`() async throws {
        let scene = try await Scene()
        let call = try scene.call()
        #expect(try await scene.send(call.bytes).status == 200)
        let index = Int64(clamping: try #require(await scene.store.head()).size - 1)
        let parts = try #require(try await scene.store.attachments(of: index, sections: nil))
        let disclosures = try #require(Disclosure.split(parts.disclosures))
        let leaf = try #require(try await scene.store.leaves(index..<index + 1).first)
        let opened = try Statement(parsing: leaf).opened(with: disclosures)
        let found = try #require(opened as? AccessTerms).fetch
        #expect(found == call.jws)
        try await scene.refuses(found.bytes, "malformed-call")
        try await scene.refuses(FetchCall(found, opener: .random()).bytes, "wrong-opener")
        #expect(try await scene.send(call.bytes).status == 200)
        // The opener is kept nowhere.
        var kept: [[UInt8]] = try await scene.store.leaves(0..<index + 1)
        for entry in 0...index {
            let parts = try await scene.store.attachments(of: entry, sections: nil)
            kept.append(parts?.disclosures ?? [])
            kept += parts?.sections.map(\.bytes) ?? []
        }
        kept += try await scene.alliance.fingerprint().state.values.map(\.bytes)
        for bytes in kept { #expect(Data(bytes).range(of: Data(call.opener.encoded)) == nil) }
        await scene.close()
    }

    @Test func `one's own records are read with an opener too`() async throws {
        let scene = try await Scene()
        let range = try #require(
            RecordRange(book: BookName(series: .invoices, month: Months.first), from: 1, to: 2))
        let call = Fetch.sign(
            grant: nil, fields: ["due_date"], ranges: [range],
            by: try scene.enterprise.signer(.all), at: scene.enterprise.now,
            jti: scene.enterprise.newJTI(), opener: .random())
        #expect(try await scene.send(call.bytes).status == 200)
        try await scene.refuses(FetchCall(call.jws, opener: .random()).bytes, "wrong-opener")
        await scene.close()
    }

    @Test func `a forbid that came since refuses the same call`() async throws {
        let scene = try await Scene()
        let call = try scene.call()
        #expect(try await scene.send(call.bytes).status == 200)
        let text = """
            @id("nobody-reads") @reason("Nobody reads today.")
            forbid (principal, action == Action::"access", resource);
            """
        let set = try CedarPolicies(
            PolicyTexts([
                .schema,
                .init(name: "separation.cedar", text: StandardTexts.separation),
                .init(name: "more.cedar", text: text),
            ]))
        let authority = try await scene.alliance.session("authority")
        _ = try await Authority(authority).publish(set)
        await authority.close()
        try await scene.refuses(call.bytes, "forbidden")
        await scene.close()
    }

    /// What the access served was under the envelope of its time.
    @Test func `a rekey that came since needs a new call`() async throws {
        let scene = try await Scene()
        let ending = try await Scene.grant(scene.enterprise, scene.lender)
        let call = try scene.call()
        #expect(try await scene.send(call.bytes).status == 200)
        let (_, rekeyed) = try await Enterprise(scene.enterprise).revoke(
            ending, .purposeFulfilled)
        #expect(rekeyed.map(\.grant.jti) == [scene.grant])
        try await scene.refuses(call.bytes, "rekeyed-since")
        #expect(try await scene.send(try scene.call().bytes).status == 200)
        await scene.close()
    }

    @Test func `the same call is answered for a day`() async throws {
        let scene = try await Scene()
        let unanswered = try scene.call()
        let call = try scene.call()
        #expect(try await scene.send(call.bytes).status == 200)
        scene.alliance.clock.advance(by: 86_000)
        let before = try await scene.alliance.fingerprint()
        #expect(try await scene.send(call.bytes).status == 200)
        #expect(try await scene.alliance.fingerprint() == before)
        // One that wasn't answered in time never is.
        try await scene.refuses(unanswered.bytes, "stale")
        scene.alliance.clock.advance(by: 500)
        try await scene.refuses(call.bytes, "stale")
        await scene.close()
    }

    /// An access says that something was handed out: what isn't there, or isn't what the log commits
    /// to, is found before it is entered and charged, also where it was served before.
    @Test(arguments: ["due_date", "envelope"], [false, true])
    func `nothing is entered for what can't be served`(
        section: String, wasServed: Bool
    ) async throws {
        let scene = try await Scene()
        if wasServed {
            #expect(try await scene.send(try scene.call().bytes).status == 200)
            // What is in memory is as it was committed to, whatever became of the store.
            scene.alliance.served.forget()
        }
        for isMissing in [true, false] {
            scene.store.alterSections { parts in
                var parts = parts
                parts.sections = parts.sections.compactMap { part in
                    guard part.name == section else { return part }
                    guard !isMissing else { return nil }
                    return .init(name: part.name, bytes: part.bytes.map { $0 ^ 1 })
                }
                return parts
            }
            try await scene.refuses(try scene.call().bytes, "store-damaged")
        }
        scene.store.alterSections(nil)
        let used = try await scene.store.value(of: GrantState.key(scene.grant))?.used
        #expect(used == (wasServed ? 1 : 0))
        #expect(try await scene.send(try scene.call().bytes).status == 200)
        await scene.close()
    }
}
