import GRDB
import Sharing
import Transparency
import Wire

/// Writes staged entries, within a transaction that is open.
struct LedgerWriter {
    let staged: StagedEntries
    let db: Database

    /// `state` is what there was before.
    func write(_ state: inout StateWriter) throws {
        try writeEntries()
        try writeAttachments()
        for tile in staged.tiles {
            try db.run(
                "INSERT OR REPLACE INTO tiles (place, hashes) VALUES (?, ?)",
                TilePlace(level: tile.level, index: tile.index).place, tile.hashes.bytes)
        }
        for erased in staged.erased { try erase(erased) }
        try state.set(staged.open)
        try writeHiddenState()
        try db.run("UPDATE counters SET slot = ?1 WHERE slot < ?1", staged.nextSlot)
        try db.run(
            "INSERT OR REPLACE INTO head (only, edge, checkpoint) VALUES (0, ?, ?)",
            staged.head.edge.bytes, staged.head.checkpoint)
    }

    private func writeEntries() throws {
        let insert = try PreparedQuery(
            "INSERT INTO entries (entry, issuer, kind, leaf) VALUES (?, ?, ?, ?)", on: db)
        let index = try EntryIndex(db)
        for entry in staged.entries {
            let found = entry.found
            try insert.run(found.index, found.issuer.text, found.kind.rawValue, entry.leaf)
            try index.add(found)
        }
    }

    private func writeAttachments() throws {
        let insert = try PreparedQuery(
            "INSERT INTO attachments (place, row) VALUES (?, ?)", on: db)
        for (place, bytes) in staged.blobs {
            try insert.run(RowPlace(entry: place.index, row: place.row).place, bytes)
        }
    }

    /// What stood under a name is found by it: nobody has to have read it before.
    private func writeHiddenState() throws {
        let find = try PreparedQuery("SELECT slot FROM selective_state WHERE name = ?", on: db)
        let insert = try PreparedQuery(
            "INSERT INTO selective_state (slot, name, row) VALUES (?, ?, ?)", on: db)
        for change in staged.hidden {
            if let slot = try find.row(change.name, read: { $0.integer(0) }) {
                try db.run("DELETE FROM selective_state WHERE slot = ?", slot)
                try makeDue(VaultPlace(.slot, slot))
            }
            if let row = change.row { try insert.run(row.slot, change.name, row.bytes) }
        }
    }

    /// Removes what the keys of an erased statement, and of those that follow it, would open, and notes
    /// that the keys must go. Whom they concerned goes too.
    private func erase(_ erased: StagedEntries.Erased) throws {
        let followers = try db.rows(
            "SELECT entry FROM followers WHERE statement = ?", erased.statement.text
        ) { $0.integer(0) }
        for index in [erased.index] + followers {
            try db.run(
                "DELETE FROM attachments WHERE place BETWEEN ? AND ?",
                RowPlace(entry: index, row: 0).place,
                RowPlace(entry: index, row: WrappedAttachments.maximumRows - 1).place)
            try db.run("DELETE FROM parties WHERE entry = ?", index)
            try db.run("INSERT OR IGNORE INTO erasures (entry) VALUES (?)", index)
            try makeDue(VaultPlace(.entry, index))
        }
    }

    private func makeDue(_ place: VaultPlace) throws {
        try db.run(
            "INSERT OR IGNORE INTO due (place, size) VALUES (?, ?)", place.bits, staged.head.size)
    }
}

/// Notes how entries are found.
struct EntryIndex {
    private let party: PreparedQuery
    private let follower: PreparedQuery
    private let record: PreparedQuery

    init(_ db: Database) throws {
        party = try PreparedQuery("INSERT INTO parties (party, entry) VALUES (?, ?)", on: db)
        follower = try PreparedQuery(
            "INSERT INTO followers (statement, entry) VALUES (?, ?)", on: db)
        record = try PreparedQuery(
            "INSERT INTO records (issuer, book, number, entry) VALUES (?, ?, ?, ?)", on: db)
    }

    func add(_ entry: IndexedEntry) throws {
        for name in entry.parties { try party.run(name, entry.index) }
        if let leader = entry.leader { try follower.run(leader.text, entry.index) }
        if let found = entry.record {
            try record.run(
                entry.issuer.text, found.book.description, found.number, entry.index)
        }
    }
}

/// Where a row of an entry's attachments stands: entries have 46 bits, rows 16.
struct RowPlace {
    static let entries: Range<Int64> = 0..<VaultPlace.numbers

    let place: Int64

    init(entry: Int64, row: Int) {
        precondition(Self.entries ~= entry && row < WrappedAttachments.maximumRows, "fits 62 bits")
        place = entry << 16 | Int64(row)
    }
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
