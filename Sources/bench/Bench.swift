import Foundation

/// Measures what the project claims of its speed, each as a ratio to a yardstick that is measured in
/// the same run: on a machine that others share, an absolute time says nothing.
///
/// `trine-bench [GROUP…]` runs the named groups, or all. It exits with 1 where a claim isn't kept.
@main struct Bench {
    static let groups: [any BenchGroup] = [
        StorageBench(), FetchBench(), AuditBench(), ReplayBench(), ProofsBench(), PolicyBench(),
    ]

    static func main() async throws {
        let names = CommandLine.arguments.dropFirst()
        let unknown = names.filter { name in !groups.contains { $0.name == name } }
        guard unknown.isEmpty else {
            let known = groups.map(\.name).joined(separator: ", ")
            FileHandle.standardError.write(
                Data("no group is called \(unknown.joined(separator: ", ")); \(known)\n".utf8))
            exit(2)
        }
        var missed = 0
        for group in groups where names.isEmpty || names.contains(group.name) {
            print("\n\(group.title)\n")
            let measurements = try await group.run()
            print(Measurement.table(measurements))
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
    private let amount: Double
    private let unit: Unit
    /// What the amount is a multiple of, and its own amount.
    private let yardstick: (name: String, amount: Double)
    private let mostRatio: Double?
    private let mostSeconds: Double?

    private enum Unit { case seconds, bytes }

    /// Seconds of one operation, and of what they are a multiple. What is claimed: at most so many
    /// times the yardstick, at most so many seconds.
    init(
        name: String, seconds: Double, yardstick: (name: String, seconds: Double),
        mostRatio: Double? = nil, mostSeconds: Double? = nil
    ) {
        (self.name, amount, unit) = (name, seconds, .seconds)
        self.yardstick = (yardstick.name, yardstick.seconds)
        (self.mostRatio, self.mostSeconds) = (mostRatio, mostSeconds)
    }

    /// The same in bytes.
    init(
        name: String, bytes: Double, yardstick: (name: String, bytes: Double),
        mostRatio: Double? = nil
    ) {
        (self.name, amount, unit) = (name, bytes, .bytes)
        self.yardstick = (yardstick.name, yardstick.bytes)
        (self.mostRatio, mostSeconds) = (mostRatio, nil)
    }

    var ratio: Double { amount / yardstick.amount }

    var isKept: Bool {
        mostRatio.map { ratio <= $0 } ?? true && mostSeconds.map { amount <= $0 } ?? true
    }

    private var claim: String {
        let claims = [
            mostRatio.map { "≤ \(Self.number($0)) ×" }, mostSeconds.map { "≤ \(Self.time($0))" },
        ].compactMap(\.self)
        guard !claims.isEmpty else { return "" }
        return claims.joined(separator: ", ") + (isKept ? "  kept" : "  NOT KEPT")
    }

    static func table(_ measurements: [Measurement]) -> String {
        var rows = [["MEASURED", "TAKES", "RATIO", "TO", "WHICH TAKES", "CLAIMED"]]
        rows += measurements.map {
            [
                $0.name, $0.write($0.amount), number($0.ratio) + " ×", $0.yardstick.name,
                $0.write($0.yardstick.amount), $0.claim,
            ]
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

    private func write(_ amount: Double) -> String {
        switch unit {
        case .seconds: Self.time(amount)
        case .bytes: Self.size(amount)
        }
    }

    private static func size(_ bytes: Double) -> String {
        switch bytes {
        case 1e6...: String(format: "%.0f MB", bytes / 1e6)
        case 1e4...: String(format: "%.1f kB", bytes / 1e3)
        default: String(format: "%.0f bytes", bytes)
        }
    }

    private static func time(_ seconds: Double) -> String {
        switch seconds {
        case 1...: String(format: "%.2f s", seconds)
        case 1e-3...: String(format: "%.2f ms", seconds * 1e3)
        default: String(format: "%.2f µs", seconds * 1e6)
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
    let time = clock.now - start
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}
