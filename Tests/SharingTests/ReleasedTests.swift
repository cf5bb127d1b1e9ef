import Foundation
import TestSupport
import Testing

@testable import Sharing
@testable import Wire

/// What was sealed once must open for ever: keys, a record and an envelope, frozen as files. A change
/// that fails here makes what enterprises have sealed unreadable.
@Suite struct ReleasedTests {
    @Test func keySchedule() throws {
        let file = try Fixture.json("key-schedule-1.json")
        let schedule = try KeySchedule(
            vaults: [secret(file["vault"])],
            log: #require(digest(file["log"])))
        let keys = try #require(file["keys"]?.elements)
        #expect(keys.count >= 8)
        for entry in keys {
            let month = try #require(entry["month"]?.text.flatMap { Month($0) })
            let record = try #require(entry["record"]?.text.flatMap { JTI(text: $0) })
            let root = schedule.root(
                type: try #require(entry["type"]?.text),
                field: try #require(entry["field"]?.text.flatMap { FieldName($0) }),
                epoch: try #require(entry["epoch"]?.int))
            let node = try #require(entry["node"]?.text.flatMap { MonthPosition(bits: $0) })
            let below = try #require(root.descend(to: node))
            #expect(root.key.hex == entry["root"]?.text)
            #expect(below.key.hex == entry["node_key"]?.text)
            #expect(below.monthKey(month)?.key.hex == entry["month_key"]?.text)
            #expect(
                below.monthKey(month)?.fieldKey(record: record).secret.hex
                    == entry["field_key"]?.text)
        }
        for entry in try #require(file["sources"]?.elements) {
            let key = BusinessKey(
                documentKind: try #require(entry["document_kind"]?.text),
                seller: try #require(entry["seller"]?.text),
                number: try #require(entry["number"]?.text),
                date: try #require(entry["date"]?.text.flatMap { CalendarDate($0) }),
                ordinal: Int(try #require(entry["ordinal"]?.int)))
            let month = try #require(
                entry["date"]?.text.flatMap { CalendarDate($0) }?.bookMonth)
            #expect(schedule.source(of: key, in: month).text == entry["source"]?.text)
        }
    }

    @Test func sealedRecordAndEnvelope() throws {
        let file = try Fixture.json("sealed-record-1.json")
        let statement = try Statement(
            parsing: Array(#require(file["statement"]?.text).utf8))
        let holder = try VerificationKey(
            jwk: JSONDocument(.canonical, #require(file["holder"]).canonicalBytes).root)
        #expect(throws: Never.self) { try statement.jws.verified(by: #require(holder)) }
        guard let claims = statement.claims as? RegisterRecord else {
            Issue.record("no record")
            return
        }
        let encoded = try #require(file["fields"]?.text.flatMap { Base64URL.decode($0) })
        let fields = try #require(SealedFields(encoded: encoded))
        #expect(fields.root == claims.fieldsRoot)

        let keys = try openEnvelope(file["envelope"])
        let context = FieldContext(
            log: try #require(statement.log), issuer: statement.issuer, book: claims.book,
            record: statement.jti)
        let disclosures = try fields.fields.map { field in
            let key = try #require(
                keys.key(
                    field: field.name.text, epoch: claims.epoch, month: claims.book.month,
                    record: statement.jti))
            return try field.open(key: key, context: context)
        }
        let opened = try OpenedFields(statement, of: .standard, disclosures: disclosures)
        guard case .object(let values) = try #require(file["values"]) else { return }
        #expect(values.count == opened.values.count)
        for (name, value) in values {
            #expect(opened.values[try #require(FieldName(name))]?.json == value, "\(name)")
        }
        guard case .object(let commitments) = try #require(file["commitments"]) else { return }
        #expect(commitments.count == opened.commitments.count)
        for (name, value) in commitments {
            #expect(opened.commitments[try #require(FieldName(name))]?.json == value)
        }
    }

    private func openEnvelope(_ json: JSON?) throws -> GrantedKeys {
        let json = try #require(json)
        let key = try DecryptionKey(seed: secret(json["recipient_seed"]))
        let context = Envelope.Context(
            log: try #require(digest(json["log"])),
            statement: try #require(json["carrier"]?.text.flatMap { JTI(text: $0) }),
            issuer: try #require(json["issuer"]?.text.flatMap { Handle($0) }),
            grantee: try #require(json["grantee"]?.text.flatMap { Handle($0) }),
            recipient: key.encryptionKey)
        #expect(key.encryptionKey.digest == digest(json["recipient"]))
        let bytes = try #require(json["bytes"]?.text.flatMap { Base64URL.decode($0) })
        #expect(Envelope(bytes: bytes).digest == digest(json["digest"]))
        return try Envelope(bytes: bytes).open(with: key, context: context)
    }

    private func secret(_ json: JSON?) throws -> Secret {
        Secret(copying: bytes(hex: try #require(json?.text)))
    }

    private func digest<Subject>(_ json: JSON?) -> Digest<Subject>? {
        json?.text.flatMap { Digest(text: $0) }
    }

    /// Writes the files of a release, once: with TRINE_RELEASE=1, and only where there is none yet.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TRINE_RELEASE"] != nil))
    func release() throws {
        try write("key-schedule-1.json", Release.keySchedule())
        try write("sealed-record-1.json", Release.sealedRecord())
    }

    private func write(_ name: String, _ json: JSON) throws {
        let url = Fixture.url(name)
        guard !FileManager.default.fileExists(atPath: url.path) else { return }
        try Data(json.canonicalBytes + [0x0a]).write(to: url)
    }
}

/// What a release freezes.
private enum Release {
    static let log = Digest<Digested.Genesis>(hashing: Array("a frozen log".utf8))
    static let vault = Secret(copying: (0..<32).map { UInt8($0) })
    static let schedule = KeySchedule(
        vaults: [vault], log: log)

    static func keySchedule() -> JSON {
        let cases: [(String, FieldName, Int64, String, String)] = [
            ("invoice", "due_date", 0, "2026-11", ""),
            ("invoice", "due_date", 0, "2026-11", "0001010"),
            ("invoice", "due_date", 1, "2026-11", "000101000010"),
            ("invoice", "due_date_commitment", 0, "2026-11", "0"),
            ("bill", "due_date", 0, "2026-11", "00"),
            ("invoice", "tax_exclusive_amount", 9_007_199_254_740_991, "2026-11", ""),
            ("invoice", "notes", 7, "2000-01", "00000000000"),
            ("invoice", "notes", 7, "2341-04", "1"),
        ]
        let keys = cases.enumerated().map { index, entry -> JSON in
            let (type, field, epoch, month, bits) = entry
            let record = World.jti(UInt8(index))
            let root = schedule.root(type: type, field: field, epoch: epoch)
            let node = root.descend(to: MonthPosition(bits: bits)!)!
            let monthKey = node.monthKey(World.month(month))!
            return [
                "type": .string(type), "field": .string(field.text), "epoch": .integer(epoch),
                "month": .string(month), "node": .string(bits), "record": .string(record.text),
                "root": .string(root.key.hex), "node_key": .string(node.key.hex),
                "month_key": .string(monthKey.key.hex),
                "field_key": .string(monthKey.fieldKey(record: record).secret.hex),
            ]
        }
        let documents: [(String, String, String, String, Int)] = [
            ("invoice", "DE123456789", "R-2026-117", "2026-11-20", 1),
            ("credit_note", "DE123456789", "R-2026-117", "2026-11-20", 1),
            ("invoice", "", "Ä/17", "2000-01-01", 2),
        ]
        let sources = documents.map { kind, seller, number, date, ordinal -> JSON in
            let key = BusinessKey(
                documentKind: kind, seller: seller, number: number, date: CalendarDate(date)!,
                ordinal: ordinal)
            return [
                "document_kind": .string(kind), "seller": .string(seller),
                "number": .string(number), "date": .string(date),
                "ordinal": .integer(Int64(ordinal)),
                "source": .string(
                    schedule.source(of: key, in: CalendarDate(date)!.bookMonth!).text),
            ]
        }
        return [
            "vault": .string(vault.withBytes { hex($0) }), "log": .digest(log),
            "keys": .array(keys), "sources": .array(sources),
        ]
    }

    static func sealedRecord() throws -> JSON {
        var random = SystemRandomNumberGenerator()
        let signer = Signer(
            origin: World.origin, handle: World.enterprise, log: log, key: World.key)
        let record = try World.invoice(notes: "Zahlbar ohne Abzug.")
        let place = SealedRecord.Place(
            book: World.book("invoices/2026-11"), number: 17, epoch: 2, replaces: World.jti(3))
        let sealed = try SealedRecord.seal(
            record, at: place, jti: JTI(using: &random), by: signer, keys: schedule,
            time: World.time, using: &random)
        var commitments: [String: JSON] = [:]
        let names = record.type.sealedNames
        let nodes = names.map { name in
            GrantedKeys.Node(
                field: name.text, epoch: 2,
                node: schedule.root(type: "invoice", field: name, epoch: 2)
                    .descend(to: MonthPosition(bits: "00010100")!)!)
        }
        let keys = GrantedKeys(nodes: nodes)
        let context = FieldContext(
            log: log, issuer: World.enterprise, book: place.book, record: sealed.statement.jti)
        for field in sealed.fields.fields where field.name.text.hasSuffix("_commitment") {
            let key = keys.key(
                field: field.name.text, epoch: 2, month: place.book.month,
                record: sealed.statement.jti)
            let value = try field.open(key: key!, context: context).value
            if value != .null { commitments[field.name.text] = value }
        }
        return [
            "statement": .string(sealed.statement.jws.text),
            "holder": World.key.verificationKey.jwk,
            "fields": .string(Base64URL.encode(sealed.fields.encoded)),
            "values": .object(
                Dictionary(uniqueKeysWithValues: record.values.map { ($0.key.text, $0.value.json) })
            ),
            "commitments": .object(commitments), "envelope": try envelope(keys),
        ]
    }

    private static func envelope(_ keys: GrantedKeys) throws -> JSON {
        let seed = Secret(copying: (100..<132).map { UInt8($0) })
        let recipient = try DecryptionKey(seed: seed)
        let context = Envelope.Context(
            log: log, statement: World.jti(9), issuer: World.enterprise, grantee: World.lender,
            recipient: recipient.encryptionKey)
        let envelope = try Envelope.seal(keys, context: context)
        return [
            "log": .digest(log), "carrier": .string(World.jti(9).text),
            "issuer": .string(World.enterprise.text), "grantee": .string(World.lender.text),
            "recipient_seed": .string(seed.withBytes { hex($0) }),
            "recipient": .digest(recipient.encryptionKey.digest),
            "bytes": .string(Base64URL.encode(envelope.bytes)),
            "digest": .digest(envelope.digest),
        ]
    }
}
