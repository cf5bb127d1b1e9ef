public import Wire

/// An enterprise closes a book: no record is added to it any more.
public struct CloseBook: KindForm {
    public static let kind = Kind.closeBook
    public static let scope = KeyScope.close

    public let book: BookName
    /// How many records it has.
    public let count: Int64
    /// Over the digests of the records' statements.
    public let root: Digest<Digested.Book>

    public init(_ book: BookName, count: Int64, root: Digest<Digested.Book>) {
        self.book = book
        self.count = count
        self.root = root
    }

    public static let shape = Shape<CloseBook>(
        CloseBook.init(_:count:root:),
        .required("book", \.book, .book),
        .required("count", \.count, .count),
        .required("root", \.root, .digest()))

    public var pointers: Set<Reference> { [] }
}
