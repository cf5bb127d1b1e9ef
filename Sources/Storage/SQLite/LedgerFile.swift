/// `ledger.sqlite`: everything of a log but the keys its attachments are wrapped under.
extension DatabaseFile {
    static let ledger = DatabaseFile(
        name: "ledger.sqlite", application: 0x5472_6c67, version: 3, schema: ledgerSchema,
        readers: 4, cacheKilobytes: 16 << 10)

    /// Texts are those of the types of the same name: handles, kinds, book names, state keys; what
    /// names something confidential is hidden (``HiddenNames``). The indices that look things up could
    /// be made anew from the leaves; the state, too, by replaying them.
    private static let ledgerSchema = """
        \(ChangeCount.table)
        CREATE TABLE head (
            only INTEGER PRIMARY KEY CHECK (only = 0),
            edge BLOB NOT NULL,
            checkpoint BLOB NOT NULL
        ) STRICT;
        CREATE TABLE entries (
            entry INTEGER PRIMARY KEY,
            issuer TEXT NOT NULL,
            kind TEXT NOT NULL,
            leaf BLOB NOT NULL
        ) STRICT;
        CREATE INDEX entries_by_issuer ON entries (issuer, kind);
        CREATE INDEX entries_by_kind ON entries (kind);
        CREATE TABLE parties (
            party BLOB NOT NULL,
            entry INTEGER NOT NULL,
            PRIMARY KEY (party, entry)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX parties_by_entry ON parties (entry);
        CREATE TABLE followers (
            statement TEXT NOT NULL,
            entry INTEGER NOT NULL,
            PRIMARY KEY (statement, entry)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE records (
            issuer TEXT NOT NULL,
            book TEXT NOT NULL,
            number INTEGER NOT NULL,
            entry INTEGER NOT NULL,
            PRIMARY KEY (issuer, book, number)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE tiles (
            place INTEGER PRIMARY KEY,
            hashes BLOB NOT NULL
        ) STRICT;
        CREATE TABLE state (
            row INTEGER PRIMARY KEY,
            key TEXT NOT NULL,
            value BLOB NOT NULL
        ) STRICT;
        CREATE TABLE state_names (
            key TEXT PRIMARY KEY,
            row INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE selective_state (
            slot INTEGER PRIMARY KEY,
            name BLOB NOT NULL UNIQUE,
            row BLOB NOT NULL
        ) STRICT;
        CREATE TABLE attachments (
            place INTEGER PRIMARY KEY,
            row BLOB NOT NULL
        ) STRICT;
        CREATE TABLE erasures (
            entry INTEGER PRIMARY KEY
        ) STRICT;
        CREATE TABLE due (
            place INTEGER PRIMARY KEY,
            size INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE counters (
            only INTEGER PRIMARY KEY CHECK (only = 0),
            term INTEGER NOT NULL,
            slot INTEGER NOT NULL,
            application INTEGER NOT NULL,
            vault INTEGER NOT NULL,
            named INTEGER NOT NULL
        ) STRICT;
        INSERT INTO counters (only, term, slot, application, vault, named)
        VALUES (0, 0, 0, 0, 0, 0);
        CREATE TABLE applications (
            handle TEXT PRIMARY KEY,
            received INTEGER NOT NULL,
            number INTEGER NOT NULL UNIQUE,
            bytes BLOB NOT NULL
        ) STRICT;
        """
}
