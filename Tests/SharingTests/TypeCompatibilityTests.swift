import Testing

@testable import Sharing

/// What a later version of a type may change. Grants cover names of fields in all versions, so a field
/// that became something else would be read by who was granted the old one.
@Suite struct TypeCompatibilityTests {
    private static let wanted = #""kind":"date","class":"date","commit":"day","least":128"#

    private static func first() throws -> RecordType {
        try RecordTypeTests.parse(RecordTypeTests.repair())
    }

    private func refusal(_ type: RecordType, after previous: [RecordType]) -> TypeIncompatibility? {
        thrown { () throws(TypeIncompatibility) in try type.compatible(previous: previous) }
    }

    @Test func aVersionMayAddAndRename() throws {
        let first = try Self.first()
        #expect(refusal(first, after: []) == nil)
        let more = try RecordTypeTests.repair(
            version: 2, "incoterm", #""kind":"code","class":"content","least":128"#)
        #expect(refusal(more, after: [first]) == nil)
        // Other words, another term, more padding, another duty.
        let text = RecordTypeTests.repair(version: 2).replacing(
            "what it is", with: "something else"
        )
        .replacing("T-9", with: "T-10").replacing("\"least\":256", with: "\"least\":512")
        .replacing("\"mandatory\":true,", with: "")
        #expect(refusal(try RecordTypeTests.parse(text), after: [first]) == nil)
    }

    @Test(arguments: [
        (#""kind":"code","class":"date","least":128"#, TypeIncompatibility.FieldPart.kind),
        (#""kind":"date","class":"reference","commit":"day","least":128"#, .fieldClass),
        (#""kind":"date","class":"date","least":128"#, .commit),
    ])
    func aFieldKeepsWhatItIs(_ terms: String, _ part: TypeIncompatibility.FieldPart) throws {
        let changed = try RecordTypeTests.repair(version: 2, "wanted", terms)
        #expect(refusal(changed, after: [try Self.first()]) == .field("wanted", part, since: 1))
    }

    @Test func aQuantityKeepsItsUnit() throws {
        for terms in [
            #""kind":"quantity","class":"amount","unit":"TNE","least":192"#,
            #""kind":"quantity","class":"amount","least":192"#,
        ] {
            let changed = try RecordTypeTests.repair(version: 2, "weight", terms)
            #expect(
                refusal(changed, after: [try Self.first()]) == .field("weight", .unit, since: 1))
        }
    }

    /// The detour: leave the field out for a version, bring it back in a harmless class.
    @Test func aFieldThatComesBackIsTheSame() throws {
        let first = try Self.first()
        let without = try RecordTypeTests.parse(
            RecordTypeTests.repair(version: 2, RecordTypeTests.fields.filter { $0.name != "buyer" })
        )
        #expect(refusal(without, after: [first]) == nil)
        let back = try RecordTypeTests.repair(
            version: 3, "buyer", #""kind":"text","class":"amount","commit":"key","least":256"#)
        #expect(refusal(back, after: [first, without]) == .field("buyer", .fieldClass, since: 1))
        #expect(refusal(back, after: [without, first]) == .field("buyer", .fieldClass, since: 1))
    }

    /// What is granted by series and name of a field is of one type name, in all its versions.
    @Test func theTypesOfTheProgramAreCompatible() throws {
        for type in RecordTypes.standard.all {
            let others = RecordTypes.standard.all.filter {
                $0 != type && $0.version <= type.version
            }
            #expect(refusal(type, after: others) == nil)
            #expect(RecordTypes.standard.of(type.series).allSatisfy { $0.name == type.name })
        }
        let fields = try #require(RecordTypes.standard.fields(of: .invoices))
        #expect(fields.types.allSatisfy { $0.name == "invoice" })
    }

    @Test func whatAllVersionsShare() throws {
        let first = try Self.first()
        let second = RecordTypeTests.repair(version: 2)
        for (old, new, part) in [
            ("\"repairs\"", "\"services\"", TypeIncompatibility.Part.series),
            ("\"received\"", "\"issued\"", .direction),
            ("[\"buyer\", \"number\"]", "[\"number\"]", .businessKey),
        ] {
            let type = try RecordTypeTests.parse(second.replacing(old, with: new))
            #expect(refusal(type, after: [first]) == .changed(part))
        }
        let other = try RecordTypeTests.parse(
            RecordTypeTests.repair().replacing(
                "\"name\": \"repair\"", with: "\"name\": \"mending\""))
        #expect(refusal(other, after: [.invoice, first]) == .seriesTaken(by: "repair"))
        #expect(refusal(other, after: RecordTypes.standard.all) == nil)
        #expect(refusal(first, after: [first]) == .wrongVersion(have: 1, next: 2))
        let third = try RecordTypeTests.parse(RecordTypeTests.repair(version: 3))
        #expect(refusal(third, after: [first]) == .wrongVersion(have: 3, next: 2))
        #expect(refusal(third, after: []) == .wrongVersion(have: 3, next: 1))
    }
}
