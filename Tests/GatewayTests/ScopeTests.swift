import Client
import Interface
import Sharing
import Storage
import Testing
import Wire

@testable import Client
@testable import Gateway

/// Whoever has a key that may only seal, close or grant reads nothing with it.
@Suite struct ScopeTests {
    /// A key of `session`'s participant with this scope alone.
    private func key(_ scope: KeyScope, of session: Session) async throws -> Signer {
        var random = SystemRandomNumberGenerator()
        let owner = try session.signer(.all)
        let key = SigningKey(seed: .random(count: 32, using: &random))
        let terms = KeyTerms(key: key.verificationKey, scopes: [scope])
        let pop = ProofOfPossession.sign(
            terms, for: session.handle, of: session.log,
            .by(owner.key.verificationKey.thumbprint), with: key)
        _ = try await session.register(AddKey(KeyOffer(terms, pop: pop)))
        return Signer(
            origin: owner.origin, handle: owner.handle, log: owner.log, key: key)
    }

    /// A key whose time is over calls nothing, even while the log is silent.
    @Test func keysThatHaveEnded() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let session = try await alliance.admit("acme", [.enterprise])
        let owner = try session.signer(.all)
        var random = SystemRandomNumberGenerator()
        let key = SigningKey(seed: .random(count: 32, using: &random))
        let terms = KeyTerms(
            key: key.verificationKey, scopes: [.all], until: session.now.advanced(by: 60))
        let pop = ProofOfPossession.sign(
            terms, for: session.handle, of: session.log,
            .by(owner.key.verificationKey.thumbprint), with: key)
        _ = try await session.addKey(KeyOffer(terms, pop: pop))
        let signer = Signer(
            origin: owner.origin, handle: owner.handle, log: owner.log, key: key)
        func query() async throws -> TransportAnswer {
            try await alliance.send(
                "/queries",
                Query.sign(
                    .entries, from: 0, limit: 9, by: signer, at: session.now,
                    jti: session.newJTI()
                ).bytes, type: "application/jose")
        }
        #expect(try await query().status == 200)
        alliance.clock.advance(by: 60)
        let answer = try await query()
        #expect(answer.status == 401)
        #expect(try Problem(parsing: answer.bytes).name == "key-expired")
        await session.close()
        await alliance.stop()
    }

    private struct Call {
        let path: String
        /// Of the answer to a key with scope `all`.
        let status: Int
        /// The one that it needs.
        let scope: KeyScope
        let sign: (Signer) -> [UInt8]
    }

    /// Every call that `session` may make.
    private func calls(_ session: Session, grant: JTI?, rejecting: Application?) -> [Call] {
        let now = session.now
        let book = BookName(series: .invoices, month: Months.first)
        let ranges = [RecordRange(book: book, from: 1, to: 1)].compactMap { $0 }
        var calls = [
            Call(path: "/queries", status: 200, scope: .query) {
                Query.sign(
                    .entries, from: 0, limit: 9, by: $0, at: now, jti: session.newJTI()
                ).bytes
            },
            Call(path: "/fetches", status: 200, scope: grant == nil ? .open : .fetch) {
                Fetch.sign(
                    grant: grant, fields: ["due_date"], ranges: ranges, by: $0, at: now,
                    jti: session.newJTI(), opener: .random()
                ).bytes
            },
        ]
        if let rejecting {
            calls = [
                calls[0],
                Call(path: "/queries", status: 200, scope: .all) {
                    Query.sign(
                        .applications, from: 0, limit: 9, by: $0, at: now, jti: session.newJTI()
                    ).bytes
                },
                Call(path: "/rejections", status: 204, scope: .all) {
                    Rejection.sign(
                        rejecting.handle, Digest(hashing: rejecting.bytes), by: $0, at: now,
                        jti: session.newJTI()
                    ).bytes
                },
            ]
        }
        return calls
    }

    @Test(arguments: [KeyScope.seal, .close, .present])
    func callsNeedTheirScope(scope: KeyScope) async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let regulator = try await alliance.admit("watch", [.regulator])
        let authority = try await alliance.session("authority")
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let plan = try await Enterprise(enterprise).plan(
            GrantWish(
                to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
                fields: ["due_date"], purpose: .receivablesFinancing, lifetime: 86_400, fetches: 9,
                dataLife: 86_400))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        let application = try alliance.application(
            with: try await alliance.invite("southbank", by: authority))
        _ = try await alliance.send(
            "/applications", application.bytes, type: "application/json")
        for (session, calls) in [
            (enterprise, calls(enterprise, grant: nil, rejecting: nil)),
            (lender, calls(lender, grant: grant, rejecting: nil)),
            (regulator, [calls(regulator, grant: nil, rejecting: nil)[0]]),
            (authority, calls(authority, grant: nil, rejecting: application)),
        ] {
            let narrow = try await key(scope, of: session)
            let before = try await alliance.fingerprint()
            for call in calls {
                let refused = try await alliance.send(
                    call.path, call.sign(narrow), type: "application/jose")
                #expect(refused.status == 403, "\(session.handle) \(call.path)")
                #expect(try Problem(parsing: refused.bytes).name == "scope-missing")
            }
            #expect(try await alliance.fingerprint() == before)
            for call in calls {
                // An application is rejected once.
                let again = call.status == 204 ? 404 : call.status
                for (signer, status) in [
                    (try await key(call.scope, of: session), call.status),
                    (try session.signer(.all), again),
                ] {
                    let answer = try await alliance.send(
                        call.path, call.sign(signer), type: "application/jose")
                    #expect(answer.status == status, "\(session.handle) \(call.path)")
                }
            }
        }
        for session in [enterprise, lender, regulator, authority] { await session.close() }
        await alliance.stop()
    }
}
