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
    /// Who is a party to each entry, besides its issuer: under hidden names.
    private let parties: [[[UInt8]]]
    /// What of the state follows from public claims, in the order of the keys, which is the order of
    /// the table's index.
    private let state: [(key: String, value: [UInt8]?)]
    /// The rest of the state.
    let selective: [SealedState.Change]

    init(_ batch: Batch, keysFrom reserve: KeyReserve, names: HiddenNames) {
        self.batch = batch
        let entries = batch.entries.filter { !$0.attachments.isEmpty }
        keys = reserve.take(entries.map(\.index))
        wrapped = zip(entries, keys).map {
            WrappedAttachments($0.attachments, of: $0.index, key: $1.key)
        }
        parties = batch.entries.map { entry in
            entry.parties.subtracting([entry.statement.issuer]).map {
                names.name(of: $0, to: entry.statement.kind)
            }
        }
        let changes = batch.changes.map { (key: $0.key, text: $0.key.text, value: $0.value) }
            .sorted { $0.text < $1.text }
        state = changes.filter(\.key.family.hasPublicPart).map {
            ($0.text, $0.value?.publicBytes)
        }
        selective = changes.compactMap { .init($0.key, $0.value, names) }
    }

    /// About how many pages are written: those the bytes fill, and one for each row of the state,
    /// which lie scattered.
    var pages: Int {
        let leaves = batch.entries.reduce(0) { $0 + $1.statement.jws.bytes.count }
        let rows = wrapped.reduce(0) { $0 + $1.rows.reduce(0) { $0 + $1.count } }
        return (leaves + rows) / DatabaseFile.pageBytes + batch.entries.count + batch.changes.count
            + 8
    }

    /// Writes everything but the selective state within the transaction that is open, and returns the
    /// entries whose keys are to be destroyed once the head is published.
    func write(to db: Database) throws -> [DueKey] {
        for (entry, parties) in zip(batch.entries, parties) {
            try write(entry, parties, to: db)
        }
        for (taken, attachments) in zip(keys, wrapped) {
            for (number, row) in attachments.rows.enumerated() {
                try db.run(
                    "INSERT INTO attachments (place, row) VALUES (?, ?)",
                    RowPlace(entry: taken.place, row: number).place, row.data)
            }
        }
        for tile in batch.tiles {
            try db.run(
                "INSERT OR REPLACE INTO tiles (place, hashes) VALUES (?, ?)",
                TilePlace(level: tile.level, index: tile.index).place, tile.hashes.bytes.data)
        }
        let erased = try erase(in: db)
        for (key, value) in state { try write(key, value, to: db) }
        try db.run(
            "INSERT OR REPLACE INTO head (only, edge, checkpoint) VALUES (0, ?, ?)",
            batch.head.edge.bytes.data, batch.head.checkpoint.data)
        return erased
    }

    private func write(_ entry: NewEntry, _ parties: [[UInt8]], to db: Database) throws {
        let statement = entry.statement
        try db.run(
            "INSERT INTO entries (entry, issuer, kind, leaf) VALUES (?, ?, ?, ?)",
            entry.index, statement.issuer.text, statement.kind.rawValue, statement.jws.bytes.data)
        for party in parties {
            try db.run(
                "INSERT INTO parties (party, entry) VALUES (?, ?)", party.data, entry.index)
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

    private func write(_ key: String, _ value: [UInt8]?, to db: Database) throws {
        guard let value else {
            return try db.run("DELETE FROM state WHERE key = ?", key)
        }
        try db.run(
            """
            INSERT INTO state (key, value) VALUES (?1, ?2)
            ON CONFLICT (key) DO UPDATE SET value = ?2
            """, key, value.data)
    }

    /// Removes what the keys of the erased statements, and of those that follow them, would open, and
    /// notes that the keys must go. Whom they concerned goes too.
    private func erase(in db: Database) throws -> [DueKey] {
        var erased: [DueKey] = []
        for jti in batch.erased {
            let own = try batch.index(
                ofErased: jti, in: Ledger.publicValue(of: StatementState.key(jti).untyped, in: db))
            let followers = try db.rows(
                "SELECT entry FROM followers WHERE statement = ?", jti.text
            ) { $0.integer(0) }
            for index in [own] + followers {
                try db.run(
                    "DELETE FROM attachments WHERE place BETWEEN ? AND ?",
                    RowPlace(entry: index, row: 0).place,
                    RowPlace(entry: index, row: WrappedAttachments.maximumRows - 1).place)
                try db.run("DELETE FROM parties WHERE entry = ?", index)
                let due = DueKey(place: index, size: batch.head.size)
                try db.run(
                    "INSERT OR IGNORE INTO erasures (entry, size) VALUES (?, ?)", due.place,
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
