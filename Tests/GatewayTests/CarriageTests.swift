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

/// Calls that the host carries into the log, over HTTP: what a gateway answers, and what the log tells
/// bystanders.
@Suite struct CarriageTests {
    private static let jose = "application/jose"

    private static func terms(to enterprise: Session, by asker: Session) -> RequestTerms {
        RequestTerms(
            .guarantee, to: enterprise.handle, right: .read,
            scope: .months(.invoices, Months.first...Months.second),
            subject: .fields(["due_date"]), notBefore: asker.now,
            expires: asker.now.advanced(by: 86_400), fetches: 3, dataLife: 0)
    }

    private static func ask(
        _ enterprise: Session, by asker: Session, jti: JTI? = nil, at time: Timestamp? = nil,
        with key: SigningKey? = nil
    ) throws -> JWS {
        let own = try asker.signer(.request)
        return RequestCall.sign(
            terms(to: enterprise, by: asker),
            by: Signer(
                origin: own.origin, handle: own.handle, log: own.log, key: key ?? own.key),
            at: time ?? asker.now, jti: jti ?? asker.newJTI())
    }

    /// The same bytes are answered with the same entry, at once or a day later, and entered once.
    @Test func theSameCallAgain() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let call = try Self.ask(enterprise, by: lender)
        func send() async throws -> (status: Int, answer: StatementAnswer) {
            let answer = try await alliance.send("/requests", call.bytes, type: Self.jose)
            return (answer.status, try StatementAnswer(parsing: answer.bytes))
        }
        // Both at once: one of them enters it.
        async let left = send()
        async let right = send()
        let both = try await [left, right]
        #expect(Set(both.map(\.status)) == [200, 201])
        #expect(both[0].answer.entry.jws == both[1].answer.entry.jws)
        alliance.clock.advance(by: 86_000)
        let late = try await send()
        #expect(late.status == 200 && late.answer.entry.jws == both[0].answer.entry.jws)
        let entry = try late.answer.entry.statement()
        #expect(entry.claims is Request && entry.issuer.text == "host")
        let disclosures = try #require(Disclosure.split(late.answer.entry.disclosures))
        let carried = try entry.opened(with: disclosures) as? CarriedCall<RequestTerms>
        #expect(carried?.jws == call)

        // Other bytes with its number are another call.
        let taken = try await alliance.send(
            "/requests",
            try Self.ask(enterprise, by: lender, jti: try RequestCall(parsing: call.bytes).jti)
                .bytes, type: Self.jose)
        #expect(try Problem(parsing: taken.bytes).name == "jti-taken")
        for session in [enterprise, lender] { await session.close() }
        await alliance.stop()
    }

    @Test func whatIsRefused() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let before = try await alliance.store.head()?.size
        let fetch = Fetch.sign(
            grant: lender.newJTI(), fields: [], ranges: [], by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI(), opener: .random())
        let unknown = ReturnCall.sign(
            ReturnTerms(grant: lender.newJTI(), .givenBack), by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI())
        for (path, call, name) in [
            ("/requests", Array("x".utf8), "malformed-call"),
            ("/requests", fetch.jws.bytes, "malformed-call"),
            ("/requests", unknown.bytes, "malformed-call"),
            (
                "/requests",
                try Self.ask(enterprise, by: lender, at: lender.now.advanced(by: -301)).bytes,
                "stale"
            ),
            ("/requests", try Self.ask(enterprise, by: lender, with: Forge.stranger).bytes, nil),
            ("/requests", try Self.ask(lender, by: lender).bytes, "wrong-role"),
            ("/returns", unknown.bytes, "unknown-grant"),
        ] as [(String, [UInt8], String?)] {
            let answer = try await alliance.send(path, call, type: Self.jose)
            let problem = try Problem(parsing: answer.bytes).name
            #expect(problem == name ?? "unknown-key", "\(path)")
        }
        let after = try await alliance.store.head()?.size
        #expect(after == before)
        // Who sends an entry of these kinds itself isn't the host.
        var random = SystemRandomNumberGenerator()
        let terms = CarriedCall<RequestTerms>(try Self.ask(enterprise, by: lender))
        let own = Statement.sign(
            Request(), selective: terms.disclosures(using: &random), by: try lender.signer(.all),
            at: lender.now, jti: lender.newJTI())
        let answer = try await alliance.send(
            "/statements",
            Frame(
                jws: own.statement.jws.bytes, disclosures: Disclosure.join(own.disclosures)
            ).bytes)
        #expect(try Problem(parsing: answer.bytes).name == "not-submittable")
        for session in [enterprise, lender] { await session.close() }
        await alliance.stop()
    }

    /// A bystander who reads the whole log learns from no entry about a request, a grant, a new
    /// envelope, an access or an end of a grant who asked, was granted, read or gave back.
    @Test func nothingPublicPairsThem() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprises = [
            try await alliance.admit("acme", [.enterprise]),
            try await alliance.admit("bolts", [.enterprise]),
        ]
        let lenders = [
            try await alliance.admit("northbank", [.lender]),
            try await alliance.admit("southbank", [.lender]),
        ]
        for (number, enterprise) in enterprises.enumerated() {
            _ = try await Enterprise(enterprise).importDocuments(
                [try alliance.documents(Months.first...Months.first, "first \(number)")])
            for lender in lenders {
                let asked = try await Lender(lender).request(
                    Self.terms(to: enterprise, by: lender))
                let request = try #require(
                    try await Enterprise(enterprise).requests().first {
                        $0.jti == asked.statement.jti
                    })
                let holder = try Enterprise(enterprise)
                let grant = try await holder.grant(
                    try await holder.plan(GrantWish(answering: request, at: enterprise.now)))
                _ = try await Lender(lender).fetch(grant.statement.jti)
            }
            let grants = try await Enterprise(enterprise).grants()
            _ = try await Lender(lenders[number]).giveBack(
                try #require(grants.first { $0.terms.to == lenders[number].handle }).jti)
        }
        let answer = try EntriesAnswer(
            parsing: try await alliance.send("/entries?limit=256").bytes)
        let statements = try answer.entries.map { try Statement(parsing: $0.statement) }
        var kinds: Set<Kind> = []
        for lender in lenders {
            let admit = try #require(
                statements.lazy.compactMap { $0.claims as? Admit }.first {
                    $0.handle == lender.handle
                })
            // All that the log says of the lender, wherever it may turn up again.
            let names =
                [lender.handle.text, admit.envelopeKey.digest.text]
                + admit.keys.flatMap {
                    [$0.key.thumbprint.text, Base64URL.encode($0.key.bytes)]
                }
            for statement in statements where !(statement.claims is Admit) {
                #expect(statement.issuer != lender.handle)
                let text =
                    String(decoding: statement.jws.payload, as: UTF8.self)
                    + statement.jws.kid.text
                for name in names { #expect(!text.contains(name), "\(statement.kind)") }
                kinds.insert(statement.kind)
            }
        }
        #expect(kinds.isSuperset(of: [.request, .grant, .access, .return]))
        // Requests and returns say the same but for times and random numbers, whoever asked whom.
        for kind in [Kind.request, .return] {
            let claims = try statements.filter { $0.kind == kind }.map { statement in
                guard case .object(let members) = try JSON(canonical: statement.jws.payload)
                else { return Set<String>() }
                return Set(
                    members.filter { !["_sd", "iat", "jti", "grant"].contains($0.key) }
                        .map { "\($0.key)=\($0.value.canonicalText)" })
            }
            #expect(claims.count >= 2 && Set(claims).count == 1)
        }
        for session in enterprises + lenders { await session.close() }
        await alliance.stop()
    }
}
