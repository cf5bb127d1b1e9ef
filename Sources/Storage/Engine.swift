public import Sharing
public import Transparency
public import Wire

/// The right to sequence a log: a commit of an earlier term than the last one that was taken fails.
public struct Tenure: Hashable, Sendable {
    public let term: Int64
    public init(term: Int64) { self.term = term }
}

/// Which tree a commit follows.
public struct Position: Hashable, Sendable {
    public let size: Int64
    public let root: Hash

    public init(size: Int64, root: Hash) {
        self.size = size
        self.root = root
    }
}

extension Head {
    public var position: Position { Position(size: size, root: edge.root) }
}

// What an engine stores natively. It sees rows and wrapped bytes: nothing confidential in clear.

/// What is read of the log's tree.
public protocol LedgerSource: Sendable {
    /// Where the log stands; `nil` before genesis.
    func head() async throws(StoreError) -> Head?

    /// The leaves (a JWS's ASCII each) in `range`, as far as they exist.
    func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]]

    /// A tile's hashes so far; empty where there is none.
    func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash]
}

/// The log itself: one atomic commit, and who may make it.
public protocol LedgerStore: LedgerSource {
    /// Stores `staged`, all of it or nothing, if the log still stands at `previous` and `tenure` is the
    /// last that was taken; throws ``StoreError/superseded`` otherwise. Who has none takes it with this
    /// commit from whoever had it. Returns the tenure that it was made in.
    ///
    /// What this returned from survives a crash at any later moment. What is erased can't be read any
    /// more; its keys are there still.
    @discardableResult
    func commit(
        _ staged: StagedEntries, after previous: Position?, in tenure: Tenure?
    ) async throws(StoreError) -> Tenure

    /// Destroys the wrap keys of what was erased in the first `size` entries, which are published, and of
    /// all that these replaced: no file has the keys when this returns. After a crash it is called
    /// again, with the published size.
    func destroyErased(before size: Int64) async throws(StoreError)
}

/// The names of the two rows that a piece of state may have: its key as text, where public claims have
/// a part in it, and a hidden name, where selective claims have one.
public struct StateNames: Hashable, Sendable {
    public let open: String?
    public let hidden: [UInt8]?
}

/// A row of the confidential state, sealed under the key of its slot.
public struct SealedRow: Hashable, Sendable {
    public let slot: Int64
    public let name: [UInt8]
    public let bytes: [UInt8]
}

/// The rows of one piece of state.
public struct StateRows: Hashable, Sendable {
    public let open: [UInt8]?
    public let sealed: SealedRow?
}

/// The state's rows. What one call returns was so at one moment.
public protocol StateStore: Sendable {
    func rows(_ names: [StateNames]) async throws(StoreError) -> [StateRows]

    /// Pieces that public claims have a part in, in the order of their keys' bytes: those behind `after`
    /// and not behind `last`, at most `limit`. `hidden` gives the hidden name, where there is one.
    func rows(
        after key: String, upTo last: String?, limit: Int,
        hidden: @escaping @Sendable (String) -> [UInt8]?
    ) async throws(StoreError) -> [(key: String, rows: StateRows)]

    /// The keys of such pieces behind `after`, in the order of their bytes, at most `limit`.
    func keys(after: String, limit: Int) async throws(StoreError) -> [String]

    /// Rows of the confidential state behind `slot`, by their slots, at most `limit`.
    func sealedRows(after slot: Int64, limit: Int) async throws(StoreError) -> [SealedRow]
}

/// Whose entries are asked for: those that a participant issued, and those to which it is a party,
/// under a hidden name for each kind.
public struct PartyNames: Sendable {
    public let issuer: Handle
    public let hidden: [(kind: Kind, name: [UInt8])]
}

/// What finds entries. Indices are ascending.
public protocol IndexStore: Sendable {
    /// At most `limit` indices ≥ `from` of entries of the kinds named.
    func indices(
        concerning party: PartyNames, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64]

    /// At most `limit` indices ≥ `from` of entries by `issuer` or of `kind`, where given.
    func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64]

    /// The records of one book by number within `range`: number and entry index, ascending.
    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)]

    /// Those of `entries` that aren't found as they say: their indices. The parties of some aren't known, and
    /// aren't compared.
    func misfiled(_ entries: [FiledEntry]) async throws(StoreError) -> [Int64]

    /// How many rows there are by which entries are found, and whether the numbers that are given next are
    /// free.
    func filed() async throws(StoreError) -> FiledCounts
}

/// How an entry must be found.
public struct FiledEntry: Sendable {
    let found: IndexedEntry
    let arePartiesKnown: Bool
}

/// How many rows there are by which entries are found.
public struct FiledCounts: Hashable, Sendable {
    public var entries: Int64 = 0
    public var followers: Int64 = 0
    public var records: Int64 = 0
    /// Whether the next number of a slot and of an application is one that nothing stands under.
    public var areNextFree = true

    public init() {}

    /// Whether there is more of something than in `others`.
    public func exceed(_ others: FiledCounts) -> Bool {
        entries > others.entries || followers > others.followers || records > others.records
    }

    /// Adds what `entry` is found by.
    mutating func count(_ entry: IndexedEntry) {
        entries += 1
        if entry.leader != nil { followers += 1 }
        if entry.record != nil { records += 1 }
    }
}

/// One wrapped row of an entry's attachments.
public struct BlobPlace: Hashable, Sendable {
    public let index: Int64
    public let row: Int
}

/// The attachments, as they are wrapped.
public protocol BlobStore: Sendable {
    /// The first rows of some entries, in their order; `nil` for an entry without one. It ends with the
    /// one that brings their bytes to `enough`.
    func firstRows(of indices: [Int64], enough: Int) async throws(StoreError) -> [[UInt8]?]

    /// The rows at `places`, as far as they are there.
    func rows(at places: [BlobPlace]) async throws(StoreError) -> [BlobPlace: [UInt8]]

    /// Whether an entry's attachments were erased.
    func isErased(_ index: Int64) async throws(StoreError) -> Bool
}

/// An application for admission as it is kept, sealed under the key of its number.
public struct BoxedApplication: Hashable, Sendable {
    public let handle: Handle
    public let received: Timestamp
    public let number: Int64
    public let bytes: [UInt8]
}

/// What waits to be looked at by somebody.
public protocol DropBox: Sendable {
    /// Keeps `application` in place of an earlier one for the same handle. The key of what was replaced is
    /// due to be destroyed.
    func put(_ application: BoxedApplication) async throws(StoreError)

    /// Drops an application; its key is due to be destroyed.
    func drop(_ handle: Handle) async throws(StoreError)

    /// In the order in which they came.
    func boxed() async throws(StoreError) -> [BoxedApplication]
}

/// How an entry is found.
public struct IndexedEntry: Hashable, Sendable {
    public let index: Int64
    public let issuer: Handle
    public let kind: Kind
    /// Who is a party to it besides its issuer, under hidden names.
    public internal(set) var parties: Set<[UInt8]>
    /// The statement that it goes with when that is erased.
    public let leader: JTI?
    public let record: Record?

    public struct Record: Hashable, Sendable {
        public let book: BookName
        public let number: Int64
    }
}

/// A batch as rows, wrapped and sealed: all that an engine writes in one commit.
public struct StagedEntries: Sendable {
    public struct Entry: Sendable {
        public let leaf: [UInt8]
        public let found: IndexedEntry
    }

    /// A row of `state`; `nil` removes it.
    public struct Open: Sendable {
        public let key: String
        public let value: [UInt8]?
    }

    /// What stands under a hidden name; `nil` removes it. The key of what stood there is due to be
    /// destroyed.
    public struct Hidden: Sendable {
        public let name: [UInt8]
        public let row: (slot: Int64, bytes: [UInt8])?
    }

    /// An entry whose attachments and parties go, with those of all that follow it.
    public struct Erased: Sendable {
        public let index: Int64
        public let statement: JTI
    }

    public let entries: [Entry]
    public let blobs: [(place: BlobPlace, bytes: [UInt8])]
    public let tiles: [StoredTile]
    /// In the order of the keys.
    public let open: [Open]
    public let hidden: [Hidden]
    public let erased: [Erased]
    /// The first slot behind all that are taken.
    public let nextSlot: Int64
    public let head: Head
}
