import Foundation
import GRDB
import Wire

/// `keys.sqlite`: the keys that attachments are wrapped under, apart from what they wrap, so that
/// its backups can be kept for a shorter time than the ledger's.
///
/// A key's row is appended once and later overwritten in place, never removed or moved: a B-tree
/// that moves rows leaves copies in the unused parts of its pages. 32 zero bytes mark an erased key.
///
/// `ledger` says how many entries the ledger was known to have, durably, when the keys were last
/// written. A ledger with fewer is an older one.
extension DatabaseFile {
    static let wrapKeys = DatabaseFile(
        name: "keys.sqlite", application: 0x5472_6b79,
        schema: """
            CREATE TABLE keys (
                entry INTEGER PRIMARY KEY,
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

/// The operations on `keys.sqlite`. Each is durable when it returns.
struct WrapKeys: Sendable {
    let pool: DatabasePool
    let reserve: KeyReserve

    private static let zero = Data(count: WrapKey.byteCount)

    /// Sees to it that the keys in `taken`, ascending, of entries of a log that has `size` entries so
    /// far, are durable. Where they aren't yet, they are stored together with a new reserve, over
    /// whatever was stored for entries that don't exist. No number is left out, so that later rows
    /// come behind these and not between them.
    func keep(_ taken: [KeyReserve.Taken], after size: Int64) throws {
        guard let last = taken.last?.entry, !reserve.holds(taken) else { return }
        let own = Dictionary(uniqueKeysWithValues: taken.map { ($0.entry, $0.key) })
        let rows = (size...last + reserve.count).map {
            (entry: $0, key: own[$0] ?? WrapKey())
        }
        reserve.discard()
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                for (entry, key) in rows {
                    var data = key.withBytes { Data($0) }
                    defer { data.resetBytes(in: 0..<data.count) }
                    try db.run(
                        """
                        INSERT INTO keys (entry, key) VALUES (?1, ?2)
                        ON CONFLICT (entry) DO UPDATE SET key = ?2
                        """, entry, data)
                }
                try setLedgerSize(size, in: db)
                return .commit
            }
        }
        reserve.lay(rows.filter { $0.entry > last })
    }

    /// The keys of entries, without those that were erased or never were.
    func keys(of indices: [Int64]) throws -> [Int64: WrapKey] {
        guard !indices.isEmpty else { return [:] }
        return try pool.unsafeRead { db in
            var keys: [Int64: WrapKey] = [:]
            for index in indices {
                let rows = try db.rows("SELECT key FROM keys WHERE entry = ?", index) {
                    $0.bytes(0)
                }
                keys[index] = key(rows.first)
            }
            return keys
        }
    }

    /// Overwrites the keys of `entries` of a ledger that has `size` entries, here and in the
    /// write-ahead log.
    func erase(_ entries: [Int64], size: Int64) throws {
        guard !entries.isEmpty else { return }
        try purging { db in
            for entry in entries {
                try db.run(
                    "UPDATE keys SET key = ?1 WHERE entry = ?2 AND key <> ?1", Self.zero, entry)
            }
            try setLedgerSize(size, in: db)
        }
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

    /// Overwrites the keys of entries and applications that a ledger of `size` entries doesn't have.
    func dropUnknown(size: Int64, slots: Set<Int64>) throws {
        try purging { db in
            try db.run("UPDATE keys SET key = ?1 WHERE entry >= ?2 AND key <> ?1", Self.zero, size)
            let used = try db.rows(
                "SELECT slot FROM application_keys WHERE key <> ?", Self.zero
            ) { $0.integer(0) }
            for slot in used where !slots.contains(slot) {
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
