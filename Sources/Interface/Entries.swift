public import Transparency
public import Verification
public import Wire

/// A page of public entries, without disclosures and proofs.
public struct EntriesAnswer: Message, Hashable {
    public struct Entry: Shaped, Hashable {
        public let index: Int64
        /// The ASCII of the JWS.
        public let statement: [UInt8]

        public init(index: Int64, statement: [UInt8]) {
            self.index = index
            self.statement = statement
        }

        public static let shape = Shape<Entry>(
            Entry.init(index:statement:),
            .required("index", \.index, .count), .required("statement", \.statement, .ascii))
    }

    /// At most 256, ascending by index.
    public let entries: [Entry]
    /// Where the next page starts; `nil` at the end.
    public let next: Int64?
    /// How many entries the log has.
    public let size: Int64

    public static let maximumEntries = 256
    public static let maximumBytes = maximumEntries * (JWS.maximumBytes + 64) + 1024

    public init(entries: [Entry], next: Int64?, size: Int64) {
        self.entries = entries
        self.next = next
        self.size = size
    }

    public static let shape = Shape<EntriesAnswer>(
        EntriesAnswer.init(entries:next:size:),
        .required("entries", \.entries, .list(of: .object, 0...maximumEntries)),
        .nullable("next", \.next, .count),
        .required("size", \.size, .count))

    public var estimatedBytes: Int { entries.reduce(256) { $0 + $1.statement.count + 48 } }
}

extension Codec where Value == [UInt8] {
    /// ASCII that JSON doesn't escape, as bytes.
    fileprivate static let ascii = Codec(
        "ASCII", read: { (value) throws(ClaimError) in value.plainBytes.map { Array($0) } },
        write: { $1.plain($0) })
}

/// One entry with its proof, without disclosures.
public struct StatementAnswer: Message, Hashable {
    public let checkpoint: Note
    public let entry: LoggedStatement

    public static let maximumBytes = 2 * Note.maximumBytes + 2 * JWS.maximumBytes

    public init(checkpoint: Note, entry: LoggedStatement) {
        self.checkpoint = checkpoint
        self.entry = entry
    }

    public static let shape = Shape<StatementAnswer>(
        StatementAnswer.init(checkpoint:entry:),
        .required("checkpoint", \.checkpoint, .note), .required("entry", \.entry, .object))

    public var estimatedBytes: Int { entry.estimatedBytes + 1024 }
}

/// The selective claims of entries that concern who asked, as far as it may see them.
public struct QueryAnswer: Message, Hashable {
    /// What is shown of one entry. An entry without selective claims isn't listed.
    public struct Entry: Shaped, Hashable {
        public let index: Int64
        /// Each followed by `~`; empty where they were erased.
        public let disclosures: [UInt8]
        /// Whether they were erased.
        public let erased: Bool

        public init(index: Int64, disclosures: [UInt8], erased: Bool = false) {
            self.index = index
            self.disclosures = disclosures
            self.erased = erased
        }

        public static let shape = Shape<Entry>(
            Entry.init(index:disclosures:erased:),
            .required("index", \.index, .count), .required("disclosures", \.disclosures, .ascii),
            .flag("erased", \.erased))
    }

    /// Ascending by index.
    public let entries: [Entry]
    /// Where the next page starts; `nil` at the end.
    public let next: Int64?

    public static let maximumEntries = 1024
    public static let maximumBytes = 256 << 20

    public init(entries: [Entry], next: Int64?) {
        self.entries = entries
        self.next = next
    }

    public static let shape = Shape<QueryAnswer>(
        QueryAnswer.init(entries:next:),
        .required("entries", \.entries, .list(of: .object, 0...maximumEntries)),
        .nullable("next", \.next, .count))

    public var estimatedBytes: Int { entries.reduce(256) { $0 + $1.disclosures.count + 48 } }
}
