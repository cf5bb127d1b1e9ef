public import Sharing
public import Transparency
public import Wire

/// A page of the participants, by handle.
public struct ParticipantsAnswer: Hashable, Sendable {
    public struct Participant: Hashable, Sendable {
        public let handle: Handle
        public let roles: [Role]
        public let suspended: Bool
        /// The index of the `admit`, or 0 for those named at genesis.
        public let admittedAt: Int64

        public init(handle: Handle, roles: [Role], suspended: Bool, admittedAt: Int64) {
            (self.handle, self.roles) = (handle, roles.sorted())
            (self.suspended, self.admittedAt) = (suspended, admittedAt)
        }
    }

    public let participants: [Participant]
    /// The handle after which the next page starts; `nil` at the end.
    public let next: Handle?

    public static let maximumParticipants = 1024
    static let maximumBytes = 1 << 20

    public init(participants: [Participant], next: Handle?) {
        (self.participants, self.next) = (participants, next)
    }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        next = try members.nullable("next", Value.handle)
        participants = try members.list(
            "participants", limit: Self.maximumParticipants
        ) { value, place throws(InterfaceError) in
            var members = try Members(value, at: place)
            let participant = Participant(
                handle: try members.required("handle", Value.handle),
                roles: try members.required("roles", Value.roles),
                suspended: try members.required("suspended") { $0.bool },
                admittedAt: try members.required("admitted_at", Value.count))
            try members.finish()
            return participant
        }
        try members.finish()
    }

    public var bytes: [UInt8] {
        let object: JSON = [
            "next": next.map { .string($0.text) } ?? .null,
            "participants": .array(
                participants.map {
                    [
                        "admitted_at": .integer($0.admittedAt), "handle": .string($0.handle.text),
                        "roles": Value.json($0.roles), "suspended": .bool($0.suspended),
                    ]
                }),
        ]
        return object.canonicalBytes
    }
}

/// One participant with the statements that made it what it is.
public struct ParticipantAnswer: Hashable, Sendable {
    public let checkpoint: Note
    public let handle: Handle
    public let roles: [Role]
    public let suspended: Bool
    /// Its `admit` or genesis, `key`, `retire-key`, `encryption-key`, `suspend`, `reinstate`,
    /// ascending by index.
    public let statements: [LoggedStatement]

    static let maximumBytes = 16 << 20

    public init(
        checkpoint: Note, handle: Handle, roles: [Role], suspended: Bool,
        statements: [LoggedStatement]
    ) {
        (self.checkpoint, self.handle, self.roles) = (checkpoint, handle, roles.sorted())
        (self.suspended, self.statements) = (suspended, statements)
    }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        checkpoint = try members.required("checkpoint", Value.note)
        handle = try members.required("handle", Value.handle)
        roles = try members.required("roles", Value.roles)
        statements = try members.list(
            "statements", limit: FetchAnswer.maximumParticipantStatements,
            LoggedStatement.init(json:at:))
        suspended = try members.required("suspended") { $0.bool }
        try members.finish()
    }

    public var bytes: [UInt8] {
        var writer = CanonicalWriter(reserving: statements.reduce(1024) { $0 + $1.jsonBytes })
        writer.object {
            $0.key("checkpoint")
            $0.note(checkpoint)
            $0.key("handle")
            $0.plain(handle.text.utf8)
            $0.key("roles")
            $0.json(Value.json(roles))
            $0.key("statements")
            $0.array(statements) { $1.write(to: &$0) }
            $0.key("suspended")
            $0.bool(suspended)
        }
        return writer.bytes
    }
}

/// How far a participant's books have got.
public struct BooksAnswer: Hashable, Sendable {
    public struct Book: Hashable, Sendable {
        public let book: BookName
        public let count: Int64
        /// The highest epoch among its records.
        public let epoch: Int64
        public let closed: Bool
        /// Over the digests of its records' statements.
        public let root: Digest<Digested.Book>
        /// The numbers that were erased, ascending ranges that don't touch.
        public let erased: [ClosedRange<Int64>]

        public init(
            book: BookName, count: Int64, epoch: Int64, closed: Bool,
            root: Digest<Digested.Book>, erased: [ClosedRange<Int64>]
        ) {
            (self.book, self.count, self.epoch) = (book, count, epoch)
            (self.closed, self.root, self.erased) = (closed, root, erased)
        }
    }

    public let books: [Book]

    /// Every series in every month.
    static let maximumBooks = Month.count * 16
    static let maximumBytes = 64 << 20

    public init(books: [Book]) { self.books = books }

    /// Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        books = try members.list("books", limit: Self.maximumBooks, Book.init(json:at:))
        try members.finish()
    }

    public var bytes: [UInt8] {
        let object: JSON = ["books": .array(books.map(\.json))]
        return object.canonicalBytes
    }
}

extension BooksAnswer.Book {
    init(json value: JSONValue, at place: Place) throws(InterfaceError) {
        var members = try Members(value, at: place)
        book = try members.required("book") { $0.text.flatMap { BookName($0) } }
        closed = try members.required("closed") { $0.bool }
        count = try members.required("count", Value.count)
        epoch = try members.required("epoch", Value.count)
        erased = try members.required("erased") {
            Value.list($0, limit: .max) { range in
                guard let ends = Value.list(range, limit: 2, Value.count), ends.count == 2,
                    ends[0] >= 1, ends[0] <= ends[1]
                else { return nil }
                return ends[0]...ends[1]
            }
        }
        root = try members.required("root") { $0.digest() }
        try members.finish()
    }

    var json: JSON {
        [
            "book": .string(book.description), "closed": .bool(closed), "count": .integer(count),
            "epoch": .integer(epoch), "root": .digest(root),
            "erased": .array(
                erased.map { [.integer($0.lowerBound), .integer($0.upperBound)] }),
        ]
    }
}

extension Value {
    static func handle(_ value: JSONValue) -> Handle? { value.text.flatMap { Handle($0) } }

    static func roles(_ value: JSONValue) -> [Role]? {
        list(value, limit: Role.allCases.count) { $0.text.flatMap { Role(rawValue: $0) } }
    }

    static func json(_ roles: [Role]) -> JSON { .array(roles.map { .string($0.rawValue) }) }
}
