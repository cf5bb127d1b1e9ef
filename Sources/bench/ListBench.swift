import Client
import Custody
import Foundation
import Wire

/// What a command that lists something costs in a home that follows a long log (``ListScene``): within the
/// program, from opening the home to the answer, with the gateway asked for news; and as a person runs
/// it, with its process and an agent that holds the key.
///
/// What is claimed is the time that processors work for it, because others share the machine; how long it
/// took by the clock stands beside it.
///
/// `TRINE_BENCH_ENTRIES` names how many entries the log has. Commands are run where `trine` lies beside
/// this program: `make build` first.
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
        let scene = try await ListScene(entries: entries)
        let clock = ContinuousClock()
        let open = try scene.enterprise.home.unlock(
            LoadScene.protection.passphrase, LoadScene.protection.cost)
        let reading = try await clock.measure {
            let session = try Session(scene.enterprise.home, open)
            try await session.readAll()
            await session.close()
        }
        var measurements = [
            Measurement(
                name: "reading the log at first, an entry",
                amount: reading / .seconds(1) / Double(entries),
                yardstick: ("a millisecond", 1e-3), mostRatio: 1)
        ]
        try await scene.regulator.readAll()
        measurements += try await within(scene, open)
        measurements.append(try await oneSecond(scene))
        measurements += try await commands(scene)
        try await scene.close()
        return measurements
    }

    /// Does `work` some times; `who` works for it.
    private func measured(
        _ name: String, by who: __rusage_who, _ work: () async throws -> Void
    ) async throws -> Measurement {
        let clock = ContinuousClock()
        var (times, works): ([Double], [Double]) = ([], [])
        for _ in 0..<Self.turns {
            let before = Self.worked(who)
            times.append(try await clock.measure { try await work() } / .seconds(1))
            works.append(Self.worked(who) - before)
        }
        times.sort()
        works.sort()
        let middle = Self.turns / 2
        return Measurement(
            name: name, amount: works[middle], yardstick: Self.bound, mostRatio: 1,
            latency: (times[middle], times[Self.turns - 1]))
    }

    /// Seconds that processors worked so far.
    private static func worked(_ who: __rusage_who) -> Double {
        var usage = rusage()
        getrusage(numericCast(who.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private func within(_ scene: ListScene, _ open: OpenKeyring) async throws -> [Measurement] {
        let home = scene.enterprise.home
        func median(
            _ name: String, offline: Bool = false,
            _ list: (Enterprise) async throws -> Void = { _ in }
        ) async throws -> Measurement {
            try await measured(name, by: RUSAGE_SELF) {
                let session = try Session(home, open, offline: offline)
                try await list(try Enterprise(session))
                await session.close()
            }
        }
        return [
            try await median("opening the home", offline: true),
            try await median("opening it, and asking for news") { try await $0.session.sync() },
            try await median("the grants") { _ = try await $0.grants() },
            try await median("the books") { _ = try await $0.books() },
            try await median("what waits") { _ = try await $0.session.inbox() },
            try await median("the records of a book") {
                _ = try await $0.records(in: scene.book)
            },
        ]
    }

    /// What a regulator's list of a time costs, of which the log has some and of other times the more.
    private func oneSecond(_ scene: ListScene) async throws -> Measurement {
        let home = scene.regulator.home
        let open = try home.unlock(LoadScene.protection.passphrase, LoadScene.protection.cost)
        let all = try await scene.regulator.view.accesses
        let first = all[all.count / 2].at
        let times = first..<first.advanced(by: 1)
        let count = all.count { times.contains($0.at) }
        return try await measured("\(count) accesses of a second, of \(all.count)", by: RUSAGE_SELF)
        {
            let session = try Session(home, open)
            let found = try await session.sync().accesses(in: times).count
            precondition(found == count, "all of them are found")
            await session.close()
        }
    }

    // MARK: Commands

    private func commands(_ scene: ListScene) async throws -> [Measurement] {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("trine")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            FileHandle.standardError.write(
                Data("\(program.path) isn't there: no command is measured\n".utf8))
            return []
        }
        let phrase = scene.load.directory + "/phrase"
        let isMade = FileManager.default.createFile(
            atPath: phrase, contents: Data("correct horse".utf8),
            attributes: [.posixPermissions: 0o600])
        precondition(isMade, "the folder is this run's own")
        let enterprise = scene.enterprise.home.directory
        let (lender, regulator) = (scene.load.lender.home, scene.regulator.home)
        let one = scene.grants[0].text
        let lists = [
            (enterprise, "--version"),
            (enterprise, "status"), (enterprise, "inbox"), (enterprise, "enterprise books"),
            (enterprise, "enterprise records \(scene.book)"),
            (enterprise, "enterprise grants --standing"), (enterprise, "enterprise grants"),
            (enterprise, "enterprise requests --open"), (enterprise, "enterprise accesses \(one)"),
            (enterprise, "enterprise shares"), (enterprise, "people"), (enterprise, "device list"),
            (enterprise, "participants"), (lender.directory, "inbox"),
            (lender.directory, "lender grants"), (lender.directory, "lender requests"),
            (regulator.directory, "regulator grants --standing"),
            (regulator.directory, "regulator grants"), (regulator.directory, "regulator requests"),
            (regulator.directory, "regulator holds"), (regulator.directory, "regulator erasures"),
        ]
        var measurements: [Measurement] = []
        for home in [enterprise, lender.directory, regulator.directory] {
            try run(program, "unlock --for 1h", home, phrase)
        }
        for (home, words) in lists {
            let command = words.replacing(one, with: "GRANT")
            measurements.append(
                try await measured("trine \(command)", by: RUSAGE_CHILDREN) {
                    try run(program, words, home)
                })
        }
        // It lists a line for each access, a twelfth of all entries: what a line costs is what counts.
        let all = try await measured("trine regulator accesses", by: RUSAGE_CHILDREN) {
            try run(program, "regulator accesses", regulator.directory)
        }
        let accesses = Double(entries) / 12
        measurements.append(
            Measurement(
                name: "trine regulator accesses, a line", amount: all.amount / accesses,
                yardstick: ("a millisecond", 1e-3), mostRatio: 1))
        for home in [enterprise, lender.directory, regulator.directory] {
            try run(program, "lock", home)
        }
        return measurements
    }

    /// Without `phrase` there is no passphrase: only an agent can open the home.
    private func run(
        _ program: URL, _ words: String, _ home: String, _ phrase: String? = nil
    ) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = words.split(separator: " ").map(String.init)
        process.environment = [
            "PATH": "/usr/bin:/bin", "TRINE_HOME": home, "TRINE_TEST_ARGON2_MIB": "8",
        ]
        process.environment?["TRINE_PASSPHRASE_FILE"] = phrase
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CocoaError(.executableLoad, userInfo: ["command": words])
        }
    }
}
