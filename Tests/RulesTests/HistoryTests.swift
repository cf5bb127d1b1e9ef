import Foundation
import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Separation that is more than a list of rules: what somebody did before counts, an answer only
/// narrows a request, and rights can be given one by one.
@Suite struct HistoryTests {
    private func past(_ user: Person, in chain: Chain) -> [Involvement] {
        let key = InvolvementState.key(user.handle, with: Person.enterprise.handle)
        return chain.state[key]?.past ?? []
    }

    private func publish(_ text: String, in chain: inout Chain) throws {
        let set = try CedarPolicies(PolicyTexts([.schema, .init(name: "a.cedar", text: text)]))
        chain.policies.sets[set.digest] = set
        let refusal = chain.submit(
            chain.sign(PublishPolicies(set: set.digest, files: set.texts.claims), by: .authority))
        #expect(refusal == nil)
    }

    @Test func dealingsAreRemembered() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted()
        #expect(past(.lender, in: chain) == [] && past(.host, in: chain) == [])
        #expect(chain.submit(chain.access(grant)) == nil)
        #expect(past(.lender, in: chain) == [.read])
        #expect(past(.host, in: chain) == [.operate])
        #expect(past(.rival, in: chain) == [])
        let hold = HoldTerms(
            holder: Person.enterprise.handle, books: nil, until: nil, caseReference: "c")
        #expect(chain.submit(chain.sign(LegalHold(), hold, by: .regulator)) == nil)
        #expect(past(.regulator, in: chain) == [.supervise])
        #expect(chain.submit(chain.sign(LegalHold(), hold, by: .authority)) == nil)
        #expect(past(.authority, in: chain) == [.supervise])
    }

    /// Who has read an enterprise's books may not be proven anything about them, and who has put them
    /// under hold may not read them: where a policy says so, what was done before decides.
    @Test func historyCounts() throws {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        try publish(
            """
            @id("all") permit (principal, action, resource);
            @id("read-once") forbid (principal, action == Action::"access", resource)
            when { context.terms.past.contains("read") };
            @id("supervised") forbid (principal, action == Action::"grant", resource)
            when { context.terms.past.contains("supervise") };
            @id("known") forbid (principal, action in [Action::"grant", Action::"rekey"], resource)
            when { context.terms.past.contains("read") };
            """, in: &chain)
        let grant = chain.granted()
        #expect(chain.submit(chain.request()) == nil)
        #expect(chain.submit(chain.access(grant)) == nil)
        #expect(chain.submit(chain.access(grant)) == .policy(.forbidden(policies: ["read-once"])))
        #expect(chain.submit(chain.granting()) == .policy(.forbidden(policies: ["known"])))
        #expect(
            chain.submit(chain.rekeying(grant, epochs: [1]))
                == .policy(.forbidden(policies: ["known"])))
        #expect(chain.submit(chain.granting(to: .rival)) == nil)
        #expect(chain.submit(chain.granting(to: .regulator, purpose: .inspection)) == nil)
        let hold = HoldTerms(
            holder: Person.enterprise.handle, books: nil, until: nil, caseReference: "c")
        #expect(chain.submit(chain.sign(LegalHold(), hold, by: .regulator)) == nil)
        #expect(
            chain.submit(chain.granting(to: .regulator, purpose: .inspection))
                == .policy(.forbidden(policies: ["supervised"])))
        // Who asks is told nothing of it.
        #expect(chain.submit(chain.request(by: .regulator)) == nil)
    }

    /// A policy that asks what who requests may not see isn't published.
    @Test func requestsKnowNothingOfTheHolder() throws {
        for fact in [
            "context.terms.past.contains(\"read\")", "context.terms.held",
            "resource.owner.size == \"micro\"", "resource.owner.country == \"DE\"",
        ] {
            var chain = Chain()
            let text = """
                @id("all") permit (principal, action, resource);
                @id("curious") forbid (principal, action == Action::"request", resource)
                when { \(fact) };
                """
            let texts = try PolicyTexts([.schema, .init(name: "a.cedar", text: text)])
            #expect(throws: PolicySetRefusal.self, "\(fact)") { try CedarPolicies(texts) }
            chain.policies.invalid.insert(texts.digest)
            let signed = chain.sign(
                PublishPolicies(set: texts.digest, files: texts.claims), by: .authority)
            #expect(chain.submit(signed) == .policy(.policyInvalid))
            let unknown = chain.sign(
                PublishPolicies(set: Digest(hashing: []), files: texts.claims), by: .authority)
            #expect(chain.submit(unknown) == .policy(.policyUnknown))
        }
    }

    /// A grant that answers a request gives at most what was asked for.
    @Test func anAnswerOnlyNarrows() {
        var chain = Chain()
        let request = chain.request()
        #expect(chain.submit(request) == nil)
        let jti = request.statement.jti
        let wider = Refusal.policy(.forbidden(policies: ["an-answer-is-no-wider-than-the-request"]))
        #expect(chain.submit(chain.granting(request: jti)) == nil)
        #expect(
            chain.submit(
                chain.granting(
                    scope: Chain.months("2026-02", "2026-03"), subject: .fields(["due_date"]),
                    until: 3600, fetches: 1, request: jti)) == nil)
        _ = chain.register(1, in: "invoices/2026-02")
        let listed = Scope.records([Chain.range("invoices/2026-02", 1, 1)])
        let statements = GrantSubject.statements(["sum(tax_amount) >= 1 EUR"])
        for signed in [
            chain.granting(right: .prove, scope: listed, subject: statements, request: jti),
            chain.granting(purpose: .creditMonitoring, request: jti),
            chain.granting(scope: Chain.months("2025-12", "2026-12"), request: jti),
            chain.granting(scope: Chain.months("2026-01", "2027-01"), request: jti),
            chain.granting(scope: Chain.months("2026-01", "2026-12", .bills), request: jti),
            chain.granting(subject: .fields(["due_date", "number"]), request: jti),
            chain.granting(until: 86_401, request: jti), chain.granting(fetches: 4, request: jti),
        ] { #expect(chain.submit(signed) == wider) }
        // The request's terms go with its erasure, and it isn't answered any more.
        #expect(
            chain.submit(chain.sign(Erase(.request(jti)), StatedReason(.givenBack), by: .lender))
                == nil)
        #expect(
            chain.submit(chain.granting(until: 3600, request: jti)) == .grant(.requestNotAnswered))
    }

    /// A may view and modify but not use; B may use but not view.
    @Test func viewAndModifyButNotUse() throws {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        _ = chain.register(2, in: "invoices/2026-02", by: .other)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Policies/tests/view-and-use.cedar")
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("\"acme\"", with: "\"\(Person.enterprise.handle)\"")
        try publish(
            text + """

                @id("anybody-grants")
                permit (principal, action == Action::"grant", resource);
                @id("host-operates")
                permit (principal in Role::"host", action == Action::"operate", resource);
                """, in: &chain)
        let (a, b) = (Person.enterprise, Person.lender)

        // A modifies: it seals. B doesn't.
        #expect(chain.submit(chain.record("invoices/2026-02")) == nil)
        // B views nothing, and uses: it is proven something.
        let commitment: [FieldName] = ["tax_exclusive_amount_commitment"]
        let read = chain.granted(to: b)
        let listed = Scope.records([Chain.range("invoices/2026-02", 1, 2)])
        let statements = GrantSubject.statements(["sum(tax_exclusive_amount) >= 1 EUR"])
        let prove = chain.granted(to: b, scope: listed, subject: statements, right: .prove)
        #expect(
            chain.submit(chain.access(read)) == .policy(.forbidden(policies: ["b-does-not-view"])))
        #expect(
            chain.submit(
                chain.access(
                    prove, fetch: chain.fetch(prove, fields: commitment),
                    served: chain.served(fields: commitment))) == nil)
        // A views what another shows it, and is proven nothing.
        let shown = chain.granted(to: a, by: .other)
        let proven = chain.granted(
            to: a, by: .other, scope: listed, subject: statements, right: .prove)
        let nothing = Served(
            fields: [], ranges: [],
            books: chain.stated([BookName("invoices/2026-02")!], of: .other))
        #expect(
            chain.submit(
                chain.access(shown, fetch: chain.fetch(shown, by: a), served: nothing)) == nil)
        #expect(
            chain.submit(
                chain.access(
                    proven, fetch: chain.fetch(proven, by: a, fields: commitment),
                    served: nothing)) == .policy(.forbidden(policies: ["a-does-not-use"])))
    }
}
