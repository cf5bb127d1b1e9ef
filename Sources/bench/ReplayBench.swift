import Client
import Foundation
import Rules
import Sharing
import Storage
import Verification
import Wire

/// What a long log costs a supervisor: the replay of many entries with the state on disk, in time
/// and in memory.
///
/// The entries are records with all their digests. A million of them are 3 GB, so that some thousand at a
/// time are made, which isn't timed, and then replayed, which is.
struct ReplayBench: BenchGroup {
    let name = "replay"
    let title: String

    private let entries: Int
    private static let perPage = 256
    /// Pages that are made before they are replayed: 8 192 entries of 3 kB.
    private static let pagesAtOnce = 32

    init() {
        let wanted = ProcessInfo.processInfo.environment["TRINE_BENCH_ENTRIES"]
        entries = max(8 * Self.perPage, wanted.flatMap { Int($0) } ?? 20_000)
        title = "A regulator replays \(entries) entries, with the state on disk"
    }

    func run() async throws -> [Measurement] {
        let alliance = try await BenchAlliance()
        let founding = try await alliance.entries()
        let log = LongLog(
            signer: try alliance.enterprise.signer(.seal), month: BenchAlliance.lastYear.lowerBound,
            time: Timestamp(clamping: Int64(Date().timeIntervalSince1970)))
        var audit = Audit(
            under: alliance.regulator.trust,
            policies: TextShelf.standard(of: alliance.regulator.configuration.origin),
            state: try AuditState(in: NSTemporaryDirectory()), seesDisclosures: true)
        try await audit.replay([founding]) { $0 }
        let yardstick = try SignatureYardstick(
            founding.map(\.leaf) + log.page(0, of: 4 * Self.perPage).map(\.leaf))
        let pages = entries / Self.perPage
        let clock = ContinuousClock()
        // What other groups left isn't the replay's.
        let before = try Self.residentBytes()
        var memory = 0.0
        // By the quarter of the log in which they lie.
        var times = [Duration](repeating: .zero, count: 4)
        var counts = [Int](repeating: 0, count: 4)
        for start in stride(from: 0, to: pages, by: Self.pagesAtOnce) {
            let made = try await log.pages(
                start..<min(pages, start + Self.pagesAtOnce), Self.perPage)
            let quarter = start * 4 / pages
            times[quarter] += try await clock.measure { try await audit.replay(made) { $0 } }
            counts[quarter] += made.count * Self.perPage
            let given = made.joined().reduce(0) { $0 + $1.leaf.count }
            memory = max(memory, try Self.residentBytes() - before - Double(given))
        }
        let signature = await yardstick.measure().perEntry
        let report = audit.finish()
        try await alliance.close()
        precondition(report.findingCount == 0, "nothing is wrong with the log")
        let all = times.reduce(.zero, +) / .seconds(1) / Double(counts.reduce(0, +))
        let last = times[3] / .seconds(1) / Double(max(1, counts[3]))
        let first = times[0] / .seconds(1) / Double(max(1, counts[0]))
        return [
            Measurement(
                name: "an entry", amount: all,
                yardstick: ("its signature by libsodium, on one core", signature), mostRatio: 1),
            Measurement(
                name: "an entry, in the last quarter", amount: last,
                yardstick: ("one in the first", first), mostRatio: 1.25),
            Measurement(
                name: "memory that it takes at most", amount: memory, unit: .bytes,
                yardstick: ("what is allowed", 250e6), mostRatio: 1),
        ]
    }

    /// What of this process is in memory now.
    private static func residentBytes() throws -> Double {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        guard let pages = text.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { throw CocoaError(.fileReadCorruptFile) }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// An enterprise's records, one after the other, made when they are asked for.
struct LongLog {
    let signer: Signer
    let month: Month
    let time: Timestamp

    private static let perBook = 100_000

    /// Pages made on all cores.
    func pages(
        _ range: Range<Int>, _ count: Int
    ) async throws -> [[(leaf: [UInt8], disclosures: ShownDisclosures)]] {
        try await withThrowingTaskGroup(
            of: (Int, [(leaf: [UInt8], disclosures: ShownDisclosures)]).self
        ) { group in
            for number in range { group.addTask { (number, page(number, of: count)) } }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }
                .map(\.1)
        }
    }

    /// The records `page × count + 1` and so on.
    func page(_ page: Int, of count: Int) -> [(leaf: [UInt8], disclosures: ShownDisclosures)] {
        (page * count..<(page + 1) * count).map { place in
            let month = month.advanced(by: place / Self.perBook)
            let record = signer.emptyInvoice(
                in: month, number: Int64(place % Self.perBook + 1), at: time)
            return (record.jws.bytes, .shown([]))
        }
    }
}
