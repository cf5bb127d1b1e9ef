import Foundation
import Sharing
import Testing

/// The page on records says what the code does.
struct SpecificationTests {
    private func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent("Sources/Specification/records.md"),
            encoding: .utf8)
    }

    @Test("its table of fields is the code's, in the same order")
    func fields() throws {
        let rows = try page().split(separator: "\n").map(String.init)
        let start = try #require(rows.firstIndex { $0.hasPrefix("| field | kind |") })
        let table = rows[(start + 2)...].prefix { $0.hasPrefix("|") }
        let expected = RecordType.invoice.fields.map { field in
            "| `\(field.name)` | \(field.kind.rawValue) | \(field.committed?.rawValue ?? "") | "
                + "\(field.fieldClass.rawValue) | \(field.businessTerm ?? "–") | "
                + "\(field.minimumPaddedBytes) | \(field.mandatory ? "must " : "")| \(field.about) |"
        }
        #expect(Array(table) == expected)
    }

    @Test("its series are the code's")
    func series() throws {
        let text = try page()
        for series in RecordTypes.standard.series {
            #expect(text.contains("`\(series.rawValue)`"))
        }
    }

    @Test("its currencies are the code's")
    func currencies() throws {
        let rows = try page().split(separator: "\n").map(String.init)
        let start = try #require(rows.firstIndex { $0.hasPrefix("The codes are those in use") })
        let open = try #require(rows[start...].firstIndex(of: "```text"))
        let listed = rows[(open + 1)...].prefix { $0 != "```" }.flatMap { $0.split(separator: " ") }
        let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map { String(UnicodeScalar($0)) }
        let known = letters.flatMap { first in
            letters.flatMap { second in letters.map { first + second + $0 } }
        }.filter { Currency.scale(of: $0) != nil }
        #expect(listed.map(String.init) == known)
    }
}
