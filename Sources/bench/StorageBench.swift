import Foundation
import GRDB
import Rules
import Sharing
import Storage
import Transparency
import Wire

/// The riskiest thing that a gateway does: statements of 2 to 4 kB with their ciphertexts, decided on
/// state that is on the disk, durable in groups, with many entries behind them.
struct StorageBench: BenchGroup {
    let name = "storage"
    let title: String

    /// How many entries lie behind those that are measured; a million takes some minutes and 2 GB.
    private let behind: Int64

    init() {
        let wanted = ProcessInfo.processInfo.environment["TRINE_BENCH_ENTRIES"]
        behind = wanted.flatMap { Int64($0) } ?? 100_000
        title = "The store takes records, with \(behind) entries behind them"
    }

    func run() async throws -> [Measurement] {
        let directory = NSTemporaryDirectory() + "trine-bench-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try SQLiteStore(opening: directory)
        var log = BenchLog()
        try await store.commit(log.founding(), after: nil)
        while log.head.size < behind {
            let count = min(1024, Int(behind - log.head.size))
            try await commit(log.records(count, full: false), to: store, &log)
        }
        var measurements: [Measurement] = []
        for size in [1, 16, 256] {
            measurements += try await measure(groups: size, store, &log, directory)
        }
        measurements += try await reads(store, log)
        try store.close()
        return measurements
    }

    /// Groups of `size` statements: parsed, decided on the stored state, committed.
    private func measure(
        groups size: Int, _ store: SQLiteStore, _ log: inout BenchLog, _ directory: String
    ) async throws -> [Measurement] {
        let groups = max(8, min(200, 4096 / size))
        let made = (0..<groups).map { _ in log.records(size, full: true) }
        let bytes = made[0][0].jws.bytes.count + log.ciphertextBytes
        var taken = 0.0
        for statements in made {
            let texts = statements.map(\.jws.bytes)
            let start = ContinuousClock().now
            let decided = try await log.decide(texts, on: store)
            try await store.commit(decided.batch, after: log.head)
            taken += (ContinuousClock().now - start) / .seconds(1)
            log.advance(decided)
        }
        let all = Double(groups * size)
        let sync = try Disk.secondsPerSync(in: directory)
        let raw = try Disk.secondsPerRow(in: directory, rows: size, bytes: bytes)
        let signature =
            try await shortest(of: 3) {
                for statement in made[0] { _ = try statement.jws.verified(byKeyNamed: log.key) }
            } / Double(size)
        let name = size == 1 ? "a record alone" : "a record, in groups of \(size)"
        var measurements = [
            Measurement(
                name: name, seconds: taken / all,
                yardstick: (
                    "its signature and a bare row of \(bytes) bytes, grouped alike",
                    raw + signature
                ),
                // Two databases are synced when keys run out, and state and tiles are written too.
                mostRatio: 4)
        ]
        if size == 1 {
            measurements.append(
                Measurement(
                    name: name, seconds: taken / all, yardstick: ("4 kB appended and synced", sync))
            )
        }
        return measurements
    }

    private func commit(
        _ statements: [Sharing.Statement], to store: SQLiteStore, _ log: inout BenchLog
    ) async throws {
        let decided = log.undecided(statements)
        try await store.commit(decided.batch, after: log.head)
        log.advance(decided)
    }

    private func reads(_ store: SQLiteStore, _ log: BenchLog) async throws -> [Measurement] {
        let last = log.head.size
        let fields: Set = ["due_date", "issue_date", "number", "tax_exclusive_amount"]
        let four = try await shortest(of: 3) {
            for index in (last - 512)..<last {
                _ = try await store.attachments(of: index, sections: fields)
            }
        }
        let all = try await shortest(of: 3) {
            for index in (last - 512)..<last {
                _ = try await store.attachments(of: index, sections: nil)
            }
        }
        return [
            Measurement(
                name: "four fields' ciphertexts of a record", seconds: four / 512,
                yardstick: ("all its ciphertexts", all / 512))
        ]
    }
}

/// What the machine gives: what a store's rates are compared with, in the same run.
enum Disk {
    /// Seconds to append 4 kB to a file and have them synced.
    static func secondsPerSync(in directory: String) throws -> Double {
        let path = directory + "/sync"
        let descriptor = open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 1, count: 4096)
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        while clock.now - start < .seconds(1) {
            guard page.withUnsafeBytes({ write(descriptor, $0.baseAddress, $0.count) }) == 4096,
                fdatasync(descriptor) == 0
            else { throw CocoaError(.fileWriteUnknown) }
            count += 1
        }
        return (clock.now - start) / .seconds(1) / Double(count)
    }

    /// Seconds of one of the rows that SQLite stores in transactions of `rows` rows, synced.
    static func secondsPerRow(in directory: String, rows: Int, bytes: Int) throws -> Double {
        let path = directory + "/bare.sqlite"
        defer { for end in ["", "-wal", "-shm"] { unlink(path + end) } }
        let pool = try DatabasePool(path: path)
        let row = Data(count: bytes)
        let time = try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192")
            try db.execute(sql: "CREATE TABLE bare (id INTEGER PRIMARY KEY, bytes BLOB)")
            let clock = ContinuousClock()
            let start = clock.now
            var count = 0
            while clock.now - start < .seconds(1) {
                try db.inTransaction(.immediate) {
                    let insert = try db.cachedStatement(sql: "INSERT INTO bare VALUES (NULL, ?)")
                    for _ in 0..<rows { try insert.execute(arguments: [row]) }
                    return .commit
                }
                count += rows
            }
            return (clock.now - start) / .seconds(1) / Double(count)
        }
        try pool.close()
        return time
    }
}
