import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct PolicyTests {
    private func publish(
        _ name: String, in chain: inout Chain,
        _ decision: @escaping @Sendable (PolicyRequest) -> PolicyDecision
    ) {
        let set = chain.policies.add(name, decision)
        let files = [PolicyFile(name: "a", digest: Digest(hashing: []))]
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: set, files: files), by: .authority)) == nil
        )
    }

    private static let permit = PolicyDecision(permitted: true, determining: ["all"])
    private static let forbid = PolicyDecision(permitted: false, determining: ["none"])

    /// Every action that policies know is asked about, and their no is final.
    @Test func everyActionIsAsked() {
        var chain = Chain()
        let record = chain.register(2, in: "invoices/2026-02")[0]
        let grant = chain.granted()
        publish("none", in: &chain) { _ in Self.forbid }
        let statements: [SignedStatement] = [
            chain.admission(of: .outsider, [.lender]), chain.record("invoices/2026-02"),
            chain.closing("invoices/2026-02"), chain.erasure(.record(record)), chain.request(),
            chain.granting(), chain.rekeying(grant, epochs: [1]), chain.revocation(grant),
            chain.access(grant),
        ]
        for signed in statements {
            #expect(
                chain.submit(signed) == .policy(.forbidden(policies: ["none"])),
                "\(signed.statement.kind)")
        }
        // What governs the policies isn't subject to them.
        publish("all", in: &chain) { _ in Self.permit }
        #expect(chain.submit(chain.record("invoices/2026-02")) == nil)
    }

    /// A set that fails in any policy denies, whatever the others say.
    @Test func failureDenies() {
        var chain = Chain()
        publish("failing", in: &chain) { _ in
            PolicyDecision(permitted: true, determining: ["all"], failed: ["broken"])
        }
        #expect(
            chain.submit(chain.record("invoices/2026-02"))
                == .policy(.policyFailed(policies: ["broken"])))
    }

    /// A new forbid bites at once, a new permit never widens an older grant.
    @Test func bothSetsDecideAnAccess() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted(fetches: 100)
        #expect(chain.submit(chain.access(grant)) == nil)
        publish("no access", in: &chain) { $0.action == .access ? Self.forbid : Self.permit }
        #expect(chain.submit(chain.access(grant)) == .policy(.forbidden(policies: ["none"])))
        let strict = chain.granted(fetches: 100)
        publish("all", in: &chain) { _ in Self.permit }
        #expect(chain.submit(chain.access(grant)) == nil)
        #expect(chain.submit(chain.access(strict)) == .policy(.forbidden(policies: ["none"])))
        // So for new keys.
        publish("no rekey", in: &chain) { $0.action == .rekey ? Self.forbid : Self.permit }
        let later = chain.granted()
        publish("all again", in: &chain) { _ in Self.permit }
        #expect(chain.submit(chain.rekeying(grant, epochs: [1])) == nil)
        #expect(
            chain.submit(chain.rekeying(later, epochs: [1]))
                == .policy(.forbidden(policies: ["none"])))
    }

    /// Whoever doesn't have a set's text can't decide.
    @Test func unknownSetDenies() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted()
        publish("all", in: &chain) { _ in Self.permit }
        let newest = chain.log?.policies
        chain.policies.sets[CedarPolicies.standard.digest] = nil
        #expect(chain.submit(chain.access(grant)) == .policy(.policyUnknown))
        if let newest { chain.policies.sets[newest] = nil }
        #expect(chain.submit(chain.record("invoices/2026-02")) == .policy(.policyUnknown))
    }

    /// What a policy sees is what happens.
    @Test func questions() throws {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted(fetches: 7)
        publish("curious", in: &chain) { request in
            let isExpected =
                switch request.action {
                case .access:
                    request.principal.handle == Person.lender.handle
                        && request.counterparty?.handle == Person.enterprise.handle
                        && request.owner == Person.enterprise.handle && request.right == .read
                        && request.purpose == .creditAssessment && request.fields == ["due_date"]
                        && request.series == .invoices && request.fetches == 7
                        && request.lifetime == 86_400 && request.dataLife == 0
                        && request.months == Month("2026-01")!...Month("2026-12")!
                        && request.principal.roles == [.lender]
                        && request.time == Chain.start
                case .grant:
                    request.principal.handle == Person.enterprise.handle
                        && request.counterparty?.handle == Person.rival.handle
                        && request.owner == Person.enterprise.handle
                        && request.fields == Chain.fields.map(\.text) && request.lifetime == 86_400
                case .rekey:
                    request.principal.handle == Person.enterprise.handle
                        && request.counterparty?.handle == Person.lender.handle
                        && request.fields == Chain.fields.map(\.text)
                case .request:
                    request.principal.handle == Person.lender.handle
                        && request.counterparty?.handle == Person.enterprise.handle
                        && request.owner == Person.enterprise.handle && request.fetches == 3
                case .admit:
                    request.principal.isAuthority && !request.principal.isHost
                        && request.counterparty?.roles == [.lender]
                case .seal, .close:
                    request.series == .invoices && request.owner == Person.enterprise.handle
                        && request.months?.lowerBound == Month("2026-02")
                case .revoke: request.owner == Person.enterprise.handle && request.right == .read
                case .erase:
                    request.owner == Person.enterprise.handle && request.series == .invoices
                case .operate:
                    request.principal.isHost && request.owner == Person.enterprise.handle
                        && request.counterparty?.handle == Person.enterprise.handle
                        && request.series == .invoices
                default: false
                }
            return isExpected ? Self.permit : Self.forbid
        }
        let record = chain.record("invoices/2026-02")
        #expect(chain.submit(record) == nil)
        #expect(chain.submit(chain.closing("invoices/2026-02")) == nil)
        #expect(chain.submit(chain.erasure(.record(record.statement.jti))) == nil)
        #expect(chain.submit(chain.request()) == nil)
        #expect(chain.submit(chain.granting(to: .rival)) == nil)
        #expect(chain.submit(chain.rekeying(grant, epochs: [1])) == nil)
        #expect(chain.submit(chain.admission(of: .outsider, [.lender])) == nil)
        // The older set permits too, as the standard one does.
        let served = chain.served(fields: ["due_date"])
        #expect(chain.submit(chain.access(grant, served: served)) == nil)
        #expect(chain.submit(chain.revocation(grant)) == nil)
    }
}
