import GRDB
import Rules
import Sharing
import Transparency
import Wire

/// The reads of `ledger.sqlite`, each on a connection that the caller has.
enum Ledger {
    static func head(in db: Database) throws -> Head? {
        let rows = try db.rows("SELECT edge, checkpoint FROM head") {
            (edge: $0.bytes(0), checkpoint: $0.bytes(1))
        }
        guard let row = rows.first else { return nil }
        guard let edge = try? RightEdge(bytes: row.edge), edge.size <= Int64.max else {
            throw StoreError.corrupt(.head, .malformed)
        }
        return Head(edge: edge, checkpoint: row.checkpoint)
    }

    /// The rows under some names of pieces of state.
    static func rows(
        _ names: [StateNames], _ table: StateTable, in db: Database
    ) throws -> [StateRows] {
        let sealed = try sealedRow(in: db)
        return try zip(names, table.values(names.map(\.open))).map { names, open in
            StateRows(
                open: open, sealed: try names.hidden.flatMap { try Self.sealed($0, sealed) })
        }
    }

    private static func sealedRow(in db: Database) throws -> PreparedQuery {
        try PreparedQuery("SELECT slot, row FROM selective_state WHERE name = ?", on: db)
    }

    private static func sealed(_ name: [UInt8], _ query: PreparedQuery) throws -> SealedRow? {
        try query.row(name) { SealedRow(slot: $0.integer(0), name: name, bytes: $0.bytes(1)) }
    }

    static func rows(
        after key: String, upTo last: String?, limit: Int, hidden: (String) -> [UInt8]?,
        _ table: StateTable, in db: Database
    ) throws -> [(key: String, rows: StateRows)] {
        let sealed = try sealedRow(in: db)
        return try table.rows(after: key, upTo: last, limit: limit).map { key, value in
            (
                key,
                StateRows(
                    open: value, sealed: try hidden(key).flatMap { try Self.sealed($0, sealed) })
            )
        }
    }

    static func sealedRows(after slot: Int64, limit: Int, in db: Database) throws -> [SealedRow] {
        try db.rows(
            "SELECT slot, name, row FROM selective_state WHERE slot > ? ORDER BY slot LIMIT ?",
            slot, limit
        ) { SealedRow(slot: $0.integer(0), name: $0.bytes(1), bytes: $0.bytes(2)) }
    }

    static func leaves(_ range: Range<Int64>, in db: Database) throws -> [[UInt8]] {
        try db.rows(
            "SELECT leaf FROM entries WHERE entry >= ? AND entry < ? ORDER BY entry",
            range.lowerBound, range.upperBound
        ) { $0.bytes(0) }
    }

    static func tile(level: Int, index: UInt64, in db: Database) throws -> [Hash] {
        guard let place = TilePlace(checking: level, index: index) else { return [] }
        let rows = try db.rows("SELECT hashes FROM tiles WHERE place = ?", place.place) {
            $0.bytes(0)
        }
        guard let bytes = rows.first else { return [] }
        guard let hashes = [Hash](bytes: bytes) else {
            throw StoreError.corrupt(.tile(level: level, index: index), .malformed)
        }
        return hashes
    }

    /// An entry concerns its issuer and those who are noted as parties to it.
    static func indices(
        concerning party: PartyNames, from: Int64, limit: Int, in db: Database
    ) throws -> [Int64] {
        let limit = max(0, limit)
        return try merged(party.hidden, limit) { kind, name in
            try indices(issuer: party.issuer, kind: kind, from: from, limit: limit, in: db)
                + db.rows(
                    "SELECT entry FROM parties WHERE party = ? AND entry >= ? ORDER BY entry LIMIT ?",
                    name, from, limit
                ) { $0.integer(0) }
        }
    }

    /// The first of what each range of an index gives.
    private static func merged<Part>(
        _ parts: [Part], _ limit: Int, _ indices: (Part) throws -> [Int64]
    ) rethrows -> [Int64] {
        Array(try parts.map(indices).joined().sorted().prefix(limit))
    }

    static func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int, in db: Database
    ) throws -> [Int64] {
        let limit = max(0, limit)
        switch (issuer, kind) {
        case (.none, .none):
            return try db.rows(
                "SELECT entry FROM entries WHERE entry >= ? ORDER BY entry LIMIT ?", from, limit
            ) { $0.integer(0) }
        case (.none, .some(let kind)):
            return try db.rows(
                """
                SELECT entry FROM entries WHERE kind = ? AND entry >= ? ORDER BY entry LIMIT ?
                """, kind.rawValue, from, limit
            ) { $0.integer(0) }
        case (.some(let issuer), .some(let kind)):
            return try db.rows(
                """
                SELECT entry FROM entries WHERE issuer = ? AND kind = ? AND entry >= ?
                ORDER BY entry LIMIT ?
                """, issuer.text, kind.rawValue, from, limit
            ) { $0.integer(0) }
        case (.some(let issuer), .none):
            return try merged(Kind.allCases, limit) { kind in
                try indices(issuer: issuer, kind: kind, from: from, limit: limit, in: db)
            }
        }
    }

    static func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>, in db: Database
    ) throws -> [(number: Int64, index: Int64)] {
        try db.rows(
            """
            SELECT number, entry FROM records
            WHERE issuer = ? AND book = ? AND number BETWEEN ? AND ? ORDER BY number
            """, enterprise.text, book.description, range.lowerBound, range.upperBound
        ) { ($0.integer(0), $0.integer(1)) }
    }

    /// Those of `entries` that aren't found as they say.
    static func misfiled(_ entries: [FiledEntry], in db: Database) throws -> [Int64] {
        let own = try PreparedQuery("SELECT issuer, kind FROM entries WHERE entry = ?", on: db)
        let parties = try PreparedQuery("SELECT party FROM parties WHERE entry = ?", on: db)
        let follower = try PreparedQuery(
            "SELECT 1 FROM followers WHERE statement = ? AND entry = ?", on: db)
        let record = try PreparedQuery(
            "SELECT entry FROM records WHERE issuer = ? AND book = ? AND number = ?", on: db)
        return try entries.filter { entry in
            let found = entry.found
            let names = try own.row(found.index) { ($0.text(0), $0.text(1)) }
            guard let names, names == (found.issuer.text, found.kind.rawValue) else { return true }
            if entry.arePartiesKnown {
                let stored = try parties.rows([found.index]) { $0.bytes(0) }
                guard Set(stored) == found.parties else { return true }
            }
            if let leader = found.leader {
                guard try follower.row(leader.text, found.index, read: { $0.integer(0) }) != nil
                else { return true }
            }
            guard let expected = found.record else { return false }
            return try record.row(
                found.issuer.text, expected.book.description, expected.number,
                read: { $0.integer(0) }) != found.index
        }.map(\.found.index)
    }

    static func filed(in db: Database) throws -> FiledCounts {
        func number(_ sql: String) throws -> Int64 {
            try db.rows(sql) { $0.integer(0) }.first ?? 0
        }
        var counts = FiledCounts()
        counts.entries = try number("SELECT count(*) FROM entries")
        counts.followers = try number("SELECT count(*) FROM followers")
        counts.records = try number("SELECT count(*) FROM records")
        let next = try counters(in: db)
        let lastSlot = try number("SELECT coalesce(max(slot), -1) FROM selective_state")
        let lastApplication = try number("SELECT coalesce(max(number), -1) FROM applications")
        counts.areNextFree =
            lastSlot < next.nextSlot && lastApplication < next.nextApplication
        return counts
    }

    /// The first rows of some entries' attachments.
    static func firstRows(
        of indices: [Int64], enough: Int, in db: Database
    ) throws -> [[UInt8]?] {
        let query = try attachmentRow(in: db)
        var found: [[UInt8]?] = []
        var bytes = 0
        for index in indices where bytes < enough {
            let row = try row(at: BlobPlace(index: index, row: 0), query)
            bytes += row?.count ?? 0
            found.append(row)
        }
        return found
    }

    static func rows(
        at places: [BlobPlace], in db: Database
    ) throws -> [BlobPlace: [UInt8]] {
        let query = try attachmentRow(in: db)
        var found: [BlobPlace: [UInt8]] = [:]
        for place in places { found[place] = try row(at: place, query) }
        return found
    }

    private static func attachmentRow(in db: Database) throws -> PreparedQuery {
        try PreparedQuery("SELECT row FROM attachments WHERE place = ?", on: db)
    }

    private static func row(at place: BlobPlace, _ query: PreparedQuery) throws -> [UInt8]? {
        guard RowPlace.entries ~= place.index else { return nil }
        return try query.row(RowPlace(entry: place.index, row: place.row).place) { $0.bytes(0) }
    }

    static func isErased(_ index: Int64, in db: Database) throws -> Bool {
        try !db.rows("SELECT 1 FROM erasures WHERE entry = ?", index) { $0.integer(0) }.isEmpty
    }

    /// The numbers that a ledger counts.
    struct Counters: Sendable {
        /// The last tenure.
        let term: Int64
        let nextSlot: Int64
        let nextApplication: Int64
        /// The vault's generation when what was destroyed was last noted.
        let vault: Int64
    }

    static func counters(in db: Database) throws -> Counters {
        let found = try db.rows("SELECT term, slot, application, vault FROM counters") {
            Counters(
                term: $0.integer(0), nextSlot: $0.integer(1), nextApplication: $0.integer(2),
                vault: $0.integer(3))
        }
        guard let counters = found.first else {
            throw StoreError.corrupt(.file(DatabaseFile.ledger.name), .missing)
        }
        return counters
    }

    static func boxed(in db: Database) throws -> [BoxedApplication] {
        try db.rows(
            "SELECT handle, received, number, bytes FROM applications ORDER BY received, handle"
        ) { row in
            guard let handle = Handle(row.text(0)),
                let received = Timestamp(seconds: row.integer(1))
            else { throw StoreError.corrupt(.application(row.text(0)), .malformed) }
            return BoxedApplication(
                handle: handle, received: received, number: row.integer(2), bytes: row.bytes(3))
        }
    }
}
