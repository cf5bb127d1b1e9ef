import Client
import Foundation
import Rules
import Sharing
import Verification
import Wire

/// What a participant's own reading of the log costs: folding the entries of others, and keeping what
/// they made from one command to the next.
struct ViewBench: BenchGroup {
    let name = "view"
    let title = "A participant reads a log of \(Self.pages * Self.perPage) entries of others"

    private static let perPage = 256
    private static let pages = 40

    func run() async throws -> [Measurement] {
        let alliance = try await BenchAlliance()
        let keys = OfferedKeys()
        var view = View(of: alliance.regulator.handle)
        let founding = try await alliance.entries()
        let yardstick = try SignatureYardstick(founding.map(\.leaf))
        view.add(TextShelf(types: .standard, of: alliance.regulator.configuration.origin))
        for entry in founding {
            try view.take(ReadEntry(entry.leaf, entry.disclosures, keys: keys))
        }
        let log = LongLog(
            signer: try alliance.enterprise.signer(.seal), month: BenchAlliance.lastYear.lowerBound,
            time: Timestamp(clamping: Int64(Date().timeIntervalSince1970)))
        let clock = ContinuousClock()
        var folding = Duration.zero
        for page in 0..<Self.pages {
            let leaves = log.page(page, of: Self.perPage).map(\.leaf)
            folding += try clock.measure {
                for leaf in leaves { try view.take(ReadEntry(leaf, .withheld, keys: keys)) }
            }
        }
        try await alliance.close()
        precondition(view.refused.isEmpty, "the rules admit every entry")
        var bytes: [UInt8] = []
        let writing = clock.measure { bytes = View.shape.bytes(of: view) }
        let start = clock.now
        let read = try View.shape.read(JSONDocument(.canonical, bytes).root)
        let reading = clock.now - start
        precondition(read.next == view.next, "what was written is read")
        let signature = await yardstick.measure().perEntry
        let count = Double(view.next)
        func measure(_ name: String, _ duration: Duration, atMost ratio: Double) -> Measurement {
            Measurement(
                name: name, amount: duration / .seconds(1) / count,
                yardstick: ("a signature check", signature), mostRatio: ratio)
        }
        return [
            measure("an entry, read and decided", folding, atMost: 4),
            measure("an entry, when the view is opened", reading, atMost: 0.5),
            measure("an entry, when the view is kept", writing, atMost: 0.5),
        ]
    }
}
