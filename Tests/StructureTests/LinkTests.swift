import Foundation
import Testing

/// The documents of the project lead to files that exist.
@Suite struct LinkTests {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let specification = "Sources/Specification"

    /// The documents, as paths below the root.
    static func documents() throws -> [String] {
        let pages = try FileManager.default.contentsOfDirectory(
            atPath: root.appendingPathComponent(specification).path
        ).filter { $0.hasSuffix(".md") }.sorted().map { "\(specification)/\($0)" }
        return [
            "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "Policies/README.md",
        ] + pages
    }

    private static func text(_ document: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(document), encoding: .utf8)
    }

    /// Where the links `[…](target)` of a text lead, without those to other machines.
    private static func relativeLinks(in text: String) -> [String] {
        text.matches(of: /\]\(([^()\s]+)\)/).map { String($0.output.1) }
            .filter { !$0.contains("://") && !$0.hasPrefix("mailto:") }
    }

    @Test func everyRelativeLinkLeadsToAFile() throws {
        var count = 0
        for document in try Self.documents() {
            let folder = Self.root.appendingPathComponent(document).deletingLastPathComponent()
            for link in Self.relativeLinks(in: try Self.text(document)) {
                count += 1
                let path = link.prefix { $0 != "#" }
                // A link within the page.
                if path.isEmpty { continue }
                let target = folder.appendingPathComponent(String(path)).standardizedFileURL.path
                #expect(
                    FileManager.default.fileExists(atPath: target), "\(document) leads to \(link)")
            }
        }
        #expect(count >= 100, "there are links")
    }

    /// Each promise of the README names what keeps it and what would notice if it weren't kept.
    @Test func everyPromiseNamesItsCodeAndItsTest() throws {
        let section = try #require(
            try Self.text("README.md").components(separatedBy: "\n## ")
                .first { $0.hasPrefix("What holds") })
        let promises = section.components(separatedBy: "\n- **").dropFirst().map {
            $0.components(separatedBy: "\n\n")[0]
        }
        #expect(promises.count >= 10)
        for promise in promises {
            let links = Self.relativeLinks(in: promise)
            #expect(
                links.contains { $0.hasPrefix("Sources/") || $0.hasPrefix("Policies/") },
                "\(promise)")
            #expect(links.contains { $0.hasPrefix("Tests/") }, "\(promise)")
        }
    }
}
