import Foundation
import Sharing
import Testing
import Wire

/// The specification's worked example: what the library makes of its inputs stands on the page, byte for
/// byte, and another program finds the same.
@Suite struct WorkedExampleTests {
    private static let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fixtures/example-1.txt")

    private static func envelope() throws -> Envelope {
        let text = try String(contentsOf: fixture, encoding: .utf8).utf8.filter { $0 != 0x0a }
        return Envelope(bytes: try #require(Base64URL.decode(text)))
    }

    @Test func thePageIsWhatTheLibraryMakes() throws {
        let values = try WorkedExample(envelope: Self.envelope()).values
        #expect(values.all.count > 150)
        let page = try ExamplePage.text()
        let made = try ExamplePage.filled(page, with: values)
        let differing = zip(
            page.components(separatedBy: "\n"), made.components(separatedBy: "\n")
        ).enumerated().filter { $1.0 != $1.1 }.map { "line \($0 + 1): \($1.0) / \($1.1)" }
        #expect(page == made, "\(differing.first ?? "a line more or less")")
    }

    /// A value that was changed, left out or put in.
    @Test func aChangedValueIsNoticed() throws {
        let values = try WorkedExample(envelope: Self.envelope()).values
        let page = try ExamplePage.text()
        let line = try #require(
            page.components(separatedBy: "\n").first { $0.hasPrefix("fields.root = ") })
        let changed = page.replacing(line, with: String(line.dropLast()) + "~")
        #expect(try ExamplePage.filled(changed, with: values) == page)
        let shorter = page.replacing(line + "\n", with: "")
        #expect(throws: ExamplePage.Failure.notShown(["fields.root"])) {
            try ExamplePage.filled(shorter, with: values)
        }
        let longer = page.replacing(line, with: "\(line)\nfields.leaf = 00")
        #expect(throws: ExamplePage.Failure.unknown("fields.leaf")) {
            try ExamplePage.filled(longer, with: values)
        }
    }

    /// Writes the values of a release into the page, once: with TRINE_RELEASE=1, and only where there
    /// is no envelope yet. The words stay.
    @Test(
        .enabled(
            if: ProcessInfo.processInfo.environment["TRINE_RELEASE"] != nil
                && !FileManager.default.fileExists(atPath: Self.fixture.path)))
    func release() throws {
        let values = try WorkedExample(envelope: nil).values
        guard case .text(let envelope) = values.all["envelope.bytes"] else { return }
        let page = try ExamplePage.filled(try ExamplePage.text(), with: values)
        try "\(envelope)\n".write(to: Self.fixture, atomically: true, encoding: .utf8)
        try page.write(to: ExamplePage.url, atomically: true, encoding: .utf8)
    }
}

/// The page checked by a program in another language that shares no code with this one and has nothing
/// but the page: Tests/VerificationTests/Readers/worked_example.py. Skipped where there is no Python.
@Suite(.enabled(if: ExampleReader.isThere, "no Python"))
struct ExampleReaderTests {
    @Test func anotherProgramFindsTheSame() throws {
        let words = try ExampleReader.read(ExamplePage.url)
        #expect(words.contains("values agree"), "\(words)")
    }

    /// Each value on the page matters: the reader refuses a page with a changed one.
    @Test(arguments: [
        "genesis.leaf_hash", "genesis.signature", "mill.country.digest", "fingerprint.digest",
        "invitation.mac", "total.key", "node.00010100001", "total.ciphertext", "total.leaf_hash",
        "commitment.C", "source.mac", "hpke.key", "node.0-3", "proof.seal", "proof",
    ])
    func aChangedPageIsRefused(name: String) throws {
        let page = try ExamplePage.text()
        let start = try #require(
            page.firstRange(of: "\n\(name) = ") ?? page.firstRange(of: "\n\(name): "))
        let position = page[start.upperBound...].firstIndex { $0.isLetter || $0.isNumber }
        let place = try #require(position)
        var changed = page
        changed.replaceSubrange(place...place, with: page[place] == "0" ? "1" : "0")
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("example.md")
        try changed.write(to: file, atomically: true, encoding: .utf8)
        let refusal = #expect(throws: ExampleReader.Refused.self) { try ExampleReader.read(file) }
        #expect(refusal?.words.contains("computed was") == true, "\(String(describing: refusal))")
    }
}

enum ExampleReader {
    struct Refused: Error { let words: String }

    static let isThere = (try? run(["-c", "import hashlib, hmac, json"])) != nil

    static func read(_ page: URL) throws -> String {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Readers/worked_example.py")
        return try run([script.path, page.path])
    }

    private static func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [ReferenceVerifier.python] + arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        let words = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Refused(words: String(decoding: words, as: UTF8.self))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
