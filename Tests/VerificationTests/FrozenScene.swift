import Rules
import Sharing
import TestSupport
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// A log that has an entry of every kind, in every form it can have.
enum FrozenScene {
    static func make() throws -> TestLog {
        var log = try TestLog(seed: 2026)
        let acme = Person("e-acme")
        let bakery = Person("e-bakery")
        let northbank = Person("northbank")
        let regulator = Person("regulator")
        let founder = log.authority

        func admit(_ party: Person, _ roles: [Role], _ identity: LegalIdentity) throws {
            let clerk = SigningKey(seed: .random(count: 32, using: &log.random))
            let (claims, disclosures) = party.admission(
                as: roles, keys: [(party.key, [.all]), (clerk, [.seal, .close])],
                identity: identity, to: log.log, using: &log.random)
            try log.add(claims, selective: disclosures, by: founder)
        }
        try admit(
            acme, [.enterprise],
            LegalIdentity(
                ApplicantIdentity(
                    name: "Bäckerei \"Ähre\" 有限公司",
                    identifiers: [
                        LegalIdentifier(scheme: .vat, id: "DE100000017")!,
                        LegalIdentifier(scheme: .lei, id: "529900T8BM49AURSDO55")!,
                    ], country: "DE"), dueDiligence: "file 17/3", size: .micro))
        try admit(
            bakery, [.enterprise, .attestor],
            LegalIdentity(ApplicantIdentity(name: "B", identifiers: [], country: "FR")))
        try admit(
            northbank, [.lender],
            LegalIdentity(
                ApplicantIdentity(name: "Northbank", identifiers: [], country: "NL"), size: .large))
        try admit(
            regulator, [.regulator],
            LegalIdentity(ApplicantIdentity(name: "R", identifiers: [], country: "NL")))

        // Keys.
        let second = SigningKey(seed: .random(count: 32, using: &log.random))
        try log.add(
            AddKey(
                acme.offer(
                    second, scopes: [.seal, .grant, .present], to: log.log, introducer: acme.key)),
            by: acme)
        let third = SigningKey(seed: .random(count: 32, using: &log.random))
        try log.add(AddKey(acme.offer(third, to: log.log, introducer: acme.key)), by: acme)
        try log.add(RetireKey(third.verificationKey.thumbprint, .unspecified), by: acme)
        let encryption = try DecryptionKey(seed: .random(count: 32, using: &log.random))
        try log.add(ChangeEncryptionKey(encryption.encryptionKey, .unspecified), by: northbank)

        // Policies.
        let standard = CedarPolicies.standard
        try log.add(
            PublishPolicies(
                set: standard.digest,
                files: [PolicyFile(name: "separation", digest: Digest(hashing: Array("x".utf8)))]),
            by: founder)

        try log.publish(try RecordType.bill.made(version: 2, of: log.origin))

        // Records in three books, one replaced in the same book, one in another, one erased.
        var invoices: [SealedRecord] = []
        for number in 1...5 {
            invoices.append(
                try log.seal(
                    acme, number: number, day: "2026-09-1\(number)", amount: 10_000 + Int64(number))
            )
        }
        invoices.append(try log.seal(acme, number: 6, day: "2026-10-02"))
        let bill = try log.seal(acme, number: 7, day: "2026-09-20", as: .bill)
        try log.seal(bakery, number: 8, day: "2026-09-21")
        try log.seal(
            acme, number: 1, day: "2026-09-11", amount: 555, replacing: invoices[0].statement)
        try log.seal(
            acme, number: 2, day: "2026-09-12", amount: 666, in: BookName("invoices/2026-10")!,
            replacing: invoices[1].statement)

        // A hold, a refusal of erasure is not in the log; its release; an erasure.
        func hold(_ claims: some KindForm, books: Scope?, until: Timestamp?, _ reference: String)
            throws
        {
            let terms = HoldTerms(
                holder: acme.handle, books: books, until: until, caseReference: reference)
            try log.add(claims, selective: terms.disclosures(using: &log.random), by: regulator)
        }
        let september = Month("2026-09")!
        let october = Month("2026-10")!
        try hold(
            LegalHold(), books: .months(.bills, september...october),
            until: log.now.advanced(by: 1_000_000), "AZ 1/26")
        try hold(LegalHold(), books: nil, until: log.now.advanced(by: 40), "AZ 2/26")
        try hold(
            LegalHold(),
            books: .records([RecordRange(book: BookName("bills/2026-09")!, from: 1, to: 1)!]),
            until: nil, "AZ 3/26")
        try hold(Release(), books: nil, until: nil, "AZ 2/26")
        try log.add(
            Erase(.record(invoices[2].statement.jti)), selective: log.reason(.enteredInError),
            by: acme)

        // Requests and grants.
        let fields: [FieldName] = ["due_date", "payable_amount"]
        let request = RequestTerms(
            .creditAssessment, to: acme.handle, right: .read,
            scope: .months(.invoices, september...october),
            subject: .fields(fields), notBefore: log.now,
            expires: log.now.advanced(by: 31 * 86_400),
            fetches: 5, dataLife: 86_400 * 30)
        let asked = try log.ask(request, by: northbank)
        let proofRequest = RequestTerms(
            .creditAssessment, to: acme.handle, right: .prove,
            scope: .months(.invoices, september...october),
            subject: .statements(["sum(payable_amount) >= 1 EUR"]), notBefore: log.now,
            expires: log.now.advanced(by: 31 * 86_400), fetches: 5, dataLife: 0)
        let askedProof = try log.ask(proofRequest, by: northbank)
        try log.ask(request, by: northbank)

        func grant(_ right: Right, _ terms: GrantTerms, at: TreePoint? = nil, days: Int64 = 30)
            throws -> Statement
        {
            try log.add(
                Grant(
                    right: right, purpose: .creditAssessment, notBefore: log.now,
                    expires: log.now.advanced(by: days * 86_400), policies: standard.digest,
                    envelope: Digest(hashing: Array("envelope \(log.entries.count)".utf8)),
                    at: at),
                selective: terms.disclosures(using: &log.random), by: acme)
        }
        let read = try grant(
            .read,
            GrantTerms(
                to: northbank.handle, recipientKey: encryption.encryptionKey.digest,
                scope: .months(.invoices, september...october),
                subject: .fields(fields), fetches: 5, dataLife: 86_400 * 30,
                epochs: [.init(series: .invoices, counts: [0])],
                request: asked.jti))
        let some = try grant(
            .read,
            GrantTerms(
                to: northbank.handle, recipientKey: encryption.encryptionKey.digest,
                scope: .records([RecordRange(book: BookName("invoices/2026-09")!, from: 4, to: 5)!]
                ),
                subject: .fields(["due_date"]), fetches: 1, dataLife: 0,
                epochs: [.init(series: .invoices, counts: [0])]))
        let prove = try grant(
            .prove,
            GrantTerms(
                to: northbank.handle, recipientKey: encryption.encryptionKey.digest,
                scope: .records([RecordRange(book: BookName("invoices/2026-09")!, from: 4, to: 6)!]
                ),
                subject: .statements(["sum(payable_amount) >= 1 EUR"]), fetches: 2, dataLife: 0,
                epochs: [.init(series: .invoices, counts: [0])], request: askedProof.jti),
            at: log.point(at: log.entries.count))
        let short = try grant(
            .read,
            GrantTerms(
                to: northbank.handle, recipientKey: encryption.encryptionKey.digest,
                scope: .months(.bills, september...september),
                subject: .fields(["due_date"]), fetches: 1, dataLife: 0,
                epochs: [.init(series: .bills, counts: [0, 1])]))
        try log.add(
            Rekey(grant: read.jti, envelope: Digest(hashing: [7])),
            selective: RekeyTerms(
                epochs: [.init(series: .invoices, counts: [0, 1])],
                recipientKey: encryption.encryptionKey.digest
            ).disclosures(using: &log.random), by: acme)

        // Accesses.
        func access(
            _ grant: Statement, _ names: [FieldName], ranges asked: [RecordRange],
            served: [RecordRange], books: [String]
        ) throws {
            let fetch = Fetch.sign(
                grant: grant.jti, fields: names, ranges: asked,
                by: Signer(
                    origin: log.origin, handle: northbank.handle, log: log.log, key: northbank.key),
                at: log.now, jti: JTI(using: &log.random), opener: FetchOpener(using: &log.random)
            ).jws
            let type = RecordType.invoice
            let terms = AccessTerms(
                fetch: fetch,
                served: Served(
                    fields: names.isEmpty ? [] : type.withCommitments(names)!, ranges: served,
                    books: books.map {
                        let name = BookName($0)!
                        let state = log.book(acme, name)
                        return .init(
                            book: name, count: state.count, epoch: state.epoch, closed: state.closed
                        )
                    }))
            try log.add(
                Access(grant: grant.jti), selective: terms.disclosures(using: &log.random),
                by: log.host)
        }
        try access(
            read, fields, ranges: [],
            served: [RecordRange(book: BookName("invoices/2026-09")!, from: 4, to: 6)!],
            books: ["invoices/2026-09", "invoices/2026-10"])
        try access(
            some, ["due_date"],
            ranges: [RecordRange(book: BookName("invoices/2026-09")!, from: 4, to: 5)!],
            served: [RecordRange(book: BookName("invoices/2026-09")!, from: 4, to: 5)!],
            books: ["invoices/2026-09"])
        let amounts = RecordRange(book: BookName("invoices/2026-09")!, from: 4, to: 6)!
        let proofFetch = Fetch.sign(
            grant: prove.jti, fields: ["payable_amount"], ranges: [],
            by: Signer(
                origin: log.origin, handle: northbank.handle, log: log.log, key: northbank.key),
            at: log.now, jti: JTI(using: &log.random), opener: FetchOpener(using: &log.random)
        ).jws
        let state = log.book(acme, BookName("invoices/2026-09")!)
        let proofTerms = AccessTerms(
            fetch: proofFetch,
            served: Served(
                fields: ["payable_amount_commitment"], ranges: [amounts],
                books: [
                    .init(
                        book: amounts.book, count: state.count, epoch: state.epoch,
                        closed: state.closed)
                ]))
        try log.add(
            Access(grant: prove.jti), selective: proofTerms.disclosures(using: &log.random),
            by: log.host)

        // Revoking, giving back, a record in the next epoch, closing, erasure of statements.
        try log.add(Revoke(grant: read.jti), selective: log.reason(.consentWithdrawn), by: acme)
        try log.giveBack(short.jti, by: northbank)
        let later = SealedRecord.Place(
            book: BookName("bills/2026-09")!, number: 2, epoch: 2, replaces: nil)
        log.now = log.now.advanced(by: 1)
        let sealed = try SealedRecord.seal(
            TestLog.invoice(number: 31, day: "2026-09-30", amount: 1, as: .bill), at: later,
            jti: JTI(using: &log.random),
            by: Signer(origin: log.origin, handle: acme.handle, log: log.log, key: second),
            keys: log.schedule(acme), time: log.now, using: &log.random)
        try log.register(SignedStatement(statement: sealed.statement, disclosures: []))
        let book = log.book(acme, BookName("invoices/2026-09")!)
        try log.add(
            CloseBook(BookName("invoices/2026-09")!, count: book.count, root: book.root), by: acme)
        try log.add(
            CloseBook(BookName("invoices/2026-12")!, count: 0, root: BookState().root), by: bakery)
        try log.add(
            Erase(.grant(read.jti, epoch: 2)), selective: log.reason(.retentionEnded), by: acme)
        _ = bill

        // Suspension; log time moves and the last grants expire.
        try log.add(Suspend(northbank.handle), selective: log.reason(.breachOfTerms), by: founder)
        try log.add(Reinstate(northbank.handle), selective: log.reason(.resolved), by: founder)
        try log.add(Suspend(bakery.handle), selective: log.reason(.supervisoryOrder), by: founder)
        log.now = log.now.advanced(by: 31 * 86_400 - 1)
        try log.add(MoveTime(from: log.logTime, number: 0), by: log.host)
        log.now = log.now.advanced(by: 3599)
        try log.seal(acme, number: 40, day: "2026-11-01", epoch: 2)

        let witness = VerifierKey(
            witness: try KeyName("harbour.example"), key: Person.key("harbour").verificationKey)
        // Two authorities from now on; later rules, which have no effect yet.
        try log.add(
            ChangeCharter(
                Charter(
                    authorities: [founder.handle, northbank.handle], threshold: 2, freshness: 3600,
                    witnesses: [
                        "witness harbour \(witness)", "quorum none",
                    ])), by: founder)
        try log.decide(
            Reinstate(bakery.handle),
            selective: StatedReason(.resolved).disclosures(using: &log.random), by: founder,
            with: [northbank])
        try log.decide(
            Suspend(regulator.handle),
            selective: StatedReason(.unspecified).disclosures(using: &log.random), by: founder,
            with: [northbank])
        let admission = try #require(
            log.entries.map(\.statement).first {
                ($0.claims as? Admit)?.handle == regulator.handle
            })
        try log.decide(
            Erase(.admission(admission.jti, of: regulator.handle)),
            selective: StatedReason(.retentionEnded).disclosures(using: &log.random),
            by: northbank, with: [founder])
        try log.decide(
            MoveTime(from: log.logTime.advanced(by: -60), number: 0), by: founder,
            with: [northbank])
        try log.decide(
            Upgrade(rules: 2, from: 1_000_000), by: northbank, with: [founder])
        return log
    }
}
