import Cedar
import CedarTools
import Foundation
import Testing

@testable import Rules

/// The tests beside the policies, in Cedar's own format.
@Suite struct PolicyFolderTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appendingPathComponent(path)))
    }

    static func files() throws -> [(name: String, file: CedarTestFile)] {
        let folder = root.appendingPathComponent("Policies/tests").path
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".json") }.sorted()
            .map { ($0, try CedarTestFile(parsing: bytes("Policies/tests/" + $0))) }
    }

    @Test func allPass() throws {
        var cases = 0
        for (name, file) in try Self.files() {
            #expect(try file.validate(read: Self.bytes).isEmpty == file.shouldValidate, "\(name)")
            for result in try file.run(read: Self.bytes) {
                cases += 1
                #expect(result.isPassed, "\(name): \(result.description): \(result.outcome)")
            }
        }
        #expect(cases >= 150)
    }

    /// What nobody may make a decision depend on: each file is one policy that isn't published.
    @Test func policiesOutsideTheSchemaAreRefused() throws {
        let folder = Self.root.appendingPathComponent("Policies/tests/refused").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count >= 11)
        for name in names {
            let text = String(
                decoding: try Self.bytes("Policies/tests/refused/" + name), as: UTF8.self)
            do {
                _ = try CedarPolicies(PolicyTexts([.schema, .init(name: "a.cedar", text: text)]))
                Issue.record("\(name) was published")
            } catch PolicySetRefusal.invalid(let error) {
                #expect("\(error.policy).cedar" == name)
            }
        }
    }

    /// Without any one of the policies, a test decides otherwise.
    @Test func everyPolicyIsNeeded() throws {
        let schema = try Schema(parsing: StandardTexts.schema)
        let parties = try Entities(
            json: Self.bytes("Policies/tests/entities/parties.json"), schema: schema)
        let requests = try Self.files()
            .filter { $0.file.policies == "Policies/separation.cedar" }
            .flatMap { try $0.file.cases.map { ($0, try $0.request(schema: schema)) } }
        let all = CedarPolicies.standard.set.policies
        for left in all {
            let text = all.filter { $0.id != left.id }.map(\.text)
                .joined(separator: "\n")
            let set = try PolicySet(
                parsing: [.init(text: text)], identifiedBy: .annotated)
            #expect(set.policies.count == all.count - 1)
            let isMissed = requests.contains { expected, request in
                set.isAuthorized(request, entities: parties).decision != expected.decision
            }
            #expect(isMissed, "no test notices that \(left.id) is gone")
        }
    }
}
