import TestSupport
import Testing

@testable import Sharing
@testable import Wire

@Suite struct FieldCiphertextTests {
    static let context = FieldContext(
        log: World.log, issuer: World.enterprise, book: World.book("invoices/2026-11"),
        record: World.jti(1))
    static let key = FieldKey(secret: Secret(byte: 1))
    static let disclosure = Disclosure(
        salt: .init(bytes: [UInt8](repeating: 7, count: 32))!, name: "due_date",
        value: "2026-12-20")

    static func sealed(_ seed: UInt64 = 1) -> FieldCiphertext {
        var random = SeededGenerator(seed: seed)
        return .seal(
            disclosure, of: "due_date", minimum: 128, key: key, context: context, using: &random)
    }

    @Test func roundTrip() throws {
        let sealed = Self.sealed()
        #expect(sealed.bytes.count == 24 + 128 + 16)
        #expect(try sealed.open(key: Self.key, context: Self.context) == Self.disclosure)
        #expect(Self.sealed(2) != sealed, "the nonce is fresh")
    }

    /// A ciphertext belongs to one log, issuer, book, record and field.
    @Test func isBoundToItsPlace() {
        let here = Self.context
        let contexts = [
            FieldContext(
                log: World.otherLog, issuer: here.issuer, book: here.book, record: here.record),
            FieldContext(log: here.log, issuer: World.lender, book: here.book, record: here.record),
            FieldContext(
                log: here.log, issuer: here.issuer, book: World.book("invoices/2026-12"),
                record: here.record),
            FieldContext(
                log: here.log, issuer: here.issuer, book: World.book("bills/2026-11"),
                record: here.record),
            FieldContext(log: here.log, issuer: here.issuer, book: here.book, record: World.jti(2)),
        ]
        for context in contexts {
            #expect(throws: OpeningError.wrongKeyOrTampered(field: "due_date")) {
                try Self.sealed().open(key: Self.key, context: context)
            }
        }
        let renamed = FieldCiphertext(name: "issue_date", bytes: Self.sealed().bytes)
        #expect(throws: OpeningError.wrongKeyOrTampered(field: "issue_date")) {
            try renamed.open(key: Self.key, context: here)
        }
        #expect(throws: OpeningError.wrongKeyOrTampered(field: "due_date")) {
            try Self.sealed().open(key: FieldKey(secret: Secret(byte: 2)), context: here)
        }
    }

    @Test func everyByteCounts() {
        let good = Self.sealed()
        for index in good.bytes.indices {
            var bytes = good.bytes
            bytes[index] ^= 0x10
            #expect(throws: OpeningError.wrongKeyOrTampered(field: "due_date")) {
                try FieldCiphertext(name: good.name, bytes: bytes)
                    .open(key: Self.key, context: Self.context)
            }
        }
        for count in 0..<good.bytes.count {
            #expect(throws: OpeningError.self) {
                try FieldCiphertext(name: good.name, bytes: Array(good.bytes[..<count]))
                    .open(key: Self.key, context: Self.context)
            }
        }
    }

    /// A holder of the key can encrypt anything; what isn't a padded disclosure of the field is
    /// refused all the same.
    @Test func whatIsInsideIsChecked() {
        var random = SeededGenerator(seed: 5)
        let other = Disclosure(salt: Self.disclosure.salt, name: "notes", value: "x")
        let forged = FieldCiphertext.seal(
            other, of: "notes", minimum: 128, key: Self.key,
            context: Self.context, using: &random)
        // Named as the field it isn't: the associated data tells.
        #expect(throws: OpeningError.wrongKeyOrTampered(field: "due_date")) {
            try FieldCiphertext(name: "due_date", bytes: forged.bytes)
                .open(key: Self.key, context: Self.context)
        }
        let contents: [[UInt8]] = [
            [], [0, 0], [0x80], Array("no padding".utf8),
            Padding.pad(Array(#"["a","due_date",1]"#.utf8), minimum: 128),
            Padding.pad(Base64URL.decode(other.text) ?? [], minimum: 128),
        ]
        for content in contents {
            let sealed = sealRaw(content, name: "due_date", key: Self.key, context: Self.context)
            #expect(throws: OpeningError.malformed(field: "due_date")) {
                try sealed.open(key: Self.key, context: Self.context)
            }
        }
    }

    @Test func namesNothingSecret() {
        #expect(!"\(Self.key)".contains("1, 1"))
        #expect("\(Self.key)".contains("(secret)"))
        #expect(!"\(World.schedule)".contains("9, 9"))
    }
}
