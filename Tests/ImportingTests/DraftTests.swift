import Sharing
import Testing
import Wire

@testable import Importing

/// What a reader gives is held against the record type, and nothing that it gives stops the program.
struct DraftTests {
    private func reason(
        _ values: [FieldName: FieldValue], key: [String: String] = [:]
    ) throws -> ImportRefusal.Reason? {
        let file = try SourceFile(Array(InvoiceText.plain.utf8))
        let plain = try #require(try UBLReader.drafts(of: file).first)
        let draft = Draft(
            format: plain.format, date: plain.date, sides: plain.sides,
            businessKey: plain.businessKey.merging(key) { _, new in new },
            values: plain.values.merging(values) { _, new in new }, place: plain.place)
        do {
            _ = try draft.record(
                of: file, as: UBLReader.mediaType, for: InvoiceText.seller, of: .standard)
            return nil
        } catch { return error.reason }
    }

    @Test("a field or a part of the key that the type doesn't have is refused")
    func unfit() throws {
        #expect(try reason([:]) == nil)
        #expect(
            try reason(["seler_name": .text("S")])
                == .unfit(.init("seler_name"), type: "invoice/1"))
        #expect(
            try reason(["due_date": .text("soon")])
                == .unfit(.init("due_date"), type: "invoice/1"))
        #expect(
            try reason([:], key: ["buyer": "B"]) == .unfit(.init(part: "buyer"), type: "invoice/1"))
        #expect(try reason(["number": .null]) == .missing(.init("number")))
    }

    @Test("each type's formats are read, and each reader has a type on both sides")
    func readers() {
        let formats = Set(Importer.readers.flatMap { $0.formats } + ["csv", "file"])
        for type in RecordTypes.standard.all {
            #expect(Set(type.importers).isSubset(of: formats), "\(type.name)")
        }
        for format in formats {
            #expect(RecordTypes.standard.all.contains { $0.importers.contains(format) })
        }
    }
}
