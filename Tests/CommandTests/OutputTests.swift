import Foundation
import Testing
import Wire

@testable import trine

/// What commands print, whoever wrote the texts in it.
@Suite struct OutputTests {
    /// A name with which somebody would write lines of its own, and colour them.
    private static let name = "Bank\nBANK  stands\r\u{1b}[2J\u{202e}"
    private static let harmless = "Bank\u{fffd}BANK  stands\u{fffd}\u{fffd}[2J\u{fffd}"

    private static var table: Table<(name: String, count: Int)> {
        Table([
            .init("NAME", "name") { $0.name }, .init("COUNT", "count") { $0.count },
            .init("STATE") { $0.count > 1 ? "many" : "" }, .init { ["none": $0.count == 0] },
        ])
    }

    @Test func rowsAndMembersComeFromTheSameColumns() {
        #expect(
            Self.table.text([("one", 1), ("eleven", 11)]) == """
                NAME    COUNT  STATE
                one         1
                eleven     11  many
                """)
        #expect(
            Self.table.json([("one", 1)]) == [["count": 1, "name": "one", "none": false]])
        #expect(Self.table.text([]) == nil)
    }

    @Test func aCellStaysOnItsLine() throws {
        let text = try #require(Self.table.text([(Self.name, 1)]))
        #expect(text.split(separator: "\n").count == 2)
        #expect(text.contains(Self.harmless))
        // For another program it is what it is.
        #expect(Self.table.json([(Self.name, 0)]).elements?.first?["name"]?.text == Self.name)
    }

    /// A quote with a combining mark behind it is one, and so is what begins a formula.
    @Test func aCellIsOneCellWhateverIsInIt() {
        let cells = [
            ("plain", "\"plain\""), ("", "\"\""), ("-12.50", "\"-12.50\""),
            ("Evil\"\u{301},=1+1,x", "\"Evil\"\"\u{301},=1+1,x\""),
            ("=\u{301}1+1", "\"'=\u{301}1+1\""), ("-\u{301}1", "\"'-\u{301}1\""),
            ("-1+1", "\"'-1+1\""), ("+1", "\"'+1\""), ("@A1", "\"'@A1\""),
            (" =1+1", "\"' =1+1\""), ("\u{ff1d}1", "\"'\u{ff1d}1\""),
            ("\t=1", "\"'\u{fffd}=1\""), ("a\rb", "\"a\u{fffd}b\""),
            ("\n=1", "\"'\u{fffd}=1\""), ("a\r\nb", "\"a\u{fffd}\u{fffd}b\""),
            ("a\u{2028}\u{9b}2J", "\"a\u{fffd}\u{fffd}2J\""),
        ]
        for (text, cell) in cells { #expect(RecordOutput.quoted(text) == cell, "\(cell)") }
        for (text, _) in cells {
            let bytes = Array(RecordOutput.quoted(text).utf8)
            let quotes = bytes.dropFirst().dropLast().split(
                separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
            // Within its quotes every quote is doubled, so that none ends the cell.
            #expect(quotes.count % 2 == 1 && bytes.first == bytes.last)
        }
    }

    /// A terminal that JSON is printed on obeys nothing of it, and another program reads what there is.
    @Test func jsonOnATerminalIsHarmless() throws {
        let text = "a\u{9b}2J\u{202e}\u{e0041}\u{feff}ü"
        let shown = (["name": text] as Members).json.shownText
        #expect(
            shown.replacingControls() == shown && shown.contains("\\u009b2J\\u202e\\udb40\\udc41"))
        let read = try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: String]
        #expect(read?["name"]?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    }

    @Test func aComplaintStaysOnItsLine() {
        let complaint = Complaint.usage(Self.name).hint(Self.name)
        #expect(complaint.message == Self.harmless && complaint.hint == Self.harmless)
        #expect("a\n\(Self.name)".withoutControls.hasPrefix("a\nBank\nBANK  stands\u{fffd}"))
    }
}
