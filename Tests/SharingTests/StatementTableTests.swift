import Foundation
import Testing

@testable import Sharing
@testable import Wire

/// The page `statements.md` and the forms of the kinds say the same: which claims a kind has, which of
/// them may be missing or null, and which scope its key needs.
@Suite struct StatementTableTests {
    private static let page = Result {
        try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Sources/Specification/statements.md"), encoding: .utf8)
    }

    /// A claim as the page has it.
    private struct Claim: Hashable {
        let name: String
        let presence: MemberRow.Presence
    }

    /// The heading and the text of the section of one kind.
    private static func section(_ kind: Kind) throws -> (heading: String, lines: [String]) {
        let lines = try page.get().components(separatedBy: "\n")
        let start = try #require(
            lines.firstIndex { line in
                guard line.hasPrefix("### "),
                    let names = line.dropFirst(4).split(separator: "–").first
                else { return false }
                return names.split(separator: ",").contains {
                    $0.trimmingCharacters(in: .whitespaces) == kind.rawValue
                }
            }, "\(kind) has no section")
        let rest = lines[(start + 1)...]
        let end = rest.firstIndex { $0.hasPrefix("#") } ?? lines.endIndex
        return (lines[start], Array(lines[(start + 1)..<end]))
    }

    private static func names(_ text: some StringProtocol) -> [String] {
        text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }

    /// The claims of the table that begins with this word, or of the sentence `Word: …`.
    private static func claims(_ word: String, in lines: [String]) -> Set<Claim> {
        var claims: Set<Claim> = []
        if let table = lines.firstIndex(where: { $0.hasPrefix("| \(word) |") }) {
            for row in lines[(table + 2)...].prefix(while: { $0.hasPrefix("|") }) {
                let cells = row.components(separatedBy: " | ")
                let isOptional = cells[0].contains("?") || cells[0].contains(" or ")
                let isNullable = cells.count > 1 && cells[1].contains("or null")
                for name in names(cells[0]) {
                    claims.insert(
                        Claim(
                            name: name,
                            presence: isOptional ? .optional : isNullable ? .nullable : .required))
                }
            }
        }
        let prose = lines.joined(separator: " ")
        if let sentence = prose.range(of: "\(word.capitalized): ") {
            for name in names(
                prose[sentence.upperBound...].components(separatedBy: ", as in")[0].prefix {
                    $0 != "."
                })
            {
                claims.insert(Claim(name: name, presence: .required))
            }
        }
        return claims
    }

    private static func claims(_ rows: [MemberRow]) -> Set<Claim> {
        Set(rows.map { Claim(name: $0.name, presence: $0.presence) })
    }

    @Test(arguments: Kind.allCases)
    func thePageHasTheClaims(_ kind: Kind) throws {
        let (heading, lines) = try Self.section(kind)
        if kind != .genesis {
            #expect(heading.contains("scope `\(kind.form.scope.rawValue)`"), "\(heading)")
        }
        #expect(Self.claims("public", in: lines) == Self.claims(kind.form.publicRows))
        let selective = Self.claims("selective", in: lines)
        #expect(Set(selective.map(\.name)) == Set(kind.form.selectiveNames))
        // A grant's table refers to the request's for some of them.
        if kind != .grant { #expect(selective == Self.claims(kind.form.selectiveRows)) }
    }

    /// A claim that is taken out of the page, or added, is noticed.
    /// The numbers of codes never change: the page has each code with its number.
    @Test func thePageHasTheNumbersOfCodes() throws {
        func row<Value: Code>(_ list: String, _ codes: Value.Type) -> String {
            let cells = codes.allCases.map { "\($0.number) `\($0.rawValue)`" }
            return "| \(list) | \(cells.joined(separator: ", ")) |"
        }
        let lines = Set(try Self.page.get().components(separatedBy: "\n"))
        #expect(lines.contains(row("purpose", Purpose.self)))
        #expect(lines.contains(row("reason", Reason.self)))
        #expect(lines.contains(row("size", SizeClass.self)))
    }

    @Test func aChangedPageIsNoticed() {
        let lines = [
            "| public | type |", "|---|---|", "| `handle` | handle |", "| `more` ? | jti |",
        ]
        #expect(
            Self.claims("public", in: lines) == [
                Claim(name: "handle", presence: .required),
                Claim(name: "more", presence: .optional),
            ])
        #expect(Self.claims("public", in: lines) != Self.claims(Suspend.shape.rows))
    }
}
