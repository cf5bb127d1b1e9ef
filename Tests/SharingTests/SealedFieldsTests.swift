import TestSupport
import Testing

@testable import Sharing
@testable import Transparency
@testable import Wire

@Suite struct SealedFieldsTests {
    static func field(_ name: FieldName, _ count: Int = 3) -> FieldCiphertext {
        FieldCiphertext(name: name, bytes: [UInt8](repeating: 0xab, count: count))
    }

    @Test func roundTrip() throws {
        let fields = try #require(SealedFields([Self.field("a"), Self.field("b_2", 300)]))
        #expect(SealedFields(encoded: fields.encoded) == fields)
        #expect(
            Array(fields.encoded.prefix(9)) == [1, 0x61, 0, 0, 0, 3, 0xab, 0xab, 0xab])
        #expect(fields["b_2"]?.bytes.count == 300)
        #expect(fields["c"] == nil)
    }

    /// RFC 6962 over one leaf a field, each part behind its length.
    @Test func root() throws {
        let fields = try #require(SealedFields([Self.field("a"), Self.field("b")]))
        func leaf(_ name: String) -> Hash {
            .leaf(
                [0, 0, 0, 20] + Array("trine/v1 fields leaf".utf8) + [0, 0, 0, 1]
                    + Array(name.utf8) + [0, 0, 0, 3, 0xab, 0xab, 0xab])
        }
        #expect(fields.root.bytes == Hash.node(leaf("a"), leaf("b")).bytes)
        #expect(SealedFields.leaf(Self.field("a")) == leaf("a"))
    }

    @Test func refuses() {
        #expect(SealedFields([]) == nil)
        #expect(SealedFields([Self.field("b"), Self.field("a")]) == nil)
        #expect(SealedFields([Self.field("a"), Self.field("a")]) == nil)
        for name in ["", "A", "a-b", "é", "a b", String(repeating: "a", count: 65)] {
            let bytes = Array(name.utf8)
            #expect(SealedFields(encoded: [UInt8(bytes.count)] + bytes + [0, 0, 0, 1, 0]) == nil)
        }
        #expect(SealedFields([Self.field("a", Limits.sealedRecordBytes)]) != nil)
        #expect(
            SealedFields([Self.field("a", Limits.sealedRecordBytes), Self.field("b", 1)]) == nil)
        let many = (100..<229).map { Self.field(FieldName("f\($0)")!) }
        #expect(SealedFields(many) == nil)
        #expect(SealedFields(Array(many.dropLast())) != nil)
    }

    @Test func hostileBytes() throws {
        let good = try #require(SealedFields([Self.field("a"), Self.field("b_2", 300)])).encoded
        for count in 0..<good.count where count != 9 {
            #expect(SealedFields(encoded: Array(good[..<count])) == nil, "\(count)")
        }
        #expect(SealedFields(encoded: good + [0]) == nil)
        #expect(SealedFields(encoded: good + good) == nil)
        #expect(SealedFields(encoded: [1, 0x61, 0xff, 0xff, 0xff, 0xff]) == nil)
        #expect(SealedFields(encoded: [0, 0, 0, 0, 0]) == nil)
        #expect(SealedFields(encoded: [1, 0xff, 0, 0, 0, 0]) == nil)
        #expect(SealedFields(encoded: [255]) == nil)
        var random = SeededGenerator.printed()
        for _ in 0..<5_000 {
            var bytes = good
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<20, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            if let fields = SealedFields(encoded: bytes) { #expect(fields.encoded == bytes) }
        }
    }
}
