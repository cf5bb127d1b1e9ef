public import Sharing
import Verification
public import Wire

/// One own record with all that it says.
public struct ExportedRecord: Sendable {
    public let jti: JTI
    public let book: BookName
    public let number: Int64
    public let index: Int64
    public let registered: Timestamp
    public let replaces: String?
    public let replacedBy: String?
    public let type: RecordType
    public let values: [FieldName: FieldValue]

    public var name: String { "\(book)#\(number)" }
}

extension Enterprise {
    /// Reads all own records of a series that aren't erased, by book and number, and hands out each. So
    /// none has to be in memory with the others.
    public func export(
        _ series: Series, _ take: (ExportedRecord) throws -> Void
    ) async throws {
        let view = try await session.sync()
        guard let fields = view.types.fields(of: series) else { return }
        let names = Set(fields.types.flatMap(\.fields).map(\.name)).sorted()
        let all = try view.records(ofBooks: { $0.series == series }).filter { !$0.erased }
        let hasOriginals = fields.types.contains { $0.fields.contains { $0.kind == .document } }
        for (_, records) in Dictionary(grouping: all, by: \.book).sorted(by: { $0.key < $1.key }) {
            let ordered = records.sorted { $0.number < $1.number }
            // Originals may have megabytes each.
            for part in ordered.parts(of: hasOriginals ? 20 : 500) {
                try await read(part, fields: names) { record in
                    guard let own = try view.record(record.statement.jti),
                        let opened = record.fields
                    else { return }
                    try take(
                        ExportedRecord(
                            jti: own.jti, book: own.book, number: own.number, index: own.index,
                            registered: own.issuedAt,
                            replaces: try own.replaces.flatMap { try view.record($0)?.name },
                            replacedBy: try own.replacedBy.flatMap { try view.record($0)?.name },
                            type: opened.type, values: opened.values))
                }
            }
        }
    }
}

extension Array {
    fileprivate func parts(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map {
            Array(self[$0..<Swift.min($0 + count, self.count)])
        }
    }
}
