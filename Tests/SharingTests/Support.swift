import Foundation
import TestSupport

@testable import Sharing
@testable import Wire

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

extension Secret {
    var hex: String { withBytes { TestSupport.hex($0) } }
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
    static let opener = FetchOpener(bytes: [UInt8](repeating: 4, count: FetchOpener.byteCount))!
    static let signer = Signer(origin: origin, handle: enterprise, log: log, key: key)
    static let schedule = schedule(9)

    /// The keys of an enterprise whose only vault has this byte 32 times.
    static func schedule(
        _ byte: UInt8, log: Digest<Digested.Genesis> = log
    ) -> KeySchedule {
        KeySchedule(vaults: [Secret(byte: byte)], log: log)
    }

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
        var values: [FieldName: FieldValue] = [
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
