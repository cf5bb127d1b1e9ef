import Client
import Demo
import Foundation
import Gateway
import Importing
import Sharing
import Wire

/// What it takes to import many invoices in one command: the program that imports and the gateway are
/// processes of their own, and each batch is durable on both disks before the next one is sent.
///
/// `TRINE_BENCH_DOCUMENTS` is how many, of ten thousand bytes each.
struct ImportBench: BenchGroup {
    let name = "import"
    let title: String
    private let count: Int

    static let documentBytes = 10_000
    /// Of either process.
    private static let mostMemory = 250e6
    /// For ten thousand documents, on two processors.
    private static let mostSeconds = 25.0

    init() {
        let wanted = ProcessInfo.processInfo.environment["TRINE_BENCH_DOCUMENTS"]
        count = wanted.flatMap { Int($0) } ?? 10_000
        title = "An enterprise imports \(count) invoices, each of \(Self.documentBytes) bytes"
    }

    func run() async throws -> [Measurement] {
        let directory = NSTemporaryDirectory() + "/trine-import-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let gateway = try await LoadScene.found(directory)
        for session in try await LoadScene.admitAll(directory, enterprises: 1) {
            await session.close()
        }
        let folder = try BenchAlliance.invoices(
            count, months: BenchAlliance.lastYear, in: directory + "/documents",
            bytes: Self.documentBytes)
        let before = gateway.processorSeconds
        let result = try ImportProcess.run(directory + "/party0", folder)
        let served = gateway.processorSeconds - before
        precondition(result.imported == count, "every sample document imports")
        let again = try ImportProcess.run(directory + "/party0", folder)
        precondition(again.duplicates == count, "every document is there")
        var measurements = [
            wall("all of them", result.seconds, most: Self.mostSeconds),
            wall(
                "processors, both", result.processors + served, most: 2 * Self.mostSeconds),
            wall("processors, import", result.processors),
            wall("processors, gateway", served),
        ]
        measurements += try stages(of: folder, in: result.processors)
        measurements += [
            wall("all of them again", again.seconds),
            memory("memory of the import, at most", result.memory),
            memory("memory of the gateway, at most", gateway.mostResidentBytes),
        ]
        gateway.end()
        try FileManager.default.removeItem(atPath: directory)
        return measurements
    }

    private func wall(_ name: String, _ seconds: Double, most: Double? = nil) -> Measurement {
        let scale = Double(count) / 10_000
        return Measurement(
            name: name, amount: seconds, yardstick: ("a second for each 1000", 10 * scale),
            mostSeconds: most.map { $0 * scale })
    }

    private func memory(_ name: String, _ bytes: Double) -> Measurement {
        Measurement(
            name: name, amount: bytes, unit: .bytes, yardstick: ("250 MB", Self.mostMemory),
            mostRatio: 1)
    }

    /// What the import's processors do for all documents in so many seconds, measured on some of them on
    /// one core.
    private func stages(of folder: String, in seconds: Double) throws -> [Measurement] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let files = try names.prefix(Self.sampled).map {
            Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/" + $0)))
        }
        let scale = Double(count) / Double(files.count)
        let work = try SealingWork()
        var records: [Record] = []
        let reading = try processors {
            records = try files.flatMap {
                try Importer.records(from: $0, named: "", for: SampleEnterprise.identifiers).get()
            }
        }
        let sealing = try processors { try work.seal(records) }
        let committing = processors { work.commit(records) }
        let encoding = processors { work.write(records) }
        return [
            wall("… reading XML", reading * scale), wall("… sealing", sealing * scale),
            wall("… of which commitments", committing * scale),
            wall("… of which JSON", encoding * scale),
            wall("… outbox, HTTP, receipts, view", seconds - (reading + sealing) * scale),
        ]
    }

    private static let sampled = 400

    /// Seconds that processors worked, the least of three times: others on the machine hardly change it.
    private func processors(_ work: () throws -> Void) rethrows -> Double {
        var least = Double.infinity
        for _ in 0..<3 {
            let before = ImportProcess.processors
            try work()
            least = min(least, ImportProcess.processors - before)
        }
        return least
    }
}

/// What sealing consists of, for records of one enterprise.
private struct SealingWork {
    private let signer: Signer
    private let schedule: KeySchedule

    init() throws {
        guard let origin = Origin("trine.example/bench"), let handle = Handle("e-7k2m9q4x") else {
            preconditionFailure("constants")
        }
        var random = SystemRandomNumberGenerator()
        let log = Digest<Digested.Genesis>(hashing: [1])
        signer = Signer(
            origin: origin, handle: handle, log: log,
            key: SigningKey(seed: .random(count: 32, using: &random)))
        schedule = KeySchedule(vaults: [.random(count: 32, using: &random)], log: log)
    }

    func seal(_ records: [Record]) throws {
        var random = SystemRandomNumberGenerator()
        var keys: [MonthKeys.Name: MonthKeys] = [:]
        for (number, record) in records.enumerated() {
            let place = SealedRecord.Place(book: record.book, number: Int64(number) + 1, epoch: 0)
            let name = place.keys(of: record.type)
            let month = keys[name] ?? MonthKeys(name, from: schedule)
            keys[name] = month
            _ = try SealedRecord.seal(
                record, at: place, jti: JTI(using: &random), by: signer, keys: month,
                time: .now, using: &random)
        }
    }

    func commit(_ records: [Record]) {
        var random = SystemRandomNumberGenerator()
        for record in records {
            for field in record.type.fields where field.commitmentName != nil {
                _ = FieldCommitment(
                    record[field.name], of: field, salt: Disclosure.Salt(using: &random))
            }
        }
    }

    func write(_ records: [Record]) {
        var random = SystemRandomNumberGenerator()
        for record in records {
            for field in record.type.fields {
                _ = Disclosure(
                    salt: Disclosure.Salt(using: &random), name: field.name.text,
                    value: record[field.name].json)
            }
        }
    }
}
