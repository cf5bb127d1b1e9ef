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

    @Test func aComplaintStaysOnItsLine() {
        let complaint = Complaint.usage(Self.name).hint(Self.name)
        #expect(complaint.message == Self.harmless && complaint.hint == Self.harmless)
        #expect("a\n\(Self.name)".withoutControls.hasPrefix("a\nBank\nBANK  stands\u{fffd}"))
    }
}
