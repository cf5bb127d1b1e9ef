import TestSupport
import Testing

@testable import Sharing
@testable import Wire

/// Types as texts, on one that differs from an invoice in every respect.
@Suite struct RecordTypeTests {
    static func order(version: Int = 1, more: String = "") -> String {
        """
        {
          "name": "order", "version": \(version), "series": "orders", "direction": "received",
          "about": "what a customer ordered", "importers": ["ubl-order"],
          "business_key": ["buyer", "number"],
          "fields": [
            {"name": "number", "kind": "text", "mandatory": true, "padding": 256, "about": "n"},
            {"name": "total", "kind": "amount", "term": "T-9", "padding": 192, "about": "t"},
            \(more)
            {"name": "wanted", "kind": "date", "padding": 128, "about": "w"}
          ]
        }
        """
    }

    static func parse(_ text: String) throws(RecordTypeError) -> RecordType {
        try RecordType(parsing: Array(text.utf8))
    }

    @Test func aTextIsRead() throws {
        let type = try Self.parse(Self.order())
        #expect(type.name == "order" && type.version == 1 && type.series == .orders)
        #expect(type.direction == .received && type.about == "what a customer ordered")
        #expect(type.importers == ["ubl-order"])
        #expect(type.businessKeyParts == ["buyer", "number"])
        #expect(type.fields.map(\.name) == ["number", "total", "wanted"])
        #expect(type.fields.map(\.kind) == [.text, .amount, .date])
        #expect(type.fields.map(\.mandatory) == [true, false, false])
        #expect(type.fields.map(\.minimumPaddedBytes) == [256, 192, 128])
        #expect(type.field("total")?.businessTerm == "T-9")
        #expect(type.sealedNames == ["number", "total", "total_commitment", "wanted"])
        #expect(type.vct(origin: World.origin).hasSuffix("/types/order/1"))
        let second = try Self.parse(Self.order(version: 2))
        #expect(second != type)
        #expect(RecordType(vct: type.vct(origin: World.origin), origin: World.origin) == nil)
    }

    @Test(arguments: [
        ("\"name\": \"order\",", "", RecordTypeError.claim(.missing("name"))),
        ("\"order\"", "\"or der\"", .claim(.malformed("name"))),
        ("\"order\"", "\"\"", .claim(.malformed("name"))),
        ("\"version\": 1", "\"version\": 0", .claim(.malformed("version"))),
        ("\"orders\"", "\"horses\"", .claim(.malformed("series"))),
        ("\"received\"", "\"lost\"", .claim(.malformed("direction"))),
        ("[\"ubl-order\"]", "[\"a\", \"a\"]", .claim(.malformed("importers"))),
        ("[\"buyer\", \"number\"]", "[]", .claim(.malformed("business_key"))),
        ("\"about\": \"what", "\"more\": 1, \"about\": \"what", .claim(.unexpected("more"))),
        ("\"kind\": \"date\"", "\"kind\": \"day\"", .field(3, .malformed("kind"))),
        ("\"padding\": 128", "\"padding\": 1", .field(3, .malformed("padding"))),
        ("\"padding\": 128, ", "", .field(3, .missing("padding"))),
        ("\"mandatory\": true", "\"must\": true", .field(1, .unexpected("must"))),
        (
            "\"total\"", "\"\(String(repeating: "t", count: 54))\"",
            .field(2, .malformed("name"))
        ),
        ("\"wanted\"", "\"want ed\"", .field(3, .malformed("name"))),
        ("\"wanted\"", "\"total\"", .repeated(field: "total")),
        ("\"wanted\"", "\"total_commitment\"", .repeated(field: "total_commitment")),
    ])
    func anotherShapeIsRefused(_ old: String, _ new: String, _ error: RecordTypeError) {
        #expect(throws: error) { try Self.parse(Self.order().replacing(old, with: new)) }
    }

    @Test func tooManyFields() {
        let more = (0..<61).map {
            "{\"name\": \"f\($0)\", \"kind\": \"date\", \"padding\": 128, \"about\": \"f\"},"
        }.joined()
        #expect(throws: RecordTypeError.tooManyFields(limit: 64)) {
            try Self.parse(Self.order(more: more))
        }
        #expect(throws: RecordTypeError.json(.unexpectedEnd)) { try Self.parse("{") }
    }

    @Test func fieldsOfASeries() throws {
        let added =
            "{\"name\": \"incoterm\", \"kind\": \"code\", \"padding\": 128, \"about\": \"i\"},"
        let types = [
            try Self.parse(Self.order(version: 2, more: added)), try Self.parse(Self.order()),
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
        #expect(fields.commitmentFields == ["total_commitment"])
        #expect(SeriesFields(.bank) == nil)
        #expect(SeriesFields(.bills)?.types == [.bill])
    }

    @Test func businessKeyOfTheType() throws {
        let type = try Self.parse(Self.order())
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

    /// A record of the type is sealed like any other: its own fields and the commitment of its one
    /// amount, in a book of its series.
    @Test func aRecordIsSealed() throws {
        let type = try Self.parse(Self.order())
        let date = CalendarDate("2026-11-20")!
        let record = try Record(
            type: type, date: date,
            values: [
                "number": .text("7"),
                "total": .amount(try Amount(parsing: "10.00", currency: "EUR")),
            ],
            businessKey: BusinessKey(of: type, ["number": "7", "buyer": "vat:X"]))
        #expect(record.book.description == "orders/2026-11" && record["wanted"] == .null)
        var random = SeededGenerator(seed: 5)
        let sealed = try SealedRecord.seal(
            record, at: .init(book: record.book, number: 1, epoch: 0), jti: World.jti(1),
            by: World.signer, keys: World.schedule, time: World.time, using: &random)
        #expect(sealed.fields.fields.map(\.name) == type.sealedNames)
        #expect(throws: RecordError.missing(field: "number")) {
            try Record(
                type: type, date: date, values: [:],
                businessKey: BusinessKey(of: type, ["number": "7", "buyer": "vat:X"]))
        }
        let invoice = BusinessKey(documentKind: "invoice", seller: "s", number: "1", date: date)
        #expect(throws: RecordError.businessKey(part: "buyer")) {
            try Record(
                type: type, date: date, values: ["number": .text("7")], businessKey: invoice)
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

    @Test func seriesHaveTheirSignedNames() {
        #expect(
            Series.allCases.map(\.rawValue)
                == ["invoices", "bills", "orders", "deliveries", "bank", "documents"])
        for series in Series.allCases { #expect(Series(rawValue: series.rawValue) == series) }
        #expect(Series(rawValue: "horses") == nil)
        #expect(Series.allCases == Series.allCases.sorted())
    }
}
