import Commitments
import TestSupport
import Testing

@testable import Sharing
@testable import Wire

@Suite struct SealedRecordTests {
    private func seal(
        _ record: Record, place: SealedRecord.Place = World.place, seed: UInt64 = 1
    ) throws -> SealedRecord {
        var random = SeededGenerator(seed: seed)
        return try SealedRecord.seal(
            record, at: place, jti: World.jti(1), by: World.signer, keys: World.schedule,
            time: World.time, using: &random)
    }

    private func open(
        _ sealed: SealedRecord, _ names: [FieldName], with keys: GrantedKeys
    ) throws -> OpenedFields {
        guard let claims = sealed.statement.claims as? RegisterRecord else {
            throw OpeningError.malformed(field: "vct")
        }
        let context = FieldContext(
            log: World.log, issuer: sealed.statement.issuer, book: claims.book,
            record: sealed.statement.jti)
        let disclosures = try names.map { name in
            let key = try #require(
                keys.key(
                    field: name.text, epoch: claims.epoch, month: claims.book.month,
                    record: sealed.statement.jti))
            return try #require(sealed.fields[name]).open(key: key, context: context)
        }
        return try OpenedFields(sealed.statement, of: .standard, disclosures: disclosures)
    }

    private func granted(_ names: [FieldName], epoch: Int64 = 3) -> GrantedKeys {
        let months = World.month("2026-01")...World.month("2026-12")
        return GrantedKeys(
            nodes: names.flatMap { name in
                let root = World.schedule.root(type: "invoice", field: name, epoch: epoch)
                return MonthPosition.cover(months).compactMap { root.descend(to: $0) }
                    .map { GrantedKeys.Node(field: name.text, epoch: epoch, node: $0) }
            })
    }

    @Test func sealThenOpen() throws {
        let record = try World.invoice()
        let sealed = try seal(record)
        #expect(sealed.fields.fields.map(\.name) == RecordType.invoice.sealedNames)
        guard let claims = sealed.statement.claims as? RegisterRecord else { return }
        #expect(claims.fieldsRoot == sealed.fields.root)
        #expect(claims.number == 17 && claims.epoch == 3)
        #expect(claims.source == World.schedule.source(of: record.businessKey, in: record.month))
        #expect(claims.holder == World.key.verificationKey.named)
        #expect(sealed.statement.selectiveCount == RecordType.invoice.sealedNames.count)

        let names = RecordType.invoice.sealedNames
        let opened = try open(sealed, names, with: granted(names))
        #expect(opened.values == record.values)
        #expect(
            Set(opened.commitments.keys)
                == [
                    "tax_exclusive_amount_commitment", "payable_amount_commitment",
                    "issue_date_commitment", "due_date_commitment", "number_commitment",
                ])

        let few: [FieldName] = [
            "due_date", "due_date_commitment", "tax_exclusive_amount",
            "tax_exclusive_amount_commitment",
        ]
        let some = try open(sealed, few, with: granted(few))
        #expect(some.values.keys.sorted() == ["due_date", "tax_exclusive_amount"])
        #expect(some.disclosures.map(\.name) == few.map(\.text).sorted())
    }

    /// The keys of one grant open neither another field nor another epoch's record.
    @Test func otherKeysDoNot() throws {
        let sealed = try seal(try World.invoice())
        let context = FieldContext(
            log: World.log, issuer: World.enterprise, book: World.place.book, record: World.jti(1))
        let keys = granted(["due_date"])
        #expect(
            keys.key(field: "notes", epoch: 3, month: World.place.book.month, record: World.jti(1))
                == nil)
        let key = try #require(
            keys.key(
                field: "due_date", epoch: 3, month: World.place.book.month, record: World.jti(1)))
        for field in sealed.fields.fields where field.name != "due_date" {
            #expect(throws: OpeningError.wrongKeyOrTampered(field: field.name.text)) {
                try field.open(key: key, context: context)
            }
        }
        let later = try seal(
            try World.invoice(),
            place: .init(book: World.place.book, number: 17, epoch: 4))
        let other = try #require(later.fields["due_date"])
        #expect(throws: OpeningError.wrongKeyOrTampered(field: "due_date")) {
            try other.open(key: key, context: context)
        }
    }

    private func digests(_ statement: Statement) throws -> [String] {
        try #require(JSON(canonical: statement.jws.payload)["_sd"]?.elements).compactMap(\.text)
    }

    /// Salts, nonces and ciphertexts are fresh each time, also of a correction with equal values.
    @Test func nothingRepeats() throws {
        let first = try seal(try World.invoice(), seed: 1)
        let second = try seal(try World.invoice(), seed: 2)
        let both = Set(try digests(first.statement) + digests(second.statement))
        #expect(both.count == 2 * RecordType.invoice.sealedNames.count)
        for (left, right) in zip(first.fields.fields, second.fields.fields) {
            #expect(left.name == right.name && left.bytes != right.bytes)
        }
        let nonces = first.fields.fields.map { Array($0.bytes.prefix(24)) }
        #expect(Set(nonces).count == nonces.count)
    }

    @Test func aDocumentBeyondTheLimitIsRefused() throws {
        let record = try World.invoice(notes: String(repeating: "x", count: 2_900_000))
        let sealed = try seal(record)
        #expect(sealed.fields.encoded.count < Limits.sealedRecordBytes)
        #expect(throws: RecordError.self) {
            try World.invoice(notes: String(repeating: "x", count: 3_000_001))
        }
    }

    // MARK: What a hostile enterprise could sign

    /// A record with these disclosures, signed like any other; where it has others of its type they
    /// are `null`.
    private func signed(_ disclosures: [Disclosure], vct: String? = nil) -> Statement {
        var all = disclosures
        for name in RecordType.invoice.sealedNames.map(\.text)
        where all.count < RecordType.invoice.sealedNames.count
            && !all.contains(where: { $0.name == name })
        {
            all.append(Disclosure(salt: Self.salts[6], name: name, value: .null))
        }
        let claims = RegisterRecord(
            vct: vct ?? RecordType.invoice.vct(origin: World.origin),
            integrity: RecordType.invoice.integrity(origin: World.origin), book: World.place.book,
            number: 1, epoch: 0, source: World.digest(1), replaces: nil,
            fieldsRoot: World.digest(2), holder: World.key.verificationKey.named,
            status: StatusReference(
                of: 1, in: World.place.book, of: World.enterprise, origin: World.origin))
        return Statement.sign(
            claims, selective: all, by: World.signer, at: World.time,
            jti: World.jti(1)
        ).statement
    }

    /// A record that commits to two values of one name has only one place for them.
    @Test func oneValueOfEachName() throws {
        let values = ["2026-01-01", "2026-02-02"].enumerated().map {
            Disclosure(salt: Self.salts[$0], name: "tax_point_date", value: .string($1))
        }
        let names = RecordType.invoice.sealedNames.map(\.text)
        let others = names.filter { !["tax_point_date", "contract_reference"].contains($0) }
        let record = signed(
            values + others.map { Disclosure(salt: Self.salts[6], name: $0, value: .null) })
        let opened = values.filter {
            (try? OpenedFields(record, of: .standard, disclosures: [$0])) != nil
        }
        #expect(record.selectiveCount == names.count)
        #expect(opened.count == 1)
    }

    private static let salts = (0..<8).map {
        Disclosure.Salt(bytes: [UInt8](repeating: UInt8($0), count: 32))!
    }

    static func commitment(
        _ amount: Amount, salt: Int = 0, field: String = "tax_amount"
    ) -> FieldCommitment {
        let field = RecordType.invoice.field(field)!
        return FieldCommitment(.amount(amount), of: field, salt: salts[salt])!
    }

    private func opening(_ disclosures: [Disclosure], vct: String? = nil) -> OpeningError? {
        let record = signed(disclosures, vct: vct)
        return thrown { () throws(OpeningError) in
            _ = try OpenedFields(record, of: .standard, disclosures: disclosures)
        }
    }

    private func pair(
        _ value: JSON, _ commitment: JSON, salt: Int = 0
    ) -> [Disclosure] {
        [
            Disclosure(salt: Self.salts[salt], name: "tax_amount", value: value),
            Disclosure(salt: Self.salts[7], name: "tax_amount_commitment", value: commitment),
        ]
    }

    @Test func contradictions() throws {
        let amount = try Amount(parsing: "19.00", currency: "EUR")
        let other = try Amount(parsing: "19.01", currency: "EUR")
        let dollars = try Amount(parsing: "19.00", currency: "USD")
        func commitment(_ amount: Amount, _ salt: Int = 0, _ field: String = "tax_amount") -> JSON {
            Self.commitment(amount, salt: salt, field: field).json
        }
        #expect(opening(pair(amount.json, commitment(amount))) == nil)
        #expect(opening(pair(.null, .null)) == nil)
        let contradiction = OpeningError.contradiction(field: "tax_amount")
        #expect(opening(pair(amount.json, commitment(other))) == contradiction)
        #expect(opening(pair(amount.json, commitment(-amount))) == contradiction)
        #expect(opening(pair(amount.json, commitment(dollars))) == contradiction)
        #expect(opening(pair(amount.json, commitment(amount, 1))) == contradiction)
        #expect(opening(pair(amount.json, commitment(amount, 0, "line_total"))) == contradiction)
        #expect(opening(pair(amount.json, .null)) == contradiction)
        #expect(opening(pair(.null, commitment(amount))) == contradiction)
        // A value never comes without its commitment; the commitment may come alone.
        #expect(
            opening([pair(amount.json, .null)[0]]) == .notCommitted(field: "tax_amount_commitment"))
        #expect(opening([pair(.null, commitment(amount))[1]]) == nil)
    }

    @Test func malformedFields() throws {
        func one(_ name: String, _ value: JSON) -> OpeningError? {
            opening([Disclosure(salt: Self.salts[0], name: name, value: value)])
        }
        #expect(one("tax_point_date", "2026-12-20") == nil)
        #expect(one("tax_point_date", .null) == nil)
        for value in ["2026-12-32", "20.12.2026", 20_261_220, "", [], true] as [JSON] {
            #expect(one("tax_point_date", value) == .malformed(field: "tax_point_date"))
        }
        for name in ["zz", "period_end_commitment", "_sd", "...", "iss", "vct", "", "Due_date"] {
            #expect(one(name, "2026-12-20") == .malformed(field: name))
        }
        let commitments: [JSON] = [
            "x", [:], ["c": "", "scale": 2, "unit": "EUR"],
            ["c": .string(String(repeating: "A", count: 43)), "scale": 2, "unit": "EUR"],
        ]
        for value in commitments {
            #expect(
                one("tax_amount_commitment", value) == .malformed(field: "tax_amount_commitment"))
        }
        let twice = [1, 2].map {
            Disclosure(
                salt: Self.salts[$0], name: "tax_point_date", value: .string("2026-12-2\($0)"))
        }
        #expect(opening(twice) == .malformed(field: "tax_point_date"))
        let fine = [Disclosure(salt: Self.salts[0], name: "tax_point_date", value: .null)]
        for vct in ["alliance/types/invoice/2", "types/invoice/1", "alliance/types/invoice/1/"] {
            #expect(
                opening(fine, vct: "https://trine.example/" + vct) == .malformed(field: "vct"))
        }
    }

    /// A disclosure that the record doesn't commit to is nobody's word.
    @Test func foreignDisclosures() throws {
        let record = signed([
            Disclosure(salt: Self.salts[0], name: "tax_point_date", value: "2026-12-20")
        ]
        )
        for other in [
            Disclosure(salt: Self.salts[1], name: "tax_point_date", value: "2026-12-20"),
            Disclosure(salt: Self.salts[0], name: "tax_point_date", value: "2026-12-21"),
            Disclosure(salt: Self.salts[0], name: "issue_date", value: "2026-12-20"),
        ] {
            #expect(throws: OpeningError.notCommitted(field: other.name)) {
                try OpenedFields(record, of: .standard, disclosures: [other])
            }
        }
        let revoke = StatementSample.sample(of: .revoke).sign().statement
        #expect(throws: OpeningError.self) {
            try OpenedFields(revoke, of: .standard, disclosures: [])
        }
    }

    @Test func commitmentSpelling() throws {
        let amount = try Amount(parsing: "19.00", currency: "EUR")
        let field = RecordType.invoice.field("tax_amount" as FieldName)!
        let good = Self.commitment(amount)
        guard case .object(let members) = good.json, let point = members["c"]?.text else { return }
        #expect(FieldCommitment(json: good.json, of: field) == good)
        let changes: [(String, JSON?)] = [
            ("c", nil), ("scale", nil), ("unit", nil), ("zz", 1), ("c", .string(point + "=")),
            ("c", .string(String(repeating: "A", count: 43))), ("c", 1), ("scale", 3),
            ("scale", "2"), ("unit", "XXX"), ("unit", "eur"), ("unit", "day"), ("unit", "key"),
            ("unit", "rec20/KGM"), ("unit", "SE\u{212a}"),
            ("c", .string(String(repeating: "_", count: 42) + "8")),
        ]
        for (name, value) in changes {
            var changed = members
            changed[name] = value
            #expect(FieldCommitment(json: .object(changed), of: field) == nil, "\(name)")
        }
    }

    /// Commitments add up: that is what sums are proven with.
    @Test func commitmentsAddUp() throws {
        let amounts = try ["10.00", "-3.25", "0.00"].map {
            try Amount(parsing: $0, currency: "EUR")
        }
        let field = RecordType.invoice.field("tax_amount" as FieldName)!
        let openings = zip(amounts, Self.salts).compactMap {
            FieldCommitment.opening(of: .amount($0), of: field, salt: $1)
        }
        let values = openings.compactMap { opening -> Int64? in
            if case .integer(let value) = opening.number { value } else { nil }
        }
        #expect(values == [1000, -325, 0])
        #expect(Set(openings.map(\.blinding)).count == 3)
    }

    /// An amount comes with its commitment, a commitment without its amount.
    @Test func withCommitments() {
        let type = RecordType.invoice
        #expect(
            type.withCommitments(["tax_amount", "due_date", "period_end"])
                == [
                    "due_date", "due_date_commitment", "period_end", "tax_amount",
                    "tax_amount_commitment",
                ])
        #expect(type.withCommitments(["tax_amount_commitment"]) == ["tax_amount_commitment"])
        #expect(type.withCommitments([]) == [])
        for name in ["zz", "period_end_commitment", "tax_amount_commitment_commitment"]
            as [FieldName]
        {
            #expect(type.withCommitments(["due_date", name]) == nil)
        }
        #expect(type.sealedNames == type.sealedNames.sorted())
        #expect(type.sealedNames.count == type.fields.count + type.commitmentFields.count)
    }

    /// RFC 9901 §7.1: a disclosed name that the payload already has makes every verifier refuse.
    @Test func namesDoNotCollide() throws {
        let statement = try seal(try World.invoice()).statement
        guard case .object(let payload) = try JSON(canonical: statement.jws.payload) else { return }
        let reserved: Set<String> = [
            "iss", "sub", "aud", "nbf", "exp", "iat", "jti", "cnf", "vct", "vct#integrity",
            "status", "_sd", "_sd_alg", "...", "replaces",
        ]
        for type in RecordTypes.standard.all {
            for name in type.sealedNames {
                #expect(payload[name.text] == nil && !reserved.contains(name.text), "\(name)")
            }
        }
        for kind in Kind.allCases {
            let sample = StatementSample.sample(of: kind)
            guard case .object(let members) = try sample.payload else { continue }
            for name in kind.form.selectiveNames {
                #expect(members[name] == nil, "\(kind): \(name)")
            }
        }
    }
}
