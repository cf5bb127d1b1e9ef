import Client
import Demo
import Foundation
import Importing
import Sharing
import Storage
import Testing
import Wire

/// The gateway's disk, after records were imported, granted, fetched and erased, has nothing of what
/// was imported: no name, number, amount, date or text, in whatever encoding.
@Suite struct BlindGatewayTests {
    @Test func nothingImportedIsOnTheGatewaysDisk() async throws {
        let folder = NSTemporaryDirectory() + "/trine-blind-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore(opening: folder)
        let alliance = try await Alliance(on: store)
        let enterprise = try await alliance.admit("acme", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        let months = Months.first...Months.second
        let path = try alliance.documents(months, "documents")
        let imported = try await Enterprise(enterprise).importDocuments([path]).imported
        #expect(imported > 20)
        let plan = try await Enterprise(enterprise).plan(
            GrantWish(
                to: lender.handle, scope: .months(.invoices, months),
                fields: ["due_date", "number", "tax_exclusive_amount"],
                purpose: .creditMonitoring, lifetime: 86_400, fetches: 3, dataLife: 86_400))
        let grant = try await Enterprise(enterprise).grant(plan).statement.jti
        _ = try await Lender(lender).fetch(grant)
        let record = try #require(try await Enterprise(enterprise).records().first)
        let place = try #require(RecordNumber(record.name))
        _ = try await Enterprise(enterprise).erase(place, .retentionEnded)

        let search = try ValueSearch(documentsIn: path)
        #expect(search.values > 200)
        // Read while it is served, write-ahead logs included.
        var bytes = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let content = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            bytes += content.count
            #expect(search.first(in: Array(content)) == nil, "in \(name)")
        }
        #expect(bytes > 100_000)
        await enterprise.close()
        await lender.close()
        await alliance.stop()
        try store.close()
    }

    /// The search finds what it looks for, wherever it is.
    @Test func whatIsThereIsFound() throws {
        let search = ValueSearch(["EXB-2025-01-001"])
        let text = Array("EXB-2025-01-001".utf8)
        let filler = [UInt8](repeating: 0x5a, count: 1000)
        for shift in 0..<3 {
            let shifted = Array(filler.prefix(shift)) + text + filler
            for hidden in [
                text, text.flatMap { [$0, 0] }, text.flatMap { [0, $0] },
                Array(text.map { String(format: "%02x", $0) }.joined().utf8),
                Array(Data(shifted).base64EncodedString().utf8),
                Array(Base64URL.encode(shifted).utf8),
            ] {
                #expect(search.first(in: filler + hidden + filler) == "EXB-2025-01-001")
            }
        }
        #expect(search.first(in: filler) == nil)
    }
}

/// Looks for many values at once, each in every encoding that hides nothing.
private struct ValueSearch {
    /// What is looked for, by its first eight bytes.
    private var patterns: [UInt64: [(bytes: [UInt8], value: String)]] = [:]
    private(set) var values = 0

    /// Shorter values, such as `EUR` or `19.00`, turn up anywhere.
    private static let minimumBytes = 8

    init(_ texts: some Sequence<String>) {
        for text in Set(texts) where text.utf8.count >= Self.minimumBytes {
            values += 1
            for pattern in Self.encodings(Array(text.utf8)) {
                patterns[Self.word(pattern, at: 0), default: []].append((pattern, text))
            }
        }
    }

    /// All values of the records in the documents of a folder.
    init(documentsIn path: String) throws {
        var texts: Set<String> = []
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))
            let records = try Importer.records(
                from: Array(bytes), named: name, for: SampleEnterprise.identifiers
            ).get()
            for record in records {
                for value in record.values.values { Self.collect(value, into: &texts) }
            }
        }
        self.init(texts)
    }

    /// A value that is in `bytes`.
    func first(in bytes: [UInt8]) -> String? {
        guard bytes.count >= 8 else { return nil }
        for start in 0...(bytes.count - 8) {
            guard let candidates = patterns[Self.word(bytes, at: start)] else { continue }
            for candidate in candidates where bytes[start...].starts(with: candidate.bytes) {
                return candidate.value
            }
        }
        return nil
    }

    private static func word(_ bytes: [UInt8], at start: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: UInt64.self) }
    }

    private static func collect(_ value: FieldValue, into texts: inout Set<String>) {
        switch value {
        case .text(let text): texts.insert(text)
        case .date(let date): texts.insert(date.description)
        case .amount(let amount): texts.insert(amount.text)
        case .quantity(let quantity): texts.insert(quantity.text)
        case .json(let json): collect(json, into: &texts)
        case .document(_, let bytes):
            texts.insert(String(decoding: bytes.prefix(64), as: UTF8.self))
        case .null: break
        }
    }

    private static func collect(_ json: JSON, into texts: inout Set<String>) {
        switch json {
        case .string(let text): texts.insert(text)
        case .array(let elements): for element in elements { collect(element, into: &texts) }
        case .object(let members): for member in members.values { collect(member, into: &texts) }
        default: break
        }
    }

    /// UTF-8, UTF-16 of both kinds, hexadecimal of both cases, and base64 with both alphabets at
    /// all three alignments, without the characters at the ends that depend on what is beside.
    private static func encodings(_ text: [UInt8]) -> [[UInt8]] {
        var encodings = [
            text, text.flatMap { [$0, 0] }, text.flatMap { [0, $0] },
            Array(text.map { String(format: "%02x", $0) }.joined().utf8),
            Array(text.map { String(format: "%02X", $0) }.joined().utf8),
        ]
        for shift in 0..<3 {
            let data = Data([UInt8](repeating: 0, count: shift) + text)
            let whole = Array(data.base64EncodedString().utf8).filter { $0 != UInt8(ascii: "=") }
            let inner = Array(whole[(shift == 0 ? 0 : shift + 1)...].dropLast())
            encodings.append(inner)
            encodings.append(
                inner.map {
                    switch $0 {
                    case UInt8(ascii: "+"): UInt8(ascii: "-")
                    case UInt8(ascii: "/"): UInt8(ascii: "_")
                    default: $0
                    }
                })
        }
        return encodings.filter { $0.count >= 8 }
    }
}
