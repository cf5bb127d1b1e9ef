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
/// statement only carries the digest of. Stored wrapped under a key of the entry's own.
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

/// What is stored of one log, for reading: an engine, and the vault of what it keeps wrapped.
///
/// Its parts are what engines implement; whoever needs less than all of it names the smallest part. What
/// is read unwrapped goes through the extensions of this.
public protocol ReadableStore: Sendable {
    var source: any LedgerSource { get }
    var rows: any StateStore { get }
    var index: any IndexStore { get }
    var blobs: any BlobStore { get }
    func vault() async throws(StoreError) -> Vault

    /// The attachments of the first of some entries, in their order, restricted to the sections named
    /// (all, for `nil`); `nil` for an entry that has none, or whose attachments were erased. It ends
    /// with the one that brings their bytes to `enough`: what is in memory at once stays bounded.
    func attachments(
        of indices: [Int64], sections: Set<String>?, enough: Int
    ) async throws(StoreError) -> [Attachments?]
}

/// Durable storage for one log.
public protocol Store: ReadableStore {
    var ledger: any LedgerStore { get }
    var boxes: any DropBox { get }
}

extension Store {
    public var source: any LedgerSource { ledger }
}

extension Store where Self: LedgerStore & StateStore & IndexStore & BlobStore & DropBox {
    public var ledger: any LedgerStore { self }
    public var rows: any StateStore { self }
    public var index: any IndexStore { self }
    public var blobs: any BlobStore { self }
    public var boxes: any DropBox { self }
}
