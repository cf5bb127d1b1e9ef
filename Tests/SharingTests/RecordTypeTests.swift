import TestSupport
import Testing

@testable import Sharing
@testable import Wire

/// Types as texts, on one that differs from an invoice in every respect.
@Suite struct RecordTypeTests {
    struct Field {
        var name: String
        var terms: String
        var mandatory = false
    }

    static let fields = [
        Field(
            name: "number", terms: #""kind":"text","class":"reference","least":256"#,
            mandatory: true),
        Field(
            name: "total",
            terms: #""kind":"amount","class":"amount","least":192,"term":"T-9""#),
        Field(
            name: "wanted", terms: #""kind":"date","class":"date","commit":"day","least":128"#),
        Field(
            name: "weight",
            terms: #""kind":"quantity","class":"amount","unit":"KGM","least":192"#),
        Field(
            name: "buyer",
            terms: #""kind":"text","class":"counterparty","commit":"key","least":256"#
        ),
    ]

    static func repair(version: Int = 1, _ fields: [Field] = fields) -> String {
        let claims = fields.map {
            #"{"path":["\#($0.name)"],\#($0.mandatory ? #""mandatory":true,"# : "")"sd":"always","#
                + #""display":[{"locale":"en","label":"L","description":"what it is"}]}"#
        }
        let terms = fields.map { #"{"name":"\#($0.name)",\#($0.terms)}"# }
        return """
            {"name": "repair", "description": "what a customer brought",
             "display": [{"locale": "de", "name": "Reparatur", "description": "was gebracht wurde"},
                         {"locale": "en", "name": "Repair", "description": "what was brought"}],
             "claims": [\(claims.joined(separator: ","))],
             "trine": {"version": \(version), "series": "repairs", "direction": "received",
                       "importers": ["ubl-repair"], "business_key": ["buyer", "number"],
                       "fields": [\(terms.joined(separator: ","))]}}
            """
    }

    static func parse(_ text: String) throws(RecordTypeError) -> RecordType {
        try RecordType(parsing: Array(text.utf8))
    }

    /// The type with one more field, or with another one in the place of `name`.
    static func repair(version: Int, _ name: String, _ terms: String) throws -> RecordType {
        var fields = fields
        let field = Field(name: name, terms: terms)
        if let place = fields.firstIndex(where: { $0.name == name }) {
            fields[place] = field
        } else {
            fields.append(field)
        }
        return try parse(repair(version: version, fields))
    }

    @Test func aTextIsRead() throws {
        let type = try Self.parse(Self.repair())
        #expect(type.name == "repair" && type.version == 1 && type.series.rawValue == "repairs")
        #expect(type.direction == .received && type.about == "what a customer brought")
        #expect(type.importers == ["ubl-repair"])
        #expect(type.businessKeyParts == ["buyer", "number"])
        #expect(type.fields.map(\.name) == ["number", "total", "wanted", "weight", "buyer"])
        #expect(type.fields.map(\.kind) == [.text, .amount, .date, .quantity, .text])
        #expect(type.fields.map(\.committed) == [nil, .amount, .day, .quantity, .key])
        #expect(
            type.fields.map(\.fieldClass)
                == [.reference, .amount, .date, .amount, .counterparty])
        #expect(type.fields.map(\.mandatory) == [true, false, false, false, false])
        #expect(type.fields.map(\.minimumPaddedBytes) == [256, 192, 128, 192, 256])
        #expect(type.fields.map(\.unit) == [nil, nil, nil, "KGM", nil])
        #expect(type.field("total")?.businessTerm == "T-9")
        #expect(type.field("total")?.label == "L" && type.field("total")?.about == "what it is")
        #expect(
            type.sealedNames == [
                "buyer", "buyer_commitment", "number", "total", "total_commitment", "wanted",
                "wanted_commitment", "weight", "weight_commitment",
            ])
        #expect(type.vct(origin: World.origin).hasSuffix("/types/repair/1"))
        let second = try Self.parse(Self.repair(version: 2))
        #expect(second != type)
        #expect(
            RecordTypes.standard.type(vct: type.vct(origin: World.origin), origin: World.origin)
                == nil)
    }

    /// What is served at the address is what the log names: one spelling, and that address inside.
    @Test func theDocumentIsItsOwnSpelling() throws {
        for type in RecordTypes.standard.all + [try Self.parse(Self.repair())] {
            let document = type.document(origin: World.origin)
            #expect(document.count <= RecordTypeText.maximumBytes)
            let read = try RecordType(document: document, origin: World.origin)
            #expect(read == type && read.text == type.text && read.fields == type.fields)
            let json = try JSON(canonical: document)
            #expect(json["vct"]?.text == type.vct(origin: World.origin))
            #expect(json["trine"]?["fields"]?.elements?.count == type.fields.count)
            #expect(json["claims"]?.elements?.count == type.fields.count)
            #expect(throws: RecordTypeError.otherAddress(type.vct(origin: World.origin))) {
                try RecordType(document: document, origin: Origin("other.example")!)
            }
            #expect(throws: RecordTypeError.self) {
                try RecordType(document: document + [0x0a], origin: World.origin)
            }
            #expect(throws: RecordTypeError.claim(.unexpected("vct"))) {
                try RecordType(parsing: document)
            }
        }
        #expect(throws: RecordTypeError.tooLarge) {
            try RecordType(parsing: [UInt8](repeating: 0x20, count: 65_537))
        }
    }

    /// Nothing that whoever reads a type would have to fetch, at any place in it.
    @Test(arguments: [
        #""extends":"https://a.example/t","#, #""extends#integrity":"sha256-x","#,
        #""schema_uri":"https://a.example/s","#, #""schema":{},"#, #""logo":"x","#,
    ])
    func nothingElseIsAsked(_ member: String) throws {
        let text = Self.repair()
        let name = try #require(member.split(separator: "\"").first).description
        for (place, path) in [
            (#""description": "what a"#, ""), (#""version""#, "trine/"),
            (#""path":["number"]"#, "claims/0/"), (#""name":"number""#, "trine/fields/0/"),
            (#""locale": "de""#, "display/0/"), (#""label":"L""#, "claims/0/display/0/"),
        ] {
            let range = try #require(text.firstRange(of: place))
            let changed = text[..<range.lowerBound] + member + text[range.lowerBound...]
            #expect(throws: RecordTypeError.claim(.unexpected(path + name))) {
                try Self.parse(String(changed))
            }
        }
        let rendering = #""rendering":{"simple":{"logo":{"uri":"https://a.example/l"}}},"#
        #expect(throws: RecordTypeError.claim(.unexpected("display/0/rendering"))) {
            try Self.parse(text.replacing(#""locale": "de""#, with: rendering + #""locale": "de""#))
        }
    }

    @Test(arguments: [
        ("\"name\": \"repair\",", "", RecordTypeError.claim(.missing("name"))),
        ("\"name\": \"repair\"", "\"name\": \"re pair\"", .claim(.malformed("name"))),
        ("\"name\": \"repair\"", "\"name\": \"4repair\"", .claim(.malformed("name"))),
        ("\"version\": 1", "\"version\": 0", .claim(.malformed("trine/version"))),
        ("\"version\": 1", "\"version\": 1025", .claim(.malformed("trine/version"))),
        ("\"repairs\"", "\"Repairs\"", .claim(.malformed("trine/series"))),
        ("\"received\"", "\"lost\"", .claim(.malformed("trine/direction"))),
        ("[\"ubl-repair\"]", "[\"a\", \"a\"]", .claim(.malformed("trine/importers"))),
        ("[\"buyer\", \"number\"]", "[]", .claim(.malformed("trine/business_key"))),
        ("\"kind\":\"date\"", "\"kind\":\"day\"", .claim(.malformed("trine/fields/2/kind"))),
        (
            "\"class\":\"date\"", "\"class\":\"harmless\"",
            .claim(.malformed("trine/fields/2/class"))
        ),
        ("\"class\":\"date\",", "", .claim(.missing("trine/fields/2/class"))),
        ("\"commit\":\"day\"", "\"commit\":\"key\"", .claim(.malformed("trine/fields/2/commit"))),
        (
            "\"commit\":\"day\"", "\"commit\":\"amount\"",
            .claim(.malformed("trine/fields/2/commit"))
        ),
        ("\"commit\":\"day\"", "\"unit\":\"DAY\"", .claim(.malformed("trine/fields/2/unit"))),
        ("\"unit\":\"KGM\"", "\"unit\":\"kg\"", .claim(.malformed("trine/fields/3/unit"))),
        ("\"unit\":\"KGM\"", "\"commit\":\"key\"", .claim(.malformed("trine/fields/3/commit"))),
        ("\"least\":128", "\"least\":127", .claim(.malformed("trine/fields/2/least"))),
        ("\"least\":256", "\"least\":255", .claim(.malformed("trine/fields/0/least"))),
        (
            "\"commit\":\"day\",\"least\":128", "\"commit\":\"day\"",
            .claim(.missing("trine/fields/2/least"))
        ),
        ("\"sd\":\"always\"", "\"sd\":\"never\"", .claim(.malformed("claims/0/sd"))),
        ("\"mandatory\":true", "\"mandatory\":false", .claim(.malformed("claims/0/mandatory"))),
        ("[\"number\"]", "[\"number\",\"x\"]", .claim(.tooMany("claims/0/path", limit: 1))),
        ("[\"number\"]", "[\"other\"]", .otherClaim(1)),
        ("\"name\":\"wanted\"", "\"name\":\"total\"", .otherClaim(3)),
        ("\"locale\": \"en\"", "\"locale\": \"fr\"", .claim(.malformed("display"))),
        ("\"locale\": \"de\"", "\"locale\": \"en\"", .claim(.malformed("display"))),
        ("\"locale\": \"de\"", "\"locale\": \"deutsch\"", .claim(.malformed("display/0/locale"))),
        ("Reparatur", "Repa\\u202eratur", .claim(.malformed("display/0/name"))),
        ("Reparatur", "", .claim(.malformed("display/0/name"))),
        (
            "\"label\":\"L\"", "\"label\":\"\\u001b[2J\"",
            .claim(.malformed("claims/0/display/0/label"))
        ),
        ("what a customer brought", "a\\nb", .claim(.malformed("description"))),
    ])
    func anotherShapeIsRefused(_ old: String, _ new: String, _ error: RecordTypeError) throws {
        let text = Self.repair()
        let range = try #require(text.firstRange(of: old))
        let changed = text[..<range.lowerBound] + new + text[range.upperBound...]
        #expect(throws: error) { try Self.parse(String(changed)) }
    }

    @Test func namesAreBounded() throws {
        for (length, isFine) in [(48, true), (49, false)] {
            let name = String(repeating: "t", count: length)
            let field = Self.Field(
                name: name, terms: #""kind":"amount","class":"amount","least":192"#)
            #expect(((try? Self.parse(Self.repair([field]))) != nil) == isFine)
            let text = Self.Field(
                name: name, terms: #""kind":"text","class":"content","least":256"#)
            #expect((try? Self.parse(Self.repair([text]))) != nil)
        }
        // What is called like a commitment could take the place of one.
        let field = Self.Field(
            name: "total_commitment", terms: #""kind":"text","class":"content","least":256"#)
        #expect(throws: RecordTypeError.claim(.malformed("trine/fields/5/name"))) {
            try Self.parse(Self.repair(Self.fields + [field]))
        }
        #expect(throws: RecordTypeError.repeated(field: "total")) {
            try Self.parse(Self.repair(Self.fields + [Self.fields[1]]))
        }
        #expect(throws: RecordTypeError.otherClaim(6)) {
            try Self.parse(
                Self.repair().replacing(
                    #""claims": [{"#,
                    with:
                        #""claims": [{"path":["a"],"sd":"always","display":[{"locale":"en","label":"L","description":"d"}]},{"#
                ))
        }
    }

    @Test func tooManyFields() throws {
        let terms = #""kind":"date","class":"date","commit":"day","least":128"#
        let fields = (0..<65).map { Self.Field(name: "f\($0)", terms: terms) }
        let largest = try Self.parse(Self.repair(Array(fields.dropLast())))
        #expect(largest.sealedNames.count == 128)
        #expect(throws: RecordTypeError.claim(.tooMany("claims", limit: 64))) {
            try Self.parse(Self.repair(fields))
        }
        #expect(throws: RecordTypeError.json(.unexpectedEnd)) { try Self.parse("{") }
    }

    @Test func fieldsOfASeries() throws {
        let types = [
            try Self.repair(
                version: 2, "incoterm", #""kind":"code","class":"content","least":128"#),
            try Self.parse(Self.repair()),
        ]
        let fields = try #require(SeriesFields(types))
        #expect(fields.newest.version == 2)
        #expect(fields.field("incoterm") != nil && fields.field("colour") == nil)
        #expect(
            fields.withCommitments(["incoterm", "total"])
                == ["incoterm", "total", "total_commitment"])
        #expect(types[1].withCommitments(["incoterm", "total"]) == nil)
        #expect(fields.withCommitments(["total", "colour"]) == nil)
        // What is served of a record is what its own type has of the names.
        let names = Set(try #require(fields.withCommitments(["incoterm", "total"])))
        #expect(types[0].sealedNames(among: names) == ["incoterm", "total", "total_commitment"])
        #expect(types[1].sealedNames(among: names) == ["total", "total_commitment"])
        #expect(
            fields.commitmentFields
                == [
                    "buyer_commitment", "total_commitment", "wanted_commitment",
                    "weight_commitment",
                ])
        #expect(
            fields.commits(to: "wanted", as: .day) && !fields.commits(to: "wanted", as: .amount))
        #expect(fields.isNumber("weight") && fields.isNumber("wanted") && !fields.isNumber("buyer"))
        #expect(fields.commitments(beside: ["total", "incoterm"]) == ["total_commitment"])
        #expect(RecordTypes.standard.fields(of: Series(rawValue: "court")!) == nil)
        #expect(RecordTypes.standard.fields(of: .bills)?.types == [.bill])
        let both = try #require(RecordTypes.standard.fields(of: [.bills, .invoices]))
        #expect(both.types == [.bill, .invoice])
        #expect(RecordTypes.standard.fields(of: []) == nil)
        #expect(RecordTypes.standard.fields(of: [.bills, Series(rawValue: "court")!]) == nil)
    }

    @Test func businessKeyOfTheType() throws {
        let type = try Self.parse(Self.repair())
        let key = try BusinessKey(of: type, ["number": "7", "buyer": "vat:X"])
        #expect(
            key.bytes == DomainSeparated(.source).appending("vat:X").appending("7").bytes)
        #expect(key["number"] == "7" && key["seller"] == nil)
        #expect(throws: RecordError.businessKey(part: "buyer")) {
            try BusinessKey(of: type, ["number": "7"])
        }
        #expect(throws: RecordError.businessKey(part: "seller")) {
            try BusinessKey(of: type, ["number": "7", "buyer": "b", "seller": "s"])
        }
        let date = CalendarDate("2026-11-20")!
        let invoice = try BusinessKey(
            of: .bill,
            [
                "document_kind": "invoice", "seller": "s", "number": "1",
                "issue_date": "2026-11-20", "ordinal": "1",
            ])
        #expect(
            invoice == BusinessKey(documentKind: "invoice", seller: "s", number: "1", date: date))
    }

    private static let date = CalendarDate("2026-11-20")!

    private static func record(_ values: [FieldName: FieldValue]) throws -> Record {
        let type = try parse(repair())
        return try Record(
            type: type, date: date, values: values,
            businessKey: BusinessKey(of: type, ["number": "7", "buyer": "vat:X"]))
    }

    /// A record of the type is sealed like any other: its own fields and their commitments, in a book
    /// of its series.
    @Test func aRecordIsSealed() throws {
        let record = try Self.record([
            "number": .text("7"), "total": .amount(try Amount(parsing: "10.00", currency: "EUR")),
            "weight": .quantity(try Quantity(parsing: "12.5", unit: "KGM")),
        ])
        let type = record.type
        #expect(record.book.description == "repairs/2026-11" && record["wanted"] == .null)
        #expect(record["weight"].json == ["unit": "KGM", "value": "12.500"])
        var random = SeededGenerator(seed: 5)
        let sealed = try SealedRecord.seal(
            record, at: .init(book: record.book, number: 1, epoch: 0), jti: World.jti(1),
            by: World.signer, keys: World.schedule, time: World.time, using: &random)
        #expect(sealed.fields.fields.map(\.name) == type.sealedNames)
        #expect(throws: RecordError.missing(field: "number")) { try Self.record([:]) }
        // The type says in which unit the weight is.
        #expect(throws: RecordError.malformed(field: "weight")) {
            try Self.record([
                "number": .text("7"),
                "weight": .quantity(try Quantity(parsing: "12.5", unit: "TNE")),
            ])
        }
        let invoice = BusinessKey(
            documentKind: "invoice", seller: "s", number: "1", date: Self.date)
        #expect(throws: RecordError.businessKey(part: "buyer")) {
            try Record(
                type: type, date: Self.date, values: ["number": .text("7")], businessKey: invoice)
        }
    }

    @Test func quantities() throws {
        for (text, thousandths) in [("0", 0), ("-1.5", -1500), ("12.345", 12_345)] {
            #expect(try Quantity(parsing: text, unit: "C62").thousandths == Int64(thousandths))
        }
        let errors: [(String, String, QuantityError)] = [
            ("1.0001", "KGM", .tooPrecise(scale: 3)), ("1e3", "KGM", .notADecimal),
            ("1", "kgm", .unknownUnit), ("1", "K", .unknownUnit), ("1", "KGMS", .unknownUnit),
            ("140737488355.328", "KGM", .tooLarge),
        ]
        for (text, unit, error) in errors {
            #expect(throws: error) { try Quantity(parsing: text, unit: unit) }
        }
        let weight = RecordTypeTests.fields[3]
        let type = try Self.parse(Self.repair([weight]))
        let field = type.fields[0]
        for (value, isFine) in [
            (["unit": "KGM", "value": "1.500"], true), (["unit": "KGM", "value": "1.5"], false),
            (["unit": "TNE", "value": "1.500"], false), (["value": "1.500"], false), ("1.5", false),
        ] as [(JSON, Bool)] {
            #expect(((try? FieldValue(json: value, as: field)) != nil) == isFine, "\(value)")
        }
    }

    @Test func namesOfFields() {
        for text in ["a", "0", "due_date", String(repeating: "x", count: 64)] {
            #expect(FieldName(text)?.text == text)
        }
        for text in ["", "Due", "due-date", "due date", "ä", String(repeating: "x", count: 65)] {
            #expect(FieldName(text) == nil, "\(text)")
        }
        #expect(RecordType.invoice.field("Due Date") == nil)
    }

    @Test func seriesHaveNames() {
        #expect(
            RecordTypes.standard.series.map(\.rawValue) == [
                "bank", "bills", "deliveries", "documents", "invoices", "notices", "orders",
                "purchases", "receipts", "statements",
            ])
        for text in ["a", "bank-2", String(repeating: "x", count: 24)] {
            #expect(Series(rawValue: text)?.rawValue == text)
        }
        for text in ["", "Bank", "2bank", "-a", "a_b", "a/b", String(repeating: "x", count: 25)] {
            #expect(Series(rawValue: text) == nil, "\(text)")
        }
        let books = ["bank/2026-02", "invoices/2026-01", "bills/2026-01"].map { World.book($0) }
        #expect(
            books.sorted().map(\.description)
                == ["bills/2026-01", "invoices/2026-01", "bank/2026-02"])
    }
}
