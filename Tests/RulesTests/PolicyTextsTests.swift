import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct PolicyTextsTests {
    private static let all = "@id(\"all\") permit (principal, action, resource);"

    private func texts(_ files: (String, String)...) throws -> PolicyTexts {
        try PolicyTexts(files.map { .init(name: $0.0, text: $0.1) })
    }

    @Test func digestCoversNamesAndTexts() throws {
        let one = try texts(("a.cedar", Self.all))
        let expected =
            [0, 0, 0, 19] + Array("trine/v1 policy set".utf8) + [0, 0, 0, 7]
            + Array("a.cedar".utf8) + [0, 0, 0, UInt8(Self.all.utf8.count)] + Array(Self.all.utf8)
        #expect(one.digest == Digest(hashing: expected))
        #expect(try texts(("b.cedar", Self.all)).digest != one.digest)
        #expect(try texts(("a.cedar", Self.all + " ")).digest != one.digest)
        let both = try texts(("b.cedar", "x"), ("a.cedar", "y"))
        #expect(both.files.map(\.name) == ["a.cedar", "b.cedar"])
        #expect(try texts(("a.cedar", "y"), ("b.cedar", "x")).digest == both.digest)
    }

    @Test func blobHasOneForm() throws {
        let set = try texts(("b.cedar", "// \u{e9}\n"), ("a.cedar", Self.all))
        #expect(try PolicyTexts(parsing: set.bytes) == set)
        let text = String(decoding: set.bytes, as: UTF8.self)
        for other in [
            text + " ", text.replacing("a.cedar", with: "c.cedar"),
            text.replacing("\"name\"", with: "\"nome\""), "{}", "", "{\"files\":[]}",
            text.replacing("{\"files\"", with: "{\"extra\":1,\"files\""),
        ] {
            #expect(throws: PolicyTextsRefusal.self) { try PolicyTexts(parsing: Array(other.utf8)) }
        }
    }

    @Test func limits() throws {
        #expect(throws: PolicyTextsRefusal.noFiles) { try PolicyTexts([]) }
        for name in [
            "a", ".cedar", "A.cedar", "../a.cedar", "a b.cedar", "\u{e9}.cedar", "a.b.cedar",
            "a.cedarschemas", ".cedarschema",
        ] {
            #expect(throws: PolicyTextsRefusal.malformedName(name)) { try texts((name, "")) }
        }
        #expect(throws: PolicyTextsRefusal.duplicateName("a.cedar")) {
            try texts(("a.cedar", ""), ("a.cedar", "x"))
        }
        let full = String(repeating: " ", count: Limits.policySetBytes)
        _ = try texts(("a.cedar", full))
        #expect(
            throws: PolicyTextsRefusal.tooLarge(
                bytes: Limits.policySetBytes + 1, limit: Limits.policySetBytes)
        ) { try texts(("a.cedar", full), ("b.cedar", " ")) }
        let files = (0...64).map { PolicyTexts.File(name: "f\($0).cedar", text: "") }
        _ = try PolicyTexts(Array(files.dropLast()))
        #expect(throws: PolicyTextsRefusal.tooManyFiles(limit: 64)) { try PolicyTexts(files) }
    }

    @Test func setsAreRefusedPrecisely() throws {
        func refusal(
            _ text: String, _ schema: String? = StandardTexts.schema
        ) throws -> String {
            var files = [PolicyTexts.File(name: "a.cedar", text: text)]
            if let schema { files.append(.init(name: "trine.cedarschema", text: schema)) }
            let texts = try PolicyTexts(files)
            do throws(PolicySetRefusal) {
                _ = try CedarPolicies(texts)
                return ""
            } catch { return error.words }
        }
        #expect(try refusal(Self.all, nil).contains("0 files of a schema"))
        #expect(try refusal(Self.all, StandardTexts.schema + " ").contains("byte for byte"))
        #expect(try refusal(Self.all) == "")
        #expect(try refusal("permit (principal, action, resource);").contains("no @id"))
        #expect(try refusal(Self.all + "\n" + Self.all).hasPrefix("a.cedar:2:1: there is a policy"))
        #expect(try refusal("@id(\"A\") permit (principal, action, resource);").contains("\"A\""))
        #expect(
            try refusal("@id(\"t\") permit (principal == ?principal, action, resource);")
                .contains("template"))
        #expect(try refusal("@id(\"x\")\n  permit (").hasPrefix("a.cedar:2:"))
        let deep = String(repeating: "(", count: 100) + "true" + String(repeating: ")", count: 100)
        #expect(
            try refusal("@id(\"d\") permit (principal, action, resource) when { \(deep) };")
                .contains("64 levels"))
        let many = (0...CedarPolicies.maximumPolicies).map {
            "@id(\"p\($0)\") permit (principal, action, resource);"
        }
        #expect(try refusal(many.joined()).contains("1024 policies"))
    }

    /// A policy that errors denies, whatever the others say.
    @Test func errorsDeny() throws {
        let text =
            Self.all + """
                @id("odd") forbid (principal, action == Action::"close", resource) when {
                  context.time.offset(duration("9223372036854775807ms")) > context.time
                };
                """
        let set = try CedarPolicies(
            PolicyTexts([.schema, .init(name: "a.cedar", text: text)]))
        let entity = PolicyEntity(
            handle: Person.enterprise.handle, roles: [.enterprise], suspended: false,
            isHost: false, isAuthority: false)
        let decision = set.decide(
            PolicyRequest(
                principal: entity, action: .close, owner: entity.handle, time: Chain.start))
        #expect(!decision.permitted)
        #expect(decision.failed == ["odd"])
    }
}
