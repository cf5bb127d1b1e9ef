import Rules
import Sharing
import TestWorld
import Transparency
import Verification
import Wire

/// One enterprise, one lender, one grant and one access; honest throughout, or with one lie.
struct Story {
    /// What is wrong, each in one place. The log has it all the same: its host takes part.
    enum Lie: CaseIterable {
        case recordByUnknownKey, recordByRetiredKey, recordByFutureKey, recordWithoutScope
        case recordByExpiredKey, recordBackdated
        case recordByAnother, recordSignatureBroken, contradiction
        case epochUnderstated, replacedWithoutField, statusOfAnother
        case grantByAnother, grantByLender, grantWithoutScope, proveGrant
        case accessByAnother, accessOfOtherGrant, accessBeforeGrant, accessTooEarly, accessTooLate
        case fetchByAnother, fetchOfOtherGrant, fetchStale, fetchWithRetiredKey, fetchMalformed
        case fetchWithExpiredKey
        case servedUngrantedField, servedUnaskedField, servedUngrantedBook, servedUnaskedRange
        case servedBeyondBook, servedErased, enterpriseSuspended, lenderSuspended
        case admittedByNobody, keyWithoutProof, rekeyOfOtherGrant, rekeyAfterAccess, rekeyByAnother
        case rekeyOfNothing
        case erasureByAnother, erasureByAnothersKey, erasureAfterAccess, erasureBeforeRecord
    }

    static let september = BookName("invoices/2026-09")!
    static let october = BookName("invoices/2026-10")!
    static let fields: [FieldName] = [
        "due_date", "issue_date", "payable_amount", "tax_exclusive_amount",
    ]

    var log: TestLog
    let lie: Lie?
    /// Whether only the first record of the first book is fetched.
    let narrow: Bool
    /// The place among the participants' statements of the one with which the authority set log time
    /// back, after it was a month ahead.
    private(set) var settingTime: Int?
    let acme: Person
    let northbank: Person
    let mallory: Person
    var records: [SealedRecord] = []
    var participants: [Int] = []
    var grant: Statement!
    var rekey: Statement?
    var access: Statement!
    var fetch: JWS!
    var envelope: Envelope!
    var erasures: [Statement] = []
    var servedFields: [FieldName] = []

    /// Two books with `perBook` records each; the first is closed, and with `changes` one record is
    /// replaced and one erased.
    init(
        _ lie: Lie? = nil, perBook: Int = 4, changes: Bool = true, rekeyed: Bool = true,
        narrow: Bool = false, timeSetBack: Bool = false, seed: UInt64 = 7,
        types: (RecordType?, late: RecordType?) = (nil, nil)
    ) throws {
        self.narrow = narrow
        log = try TestLog(seed: seed)
        self.lie = lie
        acme = Person("e-acme")
        northbank = Person("northbank")
        mallory = Person("mallory")
        log.lawless = lie == .admittedByNobody
        try admitAll()
        if timeSetBack { try jumpAndReturn() }
        if let type = types.0 { try log.publish(type) }
        try sealAll(perBook: perBook, changes: changes)
        try giveGrant(rekeyed: rekeyed)
        try serve()
        if let type = types.late { try log.publish(type) }
    }

    private mutating func admitAll() throws {
        participants.append(log.entries.count)
        if lie == .admittedByNobody {
            try log.admit(acme, [.enterprise], by: mallory, forced: true)
        } else {
            try log.admit(acme, [.enterprise])
        }
        participants.append(log.entries.count)
        try log.admit(northbank, [.lender])
        participants.append(log.entries.count)
        try log.admit(mallory, [.enterprise])
    }

    /// The host moves log time a month on, somebody signs something then, and the authority sets it back.
    private mutating func jumpAndReturn() throws {
        let now = log.now
        log.now = now.advanced(by: 30 * 86_400)
        try log.add(MoveTime(from: log.logTime, number: 0), by: log.host)
        _ = try key([.query])
        log.now = now.advanced(by: 10)
        settingTime = participants.count
        participants.append(log.entries.count)
        try log.add(MoveTime(from: log.logTime, number: 0), by: log.authority)
    }

    /// The key with which the records are signed in a lie about keys.
    private mutating func key(_ scopes: [KeyScope], retired: Bool = false) throws -> SigningKey {
        let key = SigningKey(seed: .random(count: 32, using: &log.random))
        let introducer = lie == .keyWithoutProof ? mallory.key : acme.key
        participants.append(log.entries.count)
        try log.add(
            AddKey(acme.offer(key, scopes: scopes, to: log.log, introducer: introducer)), by: acme,
            forced: true)
        guard retired else { return key }
        participants.append(log.entries.count)
        try log.add(RetireKey(key.verificationKey.thumbprint, .unspecified), by: acme)
        return key
    }

    /// A key that has ended by what the log says, and not by the `iat` of what comes next.
    private mutating func expiredKey(of party: Person, _ scopes: [KeyScope]) throws -> SigningKey {
        let key = SigningKey(seed: .random(count: 32, using: &log.random))
        let other = SigningKey(seed: .random(count: 32, using: &log.random))
        for (key, until) in [(key, log.now.advanced(by: 50)), (other, nil)] {
            participants.append(log.entries.count)
            try log.add(
                AddKey(
                    party.offer(
                        key, scopes: scopes, until: until, to: log.log, introducer: party.key)),
                by: party)
            log.now = log.now.advanced(by: 99)
        }
        log.now = log.now.advanced(by: -180)
        return key
    }

    private mutating func sealAll(perBook: Int, changes: Bool) throws {
        for (day, book) in [("2026-09-17", Self.september), ("2026-10-05", Self.october)] {
            for number in 1...perBook {
                let place = lie == .replacedWithoutField ? 1 : perBook
                let lying = book == Self.october && number == place
                try seal(number + 100 * book.month.number, day, lie: lying ? lie : nil)
            }
        }
        if changes {
            let replaced = records[perBook].statement
            records.append(
                try log.seal(
                    acme, number: 100 * Self.october.month.number + 1, day: "2026-10-05",
                    amount: 777, replacing: replaced))
            if lie != .erasureAfterAccess { try erase() }
        }
        let book = log.book(acme, Self.september)
        try log.add(
            CloseBook(Self.september, count: book.count, root: book.root), by: acme, forced: true)
    }

    private mutating func erase() throws {
        let target = records[1].statement.jti
        erasures.append(
            try log.add(
                Erase(.record(target)), selective: log.reason(.enteredInError),
                by: lie == .erasureByAnother ? mallory : acme,
                key: lie == .erasureByAnothersKey ? mallory.key : nil, forced: true))
        guard lie == .erasureBeforeRecord else { return }
        var entries = log.entries
        entries.swapAt(log.index(of: target), entries.count - 1)
        log.replace(entries)
    }

    private mutating func seal(_ number: Int, _ day: String, lie: Lie?) throws {
        var key: SigningKey?
        var party = acme
        switch lie {
        case .recordByUnknownKey:
            key = SigningKey(seed: .random(count: 32, using: &log.random))
        case .recordByRetiredKey: key = try self.key([.seal], retired: true)
        case .recordWithoutScope, .keyWithoutProof: key = try self.key([.grant])
        case .recordByFutureKey:
            // Sealed with the key, which is registered afterwards.
            let future = SigningKey(seed: .random(count: 32, using: &log.random))
            records.append(
                try log.seal(acme, number: number, day: day, key: future, forced: true))
            participants.append(log.entries.count)
            try log.add(
                AddKey(acme.offer(future, scopes: [.seal], to: log.log, introducer: acme.key)),
                by: acme)
            return
        case .recordByAnother: party = mallory
        case .recordByExpiredKey: key = try expiredKey(of: acme, [.seal])
        case .recordBackdated: log.now = log.now.advanced(by: -400)
        case .recordSignatureBroken: return try sealBroken(number, day)
        case .contradiction, .replacedWithoutField, .statusOfAnother:
            return try sealForged(number, day)
        default: break
        }
        records.append(
            try log.seal(
                party, number: number, day: day, epoch: lie == .epochUnderstated ? 1 : 0, key: key,
                forced: key != nil || lie == .recordBackdated))
        switch lie {
        case .recordByExpiredKey: log.now = log.now.advanced(by: 180)
        case .recordBackdated: log.now = log.now.advanced(by: 400)
        default: break
        }
    }

    /// The signature of other bytes.
    private mutating func sealBroken(_ number: Int, _ day: String) throws {
        let sealed = try log.seal(acme, number: number, day: day)
        let tail = log.entries[0].statement.jws.bytes.suffix(86)
        let statement = try Statement(parsing: sealed.statement.jws.bytes.dropLast(86) + tail)
        log.replaceLast(with: statement)
        records.append(SealedRecord(statement: statement, fields: sealed.fields))
    }

    /// A record whose payable amount isn't what its commitment says, or one that lacks a field.
    private mutating func sealForged(_ number: Int, _ day: String) throws {
        let sealed = try log.seal(acme, number: number, day: day)
        let forged =
            switch lie {
            case .contradiction: try Forgery.contradiction(in: sealed, of: acme, log: &log)
            case .statusOfAnother:
                try Forgery.signedAgain(sealed, of: acme, log: &log, status: 1_000) { $0 }
            default: try Forgery.signedAgain(sealed, of: acme, log: &log) { $0.dropLast() }
            }
        log.replaceLast(with: forged.statement)
        records.append(forged)
    }

    private mutating func giveGrant(rekeyed: Bool) throws {
        var giver = acme
        var key: SigningKey?
        switch lie {
        case .grantByAnother: giver = mallory
        case .grantByLender: giver = northbank
        case .grantWithoutScope: key = try self.key([.seal])
        default: break
        }
        let months = Self.september.month...Self.october.month
        let type = RecordType.invoice
        let names = type.withCommitments(Self.fields)!
        let schedule = log.schedule(acme)
        let nodes = names.flatMap { field in
            MonthPosition.cover(months).map { position in
                GrantedKeys.Node(
                    field: field.text, epoch: 0,
                    node: schedule.root(type: type.name, field: field, epoch: 0)
                        .descend(to: position)!)
            }
        }
        let terms = GrantTerms(
            to: northbank.handle, recipientKey: northbank.encryptionKey.digest,
            scope: .months(.invoices, months),
            subject: lie == .proveGrant
                ? .statements(["sum(payable_amount) >= 1.00 EUR"]) : .fields(Self.fields),
            fetches: 10, dataLife: 86_400 * 365, epochs: [.init(series: .invoices, counts: [0])])
        grant = try seal(
            GrantedKeys(nodes: nodes), by: giver, key: key, terms: terms)
        if rekeyed {
            let other = lie == .rekeyOfOtherGrant ? try otherGrant() : grant!
            if lie != .rekeyAfterAccess { try rekey(other, nodes) }
        }
    }

    private mutating func otherGrant() throws -> Statement {
        let terms = GrantTerms(
            to: northbank.handle, recipientKey: northbank.encryptionKey.digest,
            scope: .months(.invoices, Self.september.month...Self.september.month),
            subject: .fields(["due_date"]), fetches: 10, dataLife: 86_400,
            epochs: [.init(series: .invoices, counts: [0])])
        let claims = Grant(
            right: .read, purpose: .creditAssessment, notBefore: log.now,
            expires: log.now.advanced(by: 86_400), policies: CedarPolicies.standard.digest,
            envelope: Digest(hashing: []))
        return try log.add(
            claims, selective: terms.disclosures(using: &log.random), by: acme)
    }

    private mutating func seal(
        _ keys: GrantedKeys, by giver: Person, key: SigningKey?, terms: GrantTerms
    ) throws -> Statement {
        let jti = JTI(using: &log.random)
        envelope = try Envelope.seal(
            keys,
            context: .init(
                log: log.log, statement: jti, issuer: giver.handle, grantee: northbank.handle,
                recipient: northbank.decryption.encryptionKey))
        let start = lie == .accessTooEarly ? log.now.advanced(by: 500) : log.now
        let claims = Grant(
            right: lie == .proveGrant ? .prove : .read, purpose: .creditAssessment,
            notBefore: start,
            expires: start.advanced(by: lie == .accessTooLate ? 20 : 30 * 86_400),
            policies: CedarPolicies.standard.digest, envelope: envelope.digest)
        log.now = log.now.advanced(by: 1)
        let signed = Statement.sign(
            claims, selective: terms.disclosures(using: &log.random),
            by: Signer(
                origin: log.origin, handle: giver.handle, log: log.log, key: key ?? giver.key),
            at: log.now, jti: jti)
        if lie == .accessBeforeGrant {
            later.append(signed)
            return signed.statement
        }
        try log.register(signed, forced: lie != nil)
        return signed.statement
    }

    private var later: [SignedStatement] = []

    private mutating func rekey(_ grant: Statement, _ nodes: [GrantedKeys.Node]) throws {
        let jti = JTI(using: &log.random)
        envelope = try Envelope.seal(
            GrantedKeys(nodes: nodes),
            context: .init(
                log: log.log, statement: jti, issuer: acme.handle, grantee: northbank.handle,
                recipient: northbank.decryption.encryptionKey))
        log.now = log.now.advanced(by: 1)
        let party = lie == .rekeyByAnother ? mallory : acme
        let terms = RekeyTerms(
            epochs: [.init(series: .invoices, counts: [0])],
            recipientKey: northbank.encryptionKey.digest)
        let nothing = ["epochs", "recipient_key"].map {
            Disclosure(salt: .init(using: &log.random), name: $0, value: .string("x"))
        }
        let signed = Statement.sign(
            Rekey(grant: grant.jti, envelope: envelope.digest),
            selective: lie == .rekeyOfNothing ? nothing : terms.disclosures(using: &log.random),
            by: party.signer(log.origin, log.log),
            at: log.now, jti: jti)
        rekey = signed.statement
        if lie == .accessBeforeGrant { return later.append(signed) }
        if lie == .rekeyOfNothing { return log.append(signed.statement, signed.disclosures) }
        try log.register(signed, forced: lie != nil)
    }

    private mutating func serve() throws {
        if lie == .accessTooLate { log.now = log.now.advanced(by: 1000) }
        if lie == .enterpriseSuspended || lie == .lenderSuspended {
            participants.append(log.entries.count)
            let handle = lie == .enterpriseSuspended ? acme.handle : northbank.handle
            try log.add(Suspend(handle), selective: log.reason(.breachOfTerms), by: log.authority)
        }
        fetch = try signFetch()
        let served = try self.served()
        servedFields = served.fields
        let terms = AccessTerms(fetch: fetch, served: served)
        let other = lie == .accessOfOtherGrant ? try otherGrant() : grant!
        access = try log.add(
            Access(grant: other.jti), selective: terms.disclosures(using: &log.random),
            by: lie == .accessByAnother ? mallory : log.host, forced: lie != nil)
        if lie == .fetchWithExpiredKey { log.now = log.now.advanced(by: 180) }
        for signed in later { try log.register(signed, forced: true) }
        if lie == .erasureAfterAccess { try erase() }
        if lie == .rekeyAfterAccess { try rekey(grant, []) }
        // The log goes on.
        try log.admit(Person("later"), [.lender])
    }

    private mutating func signFetch() throws -> JWS {
        var party = northbank
        var key = northbank.key
        var grant = self.grant!
        switch lie {
        case .fetchByAnother: party = mallory; key = mallory.key
        case .fetchOfOtherGrant: grant = try otherGrant()
        case .fetchWithExpiredKey: key = try expiredKey(of: northbank, [.fetch])
        case .fetchWithRetiredKey:
            key = SigningKey(seed: .random(count: 32, using: &log.random))
            for claims: any KindForm in [
                AddKey(
                    northbank.offer(key, scopes: [.all], to: log.log, introducer: northbank.key)),
                RetireKey(key.verificationKey.thumbprint, .unspecified),
            ] {
                participants.append(log.entries.count)
                try log.add(claims, by: northbank)
            }
        default: break
        }
        let signer = Signer(origin: log.origin, handle: party.handle, log: log.log, key: key)
        if lie == .fetchMalformed {
            return Query.sign(
                .entries, from: 0, limit: 1, by: signer, at: log.now,
                jti: JTI(using: &log.random))
        }
        return Fetch.sign(
            grant: grant.jti,
            fields: lie == .servedUnaskedField ? ["due_date"] : Self.fields,
            ranges: narrow || lie == .servedUnaskedRange
                ? [RecordRange(book: Self.september, from: 1, to: 1)!] : [],
            by: signer, at: lie == .fetchStale ? log.now.advanced(by: -400) : log.now,
            jti: JTI(using: &log.random), opener: FetchOpener(using: &log.random)
        ).jws
    }

    /// What an honest host serves: heads that weren't erased, with their commitments.
    private func served() throws -> Served {
        var names = RecordType.invoice.withCommitments(Self.fields)!
        if lie == .servedUngrantedField { names.append("buyer_name") }
        var books = [Self.september, Self.october]
        if lie == .servedUngrantedBook { books.append(BookName("invoices/2026-11")!) }
        var ranges = servedNumbers.map { book, number in
            RecordRange(book: book, from: number, to: number)!
        }.merged
        if lie == .servedUngrantedBook {
            ranges.append(RecordRange(book: books[2], from: 1, to: 1)!)
        }
        if lie == .servedBeyondBook, let last = ranges.last {
            ranges[ranges.count - 1] = RecordRange(
                book: last.book, from: last.from, to: last.to + 1)!
        }
        return Served(
            fields: names, ranges: ranges,
            books: books.map {
                let state = log.book(acme, $0)
                return .init(
                    book: $0, count: state.count,
                    epoch: lie == .epochUnderstated ? 0 : state.epoch, closed: state.closed)
            })
    }

    private var servedNumbers: [(BookName, Int64)] {
        let replaced = Set(records.compactMap { $0.claims.replaces })
        let erased = lie == .servedErased ? [] : Set(erasures.compactMap { $0.erased })
        return records.prefix(narrow ? 1 : records.count).filter {
            $0.statement.issuer == acme.handle && !replaced.contains($0.statement.jti)
                && !erased.contains($0.statement.jti)
        }.map { ($0.claims.book, $0.claims.number) }.sorted { $0 < $1 }
    }
}

extension Statement {
    var erased: JTI? {
        (claims as? Erase)?.target.jti
    }
}

extension SealedRecord {
    var claims: RegisterRecord {
        guard let claims = statement.claims as? RegisterRecord else { preconditionFailure() }
        return claims
    }
}

extension Story {
    var sortedRecords: [SealedRecord] {
        records.sorted {
            ($0.claims.book, $0.claims.number) < ($1.claims.book, $1.claims.number)
        }
    }

    func answer() throws -> FetchAnswer {
        let served = try Served.of(access, in: log)
        return FetchAnswer(
            checkpoint: try log.checkpoint(), genesis: try log.logged(0),
            granted: .init(
                access: try log.logged(log.index(of: access.jti), disclosing: true),
                grant: try log.logged(log.index(of: grant.jti), disclosing: true),
                rekey: try rekey.map {
                    try log.logged(log.index(of: $0.jti), disclosing: true)
                },
                envelope: envelope),
            participants: try participants.map { try log.logged($0) },
            types: try log.types(of: [.invoices]),
            records: try sortedRecords.map { record in
                let isServed = served.ranges.contains {
                    $0.book == record.claims.book && $0.contains(record.claims.number)
                }
                return FetchAnswer.Record(
                    logged: try log.logged(log.index(of: record.statement.jti)),
                    fields: isServed
                        ? record.fields.fields.filter { served.fields.contains($0.name) } : [])
            },
            erasures: try erasures.map { try log.logged(log.index(of: $0.jti)) })
    }

    func opened() throws(PackageRefusal) -> VerifiedPackage {
        let answer: FetchAnswer
        do { answer = try self.answer() } catch { preconditionFailure("\(error)") }
        return try answer.open(with: [northbank.decryption], under: log.trust, expecting: fetch)
    }
}

extension Served {
    static func of(_ access: Statement, in log: TestLog) throws -> Served {
        let entry = log.entries[log.index(of: access.jti)]
        guard let terms = try access.opened(with: entry.disclosures) as? AccessTerms else {
            preconditionFailure()
        }
        return terms.served
    }
}
