public import Wire

/// Where a record's status is told: a place in a list of its book (Token Status List, `status`).
///
/// Everything in it follows from the record's own place, and the rules want just that: an enterprise
/// can't point verifiers at a list of its own.
public struct StatusReference: Shaped, Hashable {
    /// The record's number in its book.
    public let index: Int64
    /// `https://<origin>/status/<handle>/<series>/<month>`.
    public let uri: String

    init(index: Int64, uri: String) {
        self.index = index
        self.uri = uri
    }

    /// The status of a record of `handle` in this log.
    public init(of number: Int64, in book: BookName, of handle: Handle, origin: Origin) {
        self.init(index: number, uri: Self.uri(of: book, of: handle, origin: origin))
    }

    /// The address of the list of a book, and what its token says it is about.
    public static func uri(of book: BookName, of handle: Handle, origin: Origin) -> String {
        "https://\(origin)/status/\(handle)/\(book)"
    }

    private struct List: Shaped {
        let index: Int64
        let uri: String

        static let shape = Shape<List>(
            List.init(index:uri:),
            .required("idx", \.index, .positive),
            .required(
                "uri", \.uri,
                Codec<String>.text.limited("address of a status list", isAddress)))

        /// Every record of a log has one; comparing bytes is much faster than to look for a text.
        private static func isAddress(_ text: String) -> Bool {
            let (bytes, part) = (Array(text.utf8), Array("/status/".utf8))
            return bytes.starts(with: "https://".utf8)
                && bytes.indices.contains { bytes[$0...].starts(with: part) }
        }
    }

    private var list: List { List(index: index, uri: uri) }

    public static let shape = Shape<StatusReference>(
        { (list: List) in StatusReference(index: list.index, uri: list.uri) },
        .required("status_list", \.list, .object))
}
