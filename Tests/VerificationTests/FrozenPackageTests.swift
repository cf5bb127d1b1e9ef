import Foundation
import Sharing
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// Packages that somebody has: one to read and one to prove, and a contradiction. What they say stays.
///
/// A change that fails here would make an existing file prove something else, or nothing.
@Suite struct FrozenPackageTests {
    private static func url(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(name)")
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: url(name)))
    }

    /// The pinned genesis and the key of the log, as a lender keeps them: two lines.
    private static func trust(_ name: String) throws -> Trust {
        let lines = String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n")
        return Trust(
            genesis: try #require(Digest(text: lines[0].utf8)),
            policy: TrustPolicy(trusting: try VerifierKey(parsing: lines[1])))
    }

    @Test(arguments: ["read", "prove", "link"])
    func packagesSayWhatTheySaid(_ right: String) throws {
        let file = try Self.bytes("package-\(right)-1.trine")
        let package = try Package(parsing: file)
        #expect(package.bytes == file)
        let verified = try package.verify(under: Self.trust("package-\(right)-1.trust"))
        #expect(verified.verdict.isComplete)
        #expect(
            Array(Self.words(verified.verdict).utf8)
                == (try Self.bytes("package-\(right)-1.verdict")))
    }

    @Test func aContradictionStaysOne() throws {
        let file = try Self.bytes("contradiction-1.json")
        let contradiction = try Contradiction(parsing: file)
        #expect(contradiction.bytes == file)
        let verified = try contradiction.verify(under: Self.trust("contradiction-1.trust"))
        #expect(verified.field == "payable_amount")
    }

    /// What is a package's at all is in one of them.
    @Test func everyPartIsThere() throws {
        let read = try Package(parsing: Self.bytes("package-read-1.trine"))
        let prove = try Package(parsing: Self.bytes("package-prove-1.trine"))
        #expect(read.rekey != nil && !read.erasures.isEmpty && prove.proof != nil)
        #expect(read.types.map { $0.statement == nil } == [true, false])
        #expect(read.participants.count > 1)
        #expect(read.records.contains { $0.disclosures.isEmpty })
    }

    private static func words(_ verdict: Verdict) -> String {
        verdict.lines().joined(separator: "\n") + "\n"
    }

    private static func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: url(name))
    }

    private static func write(_ trust: TestLog, as name: String) throws {
        let lines = [trust.log.text, trust.signer.verifierKey.text]
        try write(name, Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    /// Writes the package that proves which records belong together, as ``release()`` does the others.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["TRINE_RELEASE"] != nil
                && !FileManager.default.fileExists(atPath: Self.url("package-link-1.trine").path)))
    func releaseLinks() throws {
        let story = try LinkStory()
        let verified = try story.opened()
        try Self.write("package-link-1.trine", verified.package.bytes)
        try Self.write("package-link-1.verdict", Array(Self.words(verified.verdict).utf8))
        try Self.write(story.log, as: "package-link-1.trust")
    }

    /// Writes the files of a release, once: with TRINE_RELEASE=1, and only where there is none yet.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["TRINE_RELEASE"] != nil
                && !FileManager.default.fileExists(atPath: Self.url("contradiction-1.json").path)))
    func release() throws {
        let second = try RecordType.invoice.made(
            version: 2, of: try #require(Origin("trine.example/alliance")))
        let story = try Story(perBook: 2, types: (second, nil))
        let proof = try ProofStory()
        for (right, verified, log) in [
            ("read", try story.opened(), story.log), ("prove", try proof.opened(), proof.log),
        ] {
            try Self.write("package-\(right)-1.trine", verified.package.bytes)
            try Self.write(
                "package-\(right)-1.verdict", Array(Self.words(verified.verdict).utf8))
            try Self.write(log, as: "package-\(right)-1.trust")
        }
        let lie = try Story(.contradiction, perBook: 2, changes: false)
        do {
            _ = try lie.opened()
            Issue.record("a contradiction was accepted")
        } catch {
            guard case .contradiction(let found) = error.reason else { throw error }
            try Self.write("contradiction-1.json", found.bytes)
            try Self.write(lie.log, as: "contradiction-1.trust")
        }
    }
}
