import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// What a host can't do with the calls that it carries.
@Suite struct CarriedCallTests {
    /// Which entry carries a call.
    enum Carrier: CaseIterable { case request, `return` }

    /// A chain with a grant, and a second one to another.
    private func scene() -> (Chain, mine: JTI, others: JTI) {
        var chain = Chain()
        let (mine, others) = (chain.granted(), chain.granted(to: .rival))
        return (chain, mine, others)
    }

    private func carry(
        _ call: JWS, as carrier: Carrier, about grant: JTI, in chain: inout Chain,
        by person: Person = .host, at time: Timestamp? = nil
    ) -> SignedStatement {
        switch carrier {
        case .request:
            chain.sign(Request(), CarriedCall<RequestTerms>(call), by: person, at: time)
        case .return:
            chain.sign(
                Return(grant: grant), CarriedCall<ReturnTerms>(call), by: person, at: time)
        }
    }

    private func call(
        _ carrier: Carrier, about grant: JTI, in chain: inout Chain, by person: Person = .lender,
        with key: SigningKey? = nil, at time: Timestamp? = nil, jti: JTI? = nil,
        log: Digest<Digested.Genesis>? = nil
    ) -> JWS {
        switch carrier {
        case .request: chain.asking(by: person, with: key, at: time, jti: jti, log: log)
        case .return: chain.givingBack(grant, by: person, with: key, at: time, jti: jti, log: log)
        }
    }

    @Test(arguments: Carrier.allCases) func carries(_ carrier: Carrier) throws {
        var (chain, grant, _) = scene()
        let sent = call(carrier, about: grant, in: &chain)
        let entry = carry(sent, as: carrier, about: grant, in: &chain)
        #expect(chain.submit(entry) == nil)
        let jti =
            carrier == .request
            ? try RequestCall(parsing: sent.bytes).jti : try ReturnCall(parsing: sent.bytes).jti
        #expect(chain.state[CallState.key(jti)]?.entry == entry.statement.jti)
        switch carrier {
        case .request:
            let state = chain.state[RequestState.key(entry.statement.jti)]
            #expect(state?.by == Person.lender.handle && state?.terms.purpose == .creditAssessment)
        case .return: #expect(chain.grant(grant)?.revoked == chain.size - 1)
        }
        #expect(
            Rules.parties(to: chain.candidate(entry), in: chain.state)
                == [Person.host.handle, Person.lender.handle, Person.enterprise.handle])
    }

    /// Nobody but the host carries calls; who asks or gives back issues no entry.
    @Test(arguments: Carrier.allCases) func onlyTheHost(_ carrier: Carrier) {
        var (chain, grant, _) = scene()
        for person in [Person.lender, .enterprise, .authority, .regulator] {
            let sent = call(carrier, about: grant, in: &chain)
            let entry = carry(sent, as: carrier, about: grant, in: &chain, by: person)
            #expect(chain.submit(entry) == .issuer(.notHost))
        }
        #expect(chain.submit(chain.revocation(grant, by: .lender)) == .issuer(.notYours(grant)))
    }

    /// A host that makes the call itself, alters one, or uses a key that isn't for it.
    @Test(arguments: Carrier.allCases) func forged(_ carrier: Carrier) throws {
        var (chain, grant, others) = scene()
        let spare = Person.key("spare")
        #expect(chain.submit(chain.added(spare, [.fetch, .query, .open], to: .lender)) == nil)
        let retired = Person.key("retired")
        #expect(chain.submit(chain.added(retired, [.all], to: .lender)) == nil)
        let retirement = RetireKey(retired.verificationKey.thumbprint, .unspecified)
        #expect(chain.submit(chain.sign(retirement, by: .lender)) == nil)
        let scope: KeyScope = carrier == .request ? .request : .revoke
        for (key, refusal) in [
            (Person.host.key, .issuer(.keyOfAnother)), (Person.rival.key, .issuer(.keyOfAnother)),
            (Person.key("nobody's"), .issuer(.unknownKey)), (retired, .issuer(.keyRetired)),
            (spare, .issuer(.scopeMissing(scope))),
        ] as [(SigningKey, Refusal)] {
            let sent = call(carrier, about: grant, in: &chain, with: key)
            let entry = carry(sent, as: carrier, about: grant, in: &chain)
            #expect(chain.submit(entry) == refusal)
        }
        // Altered: another's claims under a signature of the lender's.
        let parts = call(carrier, about: grant, in: &chain).text.split(separator: ".")
        let other = call(carrier, about: others, in: &chain).text.split(separator: ".")
        let altered = try JWS(parsing: "\(other[0]).\(other[1]).\(parts[2])")
        #expect(
            chain.submit(carry(altered, as: carrier, about: others, in: &chain))
                == .issuer(.badSignature))
    }

    @Test(arguments: Carrier.allCases) func onceOnly(_ carrier: Carrier) throws {
        var (chain, grant, others) = scene()
        let sent = call(carrier, about: grant, in: &chain)
        let first = carry(sent, as: carrier, about: grant, in: &chain)
        #expect(chain.submit(first) == nil)
        // The grant that was given back is dead anyway: the same jti under another one.
        let jti =
            carrier == .request
            ? try RequestCall(parsing: sent.bytes).jti : try ReturnCall(parsing: sent.bytes).jti
        let again =
            carrier == .request
            ? sent : call(.return, about: others, in: &chain, by: .rival, jti: jti)
        let second = carry(again, as: carrier, about: others, in: &chain)
        #expect(chain.submit(second) == .call(.alreadyCarried(by: first.statement.jti)))
        // A call's number is used once, whatever the call is for.
        _ = chain.register(2, in: "invoices/2026-02", epoch: 1)
        let standing = chain.granted(epochs: [1])
        let access = chain.access(standing, fetch: chain.fetch(standing, jti: jti))
        #expect(chain.submit(access) == .call(.alreadyCarried(by: first.statement.jti)))
    }

    @Test(arguments: Carrier.allCases) func ofThisLogAndFresh(_ carrier: Carrier) {
        var (chain, grant, _) = scene()
        let elsewhere = Digest<Digested.Genesis>(hashing: Array("another".utf8))
        let foreign = call(carrier, about: grant, in: &chain, log: elsewhere)
        #expect(
            chain.submit(carry(foreign, as: carrier, about: grant, in: &chain))
                == .place(.otherLog))
        chain.now = Chain.start.advanced(by: 500)
        for second in [199, 801] as [Int64] {
            let time = Chain.start.advanced(by: second)
            let stale = call(carrier, about: grant, in: &chain, at: time)
            #expect(
                chain.submit(carry(stale, as: carrier, about: grant, in: &chain)) == .call(.stale))
        }
        let time = Chain.start.advanced(by: 200)
        let old = call(carrier, about: grant, in: &chain, at: time)
        #expect(chain.submit(carry(old, as: carrier, about: grant, in: &chain)) == nil)
    }

    /// One sort of call doesn't stand for another, and an entry doesn't either.
    @Test func sortsAreKeptApart() {
        var (chain, grant, _) = scene()
        let ask = chain.asking()
        let giveBack = chain.givingBack(grant)
        let entry = chain.request().statement.jws
        for (call, type) in [(giveBack, ReturnTerms.type), (entry, Kind.request.type)] {
            #expect(
                chain.submit(carry(call, as: .request, about: grant, in: &chain))
                    == .place(.malformed(.unknownType(type))))
        }
        #expect(
            chain.submit(carry(ask, as: .return, about: grant, in: &chain))
                == .place(.malformed(.unknownType(RequestTerms.type))))
    }

    /// A call that gives back one grant ends no other, and only the grantee's ends one.
    @Test func aReturnIsOfItsGrant() {
        var (chain, grant, others) = scene()
        for (call, target) in [
            (chain.givingBack(grant), others), (chain.givingBack(others), grant),
            (chain.givingBack(others), others), (chain.givingBack(grant, by: .rival), grant),
            (chain.givingBack(grant, by: .enterprise), grant),
        ] {
            #expect(
                chain.submit(carry(call, as: .return, about: target, in: &chain))
                    == .call(.foreign))
        }
        let unknown = chain.jti()
        #expect(
            chain.submit(carry(chain.givingBack(unknown), as: .return, about: unknown, in: &chain))
                == .grant(.unknownGrant(unknown)))
        #expect(chain.submit(chain.giveBack(grant)) == nil)
        #expect(chain.submit(chain.giveBack(grant)) == .grant(.grantDead(grant)))
        #expect(chain.submit(chain.access(grant)) == .grant(.grantDead(grant)))
        #expect(chain.submit(chain.giveBack(others, by: .rival)) == nil)
    }

    /// Who is suspended asks for nothing, and gives back all the same.
    @Test func suspended() {
        var (chain, grant, others) = scene()
        func suspend(_ person: Person) -> Refusal? {
            chain.submit(chain.sign(Suspend(person.handle), by: .authority))
        }
        #expect(suspend(.lender) == nil)
        #expect(chain.submit(chain.request()) == .issuer(.suspended(Person.lender.handle)))
        #expect(chain.submit(chain.giveBack(grant)) == nil)
        #expect(suspend(.host) == nil)
        #expect(
            chain.submit(chain.request(by: .rival)) == .issuer(.suspended(Person.host.handle)))
        #expect(chain.submit(chain.giveBack(others, by: .rival)) == nil)
    }

    /// The policies decide with who calls as principal, not with the host.
    @Test func policiesSeeTheCaller() {
        var (chain, grant, _) = scene()
        let set = chain.policies.add("nobody but the rival") { request in
            PolicyDecision(
                permitted: ![.request, .revoke].contains(request.action)
                    || request.principal.handle == Person.rival.handle,
                determining: ["test"])
        }
        let files = [PolicyFile(name: "a", digest: Digest(hashing: []))]
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: set, files: files), by: .authority))
                == nil)
        let forbidden = Refusal.policy(.forbidden(policies: ["test"]))
        #expect(chain.submit(chain.request()) == forbidden)
        #expect(chain.submit(chain.giveBack(grant)) == forbidden)
        #expect(chain.submit(chain.request(by: .rival)) == nil)
    }

    /// A grant answers the entry of a request, for who signed the call in it.
    @Test func grantsAnswerTheEntry() throws {
        var chain = Chain()
        let entry = chain.request()
        #expect(chain.submit(entry) == nil)
        let (jti, ask) = (entry.statement.jti, chain.asking())
        let call = try RequestCall(parsing: ask.bytes).jti
        #expect(
            chain.submit(chain.granting(request: call)) == .grant(.requestNotAnswered))
        #expect(
            chain.submit(chain.granting(to: .rival, until: 3600, request: jti))
                == .grant(.requestNotAnswered))
        #expect(chain.submit(chain.granting(until: 3600, request: jti)) == nil)
    }
}
