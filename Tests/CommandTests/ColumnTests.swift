import ArgumentParser
import Sharing
import Testing
import Wire

@testable import trine

/// Tables have a column for everything that a type has, whatever its fields are called.
@Suite struct ColumnTests {
    @Test func noColumnHasTheNameOfAnother() throws {
        let origin = try #require(Origin("trine.example/alliance"))
        let text = String(decoding: RecordType.invoice.document(origin: origin), as: UTF8.self)
        // One field is called as the unit of an amount, another as the record's own book.
        let changed = text.replacing("due_date", with: "payable_amount_unit")
            .replacing("buyer_reference", with: "book")
        let type = try RecordType(document: Array(changed.utf8), origin: origin)
        let columns = RecordColumns(type.fields).columns
        let names = columns.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.contains("payable_amount_unit") && names.contains("book_field"))
        let units = type.fields.count { [.amount, .quantity].contains($0.kind) }
        #expect(names.count == 7 + type.fields.count + units)
    }

    /// A pin is base64url, which may begin with a hyphen.
    @Test func aPinMayBeginWithAHyphen() throws {
        let command = try VerifyCommand.parse(["file.trine", "--genesis", "-AbCd", "--offline"])
        #expect(command.genesis == "-AbCd" && command.offline && command.file == "file.trine")
    }
}
