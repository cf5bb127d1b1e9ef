import Custody
import Sharing
import Wire

/// The own records as rows of a view, in the order of their books and numbers.
enum OwnRecordRow {
    private static let family = "own/"
    private static let said = "said/"

    /// Numbers of as many digits stand in their order.
    private static let digits = 12

    /// `invoices/2026-11#000000000017`.
    private static func place(_ book: BookName, _ number: Int64) -> String {
        let text = "\(number)"
        let zeros = String(repeating: "0", count: max(0, digits - text.utf8.count))
        return "\(book)#\(zeros)\(text)"
    }

    /// Of an erased one nothing stays that it said.
    static func set(_ record: OwnRecord, in rows: inout KeptRows) {
        let place = place(record.book, record.number)
        rows.set(family + place, OwnRecord.shape.bytes(of: record))
        if record.erased { rows.set(said + place, nil) }
    }

    static func set(_ summary: RecordSummary, of record: OwnRecord, in rows: inout KeptRows) {
        let bytes = RecordSummary.shape.bytes(of: summary)
        rows.set(said + place(record.book, record.number), bytes)
    }

    static func summary(
        of record: OwnRecord, in rows: KeptRows
    ) throws(HomeError) -> RecordSummary? {
        let key = said + place(record.book, record.number)
        guard let bytes = try rows.value(key), let document = try? JSONDocument(.canonical, bytes)
        else { return nil }
        return try? RecordSummary.shape.read(document.root)
    }

    static func at(
        _ book: BookName, _ number: Int64, in rows: KeptRows
    ) throws(HomeError) -> OwnRecord? {
        let key = family + place(book, number)
        guard let bytes = try rows.value(key) else { return nil }
        return try read(bytes, key)
    }

    static func all(of book: BookName, in rows: KeptRows) throws(HomeError) -> [OwnRecord] {
        try all(under: "\(family)\(book)#", in: rows)
    }

    static func all(in rows: KeptRows) throws(HomeError) -> [OwnRecord] {
        try all(under: family, in: rows)
    }

    private static func all(
        under prefix: String, in rows: KeptRows
    ) throws(HomeError) -> [OwnRecord] {
        var records: [OwnRecord] = []
        for (key, bytes) in try rows.values(in: .under(prefix)) {
            records.append(try read(bytes, key))
        }
        return records
    }

    private static func read(_ bytes: [UInt8], _ key: String) throws(HomeError) -> OwnRecord {
        guard let document = try? JSONDocument(.canonical, bytes),
            let record = try? OwnRecord.shape.read(document.root)
        else { throw .viewDamaged(path: key) }
        return record
    }
}
