import Client
import Foundation
import Gateway
import Interface
import Sharing
import Storage
import Testing
import Transparency
import Verification
import Wire

@testable import Client

/// A reader in another language, written from the tlog-tiles specifications alone, reads the served
/// log. Skipped where neither `TRINE_PYTHON` nor `python3` has the package cryptography.
@Suite(.enabled(if: ForeignReader.isThere, "no Python with the package cryptography"))
struct ForeignReaderTests {
    @Test func theWholeLogIsReadAndRecomputed() async throws {
        let alliance = try await Alliance(on: MemoryStore(), listening: true)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        // Two full tiles and some, so that there is a level above.
        var month = Months.first
        for _ in 0..<3 {
            var frames: [Frame] = []
            for _ in 0..<200 {
                frames.append(Frame(jws: try enterprise.closing(month).statement.jws.bytes))
                month = month.advanced(by: 1)
            }
            let answer = try await alliance.send("/statements/bulk", frames.flatMap(\.bytes))
            #expect(answer.status == 200)
        }
        let report = try await ForeignReader.read(alliance.port, alliance.keys.log.verifierKey)
        let head = try #require(try await alliance.store.head())
        #expect(report["origin"]?.text == alliance.keys.log.verifierKey.name.text)
        #expect(report["size"]?.int == head.size && head.size == 602)
        #expect(report["root"]?.text == Data(head.edge.root.bytes).base64EncodedString())
        #expect(report["levels"]?.int == 2)
        // Three tiles of hashes, one of roots.
        #expect(report["tiles"]?.int == 4)
        // Another key's log it isn't.
        let other = NoteSigner(
            name: alliance.keys.log.verifierKey.name, key: Forge.stranger
        ).verifierKey
        await #expect(throws: ForeignReader.Refused.self) {
            _ = try await ForeignReader.read(alliance.port, other)
        }
        await enterprise.close()
        await alliance.stop()
    }
}

enum ForeignReader {
    struct Refused: Error { let words: String }

    static let python = ProcessInfo.processInfo.environment["TRINE_PYTHON"] ?? "python3"
    static let isThere =
        (try? run(["-c", "import cryptography.hazmat.primitives.asymmetric.ed25519"])) != nil

    static func read(_ port: Int, _ key: VerifierKey) async throws -> JSON {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Readers/tlog_reader.py").path
        let arguments = [script, "http://127.0.0.1:\(port)", key.text]
        let output: [UInt8] = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try run(arguments) })
            }
        }
        return try JSON(lenient: output)
    }

    private static func run(_ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python] + arguments
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
        return [UInt8](bytes)
    }
}
