import Foundation
import Importing
import Sharing
import Testing
import Wire

/// What XML can do to a reader, and what is refused instead.
struct XMLRefusalTests {
    private let text = InvoiceText.plain

    private func reason(_ bytes: [UInt8]) -> ImportRefusal.Reason? {
        Importer.records(from: bytes, named: "test.xml", for: InvoiceText.seller).refusal?.reason
    }

    private func inserting(_ markup: String) -> String {
        text.replacing("<Invoice xmlns=", with: markup + "\n<Invoice xmlns=")
    }

    private func utf16(_ text: String, bigEndian: Bool, mark: Bool = true) -> [UInt8] {
        ((mark ? [0xfeff] : []) + Array(text.utf16)).flatMap { unit in
            bigEndian
                ? [UInt8(unit >> 8), UInt8(unit & 255)] : [UInt8(unit & 255), UInt8(unit >> 8)]
        }
    }

    @Test("a document type declaration is refused, with its line")
    func documentType() {
        let laughs = """
            <!DOCTYPE Invoice [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
            <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
            """
        let external = "<!DOCTYPE Invoice [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        for declaration in [
            laughs, external, "<!DOCTYPE Invoice>",
            "<!DOCTYPE Invoice SYSTEM \"http://x.example/\">",
            "<!-- <![CDATA[ x -->\n<!DOCTYPE Invoice>", "<?a <?b ?><!DOCTYPE Invoice>",
            "<!doctype Invoice>",
        ] {
            let changed = inserting(declaration)
                .replacing("R-1041", with: declaration == external ? "&x;" : "&c;")
            let refusal = InvoiceText.outcome(changed).refusal
            #expect(refusal?.reason == .documentTypeDeclaration, "\(declaration)")
            #expect(refusal?.place?.line == (declaration.hasPrefix("<!-- ") ? 3 : 2))
        }
    }

    @Test("a document type declaration hides in no encoding")
    func documentTypeInOtherEncodings() {
        let declared = inserting("<!DOCTYPE Invoice>").replacing("UTF-8", with: "UTF-16")
        #expect(reason(utf16(declared, bigEndian: true)) == .documentTypeDeclaration)
        #expect(reason(utf16(declared, bigEndian: false)) == .documentTypeDeclaration)
        #expect(reason(utf16(declared, bigEndian: false, mark: false)) == .documentTypeDeclaration)
        let latin = inserting("<!DOCTYPE Invoice>").replacing("UTF-8", with: "ISO-8859-1")
        #expect(reason(Array(latin.utf8)) == .documentTypeDeclaration)
        let utf7 = inserting("+ADwAIQ-DOCTYPE Invoice+AD4-").replacing("UTF-8", with: "UTF-7")
        #expect(reason(Array(utf7.utf8)) == .unsupportedEncoding("UTF-7"))
        // A second declaration would switch the parser to an encoding that nobody looked through.
        let first = "<?xml version=\"1.0\"?>"
        let second = Array((first + utf7).utf8)
        for start in [[], [0xef, 0xbb, 0xbf], [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf]] as [[UInt8]] {
            #expect(reason(start + second) == .malformed)
        }
        #expect(reason([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf] + utf7.utf8) == .malformed)
    }

    @Test("what only looks like one, in a comment or a text, is no matter")
    func harmlessDocumentType() throws {
        #expect(InvoiceText.reason(inserting("<!-- <!DOCTYPE Invoice> & -->")) == nil)
        let record = try InvoiceText.record(
            text.replacing("first", with: "<![CDATA[<!DOCTYPE x> &c;]]>"))
        #expect(record["notes"] == .text("<!DOCTYPE x> &c;"))
    }

    @Test("a reference to an entity is refused, not left out")
    func entities() {
        for reference in ["&c;", "&nbsp;", "&", "& b", "&amp", "&AMP;", "&x\u{e4};"] {
            let changed = text.replacing("first", with: "fir\(reference)st")
            #expect(InvoiceText.reason(changed) == .undefinedEntity, "\(reference)")
            let attribute = text.replacing("\"C62\"", with: "\"C\(reference)62\"")
            #expect(InvoiceText.reason(attribute) == .undefinedEntity, "\(reference)")
        }
        for number in ["&#;", "&#x;", "&#12", "&#xg;", "&#0;", "&#x110000;", "&#xD800;", "&#1;"] {
            let changed = text.replacing("first", with: "fir\(number)st")
            #expect(InvoiceText.reason(changed) == .malformed, "\(number)")
        }
    }

    @Test("predefined entities and characters by number are read in full")
    func references() throws {
        let changed = text.replacing(
            "first", with: "a &lt;b&gt; &amp;amp; &quot;c&apos; &#228;&#xE4;&#x1F600; z")
        #expect(try InvoiceText.record(changed)["notes"] == .text("a <b> &amp; \"c' ää😀 z"))
    }

    @Test("text of characters of every length arrives whole, wherever the parser cuts it")
    func longText() throws {
        for shift in 0..<4 {
            let note = String(repeating: "x", count: shift) + String(repeating: "ä€😀", count: 6_500)
            let record = try InvoiceText.record(text.replacing("first", with: note))
            #expect(record["notes"] == .text(note))
        }
    }

    @Test("encodings that are read give the same values")
    func encodings() throws {
        let expected = try InvoiceText.record(text)
        func values(_ bytes: [UInt8]) throws -> [FieldName: FieldValue] {
            let records = try Importer.records(
                from: bytes, named: "", for: InvoiceText.seller
            ).get()
            #expect(records.first?.businessKey == expected.businessKey)
            return (records.first?.values ?? [:]).filter { $0.key != "document" }
        }
        let plain = expected.values.filter { $0.key != "document" }
        let wide = text.replacing("UTF-8", with: "UTF-16")
        #expect(try values([0xef, 0xbb, 0xbf] + text.utf8) == plain)
        #expect(try values(utf16(wide, bigEndian: true)) == plain)
        #expect(try values(utf16(wide, bigEndian: false)) == plain)
        #expect(try values(utf16(wide, bigEndian: true, mark: false)) == plain)
        #expect(try values(Array(text.replacing("\n", with: "\r\n").utf8)) == plain)
        for (name, encoding) in [
            ("ISO-8859-1", String.Encoding.isoLatin1), ("windows-1252", .windowsCP1252),
        ] {
            let data = try #require(text.replacing("UTF-8", with: name).data(using: encoding))
            #expect(try values([UInt8](data)) == plain)
        }
        let bare = text.replacing("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", with: "")
        #expect(try values(Array(bare.utf8)) == plain)
    }

    @Test("the euro sign has its own place in three encodings")
    func euroSign() throws {
        for (name, byte) in [("ISO-8859-15", UInt8(0xa4)), ("windows-1252", 0x80)] {
            let ascii = text.replacing("UTF-8", with: name).replacing("ö", with: "oe")
            let changed = Array(ascii.replacing("first", with: "fir~st").utf8).map {
                $0 == UInt8(ascii: "~") ? byte : $0
            }
            let record = try Importer.records(from: changed, named: "", for: InvoiceText.seller)
                .get()
            #expect(record.first?["notes"] == .text("fir€st"))
        }
    }

    @Test("encodings that contradict the bytes or are unknown are refused")
    func wrongEncodings() {
        #expect(
            InvoiceText.reason(text.replacing("UTF-8", with: "UTF-16"))
                == .contradictoryEncoding("UTF-16"))
        #expect(
            reason([0xef, 0xbb, 0xbf] + text.replacing("UTF-8", with: "ISO-8859-1").utf8)
                == .contradictoryEncoding("ISO-8859-1"))
        #expect(reason(utf16(text, bigEndian: true)) == .contradictoryEncoding("UTF-8"))
        #expect(
            InvoiceText.reason(text.replacing("UTF-8", with: "EBCDIC-CP-BE"))
                == .unsupportedEncoding("EBCDIC-CP-BE"))
        #expect(reason([0xff, 0xfe, 0, 0] + text.utf8) == .unsupportedEncoding("UTF-32"))
        #expect(InvoiceText.reason(text.replacing("UTF-8", with: "US-ASCII")) == .invalidText)
        let latin = Array(text.unicodeScalars.map { UInt8($0.value) })
        #expect(reason(latin) == .invalidText)
        let undefined = Array(text.replacing("UTF-8", with: "windows-1252").utf8).map {
            $0 == UInt8(ascii: "f") ? 0x81 : $0
        }
        #expect(reason(undefined) == .invalidText)
        #expect(reason(Array(text.replacing("first", with: "fir\0st").utf8)) == .invalidText)
        #expect(
            reason(utf16(text.replacing("UTF-8", with: "UTF-16"), bigEndian: true).dropLast())
                == .invalidText)
    }

    @Test("declarations of another shape are malformed")
    func declarations() {
        let usual = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        for declaration in [
            "<?xml version=\"1.1\"?>", "<?xml version=\"2.0\"?>", "<?xml encoding=\"UTF-8\"?>",
            "<?xml version=\"1.0\" encoding=\"\"?>", "<?xml version=\"1.0\" encoding=\"8-bit\"?>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" encoding=\"UTF-8\"?>",
            "<?xml version=\"1.0\" standalone=\"maybe\"?>", "<?xml version=\"1.0\"",
            "<?xml version=\"1.0\"encoding=\"UTF-8\"?>", "<?xml version=\"1.0\" more=\"1\"?>",
            " " + usual, usual + usual,
        ] {
            #expect(
                InvoiceText.reason(text.replacing(usual, with: declaration)) == .malformed,
                "\(declaration)")
        }
        let single = "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>"
        #expect(InvoiceText.reason(text.replacing(usual, with: single)) == nil)
    }

    @Test("what is not well-formed is refused")
    func malformed() {
        for (old, new) in [
            ("</Invoice>", ""), ("</Invoice>", "</invoice>"), ("</Invoice>", "</Invoice><a/>"),
            ("</Invoice>", "</Invoice>x"), ("<cbc:ID>R", "<cbc:ID a=\"1\" a=\"2\">R"),
            ("<cbc:ID>R", "<cbc:ID q:a=\"1\">R"), ("<cbc:ID>R", "<cbc:ID a=1>R"),
            ("<cbc:ID>R", "<cbc:ID a=\"<\">R"),
            ("first", "fir]]>st"), ("first", "<!-- a -- b -->"), ("first", "<!-- <!-- x -->"),
            ("first", "<![CDATA[x]]"),
            ("first", "\u{1}"), ("first", "\u{fffe}"), ("<cbc:ID>R", "<xyz:ID>1</xyz:ID><cbc:ID>R"),
            ("first", "<?xml version=\"1.0\"?>"), ("first", "<a><b></a></b>"), ("first", "<!x>"),
        ] {
            #expect(InvoiceText.reason(text.replacing(old, with: new)) == .malformed, "\(new)")
        }
    }

    @Test("processing instructions and comments are passed over, with or without content")
    func passedOver() throws {
        for markup in ["<?x?>", "<?x ?>", "<?x y?>", "<?x ??>", "<!---->", "<!-- - -->", "\n\t "] {
            let changed = inserting(markup).replacing("first", with: "fir\(markup)st")
            let record = try InvoiceText.record(changed)
            let space = markup.first == "\n" ? markup : ""
            #expect(record["notes"] == .text("fir\(space)st"), "\(markup)")
        }
        for markup in ["<?x:y?>", "<? x?>", "<?xMl y?>", "<?x", "<!--->", "<!--", "<!", "<?x>"] {
            #expect(
                InvoiceText.reason(text.replacing("first", with: "fir\(markup)st")) == .malformed,
                "\(markup)")
        }
    }

    @Test("names and namespaces are those of the standard")
    func names() {
        func reason(_ markup: String) -> ImportRefusal.Reason? {
            InvoiceText.reason(text.replacing("</Invoice>", with: markup + "</Invoice>"))
        }
        for element in [
            "<_a.b-c\u{b7}1/>", "<ä \u{3b1}='1'/>", "<p:a xmlns:p='urn:p' p:a='1' a='2'/>",
            "<a xmlns=''/>", "<a xml:lang='de'/>", "<a\n b = '1'\t/>", "<a></a >",
            "<p:a xmlns:p='urn:p'><q:b xmlns:q='urn:p' q:c='1'/></p:a>",
        ] {
            #expect(reason(element) == nil, "\(element)")
        }
        for element in [
            "<1a/>", "<-a/>", "<\u{d7}/>", "< a/>", "<a:b:c/>", "<:a/>", "<a:/>", "<a b/>",
            "<a b='1'c='2'/>", "<a b=\"1'/>", "<a / >", "</a>", "<a></b>", "<p:a/>", "<a p:b='1'/>",
            "<p:a xmlns:p=''/>", "<a xmlns:xmlns='urn:x'/>", "<xmlns:a/>",
            "<a xmlns:xml='urn:x'/>", "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
            "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
            "<a xmlns:p='urn:p' xmlns:q='urn:p' p:b='1' q:b='2'/>",
            "<p:a xmlns:p='urn:p'></q:a>", "<p:a xmlns:p='urn:p'/><p:b/>",
        ] {
            #expect(reason(element) == .malformed, "\(element)")
        }
    }

    @Test("line ends are line feeds, and white space in an attribute is spaces")
    func whiteSpace() throws {
        let note = "a\r\nb\rc\n&#13;d"
        let record = try InvoiceText.record(text.replacing("first", with: note))
        #expect(record["notes"] == .text("a\nb\nc\n\rd"))
        let unit = try InvoiceText.record(text.replacing("\"C62\"", with: "\"C\r\n6\t2&#10;\""))
        #expect(unit["lines"].json.elements?.first?["unit"] == "C 6 2\n")
    }

    @Test("limits on nesting, elements, attributes and text")
    func limits() {
        func nested(_ depth: Int) -> String {
            String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
        }
        func reason(_ markup: String) -> ImportRefusal.Reason? {
            InvoiceText.reason(text.replacing("</Invoice>", with: markup + "</Invoice>"))
        }
        #expect(reason(nested(63)) == nil)
        #expect(reason(nested(64)) == .limitExceeded(.depth, limit: 64))
        #expect(reason(nested(200_000)) == .limitExceeded(.depth, limit: 64))
        #expect(
            reason(String(repeating: "<a/>", count: 400_000))
                == .limitExceeded(.elements, limit: 400_000))
        #expect(reason(String(repeating: "<a/>", count: 90_000)) == nil)
        let attributes = (0..<65).map { " a\($0)='1'" }.joined()
        #expect(reason("<a\(attributes)/>") == .limitExceeded(.attributes, limit: 64))
        let value = String(repeating: "x", count: 8_192)
        #expect(reason("<a a='\(value)'/>") == nil)
        #expect(reason("<a a='\(value)x'/>") == .limitExceeded(.attributeLength, limit: 8_192))
        let words = String(repeating: "x", count: 65_536)
        #expect(reason("<a>\(words)</a>") == nil)
        #expect(reason("<a>\(words)x</a>") == .limitExceeded(.textLength, limit: 65_536))
    }

    @Test("files that are empty, too large or something else")
    func files() {
        #expect(reason([]) == .empty)
        let large = Importer.maximumFileBytes + 1
        #expect(
            reason([UInt8](repeating: 0x20, count: large))
                == .tooLarge(bytes: large, limit: Importer.maximumFileBytes))
        #expect(reason(Array("%PDF-1.7".utf8)) == .unsupportedFormat(.pdf))
        #expect(reason([0x50, 0x4b, 3, 4, 0]) == .unsupportedFormat(.zip))
        #expect(reason(Array(" {\"a\":1}".utf8)) == .unsupportedFormat(.json))
        #expect(reason(Array("date;amount\n".utf8)) == .unsupportedFormat(.unknown))
        #expect(reason([UInt8](repeating: 0, count: 64)) == .unsupportedFormat(.unknown))
        #expect(reason(Array("<Invoice/>".utf8)) == .unsupportedFormat(.otherXML("Invoice")))
        let first = text.replacing("xsd:Invoice-2", with: "xsd:Invoice-1.0")
        #expect(InvoiceText.reason(first) == .unsupportedFormat(.otherUBL("Invoice")))
    }

    @Test("extensions and signatures are passed over, whatever is in them")
    func extensions() throws {
        let extensions = """
            <ext:UBLExtensions xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:\
            CommonExtensionComponents-2"><ext:UBLExtension><ext:ExtensionContent>
            <cbc:ID>other</cbc:ID><ext:UBLExtensions/>\(String(repeating: "x", count: 70_000))
            </ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>
            <cac:Signature><cbc:ID>x</cbc:ID></cac:Signature>
            """
        let changed = text.replacing(
            "<cbc:CustomizationID>", with: extensions + "<cbc:CustomizationID>")
        #expect(try InvoiceText.record(changed).businessKey == InvoiceText.record(text).businessKey)
    }

    @Test("truncated anywhere or with bytes changed, a document neither crashes nor hangs")
    func damage() {
        let bytes = Array(text.utf8)
        for count in stride(from: 0, to: bytes.count - 1, by: 13) {
            #expect(reason(Array(bytes[..<count])) != nil)
        }
        let pieces = [
            "<", ">", "&", "\"", "]]>", "<!--", "-->", "<![CDATA[", "<?", "?>", "/", "\0",
        ]
        var random = Dice(seed: 11)
        for _ in 0..<500 {
            var changed = bytes
            for _ in 0...random.below(4) {
                let position = random.below(changed.count)
                if random.below(2) == 0 {
                    changed[position] = UInt8(random.below(256))
                } else {
                    changed.insert(
                        contentsOf: pieces[random.below(pieces.count)].utf8, at: position)
                }
            }
            _ = reason(changed)
        }
    }
}
