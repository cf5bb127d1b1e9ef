import CSodium
import Demo
import Foundation
import Interface
import NIOCore
import Sharing
import Wire

/// What a gateway does under load. The gateway, the servers that it is compared with and what sends to
/// all of them share this machine, so each is measured in turns with its yardstick, several times.
///
/// `TRINE_BENCH_ENTRIES` names how many entries lie before those that are measured: `10000,1000000`
/// measures twice. `TRINE_BENCH_SECONDS` is how long one turn takes, `TRINE_BENCH_LOADS` names the loads by
/// their first words, `fetches,records`; all are run otherwise.
struct LoadBench: BenchGroup {
    let name = "load"
    let title: String
    private let phases: [UInt64]
    private let seconds: Double
    private let loads: [String]?

    static let connections = 64

    init() {
        let environment = ProcessInfo.processInfo.environment
        let wanted = environment["TRINE_BENCH_ENTRIES"]?.split(separator: ",")
        phases = wanted?.compactMap { UInt64($0) }.sorted() ?? [10_000]
        seconds = environment["TRINE_BENCH_SECONDS"].flatMap { Double($0) } ?? 1.5
        loads = environment["TRINE_BENCH_LOADS"]?.split(separator: ",").map(String.init)
        title = "A gateway under load, \(Self.connections) connections"
    }

    func run() async throws -> [Measurement] {
        let yardsticks = try await LoadYardsticks(seconds: seconds / 2)
        defer { yardsticks.end() }
        var measurements = try await yardsticks.measurements()
        let scene = try await LoadScene()
        var first: (entries: UInt64, rate: Double)?
        for entries in phases {
            try await Self.fill(scene, to: entries)
            let phase = LoadPhase(
                scene: scene, yardsticks: yardsticks, seconds: seconds, loads: loads,
                entries: entries)
            let (measured, singles) = try await phase.run(comparedWith: first)
            measurements += measured
            first = first ?? (entries, singles)
        }
        measurements.append(
            Measurement(
                name: "memory, at most", amount: scene.gateway.mostResidentBytes, unit: .bytes,
                yardstick: ("300 MB", 300e6), mostRatio: 1))
        try await scene.close()
        return measurements
    }

    /// Enters statements until the log has so many.
    static func fill(_ scene: LoadScene, to entries: UInt64) async throws {
        while true {
            let size = try await scene.size()
            guard size < entries else { return }
            let count = min(100_000, max(2048, Int(entries - size)))
            let load = Load(
                port: scene.gateway.port, requests: try await scene.bulks(count, of: 256, over: 4),
                seconds: 120, warmUp: 0)
            _ = try await load.run()
        }
    }
}

/// All groups, with so many entries in the log.
private struct LoadPhase {
    let scene: LoadScene
    let yardsticks: LoadYardsticks
    let seconds: Double
    let loads: [String]?
    let entries: UInt64

    private static let turns = 3

    func run(
        comparedWith first: (entries: UInt64, rate: Double)?
    ) async throws -> (measured: [Measurement], singles: Double) {
        let hello = ("hello", yardsticks.hello)
        let sodium = ("libsodium", yardsticks.verifications)
        var measured = try await measure("singles", to: hello, atLeast: 0.2, p99: 0.04) {
            try await sendSingles()
        }
        let singles = measured.first?.amount ?? 0
        if singles > 0 {
            measured += try await measure("singles, half as many a second", to: hello, p99: 0.04) {
                try await load(
                    try await scene.singles(Int(seconds * 10_000), over: LoadBench.connections),
                    pace: .open(perSecond: singles / 2))
            }
        }
        measured += try await measure("bulk without blobs", to: sodium, atLeast: 0.55) {
            try await sendBulk()
        }
        measured += try await measure(
            "records of 12 kB", to: ("bulk", { try await sendBulk().rate }), atLeast: 0.4
        ) {
            try await load(
                try await scene.records(Int(seconds * 6_000), of: 16, over: 16), perRequest: 16)
        }
        measured += try await measure(
            "fetches of ten records", to: ("singles", { try await sendSingles().rate }),
            atLeast: 0.5
        ) {
            try await load(
                try await scene.fetches(Int(seconds * 8_000), over: LoadBench.connections))
        }
        let tiles = try scene.tiles(of: try await scene.size(), over: LoadBench.connections)
        measured += try await measure(
            "full tiles", to: ("the same bytes", yardsticks.tile), atLeast: 0.8
        ) {
            try await load(tiles, repeats: true)
        }
        for path in ["checkpoint", "health"] {
            let request = [[ByteBuffer]](
                repeating: [.get("/" + path)], count: LoadBench.connections)
            measured += try await measure(path, to: hello) {
                try await load(request, repeats: true)
            }
        }
        if let first, singles > 0 {
            measured.append(
                Measurement(
                    name: "singles, behind \(entries)", amount: singles, unit: .perSecond,
                    yardstick: ("behind \(first.entries)", first.rate), leastRatio: 0.9))
        }
        return (measured, singles)
    }

    private func sendBulk() async throws -> LoadResult {
        try await load(
            try await scene.bulks(Int(seconds * 30_000), of: 128, over: 8), perRequest: 128)
    }

    private func sendSingles() async throws -> LoadResult {
        try await load(
            try await scene.singles(Int(seconds * 20_000), over: LoadBench.connections))
    }

    private func load(
        _ requests: [[ByteBuffer]], pace: Load.Pace = .closed, perRequest: Int = 1,
        repeats: Bool = false
    ) async throws -> LoadResult {
        try await Load(
            port: scene.gateway.port, pace: pace, requests: requests, repeats: repeats,
            seconds: seconds, perRequest: perRequest
        ).run()
    }

    /// In turns with its yardstick. What is said is the turn with the median ratio; nothing where this load
    /// isn't wanted.
    private func measure(
        _ name: String, to yardstick: (name: String, rate: () async throws -> Double),
        atLeast ratio: Double? = nil, p99: Double? = nil,
        _ run: () async throws -> LoadResult
    ) async throws -> [Measurement] {
        guard loads?.contains(where: { name.hasPrefix($0) }) ?? true else { return [] }
        var turns: [(result: LoadResult, yardstick: Double, work: Double)] = []
        FileHandle.standardError.write(Data("\(Date()): \(name)\n".utf8))
        for _ in 0..<Self.turns {
            let rate = try await yardstick.rate()
            let before = scene.gateway.processorSeconds
            let result = try await run()
            let work = scene.gateway.processorSeconds - before
            turns.append((result, rate, work / Double(max(1, result.answered))))
        }
        for turn in turns {
            let said = String(
                format: "  %.0f/s of %.0f/s, %.0f µs", turn.result.rate, turn.yardstick,
                turn.work * 1e6)
            FileHandle.standardError.write(Data((said + "\n").utf8))
        }
        turns.sort { $0.result.rate / $0.yardstick < $1.result.rate / $1.yardstick }
        let median = turns[Self.turns / 2]
        return [
            Measurement(
                name: "\(name), behind \(entries)", amount: median.result.rate, unit: .perSecond,
                yardstick: (yardstick.name, median.yardstick), leastRatio: ratio,
                latency: (median.result.p50, median.result.p99), mostLatency: p99,
                memory: scene.gateway.residentBytes,
                work: turns.map(\.work).sorted()[Self.turns / 2])
        ]
    }
}

/// What a gateway under load is compared with, in the same run.
struct LoadYardsticks: Sendable {
    private let server: ServedProcess
    private let seconds: Double

    init(seconds: Double) async throws {
        self.seconds = seconds
        server = try await ServedProcess([LoadServer.hello], on: try LoopbackPort.free())
    }

    func end() { server.end() }

    /// Hummingbird's answers in a second to whoever asks for nothing.
    func hello() async throws -> Double { try await get("/").rate }

    /// Answers in a second that have as many bytes as a full tile.
    func tile() async throws -> Double { try await get("/static").rate }

    private func get(_ path: String) async throws -> LoadResult {
        try await Load(
            port: server.port,
            requests: Array(repeating: [.get(path)], count: LoadBench.connections),
            repeats: true, seconds: seconds
        ).run()
    }

    func measurements() async throws -> [Measurement] {
        let before = server.processorSeconds
        let hello = try await get("/")
        let work = (server.processorSeconds - before) / Double(hello.answered)
        let beforeTiles = server.processorSeconds
        let tiles = try await get("/static")
        let tileWork = (server.processorSeconds - beforeTiles) / Double(tiles.answered)
        func plain(_ name: String, _ rate: Double) -> Measurement {
            Measurement(
                name: name, amount: rate, unit: .perSecond, yardstick: ("hello", hello.rate))
        }
        var averages = [0.0]
        getloadavg(&averages, 1)
        return [
            Measurement(
                name: "hello", amount: hello.rate, unit: .perSecond,
                yardstick: ("hello", hello.rate), latency: (hello.p50, hello.p99), work: work),
            Measurement(
                name: "8192 bytes", amount: tiles.rate, unit: .perSecond,
                yardstick: ("hello", hello.rate), latency: (tiles.p50, tiles.p99),
                work: tileWork),
            plain("libsodium, two cores", try await verifications()),
            plain("fdatasync", try syncs()),
            plain("load average before", averages[0]),
        ]
    }

    /// Signatures that libsodium verifies in a second on two cores.
    func verifications() async throws -> Double {
        let key = SigningKey(seed: Secret(copying: [UInt8](repeating: 7, count: 32)))
        let message = [UInt8](repeating: 32, count: 600)
        let signature = key.signature(of: message)
        let named = key.verificationKey.bytes
        return try await withThrowingTaskGroup(of: Double.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let clock = ContinuousClock()
                    let start = clock.now
                    var count = 0
                    while clock.now - start < .seconds(seconds) {
                        for _ in 0..<64 {
                            let result = crypto_sign_verify_detached(
                                signature, message, UInt64(message.count), named)
                            guard result == 0 else { throw CocoaError(.coderInvalidValue) }
                        }
                        count += 64
                    }
                    return Double(count) / ((clock.now - start) / .seconds(1))
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// Blocks that the disk makes durable in a second, one after the other.
    private func syncs() throws -> Double {
        let path = NSTemporaryDirectory() + "/trine-sync-\(UUID().uuidString)"
        let file = open(path, O_CREAT | O_RDWR, 0o600)
        guard file >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 1, count: 4096)
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        while clock.now - start < .seconds(seconds) {
            guard pwrite(file, block, block.count, off_t(4096 * count)) == block.count,
                fdatasync(file) == 0
            else { throw CocoaError(.fileWriteUnknown) }
            count += 1
        }
        return Double(count) / ((clock.now - start) / .seconds(1))
    }
}
