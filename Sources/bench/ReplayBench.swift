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
/// The entries are records with all their digests, made as they are read, because a million of them
/// are 3 GB. Signing them is left out of the times as far as it takes place beside the replay.
struct ReplayBench: BenchGroup {
    let name = "replay"
    let title: String

    private let entries: Int
    private static let perPage = 256

    init() {
        let wanted = ProcessInfo.processInfo.environment["TRINE_BENCH_ENTRIES"]
        entries = max(4 * Self.perPage, wanted.flatMap { Int($0) } ?? 20_000)
        title = "A regulator replays \(entries) entries, with the state on disk"
    }

    func run() async throws -> [Measurement] {
        let alliance = try await BenchAlliance()
        let founding = try await alliance.entries()
        let log = LongLog(
            signer: try alliance.enterprise.signer(.seal), month: BenchAlliance.lastYear.lowerBound,
            time: Timestamp(clamping: Int64(Date().timeIntervalSince1970)))
        let pages = Array(0..<(entries / Self.perPage))
        var audit = Audit(
            under: alliance.regulator.trust,
            policies: TextShelf.standard(of: alliance.regulator.configuration.origin),
            state: try AuditState(in: NSTemporaryDirectory()), seesDisclosures: true)
        let keys = OfferedKeys()
        for entry in founding {
            try audit.entry(ReadEntry(entry.leaf, entry.disclosures, keys: keys))
        }
        let clock = ContinuousClock()
        var quarters: [(seconds: Double, memory: Double)] = []
        for quarter in 0..<4 {
            let part = pages[(pages.count * quarter / 4)..<(pages.count * (quarter + 1) / 4)]
            let start = clock.now
            try await audit.replay(Array(part)) { page in log.page(page, of: Self.perPage) }
            quarters.append(
                (
                    (clock.now - start) / .seconds(1) / Double(part.count * Self.perPage),
                    try Self.residentBytes()
                ))
        }
        let report = audit.finish()
        try await alliance.close()
        precondition(report.findingCount == 0, "nothing is wrong with the log")
        return [
            Measurement(
                name: "an entry, in the last quarter", amount: quarters[3].seconds,
                yardstick: ("one in the second", quarters[1].seconds), mostRatio: 1.5),
            Measurement(
                name: "memory at the end", amount: quarters[3].memory, unit: .bytes,
                yardstick: ("after the second quarter", quarters[1].memory), mostRatio: 1.25),
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
