import Testing

@testable import Wire

/// What the canonical reader refuses, and how it says so.
@Suite struct TokenizerTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-1", "9007199254740991", "-9007199254740991", #""""#, "[]",
        "{}", #"{"a":[1,{"b":null}],"b":"x"}"#, #""\b\t\n\f\r\"\\\u0000\u001f""#, "\"\u{7f}\"",
        "\"😀é\u{ffff}\"", #"{"":0}"#, "[[],[],{}]",
    ])
    func accepts(_ text: String) throws {
        let value = try JSON(canonical: Array(text.utf8))
        #expect(value.canonicalText == text)
    }

    @Test(
        arguments: [
            // The end.
            ("", .unexpectedEnd), ("[", .unexpectedEnd), ("[1", .unexpectedEnd),
            ("{", .unexpectedEnd), (#"{"a""#, .unexpectedEnd), (#"{"a":"#, .unexpectedEnd),
            (#""a"#, .unexpectedEnd), (#""\"#, .unexpectedEnd), (#""\u00"#, .unexpectedEnd),
            ("-", .unexpectedEnd), ("tru", .unexpectedEnd),
            ("nullx", .trailingBytes(offset: 4)), ("{}{}", .trailingBytes(offset: 2)),
            ("1,", .trailingBytes(offset: 1)), ("00", .nonCanonicalNumber(offset: 0)),
            // White space.
            (" 1", .whiteSpace(offset: 0)), ("1\n", .whiteSpace(offset: 1)),
            ("[1, 2]", .whiteSpace(offset: 3)), ("[ ]", .whiteSpace(offset: 1)),
            (#"{"a" :1}"#, .whiteSpace(offset: 4)), ("{\"a\":\t1}", .whiteSpace(offset: 5)),
            ("{\r}", .whiteSpace(offset: 1)),
            // Grammar.
            ("[1,]", .unexpectedByte(offset: 3)), (#"{"a":1,}"#, .unexpectedByte(offset: 7)),
            ("[,1]", .unexpectedByte(offset: 1)), ("{1:2}", .unexpectedByte(offset: 1)),
            (#"{"a"1}"#, .unexpectedByte(offset: 4)), ("[1 2]", .whiteSpace(offset: 2)),
            ("nul", .unexpectedEnd), ("nule", .unexpectedByte(offset: 3)),
            ("True", .unexpectedByte(offset: 0)), ("NaN", .unexpectedByte(offset: 0)),
            ("+1", .unexpectedByte(offset: 0)), ("-a", .unexpectedByte(offset: 1)),
            ("'a'", .unexpectedByte(offset: 0)), ("\u{feff}1", .unexpectedByte(offset: 0)),
            ("[1}", .unexpectedByte(offset: 2)), ("//", .unexpectedByte(offset: 0)),
            // Numbers.
            ("-0", .nonCanonicalNumber(offset: 0)), ("01", .nonCanonicalNumber(offset: 0)),
            ("-01", .nonCanonicalNumber(offset: 0)), ("1.0", .nonCanonicalNumber(offset: 0)),
            ("1.5", .nonCanonicalNumber(offset: 0)), ("1e0", .nonCanonicalNumber(offset: 0)),
            ("1E2", .nonCanonicalNumber(offset: 0)), ("1.", .nonCanonicalNumber(offset: 0)),
            ("1e+", .nonCanonicalNumber(offset: 0)),
            ("9007199254740992", .numberOutOfRange(offset: 0)),
            ("-9007199254740992", .numberOutOfRange(offset: 0)),
            ("10000000000000000", .numberOutOfRange(offset: 0)),
            ("99999999999999999999999999", .numberOutOfRange(offset: 0)),
            // Keys.
            (#"{"a":1,"a":1}"#, .duplicateKey("a")), (#"{"b":1,"a":1}"#, .keysNotSorted("a")),
            (#"{"aa":1,"a":1}"#, .keysNotSorted("a")), (#"{"a":1,"B":1}"#, .keysNotSorted("B")),
            (#"{"a":{"b":1,"b":2}}"#, .duplicateKey("b")),
            (#"{"\n":1,"\t":1}"#, .keysNotSorted("\t")), (#"{"\n":1,"\n":1}"#, .duplicateKey("\n")),
            // Beyond the basic plane, UTF-16 order isn't that of code points.
            ("{\"\u{fb33}\":1,\"😀\":1}", .keysNotSorted("😀")),
            ("{\"\u{ffff}\":1,\"\u{10000}\":1}", .keysNotSorted("\u{10000}")),
            ("{\"😁\":1,\"😀\":1}", .keysNotSorted("😀")), ("{\"😀\":1,\"😀\":1}", .duplicateKey("😀")),
            // Escapes.
            (#""\/""#, .nonCanonicalEscape(offset: 1)),
            (#""\u0041""#, .nonCanonicalEscape(offset: 1)),
            (#""\u000a""#, .nonCanonicalEscape(offset: 1)),
            (#""\u0008""#, .nonCanonicalEscape(offset: 1)),
            (#""\u001F""#, .nonCanonicalEscape(offset: 1)),
            (#""\u007f""#, .nonCanonicalEscape(offset: 1)),
            (#""\u0022""#, .nonCanonicalEscape(offset: 1)),
            (#""\u20ac""#, .nonCanonicalEscape(offset: 1)),
            (#""\ud83d\ude00""#, .nonCanonicalEscape(offset: 1)),
            (#""\ud83d""#, .nonCanonicalEscape(offset: 1)),
            (#""\x41""#, .unexpectedByte(offset: 1)),
            (#""\U0041""#, .unexpectedByte(offset: 1)), (#""\u00g0""#, .unexpectedByte(offset: 5)),
            ("\"\n\"", .nonCanonicalEscape(offset: 1)),
            ("\"\u{0}\"", .nonCanonicalEscape(offset: 1)),
        ] as [(String, JSONError)])
    func refuses(_ text: String, with error: JSONError) {
        #expect(refusal(text) == error)
    }

    @Test(
        arguments: [
            [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x41], [0xe0, 0x80, 0x80],
            [0xe0, 0x9f, 0xbf], [0xe1, 0x80], [0xe1, 0x80, 0x41], [0xed, 0xa0, 0x80],
            [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
            [0xf0, 0x90, 0x80], [0xf1, 0x80, 0x80, 0xc0], [0xf4, 0x90, 0x80, 0x80],
            [0xf5, 0x80, 0x80, 0x80], [0xfe], [0xff], [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
        ] as [[UInt8]])
    func refusesInvalidUTF8(_ sequence: [UInt8]) {
        for mode in [JSONDocument.Mode.canonical, .lenient] {
            let error = refusal([0x22] + sequence + [0x22], mode)
            #expect(error == .invalidUTF8(offset: 1) || error == .unexpectedEnd)
        }
    }

    @Test func acceptsEveryScalar() throws {
        for value in UInt32(0x80)...0x10ffff {
            guard let scalar = UnicodeScalar(value) else { continue }
            let text = "\"" + String(Character(scalar)) + "\""
            if refusal(text) != nil { Issue.record("U+\(String(value, radix: 16))") }
        }
    }

    @Test func limitsDepth() {
        let limit = JSONDocument.maximumDepth
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(refusal(nested(limit)) == nil)
        #expect(refusal(nested(limit + 1)) == .tooDeep(limit: limit))
        let endless = String(repeating: #"{"a":["#, count: 100_000)
        #expect(refusal(endless) == .tooDeep(limit: limit))
        #expect(refusal(endless, .lenient) == .tooDeep(limit: limit))
    }

    /// Text that Swift holds equal must not meet as two keys: a dictionary couldn't keep both.
    @Test(arguments: [
        "{\"e\u{301}\":1,\"\u{e9}\":2}", "{\"K\":1,\"\u{212a}\":2}",
        "{\"A\u{30a}\":1,\"\u{c5}\":2}",
        "{\"\u{1100}\u{1161}\":1,\"\u{ac00}\":2}",
    ])
    func refusesEquivalentKeys(_ text: String) throws {
        for mode in [JSONDocument.Mode.canonical, .lenient] {
            let error = try #require(refusal(text, mode))
            guard case .duplicateKey = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }

    @Test(arguments: [
        (#" { "b" : 1 , "a" : [ 1.50 , -0 , 1e2 ] } "#, #"{"a":[1.5,0,100],"b":1}"#),
        (#""\u0041\/\ud83d\ude00\u00e9é""#, "\"A/😀éé\""),
        ("9007199254740993", "9007199254740993"),
        ("123456789012345678901", "123456789012345680000"),
    ])
    func lenientReads(_ text: String, as canonical: String) throws {
        #expect(try JSON(lenient: Array(text.utf8)).canonicalText == canonical)
    }

    @Test(
        arguments: [
            (#"{"a":1,"a":2}"#, .duplicateKey("a")), (#"{"b":1,"a":2,"b":3}"#, .duplicateKey("b")),
            (#"{"a":1,"\u0061":2}"#, .duplicateKey("a")), (#""\ud83d""#, .invalidUTF8(offset: 1)),
            (#""\ud83dx""#, .invalidUTF8(offset: 1)), (#""\ude00""#, .invalidUTF8(offset: 1)),
            (#""\ud83d\u0041""#, .invalidUTF8(offset: 1)),
            (#""\ud83d\n""#, .invalidUTF8(offset: 1)),
            ("1e999", .numberOutOfRange(offset: 0)), ("-1e999", .numberOutOfRange(offset: 0)),
            (String(repeating: "9", count: 400), .numberOutOfRange(offset: 0)),
            ("1 2", .trailingBytes(offset: 2)), ("01", .nonCanonicalNumber(offset: 0)),
        ] as [(String, JSONError)])
    func lenientRefuses(_ text: String, with error: JSONError) {
        #expect(refusal(text, .lenient) == error)
    }
}
