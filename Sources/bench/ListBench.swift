import Client
import Custody
import Foundation

/// What a command that lists something costs in a home that follows a long log: from opening the home to
/// the answer, with the gateway asked for news. The keyring is open, as it is where an agent runs.
///
/// `TRINE_BENCH_ENTRIES` names how many entries the log has.
struct ListBench: BenchGroup {
    let name = "lists"
    let title: String
    private let entries: UInt64

    private static let turns = 15
    private static let bound = ("a tenth of a second", 0.1)

    init() {
        entries =
            ProcessInfo.processInfo.environment["TRINE_BENCH_ENTRIES"]
            .flatMap { UInt64($0) } ?? 10_000
        title = "Lists in a home that follows a log of \(entries) entries"
    }

    func run() async throws -> [Measurement] {
        let scene = try await LoadScene()
        try await LoadBench.fill(scene, to: entries)
        let home = scene.enterprises[0].home
        let open = try home.unlock(LoadScene.protection.passphrase, LoadScene.protection.cost)
        let clock = ContinuousClock()
        let reading = try await clock.measure {
            let session = try Session(home, open)
            while true {
                do {
                    try await session.sync()
                    break
                } catch ClientError.moreEntries { continue }
            }
            await session.close()
        }
        func median(
            _ list: (Enterprise) async throws -> Void
        ) async throws -> Double {
            var times: [Double] = []
            for _ in 0..<Self.turns {
                let time = try await clock.measure {
                    let session = try Session(home, open)
                    try await list(try Enterprise(session))
                    await session.close()
                }
                times.append(time / .seconds(1))
            }
            return times.sorted()[Self.turns / 2]
        }
        let lists = [
            ("the grants", try await median { _ = try await $0.grants() }),
            ("the books", try await median { _ = try await $0.books() }),
            ("what waits", try await median { _ = try await $0.session.inbox() }),
            (
                "the records of a book",
                try await median { enterprise in
                    let book = try await enterprise.books().first?.name
                    _ = try await enterprise.records(in: book)
                }
            ),
        ]
        try await scene.close()
        let first = Measurement(
            name: "reading the log at first, an entry",
            amount: reading / .seconds(1) / Double(entries), yardstick: ("a millisecond", 1e-3),
            mostRatio: 1)
        return [first]
            + lists.map {
                Measurement(name: $0.0, amount: $0.1, yardstick: Self.bound, mostRatio: 1)
            }
    }
}
