public import Wire

/// The host states that something was served under a grant.
public struct Access: KindForm {
    public typealias Selective = AccessTerms
    public static let isSubmitted = false
    public static let kind = Kind.access
    public static let scope = KeyScope.serve

    public let grant: JTI

    public init(grant: JTI) { self.grant = grant }

    public var follows: JTI? { grant }

    public static let shape = Shape<Access>(
        Access.init(grant:), .required("grant", \.grant, .jti))

    public var pointers: Set<Reference> { [.grant(grant)] }
}

/// What an access served, and to whose call: the selective claims of `access`.
public struct AccessTerms: SelectiveClaims {
    /// The grantee's signed call, verbatim.
    public let fetch: JWS
    /// The same, parsed.
    public let call: Result<Fetch, StatementError>
    public let served: Served

    public init(fetch call: Fetch, served: Served) {
        fetch = call.jws
        self.call = .success(call)
        self.served = served
    }

    public init(fetch: JWS, served: Served) {
        self.fetch = fetch
        self.served = served
        call = Result { () throws(StatementError) in try Fetch(parsing: fetch.bytes) }
    }

    public static let shape = Shape<AccessTerms>(
        AccessTerms.init(fetch:served:),
        .required("fetch", \.fetch, .jws), .required("served", \.served, .object))

    public static func == (left: Self, right: Self) -> Bool {
        left.fetch == right.fetch && left.served == right.served
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fetch)
        hasher.combine(served)
    }
}

/// The fields and records that were handed out, and how far their books had got.
public struct Served: Shaped, Hashable {
    public struct BookState: Shaped, Hashable {
        public let book: BookName
        /// Records registered in the book so far.
        public let count: Int64
        /// The highest epoch among them.
        public let epoch: Int64
        public let closed: Bool

        public init(book: BookName, count: Int64, epoch: Int64, closed: Bool) {
            self.book = book
            self.count = count
            self.epoch = epoch
            self.closed = closed
        }

        public static let shape = Shape<BookState>(
            BookState.init(book:count:epoch:closed:),
            .required("book", \.book, .book), .required("count", \.count, .count),
            .required("epoch", \.epoch, .count), .required("closed", \.closed, .bool))
    }

    public let fields: [FieldName]
    public let ranges: [RecordRange]
    public let books: [BookState]

    public init(fields: [FieldName], ranges: [RecordRange], books: [BookState]) {
        self.fields = fields.sorted()
        self.ranges = ranges
        self.books = books
    }

    public static let shape = Shape<Served>(
        Served.init(fields:ranges:books:),
        .required("fields", \.fields, .fieldNames(0...(2 * Limits.fieldsPerType))),
        .required("ranges", \.ranges, .ranges),
        .required(
            "books", \.books, .ascending(by: \.book, of: .object, 0...Limits.booksPerAccess)))
}
