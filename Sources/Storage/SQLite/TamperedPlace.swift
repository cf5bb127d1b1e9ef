import Foundation
import GRDB

/// A place in a store's files where a demonstration changes a byte, to show that a check finds it.
package enum TamperedPlace: CaseIterable, Sendable {
    case entry, field, state

    /// Changes one byte in the middle of one row, as somebody with the disk could. The store must be
    /// closed. Throws ``StoreError/corrupt(_:_:)`` where it has no such row, and what GRDB throws.
    package func changeByte(inStore directory: String) throws {
        let (table, column, row) =
            switch self {
            case .entry:
                (
                    "entries", "leaf",
                    "SELECT entry FROM entries WHERE kind = 'record' LIMIT 1 OFFSET 7"
                )
            case .field:
                (
                    "attachments", "row",
                    // Behind those of entry 0, which has the texts of policies.
                    """
                    SELECT place FROM attachments WHERE place >= \(RowPlace(entry: 1, row: 0).place)
                    ORDER BY length(row) DESC LIMIT 1
                    """
                )
            case .state:
                ("state", "value", "SELECT rowid FROM state WHERE key LIKE 'book/%' LIMIT 1")
            }
        let queue = try DatabaseQueue(path: directory + "/ledger.sqlite")
        try queue.write { database in
            guard let id = try Int64.fetchOne(database, sql: row),
                var bytes = try Data.fetchOne(
                    database, sql: "SELECT \(column) FROM \(table) WHERE rowid = ?",
                    arguments: [id])
            else { throw StoreError.corrupt(.file("ledger.sqlite"), .missing) }
            bytes[bytes.startIndex + bytes.count / 2] ^= 0x01
            try database.execute(
                sql: "UPDATE \(table) SET \(column) = ? WHERE rowid = ?", arguments: [bytes, id])
        }
        try queue.close()
    }
}
