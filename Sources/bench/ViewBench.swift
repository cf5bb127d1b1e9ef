import Client
import Custody
import Foundation
import Rules
import Sharing
import Verification
import Wire

/// What a participant's own reading of the log costs: folding the entries of others, and keeping what
/// they made from one command to the next.
struct ViewBench: BenchGroup {
    let name = "view"
    let title = "A participant's view of a log of \(Self.pages * Self.perPage) entries of its own"

    private static let perPage = 256
    private static let pages = 391

    func run() async throws -> [Measurement] {
        let alliance = try await BenchAlliance()
        let signer = try alliance.enterprise.signer(.seal)
        let keyring = alliance.enterprise.keyring
        let keys = OfferedKeys()
        var view = View(of: signer.handle)
        let founding = try await alliance.entries()
        let yardstick = try SignatureYardstick(founding.map(\.leaf))
        view.add(TextShelf(types: .standard, of: alliance.enterprise.configuration.origin))
        for entry in founding {
            try view.take(ReadEntry(entry.leaf, entry.disclosures, keys: keys))
        }
        let log = LongLog(
            signer: signer, month: BenchAlliance.lastYear.lowerBound,
            time: Timestamp(clamping: Int64(Date().timeIntervalSince1970)))
        let clock = ContinuousClock()
        var folding = Duration.zero
        for page in 0..<Self.pages {
            let leaves = log.page(page, of: Self.perPage).map(\.leaf)
            folding += try clock.measure {
                for leaf in leaves { try view.take(ReadEntry(leaf, .withheld, keys: keys)) }
            }
        }
        precondition(view.refused.isEmpty, "the rules admit every entry")
        try await alliance.close()

        let scratch = NSTemporaryDirectory() + "trine-view-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var file = ViewFile(home: Home(scratch), keyring: keyring)
        var random = SystemRandomNumberGenerator()
        let writing = try clock.measure { try file.write(&view, using: &random) }
        let listing = try clock.measure {
            let read = try file.read(of: signer.handle)
            let (grants, books) = (try read?.grants.count, try read?.books.count)
            precondition(grants == 0 && (books ?? 0) > 0)
        }
        let finding = try clock.measure {
            let read = try file.read(of: signer.handle)
            let book = try read?.books.keys.min()
            let record = try book.flatMap { try read?.record($0, 77) }
            precondition(record?.number == 77, "it is there")
        }
        let whole = try clock.measure {
            let read = try file.read(of: signer.handle)
            let all = try read?.records.count
            precondition(all == Self.pages * Self.perPage)
        }
        for leaf in log.page(Self.pages, of: Self.perPage).map(\.leaf) {
            try view.take(ReadEntry(leaf, .withheld, keys: keys))
        }
        let adding = try clock.measure { try file.write(&view, using: &random) }
        let signature = await yardstick.measure().perEntry
        let count = Double(view.next)
        func measure(
            _ name: String, _ duration: Duration, per: Double = 1, atMost ratio: Double
        ) -> Measurement {
            Measurement(
                name: name, amount: duration / .seconds(1) / per,
                yardstick: ("a signature check", signature), mostRatio: ratio)
        }
        return [
            measure("an entry, read and decided", folding, per: count, atMost: 4),
            measure("an entry, when the view is kept first", writing, per: count, atMost: 0.5),
            measure("the view, opened for a list of grants or books", listing, atMost: 200),
            measure("the same for one record of it", finding, atMost: 400),
            measure("a record, when all are listed", whole, per: count, atMost: 0.5),
            measure("\(Self.perPage) entries more, kept", adding, atMost: 1500),
        ]
    }
}
