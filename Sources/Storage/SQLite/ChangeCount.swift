import GRDB

/// How often the ledger was changed, for telling whether its file and a write-ahead log belong together.
///
/// It has a table, and so a page, of its own, and always as many bytes. SQLite then writes them over the last ones, in the last
/// bytes of that page: a write that a power cut cuts short leaves the old count or the new one, or, where even these bytes are
/// torn, one that says so by itself.
struct ChangeCount: Equatable {
    /// Until now.
    let now: Int64
    /// As far as the file was known to have it by itself, durably, when the last transaction was written.
    let moved: Int64

    init(now: Int64, moved: Int64) { (self.now, self.moved) = (now, moved) }

    static let table = """
        CREATE TABLE changes (only INTEGER PRIMARY KEY CHECK (only = 0), count BLOB NOT NULL) STRICT;
        INSERT INTO changes (only, count) VALUES (0, zeroblob(32));
        """
    static let query = "SELECT count FROM changes"

    /// Both numbers, twice, as 64 bits big-endian.
    var bytes: [UInt8] {
        let once = [now, moved].flatMap { number in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
        }
        return once + once
    }

    /// `nil` where the bytes are torn.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 32, bytes[..<16] == bytes[16...] else { return nil }
        func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
            bytes.reduce(0) { $0 << 8 | Int64($1) }
        }
        self.init(now: number(bytes[..<8]), moved: number(bytes[8..<16]))
    }
}

extension Ledger {
    static func changes(in db: Database) throws -> ChangeCount {
        let count = try db.rows(ChangeCount.query) { ChangeCount($0.bytes(0)) }.first ?? nil
        guard let count else {
            throw StoreError.corrupt(
                .file(DatabaseFile.ledger.name), .database(message: "the count of changes is torn"))
        }
        return count
    }

    /// Belongs to each transaction that writes, so that all that a write-ahead log has goes with this.
    static func countChange(_ step: Int64 = 1, moved: Int64, in db: Database) throws {
        let count = ChangeCount(now: try changes(in: db).now + step, moved: moved)
        try db.run("UPDATE changes SET count = ?", count.bytes)
    }
}
