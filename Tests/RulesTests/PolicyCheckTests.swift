import Cedar
import Testing

@testable import PolicyTools
@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct PolicyCheckTests {
    private func check(_ change: (String) -> String) throws -> PolicyCheck {
        let text = change(StandardTexts.separation)
        return PolicyCheck(
            try CedarPolicies(PolicyTexts([.schema, .init(name: "a.cedar", text: text)])))
    }

    /// The text without the policy `id`.
    private func without(_ id: String) throws -> PolicyCheck {
        try check { _ in
            CedarPolicies.standard.set.policies.filter { $0.id.description != id }
                .map(\.text).joined(separator: "\n")
        }
    }

    @Test func theStandardSetIsClean() throws {
        let check = try check { $0 }
        #expect(check.isClean)
        #expect(check.escapes.isEmpty)
        #expect(check.meetings.map(\.hand.words) == [])
        #expect(check.neverApplied == [])
        #expect(check.failing.map(\.policy) == [])
        #expect(check.impossible == [])
        #expect(check.unanswered.contains { $0.action == .seal })
    }

    /// Without the policy that keeps them apart, rights meet, and the examples show how.
    @Test func rightsThatMeetAreFound() throws {
        let auditing = try without("auditing-excludes-holding-and-using").meetings
        let meeting = try #require(auditing.first { $0.rights == ["auditing", "holding"] })
        #expect(meeting.hand.words == "enterprise and regulator")
        #expect(meeting.examples.map(\.request.action) == [.audit, .seal])
        #expect(meeting.examples[1].policies == ["holder-holds"])

        let holding = try without("who-holds-does-not-use").meetings
        #expect(
            holding.map(\.hand.words) == ["enterprise and lender", "enterprise and guarantor"])
        #expect(holding.allSatisfy { $0.onSameBooks && $0.rights == ["holding", "using"] })

        let using = try without("regulator-uses-for-inspection-only").meetings
        #expect(using.map(\.hand.words) == ["regulator"])
        #expect(using.map(\.rights) == [["auditing", "using"]])
    }

    /// An operator that may operate without being the host meets what it is admitted as.
    @Test func operatorsAreKeptApart() throws {
        let permit = """
            @id("operators-operate")
            permit (principal in Role::"operator", action == Action::"operate", resource);
            """
        let open = try check { _ in
            CedarPolicies.standard.set.policies
                .filter { $0.id.description != "operating-excludes-holding-and-using" }
                .map(\.text).joined(separator: "\n") + permit
        }
        let hands = Set(
            open.meetings.filter { $0.rights.contains("operating") }.map(\.hand.words))
        #expect(hands.contains("enterprise and operator"))
        #expect(hands.contains("lender and operator"))
        #expect(try check { $0 + permit }.meetings.isEmpty)
    }

    @Test func deadPoliciesAreFound() throws {
        let check = try check {
            $0 + """

                @id("never")
                forbid (principal, action, resource) when { principal.suspended && !principal.suspended };
                @id("far")
                forbid (principal, action == Action::"grant", resource)
                when { context.terms.lifetime > duration("3650d") && context.terms.months == 77 };
                """
        }
        #expect(check.neverApplied == ["never"])
    }

    /// A list of forbidden classes lets the class of tomorrow through; a list of allowed ones doesn't.
    @Test func forbiddenClassesAreFound() throws {
        let ids = [
            "contents-are-not-read-for-credit", "financing-reads-what-is-financed",
            "accounts-are-not-read-for-audits", "only-known-classes-are-read",
        ]
        let rest = CedarPolicies.standard.set.policies
            .filter { !ids.contains($0.id.description) }.map(\.text).joined(separator: "\n")
        func classes(_ condition: String) -> String {
            """
            @id("classes")
            forbid (principal, action in [Action::"request", Action::"grant", Action::"rekey", Action::"access"], resource)
            when { context.terms.right == "read" && \(condition) };
            """
        }
        for forbidden in [
            "context.terms.classes.containsAny([\"content\", \"original\"])",
            "context.terms.classes.contains(\"personal\")",
            "[\"content\"].containsAny(context.terms.classes)",
            "context.terms.fields.contains(\"lines\")",
        ] {
            let escapes = try check { _ in rest + classes(forbidden) }.escapes
            #expect(
                Set(escapes.map(\.action)) == [.request, .grant, .rekey, .access], "\(forbidden)")
            #expect(Set(escapes.map(\.purpose)).count == Purpose.allCases.count - 1)
        }
        let allowed = try check { _ in
            rest + classes("!([\"amount\", \"date\"].containsAll(context.terms.classes))")
        }
        #expect(allowed.escapes.isEmpty && allowed.isClean)
    }

    @Test func policiesThatFailAreFound() throws {
        let check = try check {
            $0 + """

                @id("broken")
                forbid (principal, action == Action::"grant", resource) 
                when { context.terms.fetches + 9223372036854775807 > 0 };
                """
        }
        #expect(check.failing.map(\.policy) == ["broken"])
        #expect(check.failing.first?.example.action == .grant)
    }

    @Test func explanations() throws {
        let lender = PolicyHand([.lender]).entity(Handle("northbank")!)
        let enterprise = PolicyHand([.enterprise]).entity(Handle("e-workshop")!)
        let request = PolicyRequest(
            principal: enterprise, action: .grant, counterparty: lender, owner: enterprise.handle,
            right: .read, purpose: .creditAssessment, fields: ["due_date", "lines"],
            series: .invoices, months: Month("2026-01")!...Month("2026-12")!,
            lifetime: 30 * 86_400, fetches: 1, dataLife: 86_400, time: Chain.start,
            types: .standard)
        let explanation = PolicyExplanation(of: request, under: .standard)
        #expect(!explanation.decision.permitted)
        #expect(explanation.grounds.map(\.policy) == ["contents-are-not-read-for-credit"])
        #expect(explanation.grounds[0].reason?.contains("more than an assessment needs") == true)
        let words = explanation.remedies.map(\.words)
        #expect(words.contains("without lines") && words.contains("as a proof instead of values"))
        for remedy in explanation.remedies {
            #expect(CedarPolicies.standard.decide(remedy.request).permitted)
        }
        #expect(
            request.words.hasPrefix(
                "e-workshop (enterprise) wants to grant northbank (lender) the invoices"))

        let reach = FieldReach("tax_exclusive_amount", under: .standard)
        let assessment = reach.rows.first {
            $0.role == .lender && $0.purpose == .creditAssessment && $0.right == .read
        }
        #expect(assessment?.days == 31 && assessment?.reach == 14)
        #expect(!reach.rows.contains { $0.purpose == .statistics && $0.right == .read })
        #expect(!reach.rows.contains { $0.role == .operator })

        // What is known of the enterprise counts.
        func monitoring(_ size: SizeClass?, suspended: Bool = false) -> FieldReach.Row? {
            let owner = PolicyEntity(
                handle: Handle("workshop")!, roles: [.enterprise], suspended: suspended,
                isHost: false, isAuthority: false, found: .init(size: size))
            return FieldReach("tax_exclusive_amount", of: owner, under: .standard).rows.first {
                $0.role == .lender && $0.purpose == .creditMonitoring && $0.right == .read
            }
        }
        #expect(monitoring(nil) != nil && monitoring(nil)?.reach != 24)
        #expect(monitoring(.micro)?.reach == 24)
        #expect(monitoring(.small)?.reach == monitoring(nil)?.reach)
        #expect(monitoring(nil, suspended: true) == nil)
    }
}
