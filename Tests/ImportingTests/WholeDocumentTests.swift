import Sharing
import Testing
import Wire

@testable import Importing

/// Files that are kept as they are.
struct WholeDocumentTests {
    private let day = CalendarDate("2026-03-01")!

    private func record(_ bytes: [UInt8], digestOnly: Bool = false) throws -> Record {
        let records = try Importer.document(
            bytes, named: "papers/lease.pdf",
            as: DocumentTerms(dated: day, kind: .contract, digestOnly: digestOnly)
        ).get()
        return try #require(records.first)
    }

    @Test("any file is a document under its digest")
    func keeps() throws {
        let bytes = Array("%PDF-1.7 lease".utf8)
        let record = try record(bytes)
        #expect(record.book.description == "documents/2026-03")
        #expect(record["title"] == .text("lease.pdf"))
        #expect(record["document"] == .document(mediaType: "application/pdf", bytes: bytes))
        #expect(record["size"] == .quantity(try Quantity(parsing: "14", unit: "AD")))
        #expect(record.businessKey["digest"] == record["digest"].json.text)
        let other = try self.record(bytes, digestOnly: true)
        #expect(other["document"] == .null && other.businessKey == record.businessKey)
        #expect(try self.record(bytes + [0]).businessKey != record.businessKey)
    }

    @Test("what is too large to be kept can be named by its digest, up to what is read whole")
    func limits() throws {
        let large = [UInt8](repeating: 1, count: SourceFile.keptBytes + 1)
        #expect(throws: ImportRefusal.self) { try record(large) }
        #expect(try record(large, digestOnly: true)["document"] == .null)
        let larger = [UInt8](repeating: 1, count: Importer.maximumFileBytes + 1)
        #expect(throws: ImportRefusal.self) { try record(larger, digestOnly: true) }
        #expect(throws: ImportRefusal.self) { try record([]) }
    }
}
