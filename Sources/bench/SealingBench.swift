import Demo
import Foundation
import Importing
import Sharing
import Wire

/// What an enterprise's machine does with a document before anything is sent: read it, and seal every
/// name of its type, commitments among them.
struct SealingBench: BenchGroup {
    let name = "sealing"
    let title = "An enterprise reads and seals the documents of four months"

    func run() async throws -> [Measurement] {
        guard let first = Month("2026-01"), let last = Month("2026-04"),
            let origin = Origin("trine.example/bench"), let handle = Handle("e-7k2m9q4x"),
            let time = Timestamp(seconds: 1_795_000_000)
        else { preconditionFailure("constants") }
        var random = SystemRandomNumberGenerator()
        let log = Digest<Digested.Genesis>(hashing: [1])
        let key = SigningKey(seed: .random(count: 32, using: &random))
        let signer = Signer(origin: origin, handle: handle, log: log, key: key)
        let schedule = KeySchedule(
            vaults: [.random(count: 32, using: &random)], log: log)
        let files = SampleEnterprise.documents(months: first...last).map(\.xml)

        var records: [Record] = []
        let reading = try await shortest(of: 5) {
            records = try files.flatMap { file in
                try Importer.records(
                    from: file, named: "", for: SampleEnterprise.identifiers
                ).get()
            }
        }
        var keys: [SealedRecord.Place: MonthKeys] = [:]
        let places = records.enumerated().map { number, record in
            SealedRecord.Place(book: record.book, number: Int64(number) + 1, epoch: 0)
        }
        for (record, place) in zip(records, places) {
            keys[place] = MonthKeys(place.keys(of: record.type), from: schedule)
        }
        var sealed: [SealedRecord] = []
        let sealing = try await shortest(of: 7) {
            sealed = try zip(records, places).map { record, place in
                guard let keys = keys[place] else { preconditionFailure("a place has keys") }
                return try SealedRecord.seal(
                    record, at: place, jti: JTI(using: &random), by: signer, keys: keys,
                    time: time, using: &random)
            }
        }
        let names = sealed.reduce(0) { $0 + $1.fields.fields.count }
        let bytes = sealed.reduce(0) { $0 + $1.fields.encoded.count }
        let verifying = try await shortest(of: 5) {
            for record in sealed {
                _ = try record.statement.jws.verified(byKeyNamed: key.verificationKey)
            }
        }
        let signature = ("a signature's verification", verifying / Double(sealed.count))
        return [
            Measurement(
                name: "read a document", amount: reading / Double(files.count),
                yardstick: signature),
            Measurement(
                name: "seal a record", amount: sealing / Double(sealed.count),
                yardstick: signature),
            Measurement(
                name: "seal a name", amount: sealing / Double(names), yardstick: signature),
            Measurement(
                name: "a sealed record", amount: Double(bytes) / Double(sealed.count), unit: .bytes,
                yardstick: (
                    "its document",
                    Double(files.reduce(0) { $0 + $1.count }) / Double(files.count)
                )),
        ]
    }
}
