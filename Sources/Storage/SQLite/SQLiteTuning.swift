import Synchronization

/// What tests set otherwise.
struct SQLiteTuning: Sendable {
    /// Pages of 4 kB in the ledger's write-ahead log from which they are moved into the database.
    /// With more of them commits wait longer for the disk while these are synced, reading gets slower,
    /// and opening after a crash takes longer; with fewer the same page is moved more often.
    var checkpointPages = 3072
    /// The same for the vault's, in which little is written.
    var vaultCheckpointPages = 1024
    /// Names of rows of the state that wait before they are filed. With fewer of them those that are
    /// filed together lie farther apart; with more, opening takes longer, and memory.
    var unfiledNames = 1 << 16
    /// Does the writes to the vault's root key, which go past SQLite.
    var changingRoot: RootKeyFile.Changing = { _, write throws(StoreError) in try write() }
}
