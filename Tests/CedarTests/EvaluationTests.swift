import Cedar
import Testing

@Suite struct EvaluationTests {
    /// Alice is in the group of editors, which is in that of the staff.
    private func entities() throws -> Entities {
        try Entities([
            Entity(
                uid("User", "alice"),
                attributes: Record([
                    "age": .long(30), "name": .string("Alice"),
                    "manager": .entity(uid("User", "bob")),
                    "address": .record(Record(["city": .string("Oslo")])),
                    "roles": .set(ValueSet([.string("a"), .string("b")])),
                ]),
                tags: Record(["level": .long(3)]), parents: [uid("Group", "editors")]),
            Entity(uid("Group", "editors"), parents: [uid("Group", "staff")]),
            Entity(uid("User", "bob")),
        ])
    }

    @Test(arguments: [
        "1 + 2 * 3 == 7", "10 - 3 - 2 == 5", "-9223372036854775808 < 0", "--1 == 1", "- 1 == -1",
        "-(1) == 0 - 1", "2 * 3 * 4 == 24", "1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2",
        "if 1 < 2 then true else 1", "!false", "!!true", "true || 1 == principal.nope",
        "!(false && principal.nope)", "[1, 2, 2] == [2, 1]", "[1, [2]] != [1, 2]",
        "[].isEmpty() && ![1].isEmpty()", "[1, 2].contains(1)", "![1].contains(\"1\")",
        "[1, 2, 3].containsAll([3, 1])", "[1].containsAll([])", "![1].containsAll([1, 2])",
        "[1, 2].containsAny([2, 9])", "![1].containsAny([])", "{a: 1, \"b\": 2} == {b: 2, a: 1}",
        "{a: 1}.a == 1", "{\"x y\": 1}[\"x y\"] == 1", "{a: {b: 1}} has a.b", "!({a: {}} has a.b)",
        "!({} has a.b.c)", "principal.age == 30", "principal.address.city == \"Oslo\"",
        "principal has age && !(principal has nope)", "!(User::\"nobody\" has age)",
        "!(principal.manager has age)", "principal has manager && !(principal has manager.age)",
        "principal in Group::\"editors\"", "principal in Group::\"staff\"",
        "principal in principal",
        "!(principal in Group::\"other\")", "principal in [Group::\"x\", Group::\"staff\"]",
        "!(principal in [])", "User::\"nobody\" in User::\"nobody\"", "principal is User",
        "!(principal is Group)", "principal is User in Group::\"staff\"",
        "!(principal is Group in 1)",
        "principal == User::\"alice\"", "principal != User::\"Alice\"", "1 != \"1\"", "true != 1",
        "principal.hasTag(\"level\")", "!principal.hasTag(\"x\")",
        "!User::\"nobody\".hasTag(\"x\")",
        "principal.getTag(\"level\") == 3", "principal.roles.contains(\"a\")",
        "\"abc\" like \"a*\"", "\"abc\" like \"*\"", "!(\"abc\" like \"a\")",
        "\"a*c\" like \"a\\*c\"",
        "!(\"abc\" like \"a\\*c\")", "\"\" like \"\"", "\"\" like \"**\"", "\"aab\" like \"*ab\"",
        "\"abab\" like \"*ab\"", "\"xaybz\" like \"*a*b*\"", "!(\"ab\" like \"*abab*\")",
        "\"a\u{301}\" != \"\u{e1}\"", "\"\\u{61}\\x62\\t\\0\\'\" == \"ab\\u{9}\\u{0}'\"",
        "\"a*\" like \"a\\u{2a}\"", "\"ab\" like \"a\\x2a\"", "{} == {}", "[] == []",
        "context == {}", "action == Action::\"view\"", "resource is Photo",
    ])
    func theseHold(expression: String) throws {
        #expect(try outcome(expression, entities: entities()) == .holds)
    }

    @Test(arguments: [
        ("9223372036854775807 + 1 == 0", EvaluationError.integerOverflow),
        ("-9223372036854775808 - 1 == 0", .integerOverflow),
        ("4611686018427387904 * 2 == 0", .integerOverflow),
        ("--9223372036854775808 == 0", .integerOverflow),
        ("9223372036854775807 + 1 - 1 == 0", .integerOverflow),
        ("principal.nope", .noSuchAttribute("nope")),
        ("context.nope == 1", .noSuchAttribute("nope")),
        ("1 && true", .typeMismatch(expected: [.bool], found: .long)),
        ("true && 1", .typeMismatch(expected: [.bool], found: .long)),
        ("false || \"x\"", .typeMismatch(expected: [.bool], found: .string)),
        ("1", .typeMismatch(expected: [.bool], found: .long)),
        ("if 1 then true else true", .typeMismatch(expected: [.bool], found: .long)),
        ("1 < \"2\"", .typeMismatch(expected: [.long], found: .string)),
        ("\"1\" + 2 == 3", .typeMismatch(expected: [.long], found: .string)),
        ("1 like \"1\"", .typeMismatch(expected: [.string], found: .long)),
        ("1 is User", .typeMismatch(expected: [.entity], found: .long)),
        ("principal in 1", .typeMismatch(expected: [.entity, .set], found: .long)),
        ("principal in [principal, 1]", .typeMismatch(expected: [.entity], found: .long)),
        ("1 has a", .typeMismatch(expected: [.record, .entity], found: .long)),
        ("{a: 1} has a.b", .typeMismatch(expected: [.record, .entity], found: .long)),
        ("1.a == 1", .typeMismatch(expected: [.record, .entity], found: .long)),
        ("principal.contains(1)", .typeMismatch(expected: [.set], found: .entity)),
        ("[1].containsAll(1)", .typeMismatch(expected: [.set], found: .long)),
        ("principal.hasTag(1)", .typeMismatch(expected: [.string], found: .long)),
    ])
    func theseFail(expression: String, error: EvaluationError) throws {
        #expect(try outcome(expression, entities: entities()) == .fails(error))
    }

    @Test func missingEntitiesFailOnlyWhenTheyAreNeeded() throws {
        let nobody = try uid("User", "nobody")
        #expect(try outcome("User::\"nobody\".age == 1") == .fails(.noSuchEntity(nobody)))
        #expect(
            try outcome("User::\"nobody\".getTag(\"x\") == 1") == .fails(.noSuchEntity(nobody)))
        #expect(
            try outcome("principal.getTag(\"x\") == 1", entities: entities())
                == .fails(.noSuchTag(uid("User", "alice"), "x")))
    }

    private func decide(_ policies: String, _ principal: String = "alice") throws -> Response {
        try PolicySet(parsing: policies).isAuthorized(
            Request(
                principal: uid("User", principal), action: uid("Action", "view"),
                resource: uid("Photo", "beach")),
            entities: entities())
    }

    @Test func nothingIsAllowedByDefault() throws {
        #expect(summary(try decide("")) == "deny")
        #expect(
            try decide("permit(principal == User::\"bob\", action, resource);").determining == [])
    }

    @Test func forbidOverridesPermit() throws {
        let response = try decide(
            """
            permit(principal, action, resource);
            forbid(principal in Group::"staff", action, resource);
            permit(principal is User, action in [Action::"view"], resource is Photo);
            """)
        #expect(summary(response) == "deny policy1")
        let other = try decide(
            """
            permit(principal, action, resource);
            forbid(principal in Group::"staff", action, resource);
            permit(principal is User, action in [Action::"view"], resource is Photo);
            """, "bob")
        #expect(
            summary(other) == "allow policy0 policy2")
    }

    @Test func policiesThatFailAreLeftOutAndReported() throws {
        let response = try decide(
            """
            forbid(principal, action, resource) when { principal.nope };
            permit(principal, action, resource) unless { principal.nope };
            permit(principal, action, resource) when { principal.age > 18 } unless { false };
            permit(principal, action == Action::"edit", resource) when { principal.nope };
            """)
        #expect(response.decision == .allow)
        #expect(response.determining == ["policy2"])
        #expect(response.errors.map(\.policy) == ["policy0", "policy1"])
        #expect(response.errors.allSatisfy { $0.error == .noSuchAttribute("nope") })
    }

    @Test func conditionsAreTakenInOrder() throws {
        #expect(
            try decide(
                "permit(principal, action, resource) when { false } when { principal.nope };"
            )
            .errors.isEmpty)
        #expect(
            try !decide(
                "permit(principal, action, resource) when { principal.nope } when { false };"
            )
            .errors.isEmpty)
    }
}
