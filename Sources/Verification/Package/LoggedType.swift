import Sharing
import Transparency
public import Wire

/// A record type as a log published it: its document, and the entry that names it.
public struct LoggedType: Shaped, Hashable {
    /// `nil` where entry 0 names it.
    public let statement: LoggedStatement?
    private let text: QuotedText

    /// Byte for byte what the log has of it.
    public var document: String { text.text }

    public init(statement: LoggedStatement?, document: String) {
        self.init(statement: statement, document: QuotedText(document))
    }

    /// With a document that was made ready to be written before.
    package init(statement: LoggedStatement?, document: QuotedText) {
        self.statement = statement
        text = document
    }

    public static let shape = Shape<LoggedType>(
        LoggedType.init(statement:document:),
        .nullable("statement", \.statement, .logged),
        .required("document", \.text, .quoted(1...RecordTypeText.maximumBytes)))

    var estimatedBytes: Int { document.utf8.count * 5 / 4 + (statement?.estimatedBytes ?? 0) }
}

extension Codec where Value == [LoggedType] {
    /// All types of the series that something is about, in the order in which they were published.
    public static let loggedTypes = Codec.list(of: .object, 0...Limits.typesPerLog)
}

extension LoggedType {
    /// What the documents say. Throws ``PackageRefusal``.
    static func read(
        _ logged: [LoggedType], of origin: Origin
    ) throws(PackageRefusal) -> [RecordType] {
        var types: [RecordType] = []
        for (number, logged) in logged.enumerated() {
            let bytes = Array(logged.document.utf8)
            do { types.append(try RecordType(document: bytes, origin: origin)) } catch {
                throw PackageRefusal(.type(number), .typeDocument(error))
            }
        }
        return types
    }
}
