import Commitments
import Foundation
import Sharing
import Wire

/// One revealed field and one `≥` predicate: an invoice of ours beside an anonymous credential with
/// as many attributes (`anoncreds` 0.2.3 of PyPI, in `TRINE_PYTHON`). Both are created and verified
/// in the same run.
enum AnonCredsComparison {
    static func measure() throws -> [Measurement] {
        guard let other = other() else {
            let words = "not compared with AnonCreds: no Python has it (TRINE_PYTHON)\n"
            FileHandle.standardError.write(Data(words.utf8))
            return []
        }
        let invoice = try Invoice()
        let proof = try invoice.prove()
        let create = try processorTime(of: 40) { _ = try invoice.prove() }
        let verify = try processorTime(of: 60) { try invoice.verify(proof) }
        return [
            Measurement(
                name: "create: a field and a predicate", amount: create,
                yardstick: ("AnonCreds", other.create), mostRatio: 1 / 10),
            Measurement(
                name: "verify: a field and a predicate", amount: verify,
                yardstick: ("AnonCreds", other.verify), mostRatio: 1 / 50),
        ]
    }

    private static func other() -> (create: Double, verify: Double)? {
        let names = RecordType.invoice.fields.map(\.name.text)
        let words = output(ofPython: script, ["10"] + names)?.split(whereSeparator: \.isWhitespace)
        guard let words, words.count == 2, let create = Double(words[0]),
            let verify = Double(words[1])
        else { return nil }
        return (create, verify)
    }

    private static let script = """
        import sys, time
        import anoncreds as a

        ISSUER = "did:example:issuer"
        SCHEMA, DEFINITION = ISSUER + "/schema", ISSUER + "/definition"
        names = sys.argv[2:]
        schema = a.Schema.create("invoice", "1.0", ISSUER, names)
        public, private, correctness = a.CredentialDefinition.create(
            SCHEMA, schema, ISSUER, "tag", "CL")
        link = a.create_link_secret()
        offer = a.CredentialOffer.create(SCHEMA, DEFINITION, correctness)
        request, metadata = a.CredentialRequest.create(
            "entropy", None, public, link, "default", offer)
        values = {name: "20261120" for name in names}
        values["tax_exclusive_amount"] = "123456"
        credential = a.Credential.create(public, private, offer, request, values)
        credential = credential.process(metadata, link, public, None)
        ask = a.PresentationRequest.load({
            "name": "proof", "version": "1.0", "nonce": a.generate_nonce(),
            "requested_attributes": {"reft": {"name": "due_date"}},
            "requested_predicates": {
                "pred": {"name": "tax_exclusive_amount", "p_type": ">=", "p_value": 100000}},
        })
        schemas, definitions = {SCHEMA: schema}, {DEFINITION: public}

        def create():
            chosen = a.PresentCredentials()
            chosen.add_attributes(credential, "reft", reveal=True)
            chosen.add_predicates(credential, "pred")
            return a.Presentation.create(ask, chosen, {}, link, schemas, definitions)

        def shortest(work):
            best = 1e9
            for _ in range(int(sys.argv[1])):
                start = time.thread_time()
                work()
                best = min(best, time.thread_time() - start)
            return best

        shown = create()
        assert shown.verify(ask, schemas, definitions)
        print(shortest(create), shortest(lambda: shown.verify(ask, schemas, definitions)))
        """
}

/// An invoice of ours: its due date is shown, and its amount proven to be 1000 EUR or more. The
/// amount is beyond 32 bits.
private struct Invoice {
    struct Proof {
        let shown: [UInt8]
        let proof: [UInt8]
    }

    static let names = ["due_date", "tax_exclusive_amount_commitment"]
    let key: SigningKey
    let record: SealedRecord
    let disclosures: [Disclosure]
    let opening: Opening
    let terms: ProofTerms
    let statement: ProofStatement
    let time: Timestamp

    init() throws {
        var random = SystemRandomNumberGenerator()
        key = SigningKey(seed: .random(count: 32, using: &random))
        let log = Digest<Digested.Genesis>(hashing: [1])
        guard let origin = Origin("trine.example/bench"), let handle = Handle("e-bench"),
            let day = CalendarDate("2026-11-20"), let time = Timestamp(seconds: 1_790_000_000)
        else { preconditionFailure("constants of the right form") }
        self.time = time
        let total = try Amount(units: 1 << 40, currency: "EUR")
        let invoice = try Record(
            type: .invoice, date: day,
            values: [
                "number": .text("R-1"), "document_kind": .text("invoice"),
                "issue_date": .date(day), "due_date": .date(day), "currency": .text("EUR"),
                "seller_name": .text("Example GmbH"), "buyer_name": .text("Buyer"),
                "tax_exclusive_amount": .amount(total), "payable_amount": .amount(total),
                "document": .document(mediaType: "application/xml", bytes: Array("<x/>".utf8)),
            ],
            businessKey: BusinessKey(
                documentKind: "invoice", seller: "DE123456789", number: "R-1", date: day))
        let schedule = KeySchedule(
            vaults: [.random(count: 32, using: &random)], log: log)
        let jti = JTI(using: &random)
        record = try SealedRecord.seal(
            invoice, at: .init(book: invoice.book, number: 1, epoch: 0), jti: jti,
            by: Signer(origin: origin, handle: handle, log: log, key: key), keys: schedule,
            time: time, using: &random)
        let context = FieldContext(log: log, issuer: handle, book: invoice.book, record: jti)
        let opened = try record.fields.fields.map { field in
            try field.open(
                key: schedule.fieldKey(
                    type: "invoice", field: field.name, epoch: 0, month: invoice.book.month,
                    record: jti), context: context)
        }
        disclosures = opened.filter { Self.names.contains($0.name) }
        guard let amount = opened.first(where: { $0.name == "tax_exclusive_amount" }) else {
            preconditionFailure("the record has its amount")
        }
        guard let field = RecordType.invoice.field(amount.name),
            let opening = FieldCommitment.opening(of: .amount(total), of: field, salt: amount.salt)
        else { preconditionFailure("an amount has an opening") }
        self.opening = opening
        statement = try ProofStatement(parsing: "sum(tax_exclusive_amount) >= 1000 EUR")
        terms = ProofTerms(
            log: log, at: .init(size: 1, root: Digest(hashing: [2])), grantee: handle, grant: jti,
            purpose: .creditAssessment, expires: time)
    }

    private func assembly(_ statement: Statement, _ fields: OpenedFields) throws -> ProofAssembly {
        try ProofAssembly(
            [self.statement],
            of: [
                ProofRecord(
                    book: fields.claims.book, number: fields.claims.number, jti: statement.jti,
                    digest: statement.digest, standing: .current,
                    commitments: fields.commitmentsByField)
            ], for: terms)
    }

    func prove() throws -> Proof {
        var random = SystemRandomNumberGenerator()
        let opened = try OpenedFields(record.statement, of: .standard, disclosures: disclosures)
        return Proof(
            shown: Presentation(record.statement, disclosures: disclosures).bytes,
            proof: try assembly(record.statement, opened).assertion
                .prove([opening], using: &random))
    }

    func verify(_ proof: Proof) throws {
        let shown = try Presentation(parsing: proof.shown)
        _ = try shown.verify(by: key.verificationKey, at: time)
        guard let end = proof.shown.firstIndex(of: UInt8(ascii: "~")),
            let disclosures = Disclosure.split(Array(proof.shown[(end + 1)...]))
        else { preconditionFailure("an SD-JWT has disclosures") }
        let statement = try Statement(parsing: Array(proof.shown[..<end]))
        let opened = try OpenedFields(statement, of: .standard, disclosures: disclosures)
        _ = try assembly(statement, opened).assertion.verify(proof.proof)
    }
}
