import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Where the set that a log begins with keeps hands apart: by well-formed statements that it refuses, and
/// by those that the rules refuse before any policy is asked.
@Suite struct SeparationTests {
    private static let trader = Person("e-trader")

    private func admit(
        _ person: Person, _ roles: [Role], size: SizeClass? = nil, withheld: Bool = false,
        to chain: inout Chain
    ) {
        let identity = LegalIdentity(
            ApplicantIdentity(name: person.handle.text, identifiers: [], country: "DE"), size: size)
        let signed = chain.admission(of: person, roles, identity: identity)
        #expect(chain.submit(signed, withheld: withheld) == nil)
    }

    /// Who is enterprise and lender uses others' books and never its own; what asks for its own is
    /// refused, and were it admitted, nobody could answer it.
    @Test func nobodyAnswersItself() {
        var chain = Chain()
        let trader = Self.trader
        admit(trader, [.enterprise, .lender], to: &chain)
        #expect(chain.submit(chain.request(by: trader, to: .other)) == nil)
        #expect(
            chain.submit(chain.request(by: trader, to: trader))
                == .policy(.forbidden(policies: ["who-holds-does-not-use"])))
        #expect(chain.submit(chain.granting(to: trader, by: trader)) == .grant(.grantToOneself))

        let all = chain.policies.add("all") { _ in
            PolicyDecision(permitted: true, determining: ["all"])
        }
        let files = [PolicyFile(name: "all.cedar", digest: Digest(hashing: []))]
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: all, files: files), by: .authority)) == nil
        )
        let asked = chain.request(by: trader, to: trader)
        #expect(chain.submit(asked) == nil)
        let jti = asked.statement.jti
        #expect(
            chain.submit(chain.granting(to: trader, by: trader, request: jti))
                == .grant(.grantToOneself))
        #expect(
            chain.submit(chain.granting(to: .lender, by: trader, request: jti))
                == .grant(.requestNotAnswered))
    }

    /// More than five years are granted only where two signed: who asks, and who answers.
    @Test func twoSignForMoreThanFiveYears() {
        var chain = Chain()
        let (five, more) = (Chain.months("2021-01", "2025-12"), Chain.months("2020-12", "2025-12"))
        #expect(five.months.count == 60 && more.months.count == 61)
        #expect(chain.submit(chain.granting(purpose: .guarantee, scope: five)) == nil)
        #expect(
            chain.submit(chain.granting(purpose: .guarantee, scope: more))
                == .policy(.forbidden(policies: ["long-grants-answer-a-request"])))
        let asked = chain.request(purpose: .guarantee, scope: more)
        #expect(chain.submit(asked) == nil)
        #expect(
            chain.submit(
                chain.granting(
                    purpose: .guarantee, scope: more, request: asked.statement.jti)) == nil)
        let less = chain.request(purpose: .guarantee, scope: five)
        #expect(chain.submit(less) == nil)
        #expect(
            chain.submit(
                chain.granting(purpose: .guarantee, scope: more, request: less.statement.jti))
                == .policy(.forbidden(policies: ["an-answer-is-no-wider-than-the-request"])))
    }

    /// What somebody operated on it doesn't use: the host never uses anything. Who asks is told nothing
    /// of what was done before; who is granted something is.
    @Test func whoOperatedDoesNotUse() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        #expect(
            chain.submit(chain.request(by: .host))
                == .policy(.forbidden(policies: ["host-never-uses"])))
        #expect(chain.submit(chain.access(chain.granted())) == nil)
        #expect(
            chain.submit(chain.request(by: .host))
                == .policy(.forbidden(policies: ["host-never-uses"])))
        #expect(
            chain.submit(chain.request(by: .host, to: .other))
                == .policy(.forbidden(policies: ["host-never-uses"])))
        // And the other way round: nothing can be sealed to the host, so it never comes to use.
        #expect(chain.submit(chain.granting(to: .host)) == .participant(.unusableEncryptionKey))
    }

    /// Who supervised books uses them for inspections alone.
    @Test func whoSupervisedDoesNotUse() {
        var chain = Chain()
        let hold = HoldTerms(
            holder: Person.enterprise.handle, books: nil, until: nil, caseReference: "c")
        func ask(_ purpose: Purpose, of holder: Person = .enterprise) -> Refusal? {
            chain.submit(chain.request(by: .regulator, to: holder, purpose: purpose))
        }
        let inspects = "regulator-uses-for-inspection-only"
        let grants = "regulator-reads-for-inspection-only"
        func grant(_ purpose: Purpose) -> Refusal? {
            chain.submit(chain.granting(to: .regulator, purpose: purpose))
        }
        #expect(ask(.guarantee) == .policy(.forbidden(policies: [inspects])))
        #expect(grant(.guarantee) == .policy(.forbidden(policies: [grants])))
        #expect(chain.submit(chain.sign(LegalHold(), hold, by: .regulator)) == nil)
        #expect(ask(.guarantee) == .policy(.forbidden(policies: [inspects])))
        #expect(
            grant(.guarantee)
                == .policy(.forbidden(policies: ["who-operated-does-not-use", grants])))
        #expect(grant(.inspection) == nil)
        #expect(ask(.guarantee, of: .other) == .policy(.forbidden(policies: [inspects])))
        #expect(ask(.inspection) == nil)
    }

    /// A policy that goes by the owner's size decides grants, and never tells who asks of it.
    @Test func requestsAreNotToldTheSize() throws {
        var chain = Chain()
        admit(Self.trader, [.enterprise], size: .micro, to: &chain)
        let text = """
            @id("all") permit (principal, action, resource);
            @id("sized") forbid (
              principal, action in [Action::"request", Action::"grant"], resource
            )
            when { resource.owner has size };
            """
        let set = try CedarPolicies(PolicyTexts([.init(name: "a.cedar", text: text)]))
        chain.policies.sets[set.digest] = set
        let published = chain.sign(
            PublishPolicies(set: set.digest, files: set.texts.claims), by: .authority)
        #expect(chain.submit(published) == nil)
        #expect(chain.submit(chain.request(to: Self.trader)) == nil)
        #expect(
            chain.submit(chain.granting(by: Self.trader))
                == .policy(.forbidden(policies: ["sized"])))
    }

    /// A micro enterprise's books are watched over two years; another's, or one's of unknown size, over
    /// five. A replay that isn't shown the size doesn't know of it.
    @Test(arguments: [SizeClass.micro, .small, nil], [false, true])
    func sizes(_ size: SizeClass?, withheld: Bool) {
        var chain = Chain()
        let trader = Self.trader
        admit(trader, [.enterprise], size: size, withheld: withheld, to: &chain)
        #expect(chain.participant(trader)?.size == (withheld ? nil : size))
        let refusal: Refusal? =
            size == .micro && !withheld
            ? .policy(.forbidden(policies: ["micro-enterprises-are-watched-over-2-years"])) : nil
        let (two, more) = (Chain.months("2024-11", "2026-10"), Chain.months("2024-10", "2026-10"))
        #expect(
            chain.submit(chain.granting(by: trader, purpose: .creditMonitoring, scope: two)) == nil)
        #expect(
            chain.submit(chain.granting(by: trader, purpose: .creditMonitoring, scope: more))
                == refusal)
        #expect(
            chain.submit(chain.request(to: trader, purpose: .creditMonitoring, scope: two)) == nil)
        #expect(
            chain.submit(chain.request(to: trader, purpose: .creditMonitoring, scope: more))
                == nil, "who asks isn't told the size")
        #expect(
            chain.submit(chain.granting(by: trader, purpose: .guarantee, scope: more)) == nil)
    }
}
