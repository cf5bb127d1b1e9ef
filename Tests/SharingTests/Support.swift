import Foundation

@testable import Sharing
@testable import Wire

/// Test vectors that others published. They lie outside the package, in the folder named by
/// TRINE_SHARED or beside it; tests that need them are skipped where they are absent, and say so.
enum Shared {
    static let folder: URL = {
        if let path = ProcessInfo.processInfo.environment["TRINE_SHARED"] {
            return URL(filePath: path)
        }
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        return (0..<4).reduce(file) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "shared")
    }()

    static func exists(_ path: String) -> Bool {
        let found = FileManager.default.fileExists(atPath: folder.appending(path: path).path)
        if !found { print("SKIPPED: no vectors at \(folder.appending(path: path).path)") }
        return found
    }

    static func decode<Vector: Decodable>(_ path: String, as: Vector.Type) throws -> Vector {
        try JSONDecoder().decode(Vector.self, from: Data(contentsOf: folder.appending(path: path)))
    }
}

/// This folder's fixtures: what was released once must be understood for ever.
enum Fixture {
    static func url(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures").appending(path: name)
    }

    static func json(_ name: String) throws -> JSON {
        var bytes = [UInt8](try Data(contentsOf: url(name)))
        while bytes.last == 0x0a { bytes.removeLast() }
        return try JSON(lenient: bytes)
    }
}

/// SplitMix64: a test's random numbers from a seed, which is printed so that it can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A new seed each time, or the one in the environment as `TRINE_SEED`.
    static func printed(_ test: String = #function) -> SeededGenerator {
        let given = ProcessInfo.processInfo.environment["TRINE_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: .min ... .max)
        print("\(test): TRINE_SEED=\(seed)")
        return SeededGenerator(seed: seed)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

/// Bytes from hexadecimal digits.
func bytes(hex: String) -> [UInt8] {
    let digits = hex.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 255) }
    precondition(digits.count.isMultiple(of: 2) && !digits.contains(255))
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension Secret {
    var hex: String { withBytes { SharingTests.hex($0) } }
    convenience init(byte: UInt8) { self.init(copying: [UInt8](repeating: byte, count: 32)) }
}

/// A log and the people of it, the same in every test.
enum World {
    static let origin = Origin("trine.example/alliance")!
    static let log = Digest<Digested.Genesis>(hashing: Array("genesis".utf8))
    static let otherLog = Digest<Digested.Genesis>(hashing: Array("another".utf8))
    static let enterprise = Handle("e-7k2m9q4x")!
    static let lender = Handle("northbank")!
    static let time = Timestamp(seconds: 1_795_000_000)!
    static let key = SigningKey(seed: Secret(byte: 1))
    static let signer = Signer(origin: origin, handle: enterprise, log: log, key: key)
    static let schedule = KeySchedule(seed: Secret(byte: 9), log: log)

    static func jti(_ number: UInt8) -> JTI { JTI(bytes: [UInt8](repeating: number, count: 16))! }

    static func digest<Subject>(_ number: UInt8) -> Digest<Subject> {
        Digest(bytes: [UInt8](repeating: number, count: 32))!
    }

    static func month(_ text: String) -> Month { Month(text)! }
    static func book(_ text: String) -> BookName { BookName(text)! }

    static func range(_ book: String, _ from: Int64, _ to: Int64) -> RecordRange {
        RecordRange(book: self.book(book), from: from, to: to)!
    }

    /// An invoice of a few fields, the others absent.
    static func invoice(
        number: String = "R-2026-117", amount: String = "1234.50", notes: String? = nil
    ) throws -> Record {
        let net = try Amount(parsing: amount, currency: "EUR")
        var values: [String: FieldValue] = [
            "number": .text(number), "document_kind": .text("invoice"),
            "issue_date": .date(CalendarDate("2026-11-20")!), "currency": .text("EUR"),
            "due_date": .date(CalendarDate("2026-12-20")!), "seller_name": .text("Käfer & Söhne"),
            "buyer_name": .text("Blau GmbH"), "tax_exclusive_amount": .amount(net),
            "payable_amount": .amount(try Amount(parsing: "-0.05", currency: "EUR")),
            "lines": .json([["quantity": "2", "name": "Schraube 😀"]]),
            "document": .document(mediaType: "application/xml", bytes: Array("<a/>".utf8)),
        ]
        if let notes { values["notes"] = .text(notes) }
        return try Record(
            type: .invoice, date: CalendarDate("2026-11-20")!, values: values,
            businessKey: BusinessKey(
                documentKind: "invoice", seller: "DE123", number: number,
                date: CalendarDate("2026-11-20")!))
    }

    static let place = SealedRecord.Place(
        book: book("invoices/2026-11"), number: 17, epoch: 3)
}

/// Calls `body` and gives what it throws, `nil` for nothing.
func thrown<Failure: Error>(_ body: () throws(Failure) -> Void) -> Failure? {
    do {
        try body()
        return nil
    } catch { return error }
}
