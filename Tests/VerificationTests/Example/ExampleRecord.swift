import Commitments
import Crypto
import Curve
import Foundation
import Sharing
import TestWorld
import Transparency
import Wire

@testable import Custody
@testable import Sharing

/// A record: one field with its commitment, sealed part by part.
extension WorkedExample {
    struct Sealed {
        let statement: Statement
        let commitment: FieldCommitment
        let opening: Opening
    }

    static let book = BookName("deliveries/2026-11")!
    static let total: FieldName = "total"

    var schedule: KeySchedule {
        KeySchedule(vaults: [Self.era.vault], log: log)
    }

    mutating func seal() throws -> Sealed {
        let day = CalendarDate("2026-11-18")!
        let amount = try Amount(parsing: "1234.50", currency: "EUR")
        let key = try BusinessKey(of: type, ["number": "D-17"])
        let record = try Record(
            type: type, date: day, values: ["number": .text("D-17"), "total": .amount(amount)],
            businessKey: key)
        let sealed = try SealedRecord.seal(
            record, at: SealedRecord.Place(book: Self.book, number: 1, epoch: 0),
            jti: Self.jti(entries.count), by: Self.mill.signer(Self.origin, log), keys: schedule,
            time: Self.time(entries.count), using: &random)

        let jti = sealed.statement.jti
        values.bytes(
            "key.info", DomainSeparated(.fieldKey).appending(jti.bytes).bytes)
        var disclosures: [Disclosure] = []
        for field in sealed.fields.fields {
            disclosures.append(try show(field, of: jti))
        }
        showTree()
        let opened = try OpenedFields(
            sealed.statement, of: RecordTypes([type]), disclosures: disclosures)
        let salt = disclosures[1].salt
        let opening = try showCommitment(amount, salt, opened)
        for field in sealed.fields.fields {
            values.bytes("\(field.name).leaf_hash", SealedFields.leaf(field).bytes)
        }
        values.bytes("fields.root", sealed.fields.root.bytes)
        try showSource(key, sealed.statement)
        try enter("record", SignedStatement(statement: sealed.statement, disclosures: []))
        return Sealed(
            statement: sealed.statement, commitment: opened.commitments["total_commitment"]!,
            opening: opening)
    }

    /// One ciphertext with all that it is made of.
    private mutating func show(
        _ field: FieldCiphertext, of record: JTI
    ) throws -> Disclosure {
        let name = field.name
        let info = DomainSeparated(.fieldRoot).appending(log.bytes).appending(type.name)
            .appending(name.text).appending("0").bytes
        let root = schedule.root(type: type.name, field: name, epoch: 0)
        let month = root.monthKey(Self.book.month)!
        let key = schedule.fieldKey(
            type: type.name, field: name, epoch: 0, month: Self.book.month, record: record)
        let context = FieldContext(
            log: log, issuer: Self.mill.handle, book: Self.book, record: record)
        let disclosure = try field.open(key: key, context: context)
        let json = Base64URL.decode(disclosure.text)!
        let minimum = type.field(name)?.minimumPaddedBytes ?? FieldDefinition.commitmentPaddedBytes
        values.bytes("\(name).root_info", info)
        values.secret("\(name).root", root.key)
        values.secret("\(name).month_key", month.key)
        values.secret("\(name).key", key.secret)
        values.bytes("\(name).salt", disclosure.salt.bytes)
        values.text("\(name).json", json)
        values.text("\(name).disclosure", disclosure.text)
        values.text("\(name).digest", disclosure.digest.text)
        values.bytes("\(name).plaintext", Padding.pad(json, minimum: minimum))
        values.bytes("\(name).data", context.associatedData(field: name))
        values.bytes("\(name).nonce", Array(field.bytes.prefix(FieldCiphertext.nonceBytes)))
        values.bytes("\(name).ciphertext", field.bytes)
        return disclosure
    }

    /// The way from the field's root to its month.
    private mutating func showTree() {
        values.bytes("tree.info_0", DomainSeparated(.monthLeft).bytes)
        values.bytes("tree.info_1", DomainSeparated(.monthRight).bytes)
        let root = schedule.root(type: type.name, field: Self.total, epoch: 0)
        let bits = MonthPosition(depth: Month.bits, prefix: Self.book.month.number).bits
        for depth in 1...Month.bits {
            let position = MonthPosition(bits: String(bits.prefix(depth)))!
            values.secret("node.\(position.bits)", root.descend(to: position)!.key)
        }
    }

    private mutating func showCommitment(
        _ amount: Amount, _ salt: Disclosure.Salt, _ opened: OpenedFields
    ) throws -> Opening {
        let info = DomainSeparated(.blinding).appending(Self.total.text).bytes
        let wide = HKDF<SHA512>.expand(
            pseudoRandomKey: salt.bytes, info: info, outputByteCount: 64
        ).withUnsafeBytes { Array($0) }
        let opening = Opening(value: amount.units, blinding: Scalar(reducing: wide))
        let commitment = Pedersen.commit(opening)
        try Self.expect(
            commitment == opened.commitments["total_commitment"]?.commitment
                && opening.blinding == opened.opening("total")?.blinding, "the commitment")
        values.text("commitment.v", "\(amount.units)")
        values.bytes("commitment.info", info)
        values.bytes("commitment.wide", wide)
        values.bytes("commitment.r", opening.blinding.encoding)
        values.bytes("commitment.C", commitment.encoding)
        return opening
    }

    private mutating func showSource(_ key: BusinessKey, _ statement: Statement) throws {
        let info = DomainSeparated(.sourceRoot).appending(log.bytes)
        let root = MonthNode(
            position: .root, key: Derivation.key(from: Self.era.vault, info: info))
        let month = root.monthKey(Self.book.month)!
        let source = month.source(of: key)
        try Self.expect(
            source == (statement.claims as? RegisterRecord)?.source, "the source")
        values.bytes("source.info", info.bytes)
        values.secret("source.root", root.key)
        values.secret("source.month_key", month.key)
        values.bytes("source.message", key.bytes)
        values.bytes("source.mac", source.bytes)
    }
}
