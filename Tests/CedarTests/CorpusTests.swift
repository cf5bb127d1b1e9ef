import Cedar
import CedarTools
import Foundation
import Testing

/// Cedar's own integration tests: validation, decision, determining policies and errors agree.
@Suite(.enabled(if: Vectors.arePresent, Vectors.missing))
struct CorpusTests {
    @Test func handwrittenTestsAgree() throws {
        let tests = Vectors.cedar.appendingPathComponent("tests")
        let files = try #require(
            FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        )
        .compactMap { $0 as? URL }.filter { $0.pathExtension == "json" }
        var passed = 0
        for file in files { passed += try Vectors.run(file, root: Vectors.cedar) }
        #expect(passed == 74)
    }

    @Test func generatedCorpusAgrees() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("cedar-corpus-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let archive = Vectors.cedar.appendingPathComponent("corpus-sample.tar.xz")
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xJf", archive.path, "-C", folder.path]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        let tests = folder.appendingPathComponent("corpus-tests")
        let names = try FileManager.default.contentsOfDirectory(atPath: tests.path)
            .filter { $0.hasSuffix(".json") && !$0.hasSuffix(".entities.json") }
        #expect(names.count == 1573)
        var passed = 0
        for name in names {
            passed += try Vectors.run(tests.appendingPathComponent(name), root: folder)
        }
        #expect(passed == 12584)
    }
}

@Suite struct TestFileTests {
    private let files: [String: String] = [
        "p.cedar": "permit(principal, action, resource) when { context.level > 1 };",
        "e.json": "[]",
        "s.cedarschema": """
        entity U;
        action a appliesTo { principal: U, resource: U, context: { level: Long } };
        """,
    ]

    private func test(_ context: String, decision: String, reason: String = "[]") -> String {
        """
        {"policies": "p.cedar", "entities": "e.json", "schema": "s.cedarschema",
         "shouldValidate": true, "requests": [{"description": "one",
          "principal": {"type": "U", "id": "x"},
          "action": {"__entity": {"type": "Action", "id": "a"}},
          "resource": {"type": "U", "id": "y"}, "context": \(context),
          "decision": "\(decision)", "reason": \(reason), "errors": []}]}
        """
    }

    private func run(
        _ text: String, _ other: [String: String]? = nil
    ) throws -> [CedarTestFile.Result] {
        let files = other ?? files
        return try CedarTestFile(parsing: Array(text.utf8)).run { Array((files[$0] ?? "").utf8) }
    }

    @Test func tellsPassedFromFailed() throws {
        let level2 = #"{"level": 2}"#
        #expect(try run(test(level2, decision: "allow", reason: #"["policy0"]"#))[0].isPassed)
        #expect(try !run(test(level2, decision: "allow"))[0].isPassed)
        #expect(try !run(test(level2, decision: "deny"))[0].isPassed)
        #expect(try run(test(#"{"level": 1}"#, decision: "deny"))[0].isPassed)
    }

    /// Policies are named by position, as in Cedar's own tests, or by `@id`.
    @Test func policiesHaveTwoNames() throws {
        let text = test(#"{"level": 2}"#, decision: "allow", reason: #"["high-levels"]"#)
        #expect(throws: DataError.self) { try run(text) }
        var named = files
        named["p.cedar"] = #"@id("high-levels") "# + (files["p.cedar"] ?? "")
        #expect(try run(text, named)[0].isPassed)
        let position = text.replacing("high-levels", with: "policy0")
        #expect(try run(position, named)[0].isPassed)
        let other = text.replacing("high-levels", with: "low-levels")
        #expect(try !run(other, named)[0].isPassed)
    }

    @Test func requestsOutsideTheSchemaAreRefused() throws {
        let result = try run(test(#"{"level": "high"}"#, decision: "deny"))[0]
        guard case .refused(.conformance(.contextMismatch(at: "context.level"))) = result.outcome
        else {
            Issue.record("\(result.outcome)")
            return
        }
    }

    @Test func otherFormatsAreRefused() {
        for name in ["policyFormat", "schemaFormat"] {
            let text = test("{}", decision: "deny").replacing(
                "\"shouldValidate\"", with: "\"\(name)\": \"json\", \"shouldValidate\"")
            #expect(throws: DataError.unsupportedFormat("json")) { try run(text) }
        }
        #expect(throws: DataError.self) { try run("{}") }
        #expect(throws: DataError.self) { try run("[") }
    }
}
