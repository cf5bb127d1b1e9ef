import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct PolicyTests {
    private func entity(
        _ roles: [Role], suspended: Bool = false, isHost: Bool = false, isAuthority: Bool = false
    ) -> PolicyEntity {
        PolicyEntity(
            handle: Person.outsider.handle, roles: roles, suspended: suspended, isHost: isHost,
            isAuthority: isAuthority)
    }

    private func decide(
        _ action: PolicyAction, _ principal: PolicyEntity, to other: PolicyEntity? = nil,
        purpose: Purpose? = nil
    ) -> PolicyDecision {
        Separation.shared.decide(
            PolicyRequest(
                principal: principal, action: action, counterparty: other, purpose: purpose,
                time: Chain.start))
    }

    /// `separation/1`, action by action and role by role: what isn't named is denied.
    @Test(arguments: PolicyAction.allCases)
    func permits(_ action: PolicyAction) {
        let users: Set<Role> = [.lender, .regulator, .guarantor]
        for role in Role.allCases {
            let permitted: Bool =
                switch action {
                case .admit: false
                case .seal, .close, .erase, .rekey: role == .enterprise
                case .grant: role == .enterprise
                case .revoke: role == .enterprise || users.contains(role)
                case .request, .access: users.contains(role)
                case .audit: role == .regulator
                }
            let decision = decide(
                action, entity([role]), to: entity([.lender]), purpose: .inspection)
            #expect(decision.permitted == permitted, "\(action) by \(role)")
            #expect(decision.permitted != decision.determining.isEmpty)
        }
        #expect(!decide(action, entity([]), to: entity([.lender])).permitted)
    }

    @Test func grantees() {
        let enterprise = entity([.enterprise])
        for role in Role.allCases {
            let isUser = [.lender, .regulator, .guarantor].contains(role)
            #expect(
                decide(.grant, enterprise, to: entity([role]), purpose: .inspection).permitted
                    == isUser)
        }
        #expect(!decide(.grant, enterprise, to: entity([])).permitted)
        #expect(!decide(.grant, enterprise).permitted)
    }

    @Test func admission() {
        let authority = entity([], isAuthority: true)
        func admit(_ roles: [Role]) -> [String] {
            let decision = decide(.admit, authority, to: entity(roles))
            return decision.permitted ? [] : decision.determining
        }
        let operating = "operating-excludes-holding-and-using"
        let auditing = "auditing-excludes-holding-and-using"
        for role in Role.allCases { #expect(admit([role]) == []) }
        #expect(admit([.enterprise, .lender]) == [])
        for role in [Role.enterprise, .lender, .guarantor] {
            #expect(admit([role, .operator]) == [operating])
            #expect(admit([role, .regulator]) == [auditing])
        }
        #expect(admit([.regulator, .operator]) == [operating])
        #expect(admit([.regulator, .attestor]) == [auditing])
        #expect(admit([.operator, .witness]) == [])
    }

    @Test func forbids() {
        let (enterprise, lender) = (entity([.enterprise]), entity([.lender]))
        let regulator = entity([.regulator])
        let host = entity([.lender], isHost: true)
        #expect(decide(.grant, enterprise, to: host).determining == ["host-never-uses"])
        for action in [PolicyAction.access, .request] {
            #expect(decide(action, host, to: enterprise).determining == ["host-never-uses"])
        }
        let inspection = "regulator-reads-for-inspection-only"
        for purpose in Purpose.allCases {
            let granted = decide(.grant, enterprise, to: regulator, purpose: purpose)
            let accessed = decide(.access, regulator, to: enterprise, purpose: purpose)
            #expect(granted.permitted == (purpose == .inspection))
            #expect(accessed.permitted == (purpose == .inspection))
            if purpose != .inspection {
                #expect(granted.determining == [inspection] && accessed.determining == [inspection])
            }
            #expect(decide(.access, lender, to: enterprise, purpose: purpose).permitted)
        }
        let suspended = entity([.enterprise, .lender], suspended: true)
        for action in PolicyAction.allCases {
            let decision = decide(action, suspended, to: lender, purpose: .inspection)
            #expect(decision.permitted == [.revoke, .erase].contains(action), "\(action)")
        }
        for action in [PolicyAction.grant, .access] {
            let decision = decide(
                action, entity([.enterprise, .lender]), to: entity([.lender], suspended: true))
            #expect(decision.determining == ["nothing-new-towards-the-suspended"])
        }
    }

    @Test func digestIsFrozen() {
        #expect(
            Separation.shared.digest
                == Digest(
                    hashing: [0, 0, 0, 19] + Array("trine/v1 policy set".utf8) + [0, 0, 0, 12]
                        + Array("separation/1".utf8)))
        #expect(BuiltInPolicies().policies(Separation.shared.digest) != nil)
        #expect(BuiltInPolicies().policies(Digest(hashing: [])) == nil)
    }

    // MARK: In the rules

    private func publish(
        _ name: String, in chain: inout Chain,
        _ decision: @escaping @Sendable (PolicyRequest) -> PolicyDecision
    ) {
        let set = chain.policies.add(name, decision)
        let files = [PolicyFile(name: "a", digest: Digest(hashing: []))]
        #expect(chain.submit(chain.sign(.policy(set: set, files: files), by: .authority)) == nil)
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
                chain.submit(signed) == .forbidden(policies: ["none"]), "\(signed.statement.kind)")
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
            chain.submit(chain.record("invoices/2026-02")) == .policyFailed(policies: ["broken"]))
    }

    /// A new forbid bites at once, a new permit never widens an older grant.
    @Test func bothSetsDecideAnAccess() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted(fetches: 100)
        #expect(chain.submit(chain.access(grant)) == nil)
        publish("no access", in: &chain) { $0.action == .access ? Self.forbid : Self.permit }
        #expect(chain.submit(chain.access(grant)) == .forbidden(policies: ["none"]))
        let strict = chain.granted(fetches: 100)
        publish("all", in: &chain) { _ in Self.permit }
        #expect(chain.submit(chain.access(grant)) == nil)
        #expect(chain.submit(chain.access(strict)) == .forbidden(policies: ["none"]))
        // So for new keys.
        publish("no rekey", in: &chain) { $0.action == .rekey ? Self.forbid : Self.permit }
        let later = chain.granted()
        publish("all again", in: &chain) { _ in Self.permit }
        #expect(chain.submit(chain.rekeying(grant, epochs: [1])) == nil)
        #expect(chain.submit(chain.rekeying(later, epochs: [1])) == .forbidden(policies: ["none"]))
    }

    /// Whoever doesn't have a set's text can't decide.
    @Test func unknownSetDenies() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted()
        publish("all", in: &chain) { _ in Self.permit }
        let newest = chain.log?.policies
        chain.policies.sets[Separation.shared.digest] = nil
        #expect(chain.submit(chain.access(grant)) == .policyUnknown)
        if let newest { chain.policies.sets[newest] = nil }
        #expect(chain.submit(chain.record("invoices/2026-02")) == .policyUnknown)
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
                        && request.fields == Chain.fields && request.lifetime == 86_400
                case .rekey:
                    request.principal.handle == Person.enterprise.handle
                        && request.counterparty?.handle == Person.lender.handle
                        && request.fields == Chain.fields
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
                case .audit: false
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
        // The older set permits too, as `separation/1` does.
        let served = chain.served(fields: ["due_date"])
        #expect(chain.submit(chain.access(grant, served: served)) == nil)
        #expect(chain.submit(chain.revocation(grant)) == nil)
    }
}
