import Client
import Demo
import Foundation
import Importing
import Sharing
import Storage
import TestSupport
import Testing
import Wire

/// An import of which the program, or the gateway that it sends to, is killed at any moment.
@Suite(.serialized) struct InterruptedImportTests {
    /// `TRINE_KILLS=1000` for more; make torture has them.
    private static let rounds =
        ProcessInfo.processInfo.environment["TRINE_KILLS"].flatMap { Int($0) }.map {
            max(20, $0 / 10)
        } ?? 4

    /// Documents that are new in each round. What was left of those before comes first, so that there are
    /// batches of many.
    private static let documentsPerRound = 60

    @Test func everyDocumentIsThereOnce() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let gateway = try await GatewayProcess()
        try await gateway.start()
        try await gateway.admit("acme", [.enterprise]).close()
        let folder = gateway.directory + "/documents"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let identifiers = SampleEnterprise.identifiers.identifiers.sorted().flatMap {
            ["--id", $0.description]
        }
        let command =
            ["enterprise", "import", folder, "--home", gateway.directory + "/acme"] + identifiers
        var count = 0
        var interrupted = 0
        // Milliseconds after which a program is killed, at the latest: fewer where it had ended by then.
        var latest = 2_500
        for round in 1...Self.rounds {
            count += try write(Self.documentsPerRound, of: UInt64(round), into: folder)
            let importing = try gateway.spawn(command)
            try await Task.sleep(for: .milliseconds(Int.random(in: 50...latest, using: &random)))
            if importing.isRunning {
                interrupted += 1
                latest = min(2_500, latest * 2)
            } else {
                latest = max(100, latest / 2)
            }
            if random.chance(50) {
                _ = try await gateway.end(SIGKILL)
                try await gateway.start()
            }
            kill(importing.processIdentifier, SIGKILL)
            importing.waitUntilExit()
        }
        let last = try await gateway.run(command, seconds: 120)
        #expect(last.code == 0, "seed \(seed): \(last.errors)")
        #expect(interrupted > 0, "seed \(seed)")
        #expect(try await gateway.end(SIGTERM).code == 0)
        try await check(gateway, count, "seed \(seed)")
    }

    /// Writes that many documents that no other round has; returns how many.
    private func write(_ count: Int, of seed: UInt64, into folder: String) throws -> Int {
        let all = SampleEnterprise.documents(seed: 1_000 + seed)
        let documents = all.filter { $0.name.contains("EXB") }.prefix(count)
        for document in documents {
            let text = String(decoding: document.xml, as: UTF8.self)
                .replacing("EXB-", with: "EXB\(seed)-")
            try Data(text.utf8).write(
                to: URL(fileURLWithPath: folder + "/\(seed)-" + document.name))
        }
        return documents.count
    }

    /// Each document has one record, and the numbers of each book have no gap.
    private func check(_ gateway: GatewayProcess, _ count: Int, _ note: Comment) async throws {
        let store = try SQLiteStore(opening: gateway.storeDirectory)
        let size = try #require(try await store.head()).size
        var sources: Set<Digest<Digested.Source>> = []
        var numbers: [BookName: [Int64]] = [:]
        for leaf in try await store.leaves(0..<size) {
            guard let record = try Statement(parsing: leaf).claims as? RegisterRecord else {
                continue
            }
            sources.insert(record.source)
            numbers[record.book, default: []].append(record.number)
        }
        try store.close()
        #expect(sources.count == count, note)
        #expect(numbers.values.reduce(0) { $0 + $1.count } == count, note)
        for found in numbers.values {
            #expect(found == Array(1...Int64(found.count)), note)
        }
    }
}
