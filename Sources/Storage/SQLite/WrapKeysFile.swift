import Foundation
import GRDB
import Wire

/// `keys.sqlite`: the keys that attachments and the confidential state are wrapped under, apart from
/// what they wrap, so that its backups can be kept for a shorter time than the ledger's.
///
/// A key's row is appended once and later overwritten in place, never removed or moved: a B-tree
/// that moves rows leaves copies in the unused parts of its pages. 32 zero bytes mark an erased key.
///
/// `names` has the key of ``HiddenNames``. `ledger` says how many entries the ledger was known to have, durably, when the keys were last
/// written. A ledger with fewer is an older one.
extension DatabaseFile {
    static let wrapKeys = DatabaseFile(
        name: "keys.sqlite", application: 0x5472_6b79,
        schema: """
            CREATE TABLE keys (
                entry INTEGER PRIMARY KEY,
                key BLOB NOT NULL
            ) STRICT;
            CREATE TABLE state_keys (
                slot INTEGER PRIMARY KEY,
                key BLOB NOT NULL
            ) STRICT;
            CREATE TABLE names (
                only INTEGER PRIMARY KEY CHECK (only = 0),
                key BLOB NOT NULL
            ) STRICT;
            CREATE TABLE application_keys (
                slot INTEGER PRIMARY KEY,
                key BLOB NOT NULL
            ) STRICT;
            CREATE TABLE purges (
                only INTEGER PRIMARY KEY CHECK (only = 0),
                count INTEGER NOT NULL
            ) STRICT;
            INSERT INTO purges (only, count) VALUES (0, 0);
            CREATE TABLE ledger (
                only INTEGER PRIMARY KEY CHECK (only = 0),
                size INTEGER NOT NULL
            ) STRICT;
            INSERT INTO ledger (only, size) VALUES (0, 0);
            """,
        readers: 4, cacheKilobytes: 8 << 10, checkpointPages: 1024)
}

/// What a table of wrap keys is for: the attachments of an entry, or a piece of state.
struct WrapKeyTable: Sendable {
    let name: String
    /// The number of what the key is for.
    let place: String
    let reserve: KeyReserve
}

/// The operations on `keys.sqlite`. Each is durable when it returns.
struct WrapKeys: Sendable {
    let pool: DatabasePool
    let entries: WrapKeyTable
    let state: WrapKeyTable

    private static let zero = Data(count: WrapKey.byteCount)

    /// `count` keys are laid in at a time.
    init(pool: DatabasePool, reserve count: Int64) {
        self.pool = pool
        entries = WrapKeyTable(name: "keys", place: "entry", reserve: KeyReserve(count: count))
        state = WrapKeyTable(name: "state_keys", place: "slot", reserve: KeyReserve(count: count))
    }

    /// Sees to it that the keys in `taken`, ascending, are durable; `next` is the first number that the
    /// ledger, which has `size` entries, has nothing under. Where they aren't durable yet, they are
    /// stored together with a new reserve, over whatever was stored for what doesn't exist. No number
    /// is left out, so that later rows come behind these and not between them.
    func keep(
        _ taken: [KeyReserve.Taken], in table: WrapKeyTable, from next: Int64, size: Int64
    ) throws {
        guard let last = taken.last?.place, !table.reserve.holds(taken) else { return }
        let own = Dictionary(uniqueKeysWithValues: taken.map { ($0.place, $0.key) })
        let rows = (next...last + table.reserve.count).map {
            (place: $0, key: own[$0] ?? WrapKey())
        }
        table.reserve.discard()
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                for (place, key) in rows {
                    var data = key.withBytes { Data($0) }
                    defer { data.resetBytes(in: 0..<data.count) }
                    try db.run(
                        """
                        INSERT INTO \(table.name) (\(table.place), key) VALUES (?1, ?2)
                        ON CONFLICT (\(table.place)) DO UPDATE SET key = ?2
                        """, place, data)
                }
                try setLedgerSize(size, in: db)
                return .commit
            }
        }
        table.reserve.lay(rows.filter { $0.place > last })
    }

    /// The keys of these places, without those that were destroyed or never were.
    func keys(of places: [Int64], in table: WrapKeyTable) throws -> [Int64: WrapKey] {
        guard !places.isEmpty else { return [:] }
        return try pool.unsafeRead { db in
            var keys: [Int64: WrapKey] = [:]
            for place in places {
                let rows = try db.rows(
                    "SELECT key FROM \(table.name) WHERE \(table.place) = ?", place
                ) { $0.bytes(0) }
                keys[place] = key(rows.first)
            }
            return keys
        }
    }

    /// Overwrites the keys of `entries` and of `slots` of the state, of a ledger that has `size`
    /// entries, here and in the write-ahead log.
    func erase(entries: [Int64], slots: [Int64], size: Int64) throws {
        guard !entries.isEmpty || !slots.isEmpty else { return }
        try purging { db in
            for (table, places) in [(self.entries, entries), (state, slots)] {
                for place in places {
                    try db.run(
                        "UPDATE \(table.name) SET key = ?1 WHERE \(table.place) = ?2 AND key <> ?1",
                        Self.zero, place)
                }
            }
            try setLedgerSize(size, in: db)
        }
    }

    /// The key of the hidden names. It is made with the file, and stays.
    func names() throws -> HiddenNames {
        let found = try pool.unsafeRead { db in
            try key(db.rows("SELECT key FROM names") { $0.bytes(0) }.first)
        }
        guard let found else {
            throw StoreError.corrupt(.file(DatabaseFile.wrapKeys.name), .keyMissing)
        }
        return HiddenNames(key: found)
    }

    /// Makes the key of the hidden names, in the transaction that makes the file.
    static func makeNames(_ db: Database) throws {
        var data = WrapKey().withBytes { Data($0) }
        defer { data.resetBytes(in: 0..<data.count) }
        try db.run("INSERT INTO names (only, key) VALUES (0, ?)", data)
    }

    /// How many entries the ledger is known to have had.
    var ledgerSize: Int64 {
        get throws {
            try pool.unsafeRead { db in
                try db.rows("SELECT size FROM ledger") { $0.integer(0) }.first ?? 0
            }
        }
    }

    /// Takes note of a ledger that has `size` entries, durably.
    func noteLedger(size: Int64) throws {
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try setLedgerSize(size, in: db)
                return .commit
            }
        }
    }

    /// Overwrites the keys of entries, state and applications that a ledger of `size` entries doesn't
    /// have.
    func dropUnknown(size: Int64, stateFrom next: Int64, applications: Set<Int64>) throws {
        try purging { db in
            for (table, first) in [(entries, size), (state, next)] {
                try db.run(
                    "UPDATE \(table.name) SET key = ?1 WHERE \(table.place) >= ?2 AND key <> ?1",
                    Self.zero, first)
            }
            let used = try db.rows(
                "SELECT slot FROM application_keys WHERE key <> ?", Self.zero
            ) { $0.integer(0) }
            for slot in used where !applications.contains(slot) {
                try db.run("UPDATE application_keys SET key = ?1 WHERE slot = ?2", Self.zero, slot)
            }
        }
    }

    var isEmpty: Bool {
        get throws {
            try pool.unsafeRead { db in
                try db.rows("SELECT 1 FROM keys LIMIT 1") { $0.integer(0) }.isEmpty
            }
        }
    }

    private func setLedgerSize(_ size: Int64, in db: Database) throws {
        try db.run("UPDATE ledger SET size = ?1 WHERE size <> ?1", size)
    }

    /// Runs `overwrite` in a transaction, then empties the write-ahead log into the database, while
    /// nobody reads: the old pages are gone from both. SQLite doesn't sync the log that it cut; one
    /// more commit to it does.
    private func purging(_ overwrite: (Database) throws -> Void) throws {
        try pool.barrierWriteWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try overwrite(db)
                return .commit
            }
            try db.checkpoint(.truncate)
            try db.run("UPDATE purges SET count = count + 1")
        }
    }

    private func key(_ bytes: [UInt8]?) -> WrapKey? {
        guard var bytes, bytes.contains(where: { $0 != 0 }) else { return nil }
        defer { bytes.wipe() }
        return WrapKey(bytes: bytes)
    }
}

/// Applications for admission are wrapped too; their keys' rows are used again.
extension WrapKeys {
    /// Keeps `key` in the first free slot, and returns its number.
    func keepApplication(_ key: WrapKey) throws -> Int64 {
        try pool.writeWithoutTransaction { db in
            var slot: Int64 = 0
            try db.inTransaction(.immediate) {
                let free = try db.rows(
                    "SELECT slot FROM application_keys WHERE key = ? LIMIT 1", Self.zero
                ) { $0.integer(0) }.first
                let next = try db.rows("SELECT coalesce(max(slot) + 1, 0) FROM application_keys") {
                    $0.integer(0)
                }
                slot = free ?? next[0]
                var data = key.withBytes { Data($0) }
                defer { data.resetBytes(in: 0..<data.count) }
                try db.run(
                    """
                    INSERT INTO application_keys (slot, key) VALUES (?1, ?2)
                    ON CONFLICT (slot) DO UPDATE SET key = ?2
                    """, slot, data)
                return .commit
            }
            return slot
        }
    }

    func applicationKey(_ slot: Int64) throws -> WrapKey? {
        try pool.unsafeRead { db in
            try key(
                db.rows("SELECT key FROM application_keys WHERE slot = ?", slot) { $0.bytes(0) }
                    .first)
        }
    }

    func eraseApplication(_ slot: Int64) throws {
        try purging { db in
            try db.run("UPDATE application_keys SET key = ?1 WHERE slot = ?2", Self.zero, slot)
        }
    }
}
