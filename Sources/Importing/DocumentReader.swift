/// A format that documents are read from: how a file of it is recognised, and what it says.
///
/// A new format is a type of this protocol in a file of its own, and a line in
/// ``Importer/readers``. The record types that it gives records of name it in their texts.
protocol DocumentReader: Sendable {
    /// As in `importers` of record types.
    static var name: String { get }
    /// What the original is kept as.
    static var mediaType: String { get }

    static func recognises(_ file: SourceFile) -> Bool

    /// What the documents in the file say. Throws a ``Finding`` with the place and reason.
    static func drafts(of file: SourceFile) throws(Finding) -> [Draft]
}

/// A file to import, read as far as its format shows.
struct SourceFile {
    let bytes: [UInt8]
    /// The text and root element of XML, of the latter no more than its start tag; else `nil`.
    let xml: (text: DecodedText, root: Element)?

    /// Throws a ``Finding`` for a file that is empty, too large or begins like XML and isn't.
    init(_ bytes: [UInt8]) throws(Finding) {
        if bytes.isEmpty { throw Finding(.empty) }
        if bytes.count > XMLLimits.fileBytes {
            throw Finding(.tooLarge(bytes: bytes.count, limit: XMLLimits.fileBytes))
        }
        self.bytes = bytes
        guard DocumentFormat(signature: bytes) == nil else {
            xml = nil
            return
        }
        let text = try DecodedText(bytes)
        xml = (text, try Markup.root(of: text))
    }
}
