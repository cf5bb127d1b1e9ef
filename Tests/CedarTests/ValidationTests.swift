import Cedar
import CedarTools
import Foundation
import Testing

/// Policies against schemas, strictly: one file for each thing that is refused, and what is near it and
/// isn't.
@Suite struct ValidationTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Validation")

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// A file says in its first line what is expected: `// valid`, or `// refused: noSuchAttribute`.
    @Test func filesAreDecidedAsTheySay() throws {
        let schema = try Schema(parsing: Self.text("schema.cedarschema"))
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".cedar") }
        #expect(names.count >= 60)
        for name in names {
            let text = try Self.text(name)
            let expected = text.prefix { $0 != "\n" }
            let errors = try PolicySet(parsing: text).errors(against: schema)
            let found = errors.first.map { "// refused: \($0.reason.name)" } ?? "// valid"
            #expect(found == expected, "\(name): \(errors)")
        }
    }

    /// An error says where it is, and for which action.
    @Test func errorsSayWhere() throws {
        let schema = try Schema(parsing: Self.text("schema.cedarschema"))
        let source = PolicySet.Source(
            name: "p.cedar",
            text: """
                @id("one") permit (principal, action, resource);
                @id("two") permit (principal, action, resource)
                when { context.list.isEmpty() };
                """)
        let error = try #require(
            PolicySet(parsing: [source], identifiedBy: .annotated).errors(against: schema).first)
        #expect(error.policy == "two" && error.source == "p.cedar")
        #expect("\(error.position)" == "3:8")
        #expect(error.action == EntityUID(type: "Action", id: "repair"))
        #expect(error.reason == .noSuchAttribute("list", of: "a record"))
    }

    /// What is behind many nested parts takes no more than its length.
    @Test func longPoliciesTakeLinearTime() throws {
        let schema = try Schema(parsing: Self.text("schema.cedarschema"))
        let guarded = "principal has age && principal.age > 1"
        let chain = Array(repeating: guarded, count: 8000).joined(separator: " && ")
        let nested = (0..<20).reduce("principal has age") { inner, _ in
            "(if \(inner) then principal has age else principal has words)"
        }
        for condition in [chain, nested] {
            let text = "permit (principal is User, action, resource) when { \(condition) };"
            #expect(try PolicySet(parsing: text).errors(against: schema) == [])
        }
    }
}

extension ValidationError.Reason {
    /// The name of the case.
    fileprivate var name: String { "\(self)".prefix { $0 != "(" }.description }
}
