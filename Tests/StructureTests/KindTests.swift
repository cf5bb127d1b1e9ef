import Foundation
import Testing

/// A kind of statement, a family of state and a family of refusals are told apart in their tables and
/// nowhere else, so that the next one is an addition.
@Suite struct KindTests {
    /// Where a switch over the whole list stands.
    private static let tables: Set<String> = [
        "Sharing/Kinds/Kind.swift", "Rules/KindRule.swift", "Rules/State/StateObject.swift",
        "Rules/State/StateKey.swift", "Rules/Refusals/Refusal.swift",
    ]

    /// What a second table would be made of.
    private static let patterns = [
        #"switch [^{]*\.(kind|claims|selective|family)(\s|,|\)|\{)"#,
        #"case \.(closeBook|legalHold|retireKey|encryptionKey)\b[^:]*:"#,
        #"case \.(closeBook|legalHold|retireKey|encryptionKey)\b.* = "#,
        #"switch [^{]*\b(refusal|error) as Refusal"#,
    ]

    /// Types of other modules that have a kind of their own.
    private static let others: Set<String> = [
        "Cedar", "CedarTools", "Wire", "Transparency", "Importing", "Commitments",
    ]

    static func sources() throws -> [(path: String, text: String)] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources")
        return try FileManager.default.subpathsOfDirectory(atPath: root.path)
            .filter { $0.hasSuffix(".swift") }
            .map { path in
                (path, try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8))
            }
    }

    private static func offences(in text: String) -> [String] {
        text.components(separatedBy: "\n").filter { line in
            let code = line.trimmingCharacters(in: .whitespaces)
            return !code.hasPrefix("//")
                && patterns.contains {
                    code.range(of: $0, options: .regularExpression) != nil
                }
        }
    }

    @Test func kindsAreToldApartInTheirTables() throws {
        var seen = 0
        for (path, text) in try Self.sources() {
            let module = String(path.prefix { $0 != "/" })
            guard !Self.others.contains(module) else { continue }
            seen += 1
            guard !Self.tables.contains(path) else { continue }
            for line in Self.offences(in: text) {
                guard !Self.isExcused(line) else { continue }
                Issue.record("\(path) tells kinds apart: \(line)")
            }
        }
        #expect(seen > 100)
    }

    /// Actions of policies, and expressions of policies, have names of kinds too.
    private static func isExcused(_ line: String) -> Bool {
        line.contains("expression.kind") || line.contains("field.kind")
            || line.contains("switch target.kind")
            || line.contains(".claims.blob")
            || line.contains("granted.claims.right") || line.contains("entry.disclosures")
            || line.contains("said.claims.target")
    }

    @Test func theCheckNoticesASwitch() {
        #expect(Self.offences(in: "        switch statement.claims {").count == 1)
        #expect(Self.offences(in: "        case .closeBook(let book): break").count == 1)
        #expect(Self.offences(in: "        switch statement.kind {").count == 1)
        #expect(Self.offences(in: "        // switch statement.kind {").isEmpty)
    }

    /// A kind is two files of one name.
    @Test func aKindIsTwoFilesOfOneName() throws {
        let paths = Set(try Self.sources().map(\.path))
        let forms = paths.filter { $0.hasPrefix("Sharing/Kinds/") }
            .map { String($0.dropFirst("Sharing/Kinds/".count)) }
            .filter { !["Kind.swift", "KindForm.swift"].contains($0) }
        #expect(forms.count > 10)
        for form in forms { #expect(paths.contains("Rules/Kinds/\(form)"), "\(form) has no rule") }
    }
}
