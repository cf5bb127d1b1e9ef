import Cedar
import CedarTools
import Foundation
import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// The set that a log begins with, role by role. What each of its policies is for stands in
/// `Policies/tests`.
@Suite struct StandardPolicyTests {
    private func entity(
        _ roles: [Role], suspended: Bool = false, isHost: Bool = false, isAuthority: Bool = false,
        as person: Person = .outsider
    ) -> PolicyEntity {
        PolicyEntity(
            handle: person.handle, roles: roles, suspended: suspended, isHost: isHost,
            isAuthority: isAuthority)
    }

    private func decide(
        _ action: PolicyAction, _ principal: PolicyEntity, to other: PolicyEntity? = nil,
        purpose: Purpose = .creditAssessment, right: Right = .read, held: Bool = false
    ) -> PolicyDecision {
        let holder: Handle =
            switch action {
            case .request, .access, .operate: other?.handle ?? Person.enterprise.handle
            default: principal.handle
            }
        var request = PolicyRequest(
            principal: principal, action: action, counterparty: other, owner: holder,
            right: right, purpose: purpose, fields: ["due_date"], series: .invoices,
            months: Month("2026-01")!...Month("2026-12")!, lifetime: 86_400, fetches: 3,
            dataLife: 0, held: held, time: Chain.start, types: .standard)
        request.forgotten = ForgottenStatement(kind: .grant, age: 86_400)
        return CedarPolicies.standard.decide(request)
    }

    private var lender: PolicyEntity { entity([.lender], as: .lender) }
    private var enterprise: PolicyEntity { entity([.enterprise], as: .enterprise) }

    /// Action by action and role by role: what isn't named is denied.
    @Test(arguments: PolicyAction.allCases)
    func permits(_ action: PolicyAction) {
        let users: Set<Role> = [.lender, .regulator, .guarantor]
        for role in Role.allCases {
            let permitted: Bool =
                switch action {
                case .admit, .operate: false
                case .forget: true
                case .seal, .close, .erase, .rekey, .grant: role == .enterprise
                case .revoke: role == .enterprise || users.contains(role)
                case .request, .access: users.contains(role)
                case .audit: role == .regulator
                default: false
                }
            let isTowardsHolder = [.request, .access].contains(action)
            let decision = decide(
                action, entity([role]), to: isTowardsHolder ? enterprise : lender,
                purpose: role == .regulator ? .inspection : .creditAssessment)
            #expect(decision.permitted == permitted, "\(action) by \(role): \(decision)")
            #expect(decision.failed == [])
        }
        #expect(decide(action, entity([]), to: lender).permitted == (action == .forget))
    }

    @Test func grantees() {
        for role in Role.allCases {
            let decision = decide(
                .grant, enterprise, to: entity([role]),
                purpose: role == .regulator ? .inspection : .guarantee)
            #expect(decision.permitted == [.lender, .regulator, .guarantor].contains(role))
        }
        #expect(!decide(.grant, enterprise, to: entity([])).permitted)
        // Without a grantee the policies can't be evaluated, and that denies.
        #expect(!decide(.grant, enterprise).failed.isEmpty)
    }

    @Test func admission() {
        let authority = entity([], isAuthority: true, as: .authority)
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
        let host = entity([.lender], isHost: true, as: .host)
        #expect(decide(.grant, enterprise, to: host).determining == ["host-is-never-granted"])
        for action in [PolicyAction.access, .request] {
            #expect(decide(action, host, to: enterprise).determining == ["host-never-uses"])
        }
        #expect(decide(.operate, host, to: enterprise).determining == ["host-operates"])
        let suspended = entity([.enterprise, .lender], suspended: true)
        for action in PolicyAction.allCases where ![.request, .access, .operate].contains(action) {
            let decision = decide(action, suspended, to: lender)
            #expect(decision.permitted == [.revoke, .erase, .forget].contains(action), "\(action)")
        }
        let frozen = entity([.lender], suspended: true, as: .lender)
        #expect(
            decide(.grant, enterprise, to: frozen).determining
                == ["nothing-new-towards-the-suspended"])
        let closed = entity([.enterprise], suspended: true, as: .enterprise)
        #expect(
            decide(.access, lender, to: closed).determining
                == ["nothing-is-read-from-the-suspended"])
    }

    /// The months before log time's own, to the month.
    @Test func reach() {
        func reach(_ from: String, _ time: Int64) -> Int64 {
            PolicyQuestion.reach(Month(from)!...Month("2027-12")!, Timestamp(seconds: time)!)
        }
        // 2026-11-01T00:00:00Z, and the second before.
        #expect(reach("2025-09", 1_793_491_200) == 14)
        #expect(reach("2025-09", 1_793_491_199) == 13)
        #expect(reach("2026-11", 1_793_491_200) == 0)
        #expect(reach("2027-01", 1_793_491_200) == 0)
    }

    /// What the program is built with is what stands in the folder Policies, byte for byte.
    @Test func textsAreTheFiles() throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Policies")
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }
        #expect(try text("separation.cedar") == StandardTexts.separation)
        #expect(try text("trine.cedarschema") == StandardTexts.schema)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(names.filter { $0.hasSuffix(".cedar") } == ["separation.cedar"])
    }

    /// Everybody can read why each policy is there.
    @Test func everyPolicyIsExplained() {
        for policy in CedarPolicies.standard.set.policies {
            for annotation in ["id", "reason", "source"] {
                #expect(policy[annotation: annotation]?.isEmpty == false, "\(policy.id)")
            }
        }
    }

    /// The questions that the rules ask are those that the schema describes.
    @Test func questionsFitTheSchema() throws {
        let schema = try Schema(parsing: StandardTexts.schema)
        for action in PolicyAction.allCases {
            var request = PolicyRequest(
                principal: entity([.enterprise, .lender], isHost: true), action: action,
                counterparty: lender, owner: Person.outsider.handle, right: .prove,
                purpose: .guarantee, fields: ["due_date"], series: .bills,
                months: Month("2026-01")!...Month("2026-12")!, lifetime: 86_400, fetches: 3,
                dataLife: 0, held: true, past: [.read, .operate],
                answers: AnsweredRequest(by: Person.lender.handle, exceeded: true),
                time: Chain.start, types: .standard)
            request.forgotten = ForgottenStatement(kind: .request, age: 0)
            let question = PolicyQuestion(request)
            try schema.check(question.request)
            try schema.check(question.entities)
        }
    }
}
