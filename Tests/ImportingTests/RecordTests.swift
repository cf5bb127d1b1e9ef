import Sharing
import Testing
import Wire

/// The vocabulary of records.
struct RecordTests {
    @Test("names of books and records have one spelling")
    func names() throws {
        let book = try #require(BookName("invoices/2026-11"))
        #expect(book.series == .invoices && book.month.description == "2026-11")
        #expect(book.description == "invoices/2026-11")
        for text in [
            "invoices/2026-13", "invoices/26-11", "Invoices/2026-11", "invoices", "2x/2026-11",
            "invoices/2026-11/", "invoices//2026-11", "invoices/1999-12", "/2026-11", "",
        ] {
            #expect(BookName(text) == nil, "\(text)")
        }
        let number = try #require(RecordNumber("invoices/2026-11#17"))
        #expect(number.book == book && number.number == 17)
        #expect(number.description == "invoices/2026-11#17")
        for text in ["#0", "#017", "#+17", "#", "#1000000000", "#17#1", "#1.0", ""] {
            #expect(RecordNumber("invoices/2026-11" + text) == nil, "\(text)")
        }
        #expect(try #require(BookName("bills/2026-10")) < book)
        #expect(try #require(BookName("bills/2026-11")) < book)
        #expect(try book < #require(BookName("bills/2026-12")))
        #expect(try number < #require(RecordNumber("invoices/2026-11#100")))
    }

    @Test("decimals are read exactly or not at all")
    func decimals() {
        for (text, expected) in [
            ("0", "0"), ("-0", "0"), ("-0.00", "0"), ("+7", "7"), ("007.50", "7.5"), (".5", "0.5"),
            ("5.", "5"), ("-.125", "-0.125"), ("999999999999999.999999999999999999", nil),
            ("100", "100"), ("1000000000000000", nil), ("0.0000000000000000001", nil),
            ("0.10000000000000000000000000", "0.1"),
        ] as [(String, String?)] where expected != nil {
            #expect(ExactDecimal(text)?.description == expected, "\(text)")
            #expect(ExactDecimal.canonicalText(text) == expected, "\(text)")
        }
        for text in [
            "", ".", "-", "+", "1e3", "1,5", "1 0", " 1", "0x1", "1.2.3", "--1", "١", "NaN",
        ] {
            #expect(ExactDecimal(text) == nil, "\(text)")
            #expect(ExactDecimal.canonicalText(text) == nil, "\(text)")
        }
        #expect(ExactDecimal("1000000000000000") == nil)
        #expect(ExactDecimal("0.0000000000000000001") == nil)
        #expect(ExactDecimal(String(repeating: "0", count: 65)) == nil)
        #expect(
            ExactDecimal.canonicalText("0.33333333333333333333333") == "0.33333333333333333333333")
    }

    @Test("sums are exact, and rounding takes halves away from zero")
    func arithmetic() throws {
        func number(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }
        #expect(try number("0.1") + number("0.2") == number("0.3"))
        #expect(try number("1") - number("0.999999999999999999") == number("0.000000000000000001"))
        #expect(try number("1.005").rounded(scale: 2) == number("1.01"))
        #expect(try number("-1.005").rounded(scale: 2) == number("-1.01"))
        #expect(try number("1.004999").rounded(scale: 2) == number("1"))
        #expect(try number("-2") < number("-1.5"))
        let largest = try number("999999999999999.999999999999999999")
        let sum = (0..<100_000).reduce(ExactDecimal.zero) { sum, _ in sum + largest }
        #expect(sum > largest)
    }

    @Test("amounts keep their currency's scale and stay below 2⁴⁷ units")
    func amounts() throws {
        #expect(try Amount(parsing: "1234.5", currency: "EUR").text == "1234.50")
        #expect(try Amount(parsing: "-0.05", currency: "EUR").text == "-0.05")
        #expect(try Amount(parsing: "-0", currency: "EUR").text == "0.00")
        #expect(try Amount(parsing: "7", currency: "JPY").text == "7.00")
        #expect(try Amount(parsing: "7.5", currency: "BHD").text == "7.500")
        #expect(try Amount(parsing: "7.5", currency: "CLF").text == "7.5000")
        #expect(try Amount(parsing: "1407374883553.27", currency: "EUR").units == (1 << 47) - 1)
        #expect(throws: AmountError.tooLarge) {
            try Amount(parsing: "1407374883553.28", currency: "EUR")
        }
        #expect(throws: AmountError.tooLarge) {
            try Amount(parsing: "-1407374883553.28", currency: "EUR")
        }
        #expect(throws: AmountError.tooPrecise(scale: 2)) {
            try Amount(parsing: "1.001", currency: "EUR")
        }
        #expect(throws: AmountError.notADecimal) { try Amount(parsing: "1e1", currency: "EUR") }
        for code in ["eur", "EU", "XXX", "", "EURO", "SE\u{212a}"] {
            #expect(throws: AmountError.unknownCurrency) {
                try Amount(parsing: "1", currency: code)
            }
        }
        #expect(throws: AmountError.tooLarge) { try Amount(units: .min, currency: "EUR") }
    }

    @Test("an amount has one spelling in JSON")
    func amountJSON() throws {
        let amount = try Amount(parsing: "1234.5", currency: "EUR")
        #expect(amount.json.canonicalText == #"{"unit":"EUR","value":"1234.50"}"#)
        #expect(Amount(json: amount.json) == amount)
        for value in ["1234.5", "1234.500", "01234.50", "+1234.50", "1234,50", "-0.00"] {
            #expect(Amount(json: ["unit": "EUR", "value": .string(value)]) == nil, "\(value)")
        }
        #expect(Amount(json: ["unit": "EUR", "value": "1.00", "scale": 2]) == nil)
        #expect(Amount(json: ["unit": "EUR", "value": 1]) == nil)
    }

    @Test("types have addresses at their origin")
    func types() throws {
        let origin = try #require(Origin("trine.example/alliance"))
        let elsewhere = try #require(Origin("other.example"))
        let vct = RecordType.invoice.vct(origin: origin)
        #expect(vct == "https://trine.example/alliance/types/invoice/1")
        #expect(RecordTypes.standard.type(vct: vct, origin: origin) == .invoice)
        #expect(RecordTypes.standard.type(vct: vct, origin: elsewhere) == nil)
        #expect(RecordTypes.standard.type(vct: vct + "0", origin: origin) == nil)
        #expect(RecordTypes.standard.of(.bills) == [.bill])
        let other = try #require(Series(rawValue: "court"))
        #expect(RecordTypes.standard.of(other).isEmpty)
        #expect(RecordType.invoice.direction == .issued && RecordType.bill.direction == .received)
    }

    @Test("the table of terms: names in snake case, one each, and few enough")
    func fields() {
        for type in RecordTypes.standard.all {
            let names = type.fields.map(\.name) + type.commitmentFields
            #expect(Set(names).count == names.count)
            #expect(names.count <= 128)
            for name in names {
                #expect(name.text.allSatisfy { ("a"..."z").contains($0) || $0 == "_" }, "\(name)")
            }
            let terms = type.fields.compactMap(\.businessTerm)
            #expect(Set(terms).count == terms.count)
        }
        for (issued, received) in zip(RecordType.invoice.fields, RecordType.bill.fields) {
            #expect(issued.name == received.name && issued.kind == received.kind)
            #expect(issued.committed == received.committed)
            #expect(issued.businessTerm == received.businessTerm)
            // Whose document it is, is the seller's on one side and the buyer's on the other.
            let sides: Set<FieldClass> = [.identity, .counterparty]
            #expect(
                issued.fieldClass == received.fieldClass
                    || Set([issued.fieldClass, received.fieldClass]) == sides)
        }
        #expect(RecordType.invoice.fields.count == 50 && RecordType.bill.fields.count == 50)
        #expect(RecordType.invoice.businessKeyParts == RecordType.bill.businessKeyParts)
        #expect(RecordType.invoice.commitmentFields.count == 22)
        let kinds = Dictionary(grouping: RecordType.invoice.fields) { $0.committed }
        #expect(kinds[.amount]?.count == 9 && kinds[.day]?.count == 3 && kinds[.key]?.count == 10)
        #expect(
            RecordType.invoice.field(committedAs: "payable_amount_commitment")?.name
                == "payable_amount")
        #expect(RecordType.invoice.field(committedAs: "period_end_commitment") == nil)
        #expect(RecordType.invoice.field("payable_amount_commitment") == nil)
    }

    @Test("values of another kind or spelling are refused")
    func values() throws {
        let cases: [(FieldName, JSON, Bool)] = [
            ("number", "R-1", true), ("number", "", false), ("number", 17, false),
            ("due_date", "2026-01-31", true), ("due_date", "2026-02-31", false),
            ("due_date", .null, true), ("payable_amount", "1.00", false),
            ("payable_amount", ["unit": "EUR", "value": "1.00"], true),
            ("lines", [["name": "x", "n": 1]], true), ("lines", "x", false),
            ("lines", [.real(1.5)], false), ("lines", [[[[[[[[[[]]]]]]]]]], false),
            ("document", ["content": "AAAA", "media_type": "text/plain"], true),
            ("document", ["content": "AAA=", "media_type": "text/plain"], false),
            ("document", ["content": "AAAA"], false),
        ]
        for (name, json, isValid) in cases {
            let field = try #require(RecordType.invoice.field(name))
            if isValid {
                #expect(try FieldValue(json: json, as: field).json == json)
            } else {
                #expect(throws: RecordError.malformed(field: name)) {
                    try FieldValue(json: json, as: field)
                }
            }
        }
    }

    @Test("a record has every field, and only a complete one is a record")
    func records() throws {
        let date = try #require(CalendarDate("2026-11-20"))
        let key = BusinessKey(documentKind: "invoice", seller: "vat:X", number: "1", date: date)
        var values: [FieldName: FieldValue] = [
            "number": .text("1"), "document_kind": .text("invoice"), "issue_date": .date(date),
            "currency": .text("EUR"), "seller_name": .text("S"), "buyer_name": .text("B"),
            "tax_exclusive_amount": .amount(try Amount(parsing: "1", currency: "EUR")),
            "payable_amount": .amount(try Amount(parsing: "1", currency: "EUR")),
            "document": .document(mediaType: "text/plain", bytes: [1]),
        ]
        func make() throws -> Record {
            try Record(type: .invoice, date: date, values: values, businessKey: key)
        }
        let record = try make()
        #expect(Set(record.values.keys) == Set(RecordType.invoice.fields.map(\.name)))
        #expect(record["due_date"] == .null && record["nothing"] == .null)
        #expect(record.book.description == "invoices/2026-11")
        for name in values.keys {
            let kept = values.removeValue(forKey: name)
            #expect(throws: RecordError.missing(field: name)) { try make() }
            values[name] = kept
        }
        values["due_date"] = .text("2026-11-20")
        #expect(throws: RecordError.malformed(field: "due_date")) { try make() }
        values["due_date"] = nil
        values["payable_amount_commitment"] = .null
        #expect(throws: RecordError.unknownField("payable_amount_commitment")) { try make() }
        values["payable_amount_commitment"] = nil
        values["document"] = .document(
            mediaType: "text/plain", bytes: [UInt8](repeating: 0, count: 2_300_000))
        #expect(throws: RecordError.self) { try make() }
        let early = try #require(CalendarDate("1999-12-31"))
        #expect(throws: RecordError.dateOutOfRange) {
            try Record(type: .invoice, date: early, values: [:], businessKey: key)
        }
    }

    @Test("business keys differ where any part of them does")
    func businessKeys() throws {
        let date = try #require(CalendarDate("2026-11-20"))
        let next = try #require(CalendarDate("2026-11-21"))
        let keys = [
            BusinessKey(documentKind: "invoice", seller: "ab", number: "c", date: date),
            BusinessKey(documentKind: "credit_note", seller: "ab", number: "c", date: date),
            BusinessKey(documentKind: "invoice", seller: "a", number: "bc", date: date),
            BusinessKey(documentKind: "invoice", seller: "ab", number: "c", date: next),
            BusinessKey(documentKind: "invoice", seller: "ab", number: "c", date: date, ordinal: 2),
        ]
        #expect(Set(keys.map(\.bytes)).count == keys.count)
    }
}
