import GRDB

/// The pages of a vault, in `vault.sqlite`, and its root key in `vault.key`. They lie apart from the
/// ledger, so that a copy of the ledger, however old, opens with the newest of these.
extension DatabaseFile {
    static let vault = DatabaseFile(
        name: VaultRoot.pagesFile, application: 0x5472_6b79, version: 1,
        schema: """
            CREATE TABLE header (
                only INTEGER PRIMARY KEY CHECK (only = 0),
                generation INTEGER NOT NULL,
                size INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE pages (
                page INTEGER PRIMARY KEY,
                sealed BLOB NOT NULL
            ) STRICT;
            """,
        readers: 2, cacheKilobytes: 8 << 10)
}

struct VaultDatabase: VaultFiles {
    let pool: DatabasePool
    let rootFile: RootKeyFile
    /// Pages in the write-ahead log from which they are moved into the database.
    var checkpointPages = SQLiteTuning().vaultCheckpointPages

    func header() throws -> VaultHeader? { try pool.unsafeRead { try Self.header($0) } }

    static func header(_ db: Database) throws -> VaultHeader? {
        try db.rows("SELECT generation, size FROM header") {
            VaultHeader(generation: $0.integer(0), size: $0.integer(1))
        }.first
    }

    static func pages(_ db: Database) throws -> [(number: Int64, sealed: [UInt8])] {
        try db.rows("SELECT page, sealed FROM pages") { ($0.integer(0), $0.bytes(1)) }
    }

    func page(_ number: Int64) throws -> [UInt8]? {
        try pool.unsafeRead { db in
            try db.rows("SELECT sealed FROM pages WHERE page = ?", number) { $0.bytes(0) }.first
        }
    }

    func write(
        pages: [(number: Int64, sealed: [UInt8])], removing removed: [ClosedRange<Int64>],
        _ header: VaultHeader
    ) throws {
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                for range in removed {
                    try db.run(
                        "DELETE FROM pages WHERE page BETWEEN ? AND ?", range.lowerBound,
                        range.upperBound)
                }
                for (number, sealed) in pages {
                    try db.run(
                        "INSERT OR REPLACE INTO pages (page, sealed) VALUES (?, ?)", number,
                        sealed)
                }
                try db.run(
                    "INSERT OR REPLACE INTO header (only, generation, size) VALUES (0, ?, ?)",
                    header.generation, header.size)
                return .commit
            }
            // Where that fails the files are opened anew.
            if db.pagesWritten() >= checkpointPages { _ = try db.moveLog() }
        }
    }

    func roots() throws -> [VaultRoot] { try rootFile.roots() }
    func write(_ root: VaultRoot) throws { try rootFile.write(root) }
    func eraseRoots(but generation: Int64) throws { try rootFile.erase(but: generation) }
}
