import Testing

@testable import Wire

/// A text that was made ready to be written is written as any other.
@Suite struct QuotedTextTests {
    private static let texts = [
        "", "plain", #"{"a":"b\"c"}"#, "line\nand\ttab", "\u{1}\u{1f}\u{7f}", "é – 𝄞",
    ]

    @Test(arguments: texts) func itIsSpeltTheSame(_ text: String) throws {
        let ready = QuotedText(quoting: text)
        #expect(ready == QuotedText(text) && ready.text == text)
        var expected = JSONWriter()
        expected.array([text, text]) { $1.string($0) }
        for quoted in [ready, QuotedText(text)] {
            var writer = JSONWriter()
            writer.array([quoted, quoted]) { $1.string($0) }
            #expect(writer.bytes == expected.bytes)
        }
        let document = try JSONDocument(.canonical, expected.bytes)
        let codec = Codec<QuotedText>.quoted(0...100)
        for value in try #require(document.root.elements) {
            #expect(try codec.read(value) == ready)
        }
    }

    @Test func itHasTheLengthThatATextMayHave() throws {
        let document = try JSONDocument(.canonical, Array(#""abc""#.utf8))
        #expect(try Codec<QuotedText>.quoted(1...3).read(document.root)?.text == "abc")
        #expect(try Codec<QuotedText>.quoted(1...2).read(document.root) == nil)
    }
}
