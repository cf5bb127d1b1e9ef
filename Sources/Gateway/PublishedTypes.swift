import Rules
import Sharing
import Storage
import Wire

/// The record types of a log, as genesis and `type` statements brought them.
struct PublishedTypes: Sendable {
    struct Document: Sendable {
        /// The entry that brought it.
        let index: Int64
        let type: RecordType
        /// The document, ready to be written.
        let text: QuotedText

        init(index: Int64, type: RecordType, bytes: [UInt8]) {
            self.index = index
            self.type = type
            text = QuotedText(quoting: String(decoding: bytes, as: UTF8.self))
        }
    }

    /// In the order of the log.
    private(set) var documents: [Document] = []
    private(set) var types = RecordTypes()

    mutating func add(_ document: Document) {
        documents.append(document)
        types.add(document.type)
    }

    /// The documents of all types of these series that entries before `end` brought.
    func documents(of series: [Series], before end: Int64) -> [Document] {
        documents.filter { $0.index < end && series.contains($0.type.series) }
    }

    /// What the statements in `range` brought. Throws ``Storage/StoreError``, where a document isn't
    /// what its statement names too.
    static func read(
        from store: any ReadableStore, _ range: Range<Int64>
    ) async throws(StoreError) -> [Document] {
        var documents: [Document] = []
        let indices = try await store.publications(of: PublishType.kind, in: range)
        for (index, leaf) in zip(indices, try await store.leaves(at: indices)) {
            guard let statement = try? Statement(parsing: leaf) else {
                throw .corrupt(.entry(index), .malformed)
            }
            for named in statement.claims.blob?.types ?? [] {
                let section = SectionName.type(named)
                let parts = try await store.attachments(of: index, sections: [section])
                guard let bytes = parts?.sections.first(where: { $0.name == section })?.bytes,
                    let type = try? RecordType(document: bytes, origin: statement.origin),
                    type.published(origin: statement.origin) == named
                else { throw .corrupt(.section(section, entry: index), .notCommitted) }
                documents.append(Document(index: index, type: type, bytes: bytes))
            }
        }
        return documents
    }
}

extension ReadableStore {
    /// Genesis, and the statements of `kind`, that are in `range`.
    func publications(
        of kind: Kind, in range: Range<Int64>
    ) async throws(StoreError) -> [Int64] {
        guard !range.isEmpty else { return [] }
        var indices: [Int64] = range.contains(0) ? [0] : []
        var from = range.lowerBound
        while true {
            let page = try await self.indices(
                issuer: nil, kind: kind, from: from, limit: 256)
            indices += page.filter { range.contains($0) }
            guard page.count == 256, let last = page.last, last + 1 < range.upperBound else {
                return indices
            }
            from = last + 1
        }
    }
}
