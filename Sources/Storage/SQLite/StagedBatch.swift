import GRDB
import Rules
import Sharing
import Transparency
import Wire

/// A batch as rows: encoded and wrapped before the one writing connection is asked for, so that it
/// has nothing to do but write.
struct StagedBatch: Sendable {
    let batch: Batch
    /// The keys of the entries that have attachments, ascending.
    let keys: [KeyReserve.Taken]
    /// The attachments of the same entries.
    private let wrapped: [WrappedAttachments]
    /// In the order of the keys, which is the order of the tables' indices.
    private let state: [(part: StatePart, rows: [(key: String, value: [UInt8]?)])]

    init(_ batch: Batch, keysFrom reserve: KeyReserve) {
        self.batch = batch
        let entries = batch.entries.filter { !$0.attachments.isEmpty }
        keys = reserve.take(entries.map(\.index))
        wrapped = zip(entries, keys).map {
            WrappedAttachments($0.attachments, of: $0.index, key: $1.key)
        }
        let changes = batch.changes.map { (key: $0.key, text: $0.key.text, value: $0.value) }
            .sorted { $0.text < $1.text }
        state = StatePart.all.map { part in
            (
                part,
                changes.filter { part.has($0.key.family) }.map {
                    ($0.text, $0.value.flatMap(part.bytes))
                }
            )
        }
    }

    /// About how many pages are written: those the bytes fill, and one for each row of the state,
    /// which lie scattered.
    var pages: Int {
        let leaves = batch.entries.reduce(0) { $0 + $1.statement.jws.bytes.count }
        let rows = wrapped.reduce(0) { $0 + $1.rows.reduce(0) { $0 + $1.count } }
        return (leaves + rows) / DatabaseFile.pageBytes + batch.entries.count + batch.changes.count
            + 8
    }

    /// Writes everything within the transaction that is open, and returns the keys that are to be
    /// destroyed once the head is published.
    func write(to db: Database) throws -> [DueKey] {
        for entry in batch.entries { try write(entry, to: db) }
        for (taken, attachments) in zip(keys, wrapped) {
            for (number, row) in attachments.rows.enumerated() {
                try db.run(
                    "INSERT INTO attachments (place, row) VALUES (?, ?)",
                    RowPlace(entry: taken.entry, row: number).place, row.data)
            }
        }
        for tile in batch.tiles {
            try db.run(
                "INSERT OR REPLACE INTO tiles (place, hashes) VALUES (?, ?)",
                TilePlace(level: tile.level, index: tile.index).place, tile.hashes.bytes.data)
        }
        let erased = try erase(in: db)
        for (part, rows) in state {
            for (key, value) in rows { try write(key, value, in: part, to: db) }
        }
        try db.run(
            "INSERT OR REPLACE INTO head (only, edge, checkpoint) VALUES (0, ?, ?)",
            batch.head.edge.bytes.data, batch.head.checkpoint.data)
        return erased
    }

    private func write(_ entry: NewEntry, to db: Database) throws {
        let statement = entry.statement
        try db.run(
            "INSERT INTO entries (entry, issuer, kind, leaf) VALUES (?, ?, ?, ?)",
            entry.index, statement.issuer.text, statement.kind.rawValue, statement.jws.bytes.data)
        for party in entry.parties {
            try db.run(
                "INSERT INTO parties (party, kind, entry) VALUES (?, ?, ?)", party.text,
                statement.kind.rawValue, entry.index)
        }
        if let leader = statement.claims.follows {
            try db.run(
                "INSERT INTO followers (statement, entry) VALUES (?, ?)", leader.text, entry.index)
        }
        if let record = statement.claims as? RegisterRecord {
            try db.run(
                "INSERT INTO records (issuer, book, number, entry) VALUES (?, ?, ?, ?)",
                statement.issuer.text, record.book.description, record.number, entry.index)
        }
    }

    private func write(
        _ key: String, _ value: [UInt8]?, in part: StatePart, to db: Database
    ) throws {
        guard let value else {
            return try db.run("DELETE FROM \(part.table) WHERE key = ?", key)
        }
        try db.run(
            """
            INSERT INTO \(part.table) (key, value) VALUES (?1, ?2)
            ON CONFLICT (key) DO UPDATE SET value = ?2
            """, key, value.data)
    }

    /// Removes what the keys of the erased statements, and of those that follow them, would open, and
    /// notes that the keys must go. Whom they concerned goes too.
    private func erase(in db: Database) throws -> [DueKey] {
        var erased: [DueKey] = []
        for jti in batch.erased {
            let key = StatementState.key(jti).untyped
            let own = try batch.index(ofErased: jti, in: Ledger.value(of: key, in: db))
            let followers = try db.rows(
                "SELECT entry FROM followers WHERE statement = ?", jti.text
            ) { $0.integer(0) }
            for index in [own] + followers {
                try db.run(
                    "DELETE FROM attachments WHERE place BETWEEN ? AND ?",
                    RowPlace(entry: index, row: 0).place,
                    RowPlace(entry: index, row: WrappedAttachments.maximumRows - 1).place)
                try db.run(
                    """
                    DELETE FROM parties WHERE entry = ?1
                    AND party <> (SELECT issuer FROM entries WHERE entry = ?1)
                    """, index)
                let due = DueKey(entry: index, size: batch.head.size)
                try db.run(
                    "INSERT OR IGNORE INTO erasures (entry, size) VALUES (?, ?)", due.entry,
                    due.size)
                erased.append(due)
            }
        }
        return erased
    }
}

/// Where a row of an entry's attachments stands: entries have 47 bits, rows 16.
struct RowPlace {
    static let entries: Range<Int64> = 0..<1 << 47

    let place: Int64

    init(entry: Int64, row: Int) {
        precondition(Self.entries ~= entry && row < WrappedAttachments.maximumRows, "fits 63 bits")
        place = entry << 16 | Int64(row)
    }

    init(place: Int64) { self.place = place }

    var row: Int { Int(place & 0xffff) }
}

/// Where a tile stands: levels have 7 bits, indices 56.
struct TilePlace {
    let place: Int64

    /// `nil` for what no tree has.
    init?(checking level: Int, index: UInt64) {
        guard (0..<64).contains(level), index < 1 << 56 else { return nil }
        place = Int64(level) << 56 | Int64(index)
    }

    init(level: Int, index: UInt64) {
        guard let place = TilePlace(checking: level, index: index) else {
            preconditionFailure("a tile of a tree")
        }
        self = place
    }
}
