import Sharing
import Wire

/// A format that documents are read from: how a file of it is recognised, and what it says.
///
/// A new format is a type of this protocol in a file of its own, and a line in
/// ``Importer/readers``.
protocol DocumentReader: Sendable {
    /// What it calls its drafts by, as in `importers` of record types.
    static var formats: [String] { get }
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

    /// The whole of an XML document. Throws a ``Finding``.
    func markup(in vocabulary: Markup.Vocabulary) throws(Finding) -> Markup {
        guard let text = xml?.text else { throw Finding(.malformed) }
        return try Markup(parsing: text, in: vocabulary)
    }

    /// SHA-256 of the bytes, in hexadecimal as `sha256sum` prints it.
    var digest: String {
        let digits = Array("0123456789abcdef".utf8)
        let digest = Digest<Digested.Blob>(hashing: bytes).bytes
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
