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

    /// Chinese takes two columns a character, and marks take none.
    @Test func columnsAreAsWideAsATerminalDrawsThem() throws {
        let text = try #require(
            Self.table.text([("北方银行", 1), ("e\u{301}", 2), ("ab", 3)], width: nil))
        #expect(
            text == """
                NAME      COUNT  STATE
                北方银行      1
                e\u{301}             2  many
                ab            3  many
                """)
    }

    @Test func whatIsTooWideIsBrokenWithinItsCell() throws {
        let table = Table<(id: String, fields: String)>([
            .init("ID") { $0.id }, .init("FIELDS") { $0.fields },
        ])
        let rows = [("abcdefghij", "due_date,issue_date,payable_amount")]
        #expect(
            table.text(rows, width: 28) == """
                ID          FIELDS
                abcdefghij  due_date,
                            issue_date,
                            payable_amount
                """)
        // Where even that isn't enough, each row is a paragraph, and nothing is lost.
        #expect(
            table.text(rows, width: 20) == """
                ID      abcdefghij
                FIELDS  due_date,issue_date,payable_amount
                """)
    }

    @Test func whatWasMeantIsGuessedOnlyWhereItIsNear() {
        let names = ["northbank", "southbank", "bearings"]
        #expect(Likeness.hint("nothbank", among: names) == "did you mean northbank?")
        #expect(Likeness.hint("northbnak", among: names) == "did you mean northbank?")
        #expect(Likeness.hint("bear", among: names) == "did you mean bearings?")
        #expect(Likeness.hint("customs", among: names) == nil)
        #expect(
            Likeness.hint("xouthbank", among: names + ["youthbank"])
                == "did you mean southbank or youthbank?")
    }

    @Test func aDayIsOneHere() throws {
        let span = try #require(CalendarSpan(argument: "2026-02"))
        #expect(span.times.upperBound.seconds - span.times.lowerBound.seconds == 28 * 86_400)
        let year = try #require(CalendarSpan(argument: "2024"))
        #expect(
            abs(year.times.upperBound.seconds - year.times.lowerBound.seconds - 366 * 86_400) < 2)
        for text in ["2026-13", "26-01", "2026-02-30", "2026-1", "soon", ""] {
            #expect(CalendarSpan(argument: text) == nil, "\(text)")
        }
        #expect(
            LocalTime.start(of: CalendarDate("2026-03-17")!)
                == span.times.lowerBound
                .advanced(by: 44 * 86_400))
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
