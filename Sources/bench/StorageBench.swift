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
        var store = try SQLiteStore(opening: directory)
        var log = BenchLog()
        let tenure = try await store.commit(
            try await store.stage(log.founding()), after: nil, in: nil)
        while log.head.size < behind {
            let count = min(1024, Int(behind - log.head.size))
            try await commit(log.records(count), full: false, to: store, tenure, &log)
        }
        // Closed, the store is in its files alone.
        try store.close()
        let (entries, before) = (log.head.size, try Self.bytes(in: directory))
        store = try SQLiteStore(opening: directory)
        var measurements = [try await learning(store, entries, log)]
        for size in [1, 16, 256] {
            measurements.append(try await measure(groups: size, store, tenure, &log, directory))
        }
        try store.close()
        let after = try Self.bytes(in: directory)
        let statement = log.records(1)[0].jws.bytes.count
        measurements.append(
            Measurement(
                name: "an entry on the disk", amount: before / Double(entries), unit: .bytes,
                yardstick: ("its statement", Double(statement)), mostRatio: 2))
        measurements.append(
            Measurement(
                name: "a record on the disk",
                amount: (after - before) / Double(log.head.size - entries), unit: .bytes,
                yardstick: (
                    "its statement and ciphertexts", Double(statement + log.ciphertextBytes)
                ), mostRatio: 2))
        return measurements
    }

    /// What a gateway does once when it starts, an entry of the log.
    private func learning(
        _ store: SQLiteStore, _ entries: Int64, _ log: BenchLog
    ) async throws -> Measurement {
        var log = log
        let presence = try await StatePresence(of: store, maximumBytes: 1 << 30)
        let taken = try await seconds { try await presence.learn() }
        let statements = log.records(64)
        let signatures = try await shortest(of: 3) {
            for statement in statements { _ = try statement.jws.verified(byKeyNamed: log.key) }
        }
        return Measurement(
            name: "learn which state there is, an entry", amount: taken / Double(entries),
            yardstick: ("its signature", signatures / Double(statements.count)), mostRatio: 1)
    }

    /// What all files of the store have.
    private static func bytes(in directory: String) throws -> Double {
        try FileManager.default.contentsOfDirectory(atPath: directory).reduce(0) { sum, name in
            let facts = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)
            return sum + ((facts[.size] as? NSNumber)?.doubleValue ?? 0)
        }
    }

    /// Groups of `size` statements: parsed, decided on the stored state, committed.
    private func measure(
        groups size: Int, _ store: SQLiteStore, _ tenure: Tenure, _ log: inout BenchLog,
        _ directory: String
    ) async throws -> Measurement {
        let groups = max(8, min(200, 4096 / size))
        let made = (0..<groups).map { _ in log.records(size) }
        let bytes = made[0][0].jws.bytes.count + log.ciphertextBytes
        var taken = 0.0
        for statements in made {
            taken += try await seconds {
                try await commit(statements, full: true, to: store, tenure, &log)
            }
        }
        let raw = try secondsPerRow(in: directory, rows: size, bytes: bytes)
        let signature =
            try await shortest(of: 3) {
                for statement in made[0] { _ = try statement.jws.verified(byKeyNamed: log.key) }
            } / Double(size)
        return Measurement(
            name: size == 1 ? "a record alone" : "a record, in groups of \(size)",
            amount: taken / Double(groups * size),
            yardstick: (
                "its signature and a bare row of \(bytes) bytes, grouped alike", raw + signature
            ),
            // State, indices and tiles are written too, in as many pages for one as for some.
            mostRatio: size < 256 ? 6 : 4)
    }

    private func commit(
        _ statements: [Sharing.Statement], full: Bool, to store: SQLiteStore, _ tenure: Tenure,
        _ log: inout BenchLog
    ) async throws {
        let decided = try await log.decide(statements.map(\.jws.bytes), full: full, on: store)
        let staged = try await store.stage(decided.batch)
        try await store.commit(staged, after: log.head.position, in: tenure)
        log.advance(decided)
    }

    /// Seconds of one of the rows that SQLite stores in transactions of `rows` rows, synced: what
    /// the store's rates are compared with, in the same run.
    private func secondsPerRow(in directory: String, rows: Int, bytes: Int) throws -> Double {
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
