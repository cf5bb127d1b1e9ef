import Commitments
import Sharing
import Testing
import Transparency
import Verification
import Wire

/// Packages that prove which records belong together: what a good one says, and for what others are refused.
@Suite struct LinkPackageTests {
    private static let good = Result { try LinkStory() }

    private static func package() throws -> (VerifiedPackage, Trust) {
        let story = try good.get()
        return (try story.opened(), story.log.trust)
    }

    @Test func whatBelongsTogetherIsProven() throws {
        let (verified, trust) = try Self.package()
        let saved = try Package(parsing: verified.package.bytes)
        #expect(saved == verified.package)
        let again = try saved.verify(under: trust)
        #expect(again.verdict == verified.verdict && again.verdict.isComplete)
        #expect(again.proven?.links.map(\.groups) == LinkStory.groups)
        // No value and no key of one is anywhere in what the lender gets.
        for record in again.records { #expect(record.fields?.values.isEmpty == true) }
        let words = again.verdict.lines()
        for line in [
            "    statements/2026-09#1: bank/2026-09#1..4",
            "    invoices/2026-09#1: bank/2026-09#1", "    invoices/2026-09#2: bank/2026-09#2",
            "  The amount of bank/2026-09#3, plus the amount of bank/2026-09#4 is exactly 0 EUR.",
            "  that another grant doesn't use the same payments for other invoices,",
        ] { #expect(words.contains(line), "\(line)") }
        #expect(!words.contains { $0.contains("that those paid who were billed") })
        guard case .object(let members) = again.verdict.json,
            case .array(let lists)? = members["links"]
        else {
            Issue.record("no links")
            return
        }
        #expect(lists.count == 2)
        #expect(
            lists[1] == [
                [["invoices/2026-09#1"], ["bank/2026-09#1"]],
                [["invoices/2026-09#2"], ["bank/2026-09#2"]],
            ])
    }

    /// What a package with these lists in the place of its own is refused for.
    private static func refusal(
        _ change: (inout [LinkList]) -> Void
    ) throws -> PackageRefusal? {
        let (verified, trust) = try package()
        let proof = try #require(verified.package.proof)
        var links = proof.links
        change(&links)
        let other = verified.package.with(
            PackageProof(
                consistency: proof.consistency, presentation: proof.presentation, links: links))
        do {
            _ = try other.verify(under: trust)
            return nil
        } catch { return error }
    }

    private static func links(_ refusal: LinkRefusal) -> PackageRefusal {
        PackageRefusal(.proof, .proof(.links(refusal)))
    }

    @Test func anotherListIsRefused() throws {
        var random = SystemRandomNumberGenerator()
        #expect(try Self.refusal { _ in } == nil)
        #expect(
            try Self.refusal { $0 = [] } == Self.links(.lists(have: 0, expected: 2)))
        #expect(
            try Self.refusal { $0.append($0[0]) } == Self.links(.lists(have: 3, expected: 2)))
        // The same groups, under another salt.
        #expect(
            try Self.refusal { $0[0] = LinkList($0[0].groups, using: &random) }
                == Self.links(.otherList(statement: 0)))
        // Two payments exchanged.
        #expect(
            try Self.refusal {
                let groups = $0[1].groups
                $0[1] = LinkList(
                    [
                        LinkedGroup(groups[0].first, groups[1].second),
                        LinkedGroup(groups[1].first, groups[0].second),
                    ], using: &random)
            } == Self.links(.otherList(statement: 1)))
        // Two entries that cancel left out.
        #expect(
            try Self.refusal {
                let group = $0[0].groups[0]
                $0[0] = LinkList(
                    [LinkedGroup(group.first, Array(group.second.prefix(2)))], using: &random)
            } == Self.links(.otherList(statement: 0)))
        #expect(
            try Self.refusal { $0[1] = LinkList([$0[1].groups[0]], using: &random) }
                == Self.links(.otherCount(statement: 1, have: 1, expected: 2)))
        #expect(
            try Self.refusal { $0.swapAt(0, 1) }
                == Self.links(.otherCount(statement: 0, have: 2, expected: 1)))
    }

    /// The enterprise itself can't give a list that it didn't sign, or none.
    @Test func theGrantSaysWhichList() throws {
        func refusal(_ twist: LinkStory.Twist) throws -> PackageRefusal? {
            let story = try LinkStory(twist)
            do {
                _ = try story.opened()
                return nil
            } catch { return error as? PackageRefusal }
        }
        #expect(try refusal(.otherDigest) == Self.links(.otherList(statement: 0)))
        #expect(try refusal(.notListed) == Self.links(.notListed(statement: 0)))
        let corrected = ProvingRefusal.superseded(record: "invoices/2026-09#1")
        #expect(
            try refusal(.superseded) == PackageRefusal(.proof, .proof(corrected)))
    }

    /// A package without linked statements has no lists.
    @Test func listsBelongToStatements() throws {
        let story = try ProofStory()
        let verified = try story.opened()
        let proof = try #require(verified.package.proof)
        let stray = try #require(try Self.package().0.package.proof).links[0]
        let other = verified.package.with(
            PackageProof(
                consistency: proof.consistency, presentation: proof.presentation, links: [stray]))
        #expect(throws: Self.links(.lists(have: 1, expected: 0))) {
            try other.verify(under: story.log.trust)
        }
    }
}
