public import Transparency
import Wire

/// A page of public entries, without disclosures and proofs.
public struct EntriesAnswer: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let index: Int64
        /// The ASCII of the JWS.
        public let statement: [UInt8]
        public init(index: Int64, statement: [UInt8]) {
            (self.index, self.statement) = (index, statement)
        }
    }

    /// At most 256, ascending by index.
    public let entries: [Entry]
    /// Where the next page starts; `nil` at the end.
    public let next: Int64?
    /// How many entries the log has.
    public let size: Int64

    public static let maximumEntries = 256
    static let maximumBytes = maximumEntries * (JWS.maximumBytes + 64) + 1024

    public init(entries: [Entry], next: Int64?, size: Int64) {
        (self.entries, self.next, self.size) = (entries, next, size)
    }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        entries = try members.list(
            "entries", limit: Self.maximumEntries
        ) { value, place throws(InterfaceError) in
            var members = try Members(value, at: place)
            let entry = Entry(
                index: try members.required("index", Value.count),
                statement: try members.required("statement") { $0.plainBytes.map(Array.init) })
            try members.finish()
            return entry
        }
        next = try members.nullable("next", Value.count)
        size = try members.required("size", Value.count)
        try members.finish()
    }

    public var bytes: [UInt8] {
        var writer = CanonicalWriter(
            reserving: entries.reduce(256) { $0 + $1.statement.count + 48 })
        writer.object {
            $0.key("entries")
            $0.array(entries) { writer, entry in
                writer.object {
                    $0.key("index")
                    $0.integer(entry.index)
                    $0.key("statement")
                    $0.plain(entry.statement)
                }
            }
            $0.key("next")
            $0.optional(next) { $0.integer($1) }
            $0.key("size")
            $0.integer(size)
        }
        return writer.bytes
    }
}

/// One entry with its proof, without disclosures.
public struct StatementAnswer: Hashable, Sendable {
    public let checkpoint: Note
    public let entry: LoggedStatement

    static let maximumBytes = 2 * Note.maximumBytes + 2 * JWS.maximumBytes

    public init(checkpoint: Note, entry: LoggedStatement) {
        (self.checkpoint, self.entry) = (checkpoint, entry)
    }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        checkpoint = try members.required("checkpoint", Value.note)
        entry = try members.nested("entry", LoggedStatement.init(json:at:))
        try members.finish()
    }

    public var bytes: [UInt8] {
        var writer = CanonicalWriter(reserving: entry.jsonBytes + 1024)
        writer.object {
            $0.key("checkpoint")
            $0.note(checkpoint)
            $0.key("entry")
            entry.write(to: &$0)
        }
        return writer.bytes
    }
}

/// The entries that concern who asked, with the disclosures it may see.
public struct QueryAnswer: Hashable, Sendable {
    public let checkpoint: Note
    /// Ascending by index.
    public let entries: [LoggedStatement]
    /// Where the next page starts; `nil` at the end.
    public let next: Int64?
    /// How many entries the log has.
    public let size: Int64

    public static let maximumEntries = 1024
    static let maximumBytes = 256 << 20

    public init(checkpoint: Note, entries: [LoggedStatement], next: Int64?, size: Int64) {
        (self.checkpoint, self.entries) = (checkpoint, entries)
        (self.next, self.size) = (next, size)
    }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        checkpoint = try members.required("checkpoint", Value.note)
        entries = try members.list(
            "entries", limit: Self.maximumEntries, LoggedStatement.init(json:at:))
        next = try members.nullable("next", Value.count)
        size = try members.required("size", Value.count)
        try members.finish()
    }

    public var bytes: [UInt8] {
        var writer = CanonicalWriter(reserving: entries.reduce(1024) { $0 + $1.jsonBytes })
        writer.object {
            $0.key("checkpoint")
            $0.note(checkpoint)
            $0.key("entries")
            $0.array(entries) { $1.write(to: &$0) }
            $0.key("next")
            $0.optional(next) { $0.integer($1) }
            $0.key("size")
            $0.integer(size)
        }
        return writer.bytes
    }
}
