import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct GrantTests {
    @Test func grants() throws {
        var chain = Chain()
        let request = chain.request()
        #expect(chain.submit(request) == nil)
        let index = chain.size
        let signed = chain.granting(epochs: [0, 2], request: request.statement.jti)
        #expect(chain.submit(signed) == nil)
        let state = try #require(chain.grant(signed.statement.jti))
        #expect(state.issuer == Person.enterprise.handle && state.index == index)
        #expect(
            state.used == 0 && state.revoked == nil
                && state.envelopeStatement == signed.statement.jti)
        #expect(state.terms?.to == Person.lender.handle)
        guard let claims = signed.statement.claims as? Grant else { return }
        #expect(state.claims == claims && state.envelope == claims.envelope)
        let given = try #require(chain.epochs().live.first)
        #expect(given.grant == signed.statement.jti && given.epoch == 2)
        #expect(given.months == Month("2026-01")!...Month("2026-12")!)
        #expect(given.expires == claims.expires)
    }

    @Test func whoMayGrant() {
        var chain = Chain()
        for person in [Person.lender, .regulator, .guarantor, .host, .authority] {
            #expect(
                chain.submit(chain.granting(to: .rival, by: person))
                    == .issuer(.notPermittedToIssuer(.grant)))
        }
        #expect(chain.submit(chain.granting(to: .enterprise)) == .grant(.grantToOneself))
        #expect(
            chain.submit(chain.granting(to: .outsider))
                == .issuer(.unknownParticipant(Person.outsider.handle)))
        for founder in [Person.host, .authority] {
            #expect(
                chain.submit(chain.granting(to: founder)) == .participant(.unusableEncryptionKey))
        }
        #expect(chain.submit(chain.granting(to: .guarantor)) == nil)
    }

    @Test func dates() {
        var chain = Chain()
        #expect(chain.submit(chain.granting(from: 10, until: 10)) == .grant(.periodEmpty))
        #expect(chain.submit(chain.granting(from: 10, until: 9)) == .grant(.periodEmpty))
        #expect(chain.submit(chain.granting(from: -10, until: 0)) == .grant(.alreadyExpired))
        #expect(chain.submit(chain.granting(from: -10, until: 1)) == nil)
        #expect(chain.submit(chain.granting(from: 10, until: 11)) == nil)
    }

    @Test func policiesAreThoseInForce() {
        var chain = Chain()
        let other = chain.policies.add("other") { _ in .init(permitted: true, determining: []) }
        #expect(chain.submit(chain.granting(policies: other)) == .grant(.wrongPolicies))
    }

    @Test func subjects() {
        var chain = Chain()
        #expect(
            chain.submit(chain.granting(subject: .fields(["due_date", "zz"])))
                == .grant(.unknownFields(["zz"])))
        #expect(
            chain.submit(chain.granting(subject: .fields(["period_end_commitment"])))
                == .grant(.unknownFields(["period_end_commitment"])))
        #expect(
            chain.submit(chain.granting(subject: .fields(["tax_amount_commitment"]))) == nil)
        for series in ["court", "repairs", "invoice"].compactMap(Series.init(rawValue:)) {
            #expect(
                chain.submit(chain.granting(scope: Chain.months("2026-01", "2026-02", series)))
                    == .grant(.foreignScope))
        }
        #expect(
            chain.submit(chain.granting(scope: Chain.months("2026-01", "2026-02", .bills))) == nil)
    }

    /// A scope has no more months than an access can state books.
    @Test func monthsAreLimited() {
        var chain = Chain()
        #expect(Limits.booksPerAccess == 256)
        let most = Chain.months("2020-01", "2041-04")
        let more = Chain.months("2020-01", "2041-05")
        #expect(most.months.count == 256)
        let all = chain.policies.add("all") { _ in
            PolicyDecision(permitted: true, determining: ["all"])
        }
        let files = [PolicyFile(name: "all.cedar", digest: Digest(hashing: []))]
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: all, files: files), by: .authority)) == nil
        )
        #expect(chain.submit(chain.granting(scope: most)) == nil)
        #expect(chain.submit(chain.granting(scope: more)) == .grant(.foreignScope))
        #expect(chain.submit(chain.request(scope: more)) == .grant(.foreignScope))
    }

    /// A grant answers its grantee's request, if any.
    @Test func answeredRequests() {
        var chain = Chain()
        let request = chain.request(by: .rival)
        #expect(chain.submit(request) == nil)
        let jti = request.statement.jti
        #expect(
            chain.submit(chain.granting(to: .lender, request: jti)) == .grant(.requestNotAnswered))
        #expect(
            chain.submit(chain.granting(to: .lender, request: chain.jti()))
                == .grant(.requestNotAnswered))
        let record = chain.register(1, in: "invoices/2026-02")[0]
        #expect(
            chain.submit(chain.granting(to: .lender, request: record))
                == .grant(.requestNotAnswered))
        #expect(chain.submit(chain.granting(to: .rival, request: jti)) == nil)
        // Another statement of the grantee's own isn't a request, and an erased one is none any more.
        let other = chain.added(KeyTests.spare, [.all], to: .rival)
        #expect(chain.submit(other) == nil)
        #expect(
            chain.submit(chain.granting(to: .rival, request: other.statement.jti))
                == .grant(.requestNotAnswered))
        let all = chain.policies.add("all") { _ in
            PolicyDecision(permitted: true, determining: ["all"])
        }
        let files = [PolicyFile(name: "all.cedar", digest: Digest(hashing: []))]
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: all, files: files), by: .authority)) == nil
        )
        #expect(chain.submit(chain.erasure(.request(jti), by: .rival)) == nil)
        #expect(
            chain.submit(chain.granting(to: .rival, request: jti)) == .grant(.requestNotAnswered))
    }

    /// What is dead is carried on as one epoch for its months, not grant by grant.
    @Test func deadGrantsAreGatheredUp() {
        var chain = Chain()
        _ = chain.granted(until: 100, epochs: [3])
        chain.now = Chain.start.advanced(by: 100)
        _ = chain.register(1, in: "invoices/2026-02", epoch: 4)
        #expect(chain.epochs().live.isEmpty && chain.epochs().ended.map(\.epoch) == [3])

        _ = chain.granted(until: 100, epochs: [5])
        let standing = chain.granted(to: .rival, until: 200, epochs: [5])
        chain.now = Chain.start.advanced(by: 200)
        #expect(chain.submit(chain.rekeying(standing, epochs: [6])) == nil)
        #expect(chain.epochs().live.map(\.grant) == [standing])
        #expect(chain.epochs().ended.map(\.epoch) == [5])
    }

    @Test func liveGrantsAreLimited() throws {
        var chain = Chain()
        #expect(GrantRule.maximumLiveGrants == 1024)
        var epochs = EpochState()
        let months = Month("2026-01")!...Month("2026-02")!
        for index in 0..<1024 {
            epochs.live.append(
                .init(
                    grant: chain.jti(), months: months, epoch: 0,
                    expires: Chain.start.advanced(by: index == 0 ? 10 : 1_000)))
        }
        let signed = chain.granting()
        let candidate = chain.candidate(signed)
        var slice = chain.slice(for: candidate)
        slice[EpochState.key(Person.enterprise.handle, .invoices)] = epochs
        #expect(throws: Refusal.grant(.tooManyGrants(limit: 1024))) {
            try Rules.decide(candidate, in: slice, texts: chain.policies)
        }
        // One that has expired makes room.
        chain.now = Chain.start.advanced(by: 10)
        let later = chain.candidate(chain.granting())
        #expect(throws: Never.self) {
            try Rules.decide(later, in: slice, texts: chain.policies)
        }
    }

    @Test func requests() {
        var chain = Chain()
        #expect(chain.submit(chain.request()) == nil)
        #expect(chain.submit(chain.request(by: .regulator, purpose: .inspection)) == nil)
        #expect(
            chain.submit(chain.request(to: .outsider))
                == .issuer(.unknownParticipant(Person.outsider.handle)))
        #expect(chain.submit(chain.request(to: .rival)) == .issuer(.notPermittedToIssuer(.request)))
        #expect(chain.submit(chain.request(from: 10, until: 10)) == .grant(.periodEmpty))
        #expect(
            chain.submit(chain.request(subject: .fields(["zz"]))) == .grant(.unknownFields(["zz"])))
        #expect(
            chain.submit(
                chain.request(scope: Chain.months("2026-01", "2026-02", Series(rawValue: "court")!))
            )
                == .grant(.foreignScope))
        #expect(chain.submit(chain.request(by: .other)) == .policy(.forbidden(policies: [])))
        #expect(
            chain.submit(chain.request(by: .host))
                == .policy(.forbidden(policies: ["host-never-uses"])))
    }

    @Test func rekeys() throws {
        var chain = Chain()
        let grant = chain.granted(until: 100, epochs: [0, 3])
        let signed = chain.rekeying(grant, epochs: [5])
        #expect(chain.submit(signed) == nil)
        let state = try #require(chain.grant(grant))
        let envelope = try #require(signed.statement.claims as? Rekey).envelope
        #expect(state.envelopeStatement == signed.statement.jti && state.envelope == envelope)
        #expect(chain.epochs().live.map(\.epoch) == [5])
        #expect(chain.submit(chain.rekeying(grant, epochs: [4])) == nil)
        #expect(chain.epochs().live.map(\.epoch) == [5], "what was given stays given")
        let unknown = chain.jti()
        #expect(
            chain.submit(chain.rekeying(unknown, epochs: [6])) == .grant(.unknownGrant(unknown)))
        #expect(
            chain.submit(chain.rekeying(grant, epochs: [6], by: .other))
                == .issuer(.notYours(grant)))
        #expect(
            chain.submit(chain.rekeying(grant, epochs: [6], by: .lender))
                == .issuer(.notPermittedToIssuer(.rekey)))
        chain.now = Chain.start.advanced(by: 100)
        #expect(chain.submit(chain.rekeying(grant, epochs: [6])) == .grant(.grantDead(grant)))
        let revoked = chain.granted()
        #expect(chain.submit(chain.revocation(revoked)) == nil)
        #expect(chain.submit(chain.rekeying(revoked, epochs: [6])) == .grant(.grantDead(revoked)))
    }

    /// Only the grant that is rekeyed gets the new epoch.
    @Test func rekeyConcernsOneGrant() {
        var chain = Chain()
        let first = chain.granted(epochs: [1])
        _ = chain.granted(to: .rival, epochs: [2])
        #expect(chain.submit(chain.rekeying(first, epochs: [7])) == nil)
        #expect(chain.epochs().live.map(\.epoch) == [7, 2])
    }

    @Test func revokes() throws {
        var chain = Chain()
        let grant = chain.granted(epochs: [3])
        for person in [Person.rival, .other, .regulator, .authority, .host] {
            #expect(chain.submit(chain.revocation(grant, by: person)) == .issuer(.notYours(grant)))
        }
        let unknown = chain.jti()
        #expect(chain.submit(chain.revocation(unknown)) == .grant(.unknownGrant(unknown)))
        let index = chain.size
        #expect(chain.submit(chain.revocation(grant)) == nil)
        #expect(chain.grant(grant)?.revoked == index)
        #expect(chain.epochs().live.isEmpty && chain.epochs().ended.map(\.epoch) == [3])
        #expect(chain.submit(chain.revocation(grant)) == .grant(.grantDead(grant)))
        // The grantee gives one back; a grant can be revoked before it begins, not after its end.
        let second = chain.granted(from: 50, until: 100)
        #expect(chain.submit(chain.giveBack(second)) == nil)
        let third = chain.granted(until: 100)
        chain.now = Chain.start.advanced(by: 100)
        #expect(chain.submit(chain.revocation(third)) == .grant(.grantDead(third)))
    }
}
