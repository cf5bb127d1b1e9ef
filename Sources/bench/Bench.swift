import Foundation

/// Measures what the project claims of its speed, each as a ratio to a yardstick that is measured in
/// the same run: on a machine that others share, an absolute time says nothing.
///
/// `trine-bench [GROUP…]` runs the named groups, or all. It exits with 1 where a claim isn't kept. What
/// it measured is in `bench.json` too, a line each.
@main struct Bench {
    static let groups: [any BenchGroup] = [
        SignatureBench(), StorageBench(), FetchBench(), AuditBench(), ReplayBench(), ViewBench(),
        ListBench(), MatchingBench(), ProofsBench(), PolicyBench(), SealingBench(), ImportBench(),
        LoadBench(),
    ]

    static func main() async throws {
        let names = CommandLine.arguments.dropFirst()
        try await LoadServer.serve(Array(names))
        try await ImportProcess.run(Array(names))
        let unknown = names.filter { name in !groups.contains { $0.name == name } }
        guard unknown.isEmpty else {
            let known = groups.map(\.name).joined(separator: ", ")
            FileHandle.standardError.write(
                Data("no group is called \(unknown.joined(separator: ", ")); \(known)\n".utf8))
            exit(2)
        }
        var missed = 0
        var lines = ""
        for group in groups where names.isEmpty || names.contains(group.name) {
            print("\n\(group.title)\n")
            let measurements = try await group.run()
            print(Measurement.table(measurements))
            lines += try measurements.map { try $0.line(of: group.name) + "\n" }.joined()
            try Data(lines.utf8).write(to: URL(fileURLWithPath: "bench.json"))
            missed += measurements.count { !$0.isKept }
        }
        print(missed == 0 ? "\nEvery claim is kept." : "\n\(missed) claims are not kept.")
        if missed > 0 { exit(1) }
    }
}

/// Measurements that share what they are made on.
protocol BenchGroup: Sendable {
    var name: String { get }
    var title: String { get }
    func run() async throws -> [Measurement]
}

/// What something takes, and what it is compared with.
struct Measurement: Sendable {
    let name: String
    /// Seconds of one operation, bytes, or operations in a second.
    let amount: Double
    var unit = Unit.seconds
    /// What the amount is a multiple of, and its own amount.
    let yardstick: (name: String, amount: Double)
    /// What is claimed: at most, or at least, so many times the yardstick; at most so many seconds.
    var mostRatio: Double?
    var leastRatio: Double?
    var mostSeconds: Double?
    /// Within how many seconds half of the answers came, and 99 of 100.
    var latency: (half: Double, most: Double)?
    /// What is claimed of the latter.
    var mostLatency: Double?
    /// Bytes of the server's that are in memory after it.
    var memory: Double?
    /// Seconds that the server's processors work for one, which others on the machine hardly change.
    var work: Double?

    enum Unit: String {
        case seconds = "s"
        case bytes = "B"
        case perSecond = "1/s"
    }

    var ratio: Double { amount / yardstick.amount }

    var isKept: Bool {
        mostRatio.map { ratio <= $0 } ?? true && mostSeconds.map { amount <= $0 } ?? true
            && leastRatio.map { ratio >= $0 } ?? true
            && mostLatency.map { latency?.most ?? 0 <= $0 } ?? true
    }

    /// As a line of `bench.json`.
    func line(of group: String) throws -> String {
        var members: [String: Any] = [
            "group": group, "name": name, "value": amount, "unit": unit.rawValue, "ratio": ratio,
            "yardstick": yardstick.name, "kept": isKept,
        ]
        members["p50"] = latency?.half
        members["p99"] = latency?.most
        members["memory"] = memory
        members["work"] = work
        let data = try JSONSerialization.data(
            withJSONObject: members, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    private var claim: String {
        let claims = [
            mostRatio.map { "≤ \(Self.number($0)) ×" },
            leastRatio.map { "≥ \(Self.number($0)) ×" },
            mostSeconds.map { "≤ \(Self.write($0, .seconds))" },
            mostLatency.map { "p99 ≤ \(Self.write($0, .seconds))" },
        ].compactMap(\.self)
        guard !claims.isEmpty else { return "" }
        return claims.joined(separator: ", ") + (isKept ? "  kept" : "  NOT KEPT")
    }

    static func table(_ measurements: [Measurement]) -> String {
        let isServed = measurements.contains { $0.latency != nil }
        let served = isServed ? ["P50", "P99", "WORK", "MEMORY"] : []
        var rows = [["MEASURED", "IS", "RATIO", "TO", "WHICH IS"] + served + ["CLAIMED"]]
        rows += measurements.map { measured in
            let latency = [measured.latency?.half, measured.latency?.most].map { seconds in
                seconds.map { write($0, .seconds) } ?? ""
            }
            let work = measured.work.map { write($0, .seconds) } ?? ""
            let memory = measured.memory.map { write($0, .bytes) } ?? ""
            return [
                measured.name, write(measured.amount, measured.unit),
                number(measured.ratio) + " ×", measured.yardstick.name,
                write(measured.yardstick.amount, measured.unit),
            ] + (isServed ? latency + [work, memory] : []) + [measured.claim]
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
                .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String {
        String(format: value < 10 ? "%.2f" : "%.0f", value)
    }

    private static func write(_ amount: Double, _ unit: Unit) -> String {
        switch (unit, amount) {
        case (.perSecond, _): String(format: "%.0f/s", amount)
        case (.bytes, 1e6...): String(format: "%.0f MB", amount / 1e6)
        case (.bytes, 1e4...): String(format: "%.1f kB", amount / 1e3)
        case (.bytes, _): String(format: "%.0f bytes", amount)
        case (.seconds, 1...): String(format: "%.2f s", amount)
        case (.seconds, 1e-3...): String(format: "%.2f ms", amount * 1e3)
        case (.seconds, _): String(format: "%.2f µs", amount * 1e6)
        }
    }
}

/// The shortest of several runs, which others on the machine disturbed least, in seconds.
func shortest(of runs: Int, _ work: () async throws -> Void) async rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<runs { best = min(best, try await seconds(work)) }
    return best
}

func seconds(_ work: () async throws -> Void) async rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try await work()
    return (clock.now - start) / .seconds(1)
}

/// What a Python script prints, given arguments and a text to read; `nil` where it fails, as it does
/// where there is no Python or no package that it needs.
func output(ofPython script: String, _ arguments: [String], reading input: [UInt8] = []) -> String?
{
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let python = ProcessInfo.processInfo.environment["TRINE_PYTHON"] ?? "python3"
    process.arguments = [python, "-c", script] + arguments
    let (inward, outward) = (Pipe(), Pipe())
    process.standardInput = inward
    process.standardOutput = outward
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    try? inward.fileHandleForWriting.write(contentsOf: Data(input))
    try? inward.fileHandleForWriting.close()
    let bytes = outward.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: bytes, as: UTF8.self) : nil
}
