import TestSupport

@testable import Sharing
@testable import Wire

/// One statement of every kind, with all its optional members, and its selective claims.
struct StatementSample: Sendable, CustomStringConvertible {
    let claims: any KindForm
    let selective: any SelectiveClaims
    let disclosures: [Disclosure]

    var kind: Kind { type(of: claims).kind }
    var description: String { kind.rawValue }

    var signer: Signer {
        kind == .genesis
            ? Signer(origin: World.origin, handle: World.enterprise, log: nil, key: World.key)
            : World.signer
    }

    func sign() -> SignedStatement {
        .init(
            statement: Statement.sign(
                claims, selective: disclosures, by: signer, at: World.time, jti: World.jti(5)
            ).statement, disclosures: disclosures)
    }

    static let all: [StatementSample] = Kind.allCases.map { sample(of: $0) }

    static let selective = all.filter { $0.kind.form.hasSelectiveClaims }

    static func sample(of kind: Kind) -> StatementSample {
        var random = SeededGenerator(seed: 7)
        let selective = selectiveClaims(of: kind)
        return StatementSample(
            claims: claims(of: kind), selective: selective,
            disclosures: disclosures(of: kind, selective, using: &random))
    }

    private static let key2 = SigningKey(seed: Secret(byte: 2))
    private static let encryptionKey = EncryptionKey(
        bytes: [UInt8](repeating: 3, count: EncryptionKey.byteCount))!

    private static func offer(_ key: SigningKey, _ scopes: [KeyScope]) -> KeyOffer {
        let terms = KeyTerms(key: key.verificationKey, scopes: scopes)
        return KeyOffer(
            terms,
            pop: ProofOfPossession.sign(
                terms, for: World.lender, of: World.log,
                .admission(Digest(hashing: Array("fingerprint".utf8))), with: key))
    }

    private static func claims(of kind: Kind) -> any KindForm {
        switch kind {
        case .genesis: genesis
        case .admit:
            Admit(
                handle: World.lender, roles: [.lender, .guarantor],
                keys: [offer(World.key, [.all]), offer(key2, [.seal, .grant, .close])],
                encryptionKey: encryptionKey, approvals: [approval])
        case .suspend: Suspend(World.lender, approvals: [approval])
        case .reinstate: Reinstate(World.lender, approvals: [approval])
        case .time: MoveTime(from: World.time, number: 2, approvals: [approval])
        case .charter:
            ChangeCharter(
                Charter(
                    authorities: [World.enterprise, World.lender], threshold: 2, freshness: 3600,
                    witnesses: ["quorum none"]), approvals: [approval])
        case .upgrade: Upgrade(rules: 2, from: 17, approvals: [approval])
        case .key: AddKey(offer(key2, [.seal, .close]))
        case .retireKey: RetireKey(key2.verificationKey.thumbprint, .unspecified)
        case .encryptionKey: ChangeEncryptionKey(encryptionKey, .unspecified)
        case .policy:
            PublishPolicies(
                set: World.digest(1),
                files: [PolicyFile(name: "separation.cedar", digest: World.digest(2))],
                approvals: [approval])
        case .recordType:
            PublishType(
                TypeVersion(name: "order", version: 3, digest: World.digest(12)),
                approvals: [approval])
        case .record: record
        case .closeBook:
            CloseBook(World.book("invoices/2026-11"), count: 240, root: World.digest(3))
        case .erase: Erase(.record(World.jti(6)))
        case .request: Request()
        case .grant: grant
        case .rekey: Rekey(grant: World.jti(7), envelope: World.digest(4))
        case .revoke: Revoke(grant: World.jti(7))
        case .return: Return(grant: World.jti(7))
        case .access: Access(grant: World.jti(7))
        case .legalHold: LegalHold()
        case .release: Release()
        }
    }

    private static let approval = Approval.sign(
        World.digest(11), by: World.signer, at: World.time, jti: World.jti(11))

    private static let genesis = Genesis(
        origin: World.origin, rules: 1, logKey: "trine.example/alliance+00000000+AAAA",
        clockKey: "trine.example/alliance+00000000+BAAA",
        charter: FoundingCharter(
            authorities: [
                FoundingParticipant(handle: World.enterprise, key: World.key.verificationKey)
            ], witnesses: ["quorum none"]),
        host: FoundingParticipant(handle: World.lender, key: key2.verificationKey),
        policies: World.digest(5),
        types: [
            RecordType.invoice.published(origin: World.origin),
            RecordType.bill.published(origin: World.origin),
        ])

    private static let record = RegisterRecord(
        vct: RecordType.invoice.vct(origin: World.origin),
        integrity: RecordType.invoice.integrity(origin: World.origin),
        book: World.book("invoices/2026-11"),
        number: 17, epoch: 3, source: World.digest(6), replaces: World.jti(8),
        fieldsRoot: World.digest(7), holder: World.key.verificationKey.named,
        status: StatusReference(
            of: 17, in: World.book("invoices/2026-11"), of: World.enterprise,
            origin: World.origin))

    private static let grant = Grant(
        right: .read, purpose: .creditAssessment, notBefore: World.time,
        expires: World.time.advanced(by: 86_400), policies: World.digest(8),
        envelope: World.digest(9), at: .init(size: 12, root: World.digest(10)))

    private static func selectiveClaims(of kind: Kind) -> any SelectiveClaims {
        switch kind {
        case .admit:
            LegalIdentity(
                ApplicantIdentity(
                    name: "Nordbank AG",
                    identifiers: [LegalIdentifier(scheme: .lei, id: "529900T8BM49AURSDO55")!],
                    country: "DE"), dueDiligence: "2026/117", size: .small)
        case .suspend, .reinstate, .revoke, .erase: StatedReason(.supervisoryOrder)
        case .request: CarriedCall<RequestTerms>(request)
        case .return: CarriedCall<ReturnTerms>(giveBack)
        case .grant:
            GrantTerms(
                to: World.lender, recipientKey: Digest(hashing: [8]), scope: scope,
                subject: .fields(["due_date"]), fetches: 3,
                dataLife: 0, epochs: [.init(series: .invoices, counts: [0, 3])],
                request: World.jti(9))
        case .rekey:
            RekeyTerms(
                epochs: [.init(series: .invoices, counts: [4])], recipientKey: Digest(hashing: [8]))
        case .access: access
        case .legalHold, .release:
            HoldTerms(
                holder: World.enterprise, books: scope, until: World.time,
                caseReference: "4 O 117/26")
        default: NoSelectiveClaims()
        }
    }

    private static let scope = Scope.months(
        .invoices, World.month("2026-01")...World.month("2026-12"))

    private static let request = RequestCall.sign(
        RequestTerms(
            .creditAssessment, to: World.enterprise, right: .read, scope: scope,
            subject: .fields(["due_date", "payable_amount"]), notBefore: World.time,
            expires: World.time.advanced(by: 86_400), fetches: 3, dataLife: 86_400),
        by: World.signer, at: World.time, jti: World.jti(10))

    private static let giveBack = ReturnCall.sign(
        ReturnTerms(grant: World.jti(7), .givenBack), by: World.signer, at: World.time,
        jti: World.jti(10))

    private static let access = AccessTerms(
        fetch: Fetch.sign(
            grant: World.jti(7), fields: ["due_date"],
            ranges: [World.range("invoices/2026-11", 1, 9)], by: World.signer, at: World.time,
            jti: World.jti(10), opener: World.opener
        ).jws,
        served: Served(
            fields: ["due_date"], ranges: [World.range("invoices/2026-11", 1, 9)],
            books: [
                .init(book: World.book("invoices/2026-11"), count: 9, epoch: 3, closed: true)
            ]))

    private static func disclosures(
        of kind: Kind, _ selective: any SelectiveClaims, using random: inout SeededGenerator
    ) -> [Disclosure] {
        kind == .record
            ? [Disclosure(salt: .init(using: &random), name: "due_date", value: .null)]
            : selective.disclosures(using: &random)
    }
}
