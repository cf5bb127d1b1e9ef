public import Rules
public import Sharing
public import Transparency
public import Wire

/// Where a log stands: everything a sequencer needs to continue it.
public struct Head: Hashable, Sendable {
    /// The right edge of the tree; its size is the number of entries.
    public let edge: RightEdge
    /// The signed note of the checkpoint over exactly this tree.
    public let checkpoint: [UInt8]

    public init(edge: RightEdge, checkpoint: [UInt8]) {
        (self.edge, self.checkpoint) = (edge, checkpoint)
    }

    public var size: Int64 { Int64(edge.size) }
}

/// What belongs to an entry and isn't on the chain: the selective claims' disclosures, and what the
/// statement only carries the digest of. Stored wrapped under a random key of the entry's own.
public struct Attachments: Hashable, Sendable {
    /// Disclosures as one text, each followed by `~`.
    public var disclosures: [UInt8]
    /// Named parts: a record's field ciphertexts by field name; `envelope`; `policies`.
    public var sections: [Section]

    public struct Section: Hashable, Sendable {
        public let name: String
        public let bytes: [UInt8]
        public init(name: String, bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
    }

    public init(disclosures: [UInt8] = [], sections: [Section] = []) {
        (self.disclosures, self.sections) = (disclosures, sections)
    }

    public var isEmpty: Bool { disclosures.isEmpty && sections.isEmpty }

    public var byteCount: Int {
        disclosures.count + sections.reduce(0) { $0 + $1.bytes.count }
    }
}

/// One entry as it is committed.
public struct NewEntry: Sendable {
    public let index: Int64
    public let statement: Statement
    /// Who it concerns, which its issuer always is: those who may ask for its selective claims.
    public let parties: Set<Handle>
    public let attachments: Attachments

    public init(
        index: Int64, statement: Statement, parties: Set<Handle>, attachments: Attachments
    ) {
        (self.index, self.statement) = (index, statement)
        (self.parties, self.attachments) = (parties, attachments)
    }

    /// As it is after its selective claims were erased: it concerns its issuer alone.
    var withoutParties: NewEntry {
        NewEntry(
            index: index, statement: statement, parties: [statement.issuer],
            attachments: Attachments())
    }
}

/// A tile of the hash tree with the hashes it has so far, 1 to 256.
public struct StoredTile: Hashable, Sendable {
    public let level: Int
    public let index: UInt64
    public let hashes: [Hash]

    public init(level: Int, index: UInt64, hashes: [Hash]) {
        (self.level, self.index, self.hashes) = (level, index, hashes)
    }
}

/// What one commit makes durable, all of it or nothing.
public struct Batch: Sendable {
    public let entries: [NewEntry]
    public let tiles: [StoredTile]
    public let changes: [StateKey: StateValue?]
    /// Statements whose attachments' keys go for ever, with those of the entries that follow them and
    /// with whom all of these concerned.
    public let erased: [JTI]
    public let head: Head

    public init(
        entries: [NewEntry], tiles: [StoredTile], changes: [StateKey: StateValue?],
        erased: [JTI], head: Head
    ) {
        (self.entries, self.tiles, self.changes) = (entries, tiles, changes)
        (self.erased, self.head) = (erased, head)
    }
}

/// An application for admission: what somebody sent, until an authority decides.
public struct StoredApplication: Hashable, Sendable {
    public let handle: Handle
    /// When the gateway received it.
    public let received: Timestamp
    public let bytes: [UInt8]

    public init(handle: Handle, received: Timestamp, bytes: [UInt8]) {
        (self.handle, self.received, self.bytes) = (handle, received, bytes)
    }
}

/// Durable storage for one log: one atomic commit, and a few reads.
///
/// What ``commit(_:after:)`` returned from survives a crash at any later moment. Each engine
/// implements this natively, in one transaction of its own.
public protocol Store: Sendable {
    /// Where the log stands; `nil` before genesis.
    func head() async throws(StoreError) -> Head?

    /// The current values of `keys`; those that don't exist are left out.
    func state(_ keys: Set<StateKey>) async throws(StoreError) -> Slice

    /// Stores `batch` if the head still is `previous`. Wrap keys are durable before the entries they
    /// belong to. What the batch erases can't be read any more when this returns; its keys are there
    /// still. Throws ``StoreError``.
    func commit(_ batch: Batch, after previous: Head?) async throws(StoreError)

    /// Destroys the wrap keys of what was erased in the first `size` entries, which are published:
    /// the keys are in no file when this returns. After a crash it is called again, with the
    /// published size. Throws ``StoreError``.
    func destroyErased(before size: Int64) async throws(StoreError)

    /// The leaves (a JWS's ASCII each) in `range`, as far as they exist.
    func leaves(_ range: Range<Int64>) async throws(StoreError) -> [[UInt8]]

    /// A tile's hashes so far; empty where there is none.
    func tile(level: Int, index: UInt64) async throws(StoreError) -> [Hash]

    /// The attachments of the first of some entries, in their order, restricted to the sections named
    /// (all, for `nil`); `nil` for an entry that has none, or whose attachments were erased. It ends
    /// with the one that brings their bytes to `enough`: what is in memory at once stays bounded.
    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?]

    /// Indices ≥ `from`, ascending, at most `limit`, of entries that concern `party` and are of one
    /// of `kinds` (any, for `nil`).
    func indices(
        concerning party: Handle, kinds: Set<Kind>?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64]

    /// Indices ≥ `from`, ascending, at most `limit`, of entries by `issuer` or of `kind`, where given.
    func indices(
        issuer: Handle?, kind: Kind?, from: Int64, limit: Int
    ) async throws(StoreError) -> [Int64]

    /// The records of one book by number within `range`: number and entry index, ascending.
    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)]

    /// The books of an enterprise whose month lies in `months`, ascending.
    func books(
        of enterprise: Handle, series: Series?, months: ClosedRange<Month>?
    ) async throws(StoreError) -> [(book: BookName, state: BookState)]

    /// All state behind `key`, at most `limit` pieces: for checking it all. The pieces that public
    /// claims have a part in come first, in the order of their keys' text; the others follow in an
    /// order of the store's own.
    func allState(
        after key: String?, limit: Int
    ) async throws(StoreError) -> [(key: String, value: StateValue)]

    /// Keeps an application, replacing an earlier one for the same handle.
    func keep(_ application: StoredApplication) async throws(StoreError)
    func applications() async throws(StoreError) -> [StoredApplication]
    func dropApplication(_ handle: Handle) async throws(StoreError)
}

extension Store {
    /// One entry's attachments, restricted to the sections named (all, for `nil`). `nil` where the
    /// entry has none or they were erased.
    public func attachments(
        of index: Int64, sections: Set<String>?
    ) async throws(StoreError) -> Attachments? {
        try await attachments(of: [index], sections: sections, enough: .max)[0]
    }
}

extension Store {
    /// What stands under `key` now. Throws ``StoreError``.
    public func value<Object>(
        of key: StateKey.Of<Object>
    ) async throws(StoreError) -> Object? {
        try await state([key.untyped])[key]
    }
}
