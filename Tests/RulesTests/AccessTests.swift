import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct AccessTests {
    private let book = "invoices/2026-02"

    /// A chain with five records in February and two in March, and a grant over the year.
    private func scene(
        scope: Scope = Chain.months("2026-01", "2026-12"), from: Int64 = 0, to end: Int64 = 1_000,
        fetches: Int64 = 3, subject: GrantSubject = .fields(Chain.fields), right: Right = .read
    ) -> (Chain, JTI) {
        var chain = Chain()
        _ = chain.register(5, in: book)
        _ = chain.register(2, in: "invoices/2026-03")
        _ = chain.register(2, in: book, by: .other)
        let grant = chain.granted(
            scope: scope, subject: subject, right: right, from: from, until: end, fetches: fetches)
        return (chain, grant)
    }

    @Test func serves() throws {
        var (chain, grant) = scene()
        let served = chain.served(ranges: [
            Chain.range(book, 1, 5), Chain.range("invoices/2026-03", 1, 2),
        ])
        let fetch = chain.fetch(grant)
        let signed = chain.access(grant, fetch: fetch, served: served)
        #expect(chain.submit(signed) == nil)
        #expect(chain.grant(grant)?.used == 1)
        let jti = try Fetch(parsing: fetch.bytes).jti
        #expect(chain.state[CallState.key(jti)]?.entry == signed.statement.jti)
        #expect(
            chain.submit(chain.access(grant, fetch: fetch, served: served))
                == .call(.alreadyCarried(by: signed.statement.jti)))
    }

    @Test func onlyTheHost() {
        var (chain, grant) = scene()
        for person in [Person.authority, .lender, .enterprise, .regulator] {
            #expect(chain.submit(chain.access(grant, by: person)) == .issuer(.notHost))
        }
        let unknown = chain.jti()
        #expect(chain.submit(chain.access(unknown)) == .grant(.unknownGrant(unknown)))
    }

    @Test func onlyWhileItLives() {
        var (chain, grant) = scene(from: 10, to: 20)
        for (second, refusal) in [
            (9, .grant(.notYetValid(grant))), (10, nil), (19, nil), (20, .grant(.grantDead(grant))),
        ] as [(Int64, Refusal?)] {
            chain.now = Chain.start.advanced(by: second)
            #expect(chain.submit(chain.access(grant)) == refusal, "\(second)")
        }
        let other = chain.granted()
        #expect(chain.submit(chain.revocation(other)) == nil)
        #expect(chain.submit(chain.access(other)) == .grant(.grantDead(other)))
    }

    @Test func budget() {
        var (chain, grant) = scene(fetches: 2)
        #expect(chain.submit(chain.access(grant)) == nil)
        // A refused access costs nothing.
        #expect(
            chain.submit(chain.access(grant, served: chain.served(fields: ["notes"])))
                == .access(.notGranted))
        #expect(chain.submit(chain.access(grant)) == nil)
        #expect(chain.submit(chain.access(grant)) == .access(.budgetSpent(limit: 2)))
        // Another grant has its own.
        let other = chain.granted(fetches: 1)
        #expect(chain.submit(chain.access(other)) == nil)
    }

    // MARK: The fetch inside

    @Test func fetchIsTheGranteesOwn() {
        var (chain, grant) = scene()
        let other = chain.granted(to: .rival)
        let spare = Person.key("spare")
        func submit(_ fetch: JWS) -> Refusal? { chain.submit(chain.access(grant, fetch: fetch)) }
        #expect(submit(chain.fetch(grant, by: .rival)) == .call(.foreign))
        #expect(submit(chain.fetch(grant, by: .host)) == .call(.foreign))
        #expect(submit(chain.fetch(other)) == .call(.foreign))
        #expect(submit(chain.fetch(nil)) == .call(.foreign))
        #expect(submit(chain.fetch(grant, with: spare)) == .issuer(.unknownKey))
        #expect(submit(chain.fetch(grant, with: Person.rival.key)) == .issuer(.keyOfAnother))
        #expect(chain.submit(chain.added(spare, [.seal, .grant, .close], to: .lender)) == nil)
        #expect(submit(chain.fetch(grant, with: spare)) == .issuer(.scopeMissing(.fetch)))
        #expect(
            chain.submit(
                chain.sign(RetireKey(spare.verificationKey.thumbprint, .unspecified), by: .lender))
                == nil)
        #expect(submit(chain.fetch(grant, with: spare)) == .issuer(.keyRetired))
        let ending = Person.key("ending")
        let key = KeyState.key(ending.verificationKey.thumbprint)
        chain.state[key] = KeyState(
            handle: Person.lender.handle, key: ending.verificationKey, scopes: [.fetch],
            until: chain.now)
        #expect(submit(chain.fetch(grant, with: ending)) == .issuer(.keyExpired))
        let later = chain.now.advanced(by: 1)
        chain.state[key]?.until = later
        #expect(submit(chain.fetch(grant, with: ending)) == nil)
        let elsewhere = Digest<Digested.Genesis>(hashing: Array("another".utf8))
        #expect(submit(chain.fetch(grant, log: elsewhere)) == .place(.otherLog))
        #expect(
            submit(chain.fetch(grant, origin: Origin("other.example/log")!)) == .place(.otherLog))
        #expect(submit(chain.fetch(grant)) == nil)
    }

    @Test func fetchIsWellFormedAndSigned() throws {
        var (chain, grant) = scene()
        let good = chain.fetch(grant)
        let parts = good.text.split(separator: ".")
        let zeros = Base64URL.encode(
            [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 0, count: 32))
        let unsigned = try JWS(parsing: "\(parts[0]).\(parts[1]).\(zeros)")
        #expect(chain.submit(chain.access(grant, fetch: unsigned)) == .issuer(.badSignature))
        let query = JWS(signing: good.payload, type: Query.type, with: Person.lender.key)
        #expect(
            chain.submit(chain.access(grant, fetch: query))
                == .place(.malformed(.unknownType(Query.type))))
        let statement = chain.request().statement.jws
        #expect(
            chain.submit(chain.access(grant, fetch: statement))
                == .place(.malformed(.unknownType(Kind.request.type))))
    }

    @Test func fetchIsFresh() {
        var (chain, grant) = scene(fetches: 10)
        chain.now = Chain.start.advanced(by: 500)
        for (second, isFresh) in [
            (199, false), (200, true), (500, true), (800, true), (801, false),
        ] {
            let fetch = chain.fetch(grant, at: Chain.start.advanced(by: Int64(second)))
            let refusal = chain.submit(chain.access(grant, fetch: fetch))
            #expect(refusal == (isFresh ? nil : .call(.stale)), "\(second)")
        }
    }

    // MARK: What is served

    @Test func fieldsAreGrantedAndAskedFor() {
        var (chain, grant) = scene(fetches: 100)
        let commitment: FieldName = "tax_exclusive_amount_commitment"
        func submit(_ served: [FieldName], asked: [FieldName] = Chain.fields) -> Refusal? {
            let fetch = chain.fetch(grant, fields: asked)
            return chain.submit(
                chain.access(grant, fetch: fetch, served: chain.served(fields: served)))
        }
        #expect(submit(Chain.fields + [commitment]) == nil)
        #expect(submit(["due_date"]) == nil)
        #expect(submit([]) == nil)
        #expect(submit(["notes"]) == .access(.notGranted))
        #expect(submit(["notes"], asked: ["notes"]) == .access(.notGranted))
        #expect(
            submit(["due_date", "payable_amount"], asked: ["due_date", "payable_amount"])
                == .access(.notGranted))
        #expect(submit(["payable_amount_commitment"]) == .access(.notGranted))
        #expect(submit(Chain.fields, asked: ["due_date"]) == .access(.notAskedFor))
        #expect(submit(["due_date"], asked: ["tax_exclusive_amount"]) == .access(.notAskedFor))
        #expect(submit([commitment], asked: [commitment]) == nil)
        #expect(submit(["tax_exclusive_amount"], asked: [commitment]) == .access(.notAskedFor))
        #expect(submit(["due_date"], asked: ["due_date", "zz"]) == .access(.notGranted))
    }

    /// A grant of a commitment alone doesn't give the value.
    @Test func commitmentAlone() {
        let commitment: FieldName = "tax_exclusive_amount_commitment"
        var (chain, grant) = scene(subject: .fields([commitment]))
        let fetch = chain.fetch(grant, fields: ["tax_exclusive_amount"])
        #expect(
            chain.submit(
                chain.access(
                    grant, fetch: fetch, served: chain.served(fields: ["tax_exclusive_amount"]))
            ) == .access(.notGranted))
        #expect(
            chain.submit(
                chain.access(grant, fetch: fetch, served: chain.served(fields: [commitment])))
                == nil)
    }

    /// A grant to prove gives commitments and no value.
    @Test func proving() {
        var (chain, grant) = scene(
            scope: .records([Chain.range(book, 1, 5)]),
            subject: .statements(["sum(tax_amount) >= 1 EUR"]), right: .prove)
        func submit(_ names: [FieldName]) -> Refusal? {
            let fetch = chain.fetch(grant, fields: ["tax_amount", "due_date"])
            return chain.submit(
                chain.access(grant, fetch: fetch, served: chain.served(fields: names)))
        }
        #expect(submit(["tax_amount"]) == .access(.notGranted))
        #expect(submit(["due_date"]) == .access(.notGranted))
        #expect(submit(["tax_amount_commitment"]) == nil)
        #expect(submit(["payable_amount_commitment"]) == .access(.notAskedFor))
    }

    @Test func rangesAreGrantedAndAskedFor() {
        var (chain, grant) = scene(scope: Chain.months("2026-02", "2026-02"), fetches: 100)
        func submit(_ served: RecordRange, asked: [RecordRange] = []) -> Refusal? {
            let fetch = chain.fetch(grant, ranges: asked)
            return chain.submit(
                chain.access(grant, fetch: fetch, served: chain.served(ranges: [served])))
        }
        #expect(submit(Chain.range(book, 1, 5)) == nil)
        #expect(submit(Chain.range("invoices/2026-03", 1, 1)) == .access(.notGranted))
        #expect(submit(Chain.range("bills/2026-02", 1, 1)) == .access(.notGranted))
        let some = [Chain.range(book, 2, 3), Chain.range(book, 5, 5)]
        #expect(submit(Chain.range(book, 2, 3), asked: some) == nil)
        #expect(submit(Chain.range(book, 5, 5), asked: some) == nil)
        #expect(submit(Chain.range(book, 1, 3), asked: some) == .access(.notAskedFor))
        #expect(submit(Chain.range(book, 2, 4), asked: some) == .access(.notAskedFor))
        #expect(submit(Chain.range(book, 4, 4), asked: some) == .access(.notAskedFor))
        let elsewhere = [Chain.range("invoices/2026-03", 1, 5)]
        #expect(submit(Chain.range(book, 1, 1), asked: elsewhere) == .access(.notAskedFor))
    }

    @Test func singleRecords() {
        let scope = Scope.records([Chain.range(book, 2, 3), Chain.range("invoices/2026-03", 1, 1)])
        var (chain, grant) = scene(scope: scope, fetches: 100)
        func submit(_ served: RecordRange) -> Refusal? {
            chain.submit(chain.access(grant, served: chain.served(ranges: [served])))
        }
        #expect(submit(Chain.range(book, 2, 3)) == nil)
        #expect(submit(Chain.range(book, 3, 3)) == nil)
        #expect(submit(Chain.range(book, 1, 2)) == .access(.notGranted))
        #expect(submit(Chain.range(book, 3, 4)) == .access(.notGranted))
        #expect(submit(Chain.range("invoices/2026-03", 2, 2)) == .access(.notGranted))
    }

    /// Books are stated as they are, and every book served from is stated.
    @Test func bookStates() {
        var (chain, grant) = scene(fetches: 100)
        #expect(chain.submit(chain.closing("invoices/2026-03")) == nil)
        let name = BookName(book)!
        let asked = [Chain.range(book, 1, 2)]
        func submit(_ ranges: [RecordRange], _ books: [Served.BookState]) -> Refusal? {
            let fetch = chain.fetch(grant, ranges: asked)
            return chain.submit(
                chain.access(
                    grant, fetch: fetch, served: chain.served(ranges: ranges, books: books)))
        }
        func february(_ count: Int64, _ epoch: Int64, _ closed: Bool) -> Refusal? {
            submit(asked, [.init(book: name, count: count, epoch: epoch, closed: closed)])
        }
        let wrong = Refusal.access(.bookStateWrong(name))
        #expect(february(5, 0, false) == nil)
        #expect(february(4, 0, false) == wrong)
        #expect(february(6, 0, false) == wrong)
        #expect(february(5, 1, false) == wrong)
        #expect(february(5, 0, true) == wrong)
        #expect(submit(asked, []) == wrong)
        // Others may be stated too, as they are.
        let actual = chain.stated([name])
        func march(_ closed: Bool) -> Served.BookState {
            .init(book: BookName("invoices/2026-03")!, count: 2, epoch: 0, closed: closed)
        }
        #expect(submit(asked, actual + [march(true)]) == nil)
        #expect(
            submit(asked, actual + [march(false)]) == .access(.bookStateWrong(march(true).book)))
        let empty = BookName("invoices/2026-09")!
        #expect(submit(asked, actual + chain.stated([empty])) == nil)
        // No number is served of a book that isn't stated.
        let grant2 = chain.granted(scope: Chain.months("2026-09", "2026-10"))
        let fetch = chain.fetch(grant2)
        let served = chain.served(ranges: [Chain.range("invoices/2026-09", 1, 1)], books: [])
        #expect(
            chain.submit(chain.access(grant2, fetch: fetch, served: served))
                == .access(.bookStateWrong(empty)))
    }

    /// A book that was asked for and has anything in it can't be left out.
    @Test func noBookIsLeftOut() {
        var (chain, grant) = scene(scope: Chain.months("2026-01", "2026-03"), fetches: 100)
        let (february, march) = (Chain.range(book, 1, 5), Chain.range("invoices/2026-03", 1, 2))
        func submit(_ served: [RecordRange], asked: [RecordRange] = []) -> Refusal? {
            let fetch = chain.fetch(grant, ranges: asked)
            let books = chain.stated(served.map(\.book))
            return chain.submit(
                chain.access(
                    grant, fetch: fetch, served: chain.served(ranges: served, books: books)))
        }
        let wrong = Refusal.access(.bookStateWrong(march.book))
        #expect(submit([february, march]) == nil)
        #expect(submit([february]) == wrong)
        #expect(submit([]) == .access(.bookStateWrong(february.book)))
        #expect(submit([february], asked: [february]) == nil)
        #expect(submit([february], asked: [february, march]) == wrong)
        // An empty book that is closed says that there is nothing, and is stated too.
        #expect(chain.submit(chain.closing("invoices/2026-01")) == nil)
        #expect(
            submit([february, march]) == .access(.bookStateWrong(BookName("invoices/2026-01")!)))
        #expect(submit([february], asked: [february]) == nil)
        // What lies beyond the grant isn't asked for by asking.
        let april = Chain.range("invoices/2026-04", 1, 1)
        _ = chain.register(1, in: "invoices/2026-04")
        #expect(submit([february], asked: [february, april]) == nil)
    }

    @Test func noBookOfSingleRecordsIsLeftOut() {
        let ranges = [Chain.range(book, 2, 3), Chain.range("invoices/2026-03", 1, 1)]
        var (chain, grant) = scene(scope: .records(ranges), fetches: 100)
        let all = chain.served(ranges: ranges)
        let some = chain.served(ranges: [ranges[0]], books: chain.stated([ranges[0].book]))
        #expect(chain.submit(chain.access(grant, served: all)) == nil)
        #expect(
            chain.submit(chain.access(grant, served: some))
                == .access(.bookStateWrong(ranges[1].book)))
    }

    @Test func recordsAreThere() {
        var (chain, grant) = scene(fetches: 100)
        func submit(_ from: Int64, _ to: Int64) -> Refusal? {
            chain.submit(
                chain.access(grant, served: chain.served(ranges: [Chain.range(book, from, to)])))
        }
        #expect(submit(1, 5) == nil)
        #expect(submit(1, 6) == .access(.recordsNotLive))
        #expect(submit(6, 6) == .access(.recordsNotLive))
        let jti = chain.state.values.compactMap { key, value -> JTI? in
            guard case .jti(let jti) = key.name, let state = value.object as? StatementState,
                state.record?.number == 3, state.record?.book.description == book,
                state.issuer == Person.enterprise.handle
            else { return nil }
            return jti
        }
        #expect(chain.submit(chain.erasure(.record(jti[0]))) == nil)
        #expect(submit(1, 5) == .access(.recordsNotLive))
        #expect(submit(3, 3) == .access(.recordsNotLive))
        #expect(submit(2, 3) == .access(.recordsNotLive))
        #expect(submit(1, 2) == nil)
        #expect(submit(4, 5) == nil)
    }
}
