import Cedar
import Testing

@Suite struct ParserTests {
    private func refusal(_ text: String) -> PolicyError? {
        do throws(PolicyError) {
            _ = try PolicySet(parsing: [.init(name: "a.cedar", text: text)])
            return nil
        } catch {
            return error
        }
    }

    @Test func errorsSayWhere() {
        let error = refusal("permit(principal, action, resource)\nwhen { principal.x = 1 };")
        #expect(error?.source == "a.cedar")
        #expect(error?.position.description == "2:20")
        #expect(error?.reason == .unsupportedOperator("="))
        let second = refusal("// é\n\n\u{2028} forbid(principal, action);")
        #expect(second?.position.description == "3:29")
        #expect(second?.reason == .unexpected(found: ")", expected: ","))
    }

    @Test func expressionsKnowWhereTheyStand() throws {
        let text = "permit(principal, action, resource)\n  when { 1 == context.x };"
        let condition = try PolicySet(parsing: text).policies[0].conditions[0].expression
        #expect(condition.position.description == "2:10")
        #expect(condition.operation == .equal)
        #expect(condition.operands.map(\.position.column) == [10, 15])
        #expect(condition.operands.map(\.operation) == [.constant, .attribute])
    }

    @Test(arguments: [
        "allow(principal, action, resource);", "permit(principal, action, resource)",
        "permit(principal, action);", "permit(action, principal, resource);",
        "permit(principal, action, resource, context);",
        "permit(principal: User, action, resource);",
        "permit(principal == User, action, resource);",
        "permit(principal != U::\"a\", action, resource);",
        "permit(principal in [U::\"a\"], action, resource);",
        "permit(principal == ?resource, action, resource);",
        "permit(principal is U == U::\"a\", action, resource);",
        "permit(principal, action is Action, resource);",
        "permit(principal, action == ?action, resource);",
        "permit(principal, action == User::\"a\", resource);",
        "permit(principal, action in [Action::\"a\", B::\"b\"], resource);",
        "permit(principal, action in [[Action::\"a\"]], resource);",
        "permit(principal, action, resource) where { true };",
        "permit(principal, action, resource) when { };",
        "permit(principal, action, resource) when true;",
        "@a @a permit(principal, action, resource);", "@a(1) permit(principal, action, resource);",
        "@permit(principal, action, resource);",
    ])
    func otherPoliciesAreRefused(text: String) { #expect(refusal(text) != nil) }

    @Test(arguments: [
        "1 == 1 == 1", "1 < 2 < 3", "1 in 2 in 3", "principal has a has b", "1 + ", "1 ! 2", "a",
        "a.b", "foo(1)", "principal()", "principal.foo()", "\"x\"()", "contains(1)", "isIpv4(1)",
        "principal.ip(\"1\")", "[1].contains()", "[1].contains(1, 2)", "[1].isEmpty(1)",
        "principal[1]", "principal[(\"a\")]", "principal.if", "principal.__cedar",
        "{a: 1, a: 2} == 1",
        "{if: 1} == 1", "{1: 1} == 1", "{(a): 1} == 1", "principal has (a)", "principal has 1",
        "principal has \"a\".b", "\"a\" like principal", "\"a\" like (\"a\")",
        "principal is (User)",
        "principal is \"User\"", "principal is User + 1", "\"a\" like \"a\" * 2", "A::{}",
        "if::\"a\" == 1", "__cedar::A::\"a\" == 1", "A::__cedar::\"a\" == 1", "A::B", "!!!!!true",
        "-----1 == 1", "!-1 == 1", "-!true", "9223372036854775808 == 1",
        "-9223372036854775809 == 1",
        "1 / 2 == 1", "1 % 2 == 1", "1 = 1", "\"\\q\" == 1", "\"\\*\" == 1", "\"\\u{110000}\" == 1",
        "\"\\u{d800}\" == 1", "\"\\u{}\" == 1", "\"\\u{1234567}\" == 1", "\"\\x80\" == 1",
        "\"\\x1\" == 1",
        "\"\r\" == 1", "\"\\\n\" == 1", "\"abc", "'a' == 1", "?principal == 1", "?x == 1", "1 & 1",
        "1 | 1",
        "a ? b : c", "(1", "[1", "{a: 1", "[1 2]", "[,] == 1", "if true then 1",
        "1 + if true then 1 else 2",
        "# 1", "é == 1", "1.5 == 1", "true::A::\"a\" == 1", "1a == 1",
    ])
    func otherExpressionsAreRefused(text: String) throws {
        guard case .refused = try outcome(text) else {
            Issue.record("accepted: \(text)")
            return
        }
    }

    @Test(arguments: [
        "permit(principal, action, resource,);",
        "permit(principal == (U::\"a\"), action, resource);",
        #"permit(principal is A in B::"d", action in ([N::Action::"", (Action::"b")]), resource);"#,
        "permit(principal, action in [], resource) when { true } unless { false };",
        #"@id("\u{62}") @if @in("") permit(principal in ?principal,action,resource == ?resource);"#,
        "\u{a0}permit // x\r(principal,action,resource);// end", "",
        "permit(principal, action, resource) when { principal::\"a\" is resource::action };",
        #"permit(principal, action, resource) when { [1,].contains({when: 1, a: 2,}["when"],) };"#,
    ])
    func unusualPoliciesAreAccepted(text: String) { #expect(refusal(text) == nil) }

    @Test func annotationsAndScopesCanBeRead() throws {
        let set = try PolicySet(
            parsing: [
                .init(
                    name: "one",
                    text: """
                        @id("a") @reason("because")
                        permit(principal in G::"g", action == Action::"x", resource is R);
                        """),
                .init(name: "two", text: "@id(\"b\") forbid(principal, action, resource);"),
            ], identifiedBy: .annotated)
        #expect(set.policies.map(\.id) == ["a", "b"])
        let policy = try #require(set["a"])
        #expect(policy[annotation: "reason"] == "because")
        #expect(policy[annotation: "other"] == nil)
        #expect(policy.principal.entity == (try uid("G", "g")))
        #expect(policy.principal.includesMembers && policy.principal.type == nil)
        #expect(policy.action.actions == [try uid("Action", "x")])
        #expect(!policy.action.includesMembers)
        #expect(policy.resource.type?.description == "R" && policy.resource.reference == nil)
        #expect(policy.source == "one" && policy.position.line == 1)
        #expect(policy.text.hasPrefix("@id(\"a\")") && policy.text.hasSuffix("is R);"))
        #expect(set["b"]?.effect == .forbid)
    }

    @Test func annotatedIdentifiersAreRequiredAndUnique() {
        let policy = "permit(principal, action, resource);"
        func reason(_ text: String) -> PolicyError.Reason? {
            do throws(PolicyError) {
                _ = try PolicySet(parsing: [.init(text: text)], identifiedBy: .annotated)
                return nil
            } catch {
                return error.reason
            }
        }
        #expect(reason(policy) == .missingIdentifier)
        #expect(reason("@id(\"x\") \(policy) @id(\"x\") \(policy)") == .duplicatePolicy("x"))
    }

    @Test func templatesTakePartOnceLinked() throws {
        let set = try PolicySet(
            parsing: """
                permit(principal == ?principal, action, resource in ?resource);
                forbid(principal, action, resource) when { false };
                """)
        #expect(set.policies.map(\.id) == ["policy1"])
        #expect(set.templates.map(\.id) == ["policy0"])
        let alice = try uid("U", "alice")
        let album = try uid("A", "album")
        let linked = try set.linking("policy0", as: "link", principal: alice, resource: album)
        let request = Request(principal: alice, action: try uid("Action", "x"), resource: album)
        #expect(set.isAuthorized(request, entities: .empty).decision == .deny)
        let response = linked.isAuthorized(request, entities: .empty)
        #expect(summary(response) == "allow link")
        #expect(linked["link"]?.template == "policy0")
        #expect(throws: PolicyError.self) { try set.linking("policy0", as: "x", principal: alice) }
        #expect(throws: PolicyError.self) { try set.linking("policy1", as: "x") }
        #expect(throws: PolicyError.self) {
            try linked.linking("policy0", as: "link", principal: alice, resource: album)
        }
    }
}
