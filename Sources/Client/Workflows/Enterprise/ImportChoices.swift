public import Importing

/// How documents are imported, besides where they lie.
public struct ImportChoices: Sendable {
    /// Whether a document with the business key of a record and another content is registered in the
    /// place of that record. Otherwise it is only reported.
    public var replacing: Bool
    /// Under these terms every file becomes a document as it is, whatever is in it.
    public var documents: DocumentTerms?
    /// Further mappings for tables, besides those of the home.
    public var mappings: [Mapping]

    /// Reads the invoices inside PDFs; without it PDFs aren't read.
    public var pdfs: PDFReader?

    /// So many records are sent at a time: enough for the gateway's group commit, few enough that a
    /// watcher sees it move.
    var batchRecords = 128

    public init(
        replacing: Bool = false, documents: DocumentTerms? = nil, mappings: [Mapping] = [],
        pdfs: PDFReader? = nil
    ) {
        self.replacing = replacing
        self.documents = documents
        self.mappings = mappings
        self.pdfs = pdfs
    }
}
