/// What an object of JSON is: its members, each declared once.
///
/// From the declaration follow the strict reader, which takes these members and no others, the
/// canonical writer, which writes them in ascending order of their names, and the table in the
/// specification.
///
/// What is generic is inlined where a shape is declared: there the types are known, and reading and
/// writing don't have to look them up each time.
public struct Shape<Root>: Sendable {
    /// The members in ascending order of their names.
    public let rows: [MemberRow]
    /// The same, as they are written.
    public let writers: [MemberWriter<Root>]
    /// Takes these members from an object, and leaves the others.
    public let read: @Sendable (inout ClaimReader) throws(ClaimError) -> Root

    /// `make` puts together what was read, in the order in which the members are declared here.
    @inlinable public init<each Value>(
        _ make: @escaping @Sendable (repeat each Value) throws(ClaimError) -> Root,
        _ member: repeat Member<Root, each Value>
    ) {
        var rows: [MemberRow] = []
        var writers: [MemberWriter<Root>] = []
        repeat rows += (each member).rows
        repeat writers += (each member).writers
        self.rows = rows.sorted { $0.name < $1.name }
        self.writers = writers.sorted { $0.name < $1.name }
        read = { (reader: inout ClaimReader) throws(ClaimError) in
            try make(repeat try (each member).read(&reader))
        }
        precondition(Set(rows.map(\.name)).count == rows.count, "a member is declared once")
    }

    /// A shape of values that can't be made of everything: where `make` gives `nil`, the member
    /// `culprit` is malformed.
    @inlinable public init<each Value>(
        blaming culprit: String, _ make: @escaping @Sendable (repeat each Value) -> Root?,
        _ member: repeat Member<Root, each Value>
    ) {
        self.init(
            { (value: repeat each Value) throws(ClaimError) -> Root in
                guard let root = make(repeat each value) else { throw .malformed(culprit) }
                return root
            }, repeat each member)
    }

    /// Reads a whole object: these members and no others.
    @inlinable public func read(
        _ value: JSONValue, leavingOutNulls: Bool = false
    ) throws(ClaimError) -> Root {
        var reader = try ClaimReader(value)
        reader.leavesOutNulls = leavingOutNulls
        let root = try read(&reader)
        try reader.finish()
        return root
    }

    /// Writes an object: all its members, or those of which `isWanted` says so.
    public func write(
        _ root: Root, to writer: inout JSONWriter, leavingOutNulls: Bool = false,
        where isWanted: (String) -> Bool = { _ in true }
    ) {
        let before = writer.leavesOutNulls
        writer.leavesOutNulls = leavingOutNulls
        defer { writer.leavesOutNulls = before }
        writer.object { writer in
            for member in writers where isWanted(member.name) {
                writer.member(member.name) { member.write(root, &$0) }
            }
        }
    }

    /// The object, or some of its members, as canonical JSON.
    public func bytes(
        of root: Root, leavingOutNulls: Bool = false, reserving capacity: Int = 320,
        where isWanted: (String) -> Bool = { _ in true }
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: capacity)
        write(root, to: &writer, leavingOutNulls: leavingOutNulls, where: isWanted)
        return writer.bytes
    }
}

/// A line in the specification's table of an object.
public struct MemberRow: Hashable, Sendable {
    public enum Presence: String, Sendable {
        case required, optional, nullable
    }

    public let name: String
    public let words: String
    public let presence: Presence

    @usableFromInline init(name: String, words: String, presence: Presence) {
        self.name = name
        self.words = words
        self.presence = presence
    }
}

/// Writes one member's value. Returns false, having written nothing, where there is no such member.
public struct MemberWriter<Root>: Sendable {
    public let name: String
    public let write: @Sendable (Root, inout JSONWriter) -> Bool

    @inlinable init(name: String, write: @escaping @Sendable (Root, inout JSONWriter) -> Bool) {
        self.name = name
        self.write = write
    }
}

/// One member of an object, or several that belong to one part of it.
public struct Member<Root, Value>: Sendable {
    @usableFromInline let rows: [MemberRow]
    @usableFromInline let writers: [MemberWriter<Root>]
    @usableFromInline let read: @Sendable (inout ClaimReader) throws(ClaimError) -> Value

    @inlinable init(
        _ name: String, _ words: String, _ presence: MemberRow.Presence,
        write: @escaping @Sendable (Root, inout JSONWriter) -> Bool,
        read: @escaping @Sendable (JSONValue) throws(ClaimError) -> Value?,
        absent: @escaping @Sendable () -> Value?
    ) {
        rows = [MemberRow(name: name, words: words, presence: presence)]
        writers = [MemberWriter(name: name, write: write)]
        let bytes = Array(name.utf8)
        self.read = { (reader: inout ClaimReader) throws(ClaimError) in
            guard let found = try reader.member(name, bytes, presence) else {
                guard let value = absent() else { throw .missing(name) }
                return value
            }
            let value: Value?
            do throws(ClaimError) { value = try read(found) } catch { throw error.inside(name) }
            guard let value else { throw .malformed(name) }
            return value
        }
    }

    /// A member that is always there.
    @inlinable public static func required(
        _ name: String, _ get: @escaping @Sendable (Root) -> Value, _ codec: Codec<Value>
    ) -> Member {
        Member(
            name, codec.words, .required,
            write: { root, writer in
                codec.write(get(root), &writer)
                return true
            },
            read: codec.read, absent: { nil })
    }

    /// A member that is left out where the value is `nil`.
    @inlinable public static func optional<Wrapped>(
        _ name: String, _ get: @escaping @Sendable (Root) -> Wrapped?, _ codec: Codec<Wrapped>
    ) -> Member where Value == Wrapped? {
        Member(
            name, codec.words, .optional,
            write: { root, writer in
                guard let value = get(root) else { return false }
                codec.write(value, &writer)
                return true
            },
            read: { (value) throws(ClaimError) in try codec.read(value).map(Optional.some) },
            absent: { .some(nil) })
    }

    /// A member that is `null` where the value is `nil`; left out in an object that leaves out nulls.
    @inlinable public static func nullable<Wrapped>(
        _ name: String, _ get: @escaping @Sendable (Root) -> Wrapped?, _ codec: Codec<Wrapped>
    ) -> Member where Value == Wrapped? {
        Member(
            name, codec.words, .nullable,
            write: { root, writer in
                if let value = get(root) {
                    codec.write(value, &writer)
                } else if writer.leavesOutNulls {
                    return false
                } else {
                    writer.null()
                }
                return true
            },
            read: { (value) throws(ClaimError) -> Wrapped?? in
                value.isNull ? .some(nil) : try codec.read(value).map(Optional.some)
            },
            absent: { .some(nil) })
    }

    /// A member that is there only where it is `true`.
    @inlinable public static func flag(
        _ name: String, _ get: @escaping @Sendable (Root) -> Bool
    ) -> Member where Value == Bool {
        Member(
            name, "true", .optional,
            write: { root, writer in
                if get(root) { writer.bool(true) }
                return get(root)
            },
            read: { (value) throws(ClaimError) in value.bool == true ? true : nil },
            absent: { false })
    }

    /// A list that is left out where it is empty.
    @inlinable public static func list<Element>(
        _ name: String, _ get: @escaping @Sendable (Root) -> [Element],
        unlessEmpty codec: Codec<[Element]>
    ) -> Member where Value == [Element] {
        Member(
            name, codec.words, .optional,
            write: { root, writer in
                let elements = get(root)
                if !elements.isEmpty { codec.write(elements, &writer) }
                return !elements.isEmpty
            },
            read: { (value) throws(ClaimError) in
                try codec.read(value).flatMap { $0.isEmpty ? nil : $0 }
            },
            absent: { [] })
    }

    /// The members of a part, which stand in the object itself.
    @inlinable public static func part(
        _ get: @escaping @Sendable (Root) -> Value, _ shape: Shape<Value>
    ) -> Member {
        Member(
            rows: shape.rows,
            writers: shape.writers.map { part in
                MemberWriter(name: part.name) { part.write(get($0), &$1) }
            },
            read: shape.read)
    }

    @inlinable init(
        rows: [MemberRow], writers: [MemberWriter<Root>],
        read: @escaping @Sendable (inout ClaimReader) throws(ClaimError) -> Value
    ) {
        self.rows = rows
        self.writers = writers
        self.read = read
    }
}

/// What is written as an object of JSON.
public protocol Shaped: Sendable, SendableMetatype {
    static var shape: Shape<Self> { get }
}

extension Codec where Value: Shaped {
    /// An object of the value's own shape.
    @inlinable public static var object: Codec { .object(Value.shape) }
}

extension Codec {
    /// An object of this shape.
    @inlinable public static func object(
        _ shape: Shape<Value>, _ words: String = "object", leavingOutNulls: Bool = false
    ) -> Codec {
        Codec(
            words,
            read: { (value) throws(ClaimError) in
                try shape.read(value, leavingOutNulls: leavingOutNulls)
            },
            write: { shape.write($0, to: &$1, leavingOutNulls: leavingOutNulls) })
    }
}

/// A member together with the object it is of.
public struct BoundMember: Sendable {
    public let name: String
    public let write: @Sendable (inout JSONWriter) -> Bool

    /// The value alone.
    public var json: JSON {
        var writer = JSONWriter()
        guard write(&writer), let value = try? JSON(canonical: writer.bytes) else { return .null }
        return value
    }
}

extension Shape where Root: Sendable {
    /// The members of `root`, to be written with others in one object.
    public func bound(to root: Root) -> [BoundMember] {
        writers.map { member in
            BoundMember(name: member.name) { member.write(root, &$0) }
        }
    }
}

extension JSONWriter {
    /// The bytes of one object with all these members, in ascending order of their names.
    public static func object(_ members: [BoundMember], reserving capacity: Int = 1024) -> [UInt8] {
        var writer = JSONWriter(reserving: capacity)
        writer.object { writer in
            for member in members.sorted(by: { $0.name < $1.name }) {
                writer.member(member.name, member.write)
            }
        }
        return writer.bytes
    }
}

extension Shaped {
    /// The object as canonical JSON.
    public var canonicalBytes: [UInt8] { Self.shape.bytes(of: self) }

    /// The object as a tree.
    public var json: JSON {
        guard let json = try? JSON(canonical: canonicalBytes) else {
            preconditionFailure("what is written can be read")
        }
        return json
    }
}
