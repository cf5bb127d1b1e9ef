import Foundation
import TestSupport
import Testing

/// A reader of packages in Python, written from the specification alone, and `trine verify` say the same
/// of every package that was released, and of packages that somebody changed: with other keys, before and
/// after they were signed.
///
/// `TRINE_MUTANTS` says how many; the seed is that of the run.
@Suite(.enabled(if: python != nil, "no Python")) struct PackageReaderTests {
    @Test func theySayTheSame() async throws {
        let wanted = ProcessInfo.processInfo.environment["TRINE_MUTANTS"].flatMap { Int($0) }
        try await compare(
            seed: SeededGenerator.printed().seed, first: 0, count: wanted ?? 60)
    }

    /// Mutants of which they said different things: later rules and what is wrong behind them or in its form,
    /// and words of a record type that are twice or no words.
    @Test(arguments: [
        (4_020_245_080_592_309_733, 2278), (4_020_245_080_592_309_733, 3176),
        (4_020_245_080_592_309_733, 4139), (4_020_245_080_592_309_733, 7631),
        (5_695_896_882_407_601_181, 44),
    ])
    func theyAgreeNow(seed: UInt64, mutant: Int) async throws {
        try await compare(seed: seed, first: mutant, count: 1)
    }

    private func compare(seed: UInt64, first: Int, count: Int) async throws {
        let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("VerificationTests")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(python))
        process.arguments = [
            folder.appendingPathComponent("Readers/compare_packages.py").path,
            Stage.programs + "/trine", folder.appendingPathComponent("Fixtures").path,
            "--seed", "\(seed)", "--first", "\(first)", "--count", "\(count)",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        // It takes a while, and other tests want the threads of tasks meanwhile.
        let said = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let bytes = output.fileHandleForReading.readDataToEndOfFile()
                process.waitUntilExit()
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
        #expect(process.terminationStatus == 0, "\(said)")
        #expect(said.contains("0 disagreements"), "\(said)")
    }
}

private let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}
