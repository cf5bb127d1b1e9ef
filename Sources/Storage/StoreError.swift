public import Rules
public import Sharing
public import Wire

/// Why a store refused, or that it can't tell.
public enum StoreError: Error, Equatable, Sendable {
    /// Another sequencer committed first: nothing of this batch is stored. Reload and decide anew.
    case superseded
    /// Nothing of this is stored; the store itself still works.
    case failed(StoreFault)
    /// Whether the batch is stored is unknown: reload before deciding anything.
    case outcomeUnknown(StoreFault)
    /// What was read isn't what was written.
    case corrupt(StorePlace, StoreDamage)
    /// The files belong to another program or version, or hold no log.
    case unreadable(StoreMismatch)
}

/// Why an operation on a store's files failed.
public indirect enum StoreFault: Equatable, Sendable {
    case closed
    case inUse(directory: String)
    /// A call of the operating system failed, with this `errno`.
    case system(call: String, path: String, code: Int32)
    /// SQLite failed, with this extended result code.
    case database(file: String, code: Int32, message: String)
    case other(file: String, type: String)
    /// SQLite doesn't sync the commits to this file.
    case notSynced(file: String)
    /// The log's clock has published a later date, in POSIX seconds, than this batch would get.
    case datedBefore(published: UInt64)
    /// The log's state has no such statement to erase.
    case nothingToErase(JTI)
    /// The batch is stored, and the keys of what it erases are still there.
    case notErased(StoreError)
    /// A backup of the store in this directory is being made.
    case backupUnderWay(directory: String)
    /// A backup isn't written to this directory, and nothing was changed.
    case backupPlace(String, BackupObstacle)
}

/// Why files can't be used as the store of a log.
public enum StoreMismatch: Equatable, Sendable {
    case noGenesis
    case notDatabase(file: String, message: String)
    case foreign(file: String)
    case version(file: String, have: Int, want: Int)
    case keysOfAnotherStore
    case keysMissing
    case ledgerMissing
    /// The root key that the vault's pages are sealed under isn't there: the two are from different days.
    case rootKeyMissing(generation: Int64)
    /// The ledger has fewer entries than it had when its keys were last written: it is an older one.
    case ledgerOlderThanKeys(have: Int64, known: Int64)
    /// The write-ahead log isn't that of the ledger's file: somebody put one of them there, and left the other.
    case logOfAnotherLedger
    /// The gateway's keys aren't those of the log, or of its host.
    case otherKeyring
    /// The gateway published a checkpoint over more entries than there are.
    case behindPublished(have: Int64, published: Int64)
    /// The first `size` entries aren't those that the gateway published.
    case otherThanPublished(size: Int64)
    /// What the gateway published can't be found out.
    case publishedUnknown

    /// Whether entries are missing that there were: an operator can accept that they are lost.
    public var isLoss: Bool {
        switch self {
        case .ledgerOlderThanKeys, .behindPublished, .otherThanPublished, .publishedUnknown: true
        case .noGenesis, .notDatabase, .foreign, .version, .keysOfAnotherStore, .keysMissing,
            .ledgerMissing, .rootKeyMissing, .logOfAnotherLedger, .otherKeyring:
            false
        }
    }
}

/// A part of a store.
public enum StorePlace: Hashable, Sendable {
    case file(String)
    case head
    case checkpoint
    /// The hash tree as a whole.
    case tree
    case entry(Int64)
    case entries(Range<Int64>)
    case statement(JTI)
    case tile(level: Int, index: UInt64)
    /// A piece of state, by the text of its key.
    case state(String)
    /// All attachments of an entry.
    case attachments(entry: Int64)
    /// One named part of an entry's attachments.
    case section(String, entry: Int64)
    /// All fields of a record.
    case fields(BookName, number: Int64, entry: Int64)
    case field(String, BookName, number: Int64, entry: Int64)
    case application(String)
}

/// What is wrong in a place of a store.
public enum StoreDamage: Equatable, Sendable {
    case missing
    /// It was changed after it was stored.
    case changed
    /// It can't be parsed.
    case malformed
    case state(StateError)
    /// The key it is wrapped under is missing.
    case keyMissing
    /// Parts of it are missing.
    case incomplete
    case beyondTree
    case otherRoot
    /// It isn't what its statement commits to.
    case notCommitted
    /// SQLite found the file damaged.
    case database(message: String)
}
