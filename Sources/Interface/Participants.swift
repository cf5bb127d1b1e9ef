import Rules
public import Sharing
public import Transparency
public import Verification
public import Wire

/// A page of the participants, by handle.
public struct ParticipantsAnswer: Message, Hashable {
    public struct Participant: Shaped, Hashable {
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
    public static let maximumBytes = 1 << 20

    public init(participants: [Participant], next: Handle?) {
        (self.participants, self.next) = (participants, next)
    }

    public static let shape = Shape<ParticipantsAnswer>(
        ParticipantsAnswer.init(participants:next:),
        .required("participants", \.participants, .list(of: .object, 0...maximumParticipants)),
        .nullable("next", \.next, .handle))
}

extension ParticipantsAnswer.Participant {
    public static let shape = Shape<ParticipantsAnswer.Participant>(
        ParticipantsAnswer.Participant.init(handle:roles:suspended:admittedAt:),
        .required("handle", \.handle, .handle),
        .required("roles", \.roles, .anyRoles),
        .required("suspended", \.suspended, .bool),
        .required("admitted_at", \.admittedAt, .count))
}

extension Codec where Value == [Role] {
    /// Roles of a participant, which can have none.
    fileprivate static let anyRoles = Codec.list(of: .word("role"), 0...Role.allCases.count)
}

/// One participant with the statements that made it what it is.
public struct ParticipantAnswer: Message, Hashable {
    public let checkpoint: Note
    public let handle: Handle
    public let roles: [Role]
    public let suspended: Bool
    /// Its `admit` or genesis, `key`, `retire-key`, `encryption-key`, `suspend`, `reinstate`,
    /// ascending by index.
    public let statements: [LoggedStatement]

    public static let maximumBytes = 16 << 20

    public init(
        checkpoint: Note, handle: Handle, roles: [Role], suspended: Bool,
        statements: [LoggedStatement]
    ) {
        (self.checkpoint, self.handle, self.roles) = (checkpoint, handle, roles.sorted())
        (self.suspended, self.statements) = (suspended, statements)
    }

    public static let shape = Shape<ParticipantAnswer>(
        ParticipantAnswer.init(checkpoint:handle:roles:suspended:statements:),
        .required("checkpoint", \.checkpoint, .note),
        .required("handle", \.handle, .handle),
        .required("roles", \.roles, .anyRoles),
        .required("suspended", \.suspended, .bool),
        .required("statements", \.statements, .participantStatements))

    public var estimatedBytes: Int { statements.reduce(1024) { $0 + $1.estimatedBytes } }
}

/// How far a participant's books have got.
public struct BooksAnswer: Message, Hashable {
    public struct Book: Shaped, Hashable {
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
    public static let maximumBytes = 64 << 20

    public init(books: [Book]) { self.books = books }

    public static let shape = Shape<BooksAnswer>(
        BooksAnswer.init(books:),
        .required("books", \.books, .list(of: .object, 0...maximumBooks)))
}

extension BooksAnswer.Book {
    public static let shape = Shape<BooksAnswer.Book>(
        BooksAnswer.Book.init(book:count:epoch:closed:root:erased:),
        .required("book", \.book, .book),
        .required("count", \.count, .count),
        .required("epoch", \.epoch, .count),
        .required("closed", \.closed, .bool),
        .required("root", \.root, .digest()),
        .required("erased", \.erased, .numbers))
}
