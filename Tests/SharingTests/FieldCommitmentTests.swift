import Commitments
import Curve
import TestSupport
import Testing

@testable import Sharing
@testable import Wire

/// What stands for a value in its commitment, by kind.
@Suite struct FieldCommitmentTests {
    private static let salt = Disclosure.Salt(bytes: [UInt8](repeating: 7, count: 32))!

    private static func field(_ name: String) throws -> FieldDefinition {
        let order = try RecordTypeTests.parse(RecordTypeTests.repair())
        return try #require(RecordType.invoice.field(name) ?? order.field(name))
    }

    private func commitment(_ value: FieldValue, _ name: String) throws -> FieldCommitment? {
        FieldCommitment(value, of: try Self.field(name), salt: Self.salt)
    }

    /// Computed in Python: hashlib's SHA-512 over the label and the normal form, reduced modulo ℓ.
    @Test(arguments: [
        (
            "R-2026-117", "5232303236313137",
            "f6f95e2d9e3b50b61785cc495be3c74422f196c67681e6693f8e893ad1bde50f"
        ),
        (
            "r 2026/117", "5232303236313137",
            "f6f95e2d9e3b50b61785cc495be3c74422f196c67681e6693f8e893ad1bde50f"
        ),
        (
            "10/41", "31303431",
            "031f28508cefee8b6d2ad60adb3760ba12ba281777dac4926321ca7d04de2107"
        ),
        (
            "1041", "31303431",
            "031f28508cefee8b6d2ad60adb3760ba12ba281777dac4926321ca7d04de2107"
        ),
        (
            "DE89 3704 0044 0532 0130 00", "44453839333730343030343430353332303133303030",
            "bfbcc0834d716ab5bfdcd9d62f2e2535766509072b6a59a35c7cec233c28cc07"
        ),
        // Letters outside ASCII have no capitals here, and compatible forms aren't the same.
        (
            "Ärger №7", "c38452474552e2849637",
            "19f72889cde21f4414d5e1d0d6dbe03d03a69820407475a9567879e5ee788d06"
        ),
        (
            "ärger №7", "c3a452474552e2849637",
            "3c90e041c381a43c706ab2e1a6ebb9439add48992c572c356251d1ac934f8b05"
        ),
        (
            "\u{fb01}\u{ff11}", "efac81efbc91",
            "55137b4e6ff70b7d76cd5bcba30e0b62e052e6b9cdbc31535dd5fe5c424f600c"
        ),
        (
            "straße", "53545241c39f45",
            "c050c057e057c1c63da6f194ad4c48e5856126eef2bf1d738bc621a7c68d0300"
        ),
        (
            "STRASSE", "53545241535345",
            "61a1b8158f4bc5565ed27ad72263e49dba1f6c6eaa08ddd5dad9dfbbf8a25701"
        ),
        (
            "\u{130}i", "c4b049",
            "45397b6cb05b4430dedb855e017a626dd6e6eba54c8cf2a6f318cfe9122de505"
        ),
    ])
    func keysAreNormalisedByASCIIAlone(_ text: String, _ normal: String, _ residue: String) throws {
        #expect(KeyValue.normal(text) == bytes(hex: normal))
        let expected = try Scalar(canonical: bytes(hex: residue))
        #expect(KeyValue(text)?.residue == expected)
        guard
            case .residue(let scalar)? = FieldCommitment.opening(
                of: .text(text), of: try Self.field("number"), salt: Self.salt)?.number
        else {
            Issue.record("a key is a residue")
            return
        }
        #expect(scalar == expected)
    }

    /// Every byte of ASCII, one by one.
    @Test func normalFormOfASCII() {
        for byte in UInt8(0)..<0x80 {
            let normal = KeyValue.normal(String(UnicodeScalar(byte)))
            switch UnicodeScalar(byte) {
            case "0"..."9", "A"..."Z": #expect(normal == [byte])
            case "a"..."z": #expect(normal == [byte - 32])
            default: #expect(normal.isEmpty)
            }
        }
    }

    @Test func numbersByKind() throws {
        func number(_ value: FieldValue, _ name: String) throws -> Int64? {
            let field = try Self.field(name)
            let opening = FieldCommitment.opening(of: value, of: field, salt: Self.salt)
            guard case .integer(let number)? = opening?.number else { return nil }
            return number
        }
        let date = { FieldValue.date(CalendarDate($0)!) }
        #expect(try number(date("1970-01-01"), "due_date") == 0)
        #expect(try number(date("2026-11-20"), "due_date") == 20_777)
        #expect(try number(date("1969-12-31"), "due_date") == -1)
        let weight = FieldValue.quantity(try Quantity(parsing: "-12.5", unit: "KGM"))
        #expect(try number(weight, "weight") == -12_500)
        let amount = FieldValue.amount(try Amount(parsing: "1.5", currency: "KWD"))
        #expect(try number(amount, "tax_amount") == 1500)
    }

    /// What isn't there is committed to by null, and so is a key of which nothing is left.
    @Test func nothingToCommitTo() throws {
        for name in ["number", "due_date", "tax_amount", "weight"] {
            #expect(try commitment(.null, name) == nil)
        }
        for text in ["-", "./ ", "\u{1b}", "()[]"] {
            #expect(try commitment(.text(text), "number") == nil, "\(text)")
        }
        #expect(try commitment(.text("№"), "number") != nil)
        #expect(try commitment(.text("x"), "notes") == nil)
        #expect(try commitment(.date(CalendarDate("2026-11-20")!), "period_end") == nil)
    }

    @Test func unitsHaveCodesOfTheirOwn() throws {
        let cases: [(FieldValue, String, String, Int64)] = [
            (.date(CalendarDate("2026-11-20")!), "due_date", "day", 0),
            (.text("R-1"), "number", "key", 0),
            (.quantity(try Quantity(parsing: "1", unit: "KGM")), "weight", "rec20/KGM", 3),
            (.amount(try Amount(parsing: "1", currency: "EUR")), "tax_amount", "EUR", 2),
        ]
        for (value, name, unit, scale) in cases {
            let made = try #require(try commitment(value, name))
            #expect(made.json["unit"]?.text == unit && made.json["scale"]?.int == scale)
            for other in cases {
                let field = try Self.field(other.1)
                #expect((FieldCommitment(json: made.json, of: field) == made) == (other.1 == name))
            }
        }
        // A quantity whose unit the type fixes has no other; one that is free takes any.
        let tonnes = try #require(FieldCommitment.json(of: "rec20/TNE"))
        #expect(FieldCommitment(json: tonnes, of: try Self.field("weight")) == nil)
        let free = try RecordTypeTests.repair(
            version: 1, "weight", #""kind":"quantity","class":"amount","least":192"#)
        #expect(FieldCommitment(json: tonnes, of: try #require(free.field("weight"))) != nil)
        let codes = ["EUR", "STN", "rec20/STN", "rec20/DAY", "day", "key"]
        let units = codes.compactMap { CommittedUnit(code: $0) }
        #expect(units.map(\.code) == codes && Set(units.map(\.valueUnit)).count == codes.count)
        for code in ["DAY", "KEY", "Day", "rec20/day", "rec20/", "rec20/KGMX", "REC20/KGM", "KGM"] {
            #expect(CommittedUnit(code: code) == nil, "\(code)")
        }
    }
}

extension FieldCommitment {
    /// Some commitment in this unit.
    fileprivate static func json(of unit: String) -> JSON? {
        let opening = Opening(value: 1, blinding: .one)
        return [
            "c": .string(Base64URL.encode(Pedersen.commit(opening).encoding)), "scale": 3,
            "unit": .string(unit),
        ]
    }
}
