import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Erasing what statements say confidentially.
@Suite struct ForgettingTests {
    private func forget(_ request: JTI, by person: Person, in chain: inout Chain) -> Refusal? {
        chain.submit(chain.erasure(.request(request), by: person))
    }

    private func forget(_ grant: JTI, from epoch: Int64 = 2, in chain: inout Chain) -> Refusal? {
        chain.submit(chain.erasure(.grant(grant, epoch: epoch)))
    }

    private func hold(
        _ holder: Person, _ books: Scope? = nil, in chain: inout Chain
    ) -> Refusal? {
        let terms = HoldTerms(
            holder: holder.handle, books: books, until: nil, caseReference: "7")
        return chain.submit(chain.sign(LegalHold(), terms, by: .regulator))
    }

    /// Who asked has its request erased; the host that carried it doesn't, nor who was asked.
    @Test func requestsAreTheAskers() {
        var chain = Chain()
        let entry = chain.request()
        #expect(chain.submit(entry) == nil)
        let jti = entry.statement.jti
        for person in [Person.host, .enterprise, .rival, .authority] {
            #expect(forget(jti, by: person, in: &chain) == .issuer(.notYours(jti)))
        }
        #expect(forget(jti, by: .lender, in: &chain) == nil)
        #expect(chain.state[RequestState.key(jti)] == nil)
        #expect(forget(jti, by: .lender, in: &chain) == .erasure(.alreadyErased(jti)))
        #expect(
            chain.submit(chain.granting(until: 3600, request: jti)) == .grant(.requestNotAnswered))
    }

    /// The host can't carry an erased request again, though it still has the call.
    @Test func erasedCallsStayCarried() {
        var chain = Chain()
        let call = chain.asking()
        let entry = chain.sign(Request(), CarriedCall<RequestTerms>(call), by: .host)
        #expect(chain.submit(entry) == nil)
        #expect(forget(entry.statement.jti, by: .lender, in: &chain) == nil)
        let again = chain.sign(Request(), CarriedCall<RequestTerms>(call), by: .host)
        #expect(chain.submit(again) == .call(.alreadyCarried(by: entry.statement.jti)))
    }

    /// Holds cover statements about their books. A hold on somebody else doesn't count: the refusal
    /// would tell of it.
    @Test func holds() {
        var chain = Chain()
        let february = chain.granted(scope: Chain.months("2026-02", "2026-02"))
        let may = chain.granted(scope: Chain.months("2026-05", "2026-05"))
        let rekeys = (0..<2).map { epoch in chain.rekeying(february, epochs: [Int64(epoch)]) }
        let asked = chain.request()
        for signed in rekeys + [asked, chain.revocation(february), chain.revocation(may)] {
            #expect(chain.submit(signed) == nil)
        }
        #expect(hold(.enterprise, Chain.months("2026-01", "2026-03"), in: &chain) == nil)
        #expect(forget(february, in: &chain) == .erasure(.underLegalHold))
        #expect(forget(may, in: &chain) == nil)
        #expect(forget(asked.statement.jti, by: .lender, in: &chain) == nil)

        let second = chain.request()
        #expect(chain.submit(second) == nil)
        #expect(hold(.lender, in: &chain) == nil)
        #expect(forget(second.statement.jti, by: .lender, in: &chain) == .erasure(.underLegalHold))
    }

    /// An erased grant leaves none of its months behind, and doesn't live again with log time.
    @Test func grantsLeaveNothing() throws {
        var chain = Chain()
        let grant = chain.granted(
            scope: Chain.months("2026-03", "2026-04"), until: 100, epochs: [0, 4])
        chain.now = Chain.start.advanced(by: 100)
        #expect(chain.submit(chain.sign(chain.moving, by: .host)) == nil)
        #expect(forget(grant, from: 5, in: &chain) == nil)
        let state = try #require(chain.grant(grant))
        #expect(state.terms == nil && state.revoked != nil)
        #expect(chain.epochs() == EpochState())
        // An authority sets log time back to when the grant stood.
        chain.now = Chain.start.advanced(by: 10)
        #expect(chain.submit(chain.sign(chain.moving, by: .authority)) == nil)
        #expect(chain.submit(chain.access(grant)) == .grant(.grantDead(grant)))
        #expect(chain.submit(chain.giveBack(grant)) == .grant(.grantDead(grant)))
    }

    /// Who erases a grant says publicly where new records begin, above all that its keys open: nobody
    /// could tell afterwards. It holds for every book, so that it doesn't tell which the grant was about.
    @Test func whatAnErasedGrantOpensIsLost() throws {
        var chain = Chain()
        let grant = chain.granted(scope: Chain.months("2026-03", "2026-04"), epochs: [0, 4])
        #expect(chain.submit(chain.rekeying(grant, epochs: [6])) == nil)
        let later = chain.granted(scope: Chain.months("2026-04", "2026-05"), epochs: [8])
        for jti in [grant, later] { #expect(chain.submit(chain.revocation(jti)) == nil) }
        // Months of both: what was lost with the other one stays lost.
        for epoch in [0, 6, 8] as [Int64] {
            #expect(
                forget(grant, from: epoch, in: &chain)
                    == .book(.epochTooLow(have: epoch, required: 9)))
        }
        #expect(
            forget(grant, from: 1_000_000, in: &chain)
                == .book(.epochTooHigh(have: 1_000_000, limit: 1_000_000)))
        #expect(forget(grant, from: 9, in: &chain) == nil)
        #expect(chain.participant(.enterprise)?.leastEpoch == 9)
        for book in ["invoices/2026-03", "invoices/2027-01", "bills/2026-03"] {
            #expect(
                chain.submit(chain.record(book, epoch: 8))
                    == .book(.epochTooLow(have: 8, required: 9)), "\(book)")
        }
        // A later erasure takes nothing back.
        #expect(forget(later, from: 9, in: &chain) == nil)
        #expect(chain.participant(.enterprise)?.leastEpoch == 9)
        #expect(chain.submit(chain.record("invoices/2026-03", epoch: 9)) == nil)
        // Whoever isn't shown the terms knows the same.
        chain.expectPublicFold()
    }

    /// What is said about a grant goes with it; nobody erases an access or a return by itself.
    @Test func whatFollows() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted()
        let (access, rekey) = (chain.access(grant), chain.rekeying(grant, epochs: [1]))
        let giveBack = chain.giveBack(grant)
        for signed in [access, rekey, giveBack] {
            #expect(chain.submit(signed) == nil)
            #expect(signed.statement.claims.follows == grant)
        }
        for (signed, person) in [
            (access, Person.host), (access, .lender), (giveBack, .host), (giveBack, .lender),
            (rekey, .enterprise), (rekey, .lender),
        ] {
            let jti = signed.statement.jti
            let isOwn = signed.statement.issuer == person.handle
            #expect(
                chain.submit(chain.erasure(.grant(jti, epoch: 2), by: person))
                    == (isOwn ? .erasure(.cannotErase(jti)) : .issuer(.notYours(jti))))
        }
        #expect(chain.revocation(grant).statement.claims.follows == grant)
        #expect(chain.request().statement.claims.follows == nil)
    }

    /// The authorities have the identity of who left erased, and nobody else does, nor before.
    @Test func identities() throws {
        var chain = Chain()
        let admission = chain.admission(of: .outsider, [.lender])
        #expect(chain.submit(admission) == nil)
        let (jti, handle) = (admission.statement.jti, Person.outsider.handle)
        func forget(by person: Person, _ handle: Handle = handle) -> Refusal? {
            chain.submit(chain.erasure(.admission(jti, of: handle), by: person))
        }
        #expect(forget(by: .second) == .erasure(.stillThere(handle)))
        #expect(chain.submit(chain.sign(Suspend(handle), by: .authority)) == nil)
        for person in [Person.outsider, .host, .lender, .regulator] {
            #expect(forget(by: person) == .issuer(.notYours(jti)))
        }
        #expect(forget(by: .second, Person.lender.handle) == .erasure(.cannotErase(jti)))
        #expect(hold(.outsider, in: &chain) == nil)
        #expect(forget(by: .second) == .erasure(.underLegalHold))
        let release = HoldTerms(holder: handle, books: nil, until: nil, caseReference: "7")
        #expect(chain.submit(chain.sign(Release(), release, by: .regulator)) == nil)
        #expect(forget(by: .second) == nil)
        let state = try #require(chain.participant(.outsider))
        #expect(state.forgotten && state.size == nil && state.suspended)
        #expect(
            chain.submit(chain.sign(Reinstate(handle), by: .authority))
                == .participant(.forgotten(handle)))
    }

    /// A stolen key of one authority ends nobody's part in the log for good.
    @Test func identitiesTakeTheThreshold() {
        var chain = Chain(authorities: [.authority, .second], threshold: 2)
        func decide(_ motion: Motion) -> Refusal? {
            let agreed = [chain.approval(of: motion, by: .second)]
            return chain.submit(chain.issued(motion, by: .authority, with: agreed))
        }
        let admission = chain.admissionMotion(of: .outsider, [.lender])
        #expect(decide(admission) == nil)
        let handle = Person.outsider.handle
        #expect(decide(chain.motion(Suspend(handle), StatedReason(.unspecified))) == nil)
        let forgetting = chain.motion(
            Erase(.admission(admission.jti, of: handle)), StatedReason(.retentionEnded))
        #expect(
            chain.submit(chain.issued(forgetting, by: .second))
                == .governance(.approvalsMissing(have: 1, need: 2)))
        #expect(chain.participant(.outsider)?.forgotten == false)
        #expect(decide(forgetting) == nil)
        #expect(chain.participant(.outsider)?.forgotten == true)
    }

    /// Policies decide with the kind of statement and its age, as in a duty to keep something.
    @Test func policiesSeeKindAndAge() throws {
        var chain = Chain()
        let keeping = """
            @id("keep") @reason("r") @source("s")
            forbid (principal, action == Action::"forget", resource)
            when { context.kind == "grant" && context.age < duration("1h") };
            """
        let set = try CedarPolicies(
            PolicyTexts([
                .schema, .init(name: "keep.cedar", text: keeping),
                .init(name: "separation.cedar", text: StandardTexts.separation),
            ]))
        let digest = chain.policies.add("keeping") { set.decide($0) }
        let files = [PolicyFile(name: "a", digest: Digest(hashing: []))]
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: digest, files: files), by: .authority))
                == nil)
        let grant = chain.granted()
        let asked = chain.request()
        #expect(chain.submit(asked) == nil)
        #expect(chain.submit(chain.revocation(grant)) == nil)
        #expect(forget(grant, in: &chain) == .policy(.forbidden(policies: ["keep"])))
        #expect(forget(asked.statement.jti, by: .lender, in: &chain) == nil)
        chain.now = Chain.start.advanced(by: 3_599)
        #expect(forget(grant, in: &chain) == .policy(.forbidden(policies: ["keep"])))
        chain.now = Chain.start.advanced(by: 3_600)
        #expect(forget(grant, in: &chain) == nil)
    }
}
