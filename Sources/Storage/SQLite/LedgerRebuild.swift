import GRDB
public import Rules
public import Sharing
public import Wire

/// Everything that follows from the entries of a log: how they are found, the tree, the state.
public struct DerivedRows: Sendable {
    /// How one entry is found.
    public struct Entry: Sendable {
        let index: Int64
        let issuer: Handle
        let kind: Kind
        let leader: JTI?
        let record: IndexedEntry.Record?
        /// `nil` where that can't be found out any more: whoever is noted stays.
        let parties: Set<Handle>?

        public init(_ statement: Sharing.Statement, at index: Int64, parties: Set<Handle>?) {
            self.index = index
            self.parties = parties
            issuer = statement.issuer
            kind = statement.kind
            leader = statement.claims.follows
            record = statement.record
        }

        /// Who is named stands under hidden names.
        func filed(_ names: HiddenNames) -> FiledEntry {
            FiledEntry(
                found: IndexedEntry(
                    index: index, issuer: issuer, kind: kind,
                    parties: names.names(of: (parties ?? []).subtracting([issuer]), to: kind),
                    leader: leader, record: record),
                arePartiesKnown: parties != nil)
        }

    }

    public let entries: [Entry]
    public let tiles: [StoredTile]
    public let state: [StateKey: StateValue]

    public init(entries: [Entry], tiles: [StoredTile], state: [StateKey: StateValue]) {
        self.entries = entries
        self.tiles = tiles
        self.state = state
    }
}

extension SQLiteStore {
    /// Puts `rows` in the place of everything in the ledger that follows from its entries, all of it or
    /// nothing. The keys of the confidential state that was there are due from then on.
    public func replace(with rows: DerivedRows) async throws(StoreError) {
        guard let head = try await head() else { throw .unreadable(.noGenesis) }
        let vault = try await vault()
        let batch = Batch(
            entries: [], tiles: rows.tiles, changes: rows.state.mapValues { $0 }, erased: [],
            head: head)
        let staged = try StagedEntries(batch, under: vault)
        let names = vault.names
        try await write { files, db throws(StoreError) in
            try files.changingState(db) { state in
                // Whoever held the log before has lost it.
                _ = try files.tenure(nil, at: head.position, in: db)
                try LedgerWriter(staged: staged, db: db)
                    .replaceAll(rows.entries, names, &state)
            }
        }
    }
}

extension LedgerWriter {
    fileprivate func replaceAll(
        _ entries: [DerivedRows.Entry], _ names: HiddenNames, _ state: inout StateWriter
    ) throws {
        for table in ["followers", "records", "tiles"] {
            try db.execute(sql: "DELETE FROM \(table)")
        }
        try state.removeAll()
        try db.run(
            "INSERT OR IGNORE INTO due (place, size) SELECT slot | ?1, ?2 FROM selective_state",
            VaultPlace(.slot, 0).bits, staged.head.size)
        try db.execute(sql: "DELETE FROM selective_state; REINDEX")
        let index = try EntryIndex(db)
        for entry in entries {
            try db.run(
                "UPDATE entries SET issuer = ?1, kind = ?2 WHERE entry = ?3", entry.issuer.text,
                entry.kind.rawValue, entry.index)
            if entry.parties != nil {
                try db.run("DELETE FROM parties WHERE entry = ?", entry.index)
            }
            try index.add(entry.filed(names).found)
        }
        try write(&state)
    }
}
