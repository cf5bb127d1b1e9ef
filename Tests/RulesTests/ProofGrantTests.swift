import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Grants to prove that no verifier would accept are no entries.
@Suite struct ProofGrantTests {
    private let book = "invoices/2026-02"
    private let march = "invoices/2026-03"

    /// A chain with five records in February and two in March.
    private func scene() -> Chain { records().0 }

    private func records() -> (Chain, [JTI]) {
        var chain = Chain()
        let jtis = chain.register(5, in: book)
        _ = chain.register(2, in: march)
        return (chain, jtis)
    }

    private func grant(
        _ texts: [String] = ["sum(tax_amount) >= 1 EUR"], over ranges: [RecordRange]? = nil,
        at size: Int64? = nil, in chain: inout Chain
    ) -> SignedStatement {
        chain.granting(
            right: .prove, scope: .records(ranges ?? [Chain.range(book, 1, 5)]),
            subject: .statements(texts), at: size)
    }

    @Test func whatCanBeProvenIsAdmitted() {
        var chain = scene()
        let texts = [
            "sum(tax_amount) between -1 and 100 EUR", "each(payable_amount) <= 100 EUR",
            "equal(\(book)#1.tax_amount, \(march)#2.tax_amount)",
            "score(2*payable_amount EUR, -1*tax_amount EUR) >= 5",
        ]
        let signed = grant(
            texts, over: [Chain.range(book, 1, 5), Chain.range(march, 2, 2)], in: &chain)
        #expect(chain.submit(signed) == nil)
    }

    /// The tree of the list is named, and there.
    @Test func thePoint() {
        var chain = scene()
        let size = chain.size
        let without = chain.sign(
            Grant(
                right: .prove, purpose: .creditAssessment, notBefore: chain.now,
                expires: chain.now.advanced(by: 10), policies: chain.log!.policies,
                envelope: Digest(hashing: [])),
            GrantTerms(
                to: Person.lender.handle,
                recipientKey: Person.lender.encryptionKey.digest,
                scope: .records([Chain.range(book, 1, 5)]),
                subject: .statements(["sum(tax_amount) >= 1 EUR"]), fetches: 1, dataLife: 0,
                epochs: [.init(series: .invoices, counts: [0])]), by: .enterprise)
        #expect(chain.submit(without) == .proof(.pointMissing))
        // The point is public: also a replay that isn't shown the terms sees it.
        #expect(chain.submit(without, withheld: true) == .proof(.pointMissing))
        let beyond = grant(at: size + 1, in: &chain)
        #expect(chain.submit(beyond) == .proof(.pointBeyondLog(size: size + 1, entries: size)))
        let last = grant(at: size, in: &chain)
        #expect(chain.submit(last) == nil)
    }

    /// Months are listed as records first.
    @Test func recordsAreListed() {
        var chain = scene()
        let months = chain.granting(
            right: .prove, subject: .statements(["sum(tax_amount) >= 1 EUR"]))
        #expect(chain.submit(months) == .proof(.recordsNotListed))
        // A request can name months; what is current then is listed by who answers.
        let request = chain.request(
            right: .prove, subject: .statements(["sum(tax_amount) >= 1 EUR"]))
        #expect(chain.submit(request) == nil)
    }

    static let faults: [(String, Refusal)] = [
        (
            "sum(tax_amount) > 1 EUR",
            .proof(
                .malformedProofStatement(
                    1, .init(offset: 16, reason: .expected(">=, <=, = or between"))))
        ),
        (
            "sum(tax_amount) >= 1.00 EUR",
            .proof(
                .malformedProofStatement(
                    1, .init(offset: 20, reason: .notCanonical("sum(tax_amount) >= 1 EUR"))))
        ),
        (
            "sum(tax_amount) >= 1 XXX",
            .proof(.malformedProofStatement(1, .init(offset: 21, reason: .unknownUnit("XXX"))))
        ),
        ("each(due_date) = 1 EUR", .proof(.notProvable(statement: 1, field: "due_date"))),
        ("sum(turnover) >= 1 EUR", .proof(.notProvable(statement: 1, field: "turnover"))),
        (
            "equal(invoices/2026-02#1.tax_amount, invoices/2026-02#6.tax_amount)",
            .proof(.recordNotInScope(statement: 1, record: "invoices/2026-02#6"))
        ),
        (
            "equal(invoices/2027-02#1.tax_amount, invoices/2026-02#1.tax_amount)",
            .proof(.recordNotInScope(statement: 1, record: "invoices/2027-02#1"))
        ),
    ]

    /// In a grant as in a request, where months are the scope.
    @Test(arguments: faults)
    func statementsHaveTheirForm(_ text: String, _ refusal: Refusal) {
        var chain = scene()
        let good = "each(tax_amount) >= 1 EUR"
        #expect(chain.submit(grant([good, text], in: &chain)) == refusal)
        let asked = chain.request(right: .prove, subject: .statements([good, text]))
        let admitted = text.contains("#6")
        #expect(chain.submit(asked) == (admitted ? nil : refusal))
    }

    /// What is listed is registered, not erased, and replaced by nothing, in no book.
    @Test func recordsAreCurrent() {
        var chain = scene()
        func submit(_ ranges: [RecordRange]) -> Refusal? {
            chain.submit(grant(over: ranges, in: &chain))
        }
        let stale = Refusal.proof(.recordsNotCurrent(BookName(book)!))
        #expect(submit([Chain.range(book, 1, 6)]) == stale)
        #expect(
            submit([Chain.range("invoices/2026-04", 1, 1)])
                == .proof(.recordsNotCurrent(BookName("invoices/2026-04")!)))
        let added = chain.register(3, in: book)
        #expect(submit([Chain.range(book, 6, 8)]) == nil)
        #expect(chain.submit(chain.erasure(.record(added[0]))) == nil)
        #expect(submit([Chain.range(book, 1, 6)]) == stale)
        #expect(submit([Chain.range(book, 1, 5), Chain.range(book, 7, 8)]) == nil)
        // Replaced in another book, and in its own.
        #expect(chain.submit(chain.record(march, replaces: added[1])) == nil)
        #expect(chain.book(book).replaced == [7...7] && chain.book(march).replaced.isEmpty)
        #expect(submit([Chain.range(book, 1, 5), Chain.range(book, 7, 8)]) == stale)
        #expect(submit([Chain.range(book, 8, 8), Chain.range(march, 1, 3)]) == nil)
        #expect(chain.submit(chain.record(book, replaces: added[2])) == nil)
        #expect(chain.book(book).replaced == [7...8] && chain.book(book).count == 9)
        #expect(submit([Chain.range(book, 8, 9)]) == stale)
        #expect(submit([Chain.range(book, 9, 9)]) == nil)
    }

    /// A proof about what doesn't count any more isn't served, and not charged.
    @Test func whatIsNotCurrentIsNotServed() {
        var (chain, records) = records()
        let names: [FieldName] = ["tax_amount_commitment"]
        func access(_ grant: JTI, _ first: Int64) -> Refusal? {
            chain.submit(
                chain.access(
                    grant, fetch: chain.fetch(grant, fields: names),
                    served: chain.served(fields: names, ranges: [Chain.range(book, first, 5)])))
        }
        func granted(_ first: Int64) -> JTI {
            chain.granted(
                scope: .records([Chain.range(book, first, 5)]),
                subject: .statements(["sum(tax_amount) >= 1 EUR"]), right: .prove)
        }
        let stale = Refusal.proof(.recordsNotCurrent(BookName(book)!))
        let (all, rest) = (granted(1), granted(3))
        #expect(access(all, 1) == nil)
        let more = chain.register(1, in: "invoices/2026-04")[0]
        #expect(chain.submit(chain.erasure(.record(more))) == nil)
        #expect(access(all, 1) == nil, "of another book")
        #expect(chain.submit(chain.record(march, replaces: records[1])) == nil)
        // Even if what is left is served alone.
        #expect(access(all, 1) == stale && access(all, 3) == stale)
        #expect(access(rest, 3) == nil)
        #expect(chain.submit(chain.erasure(.record(records[3]))) == nil)
        #expect(access(rest, 5) == stale)
        #expect(chain.grant(all)?.used == 2 && chain.grant(rest)?.used == 1)
        // A grant to read lets read what is left.
        let read = chain.granted()
        #expect(chain.submit(chain.access(read)) == nil)
    }

    /// More than any proof can be about; the counts are those of the real thing.
    @Test func proofsHaveASize() {
        var chain = scene()
        func submit(_ texts: [String], _ count: Int64) -> Refusal? {
            chain.submit(grant(texts, over: [Chain.range(book, 1, count)], in: &chain))
        }
        let missing = Refusal.proof(.recordsNotCurrent(BookName(book)!))
        let sum = "sum(tax_amount) >= 1 EUR"
        #expect(submit([sum], 65_536) == missing)
        #expect(
            submit([sum], 65_537) == .proof(.proofTooLarge(.records(have: 65_537, limit: 65_536))))
        let more = [sum, "sum(payable_amount) >= 1 EUR"]
        #expect(submit(more, 65_536) == missing)
        #expect(
            submit(more + ["sum(line_total) >= 1 EUR"], 65_536)
                == .proof(.proofTooLarge(.values(have: 196_608, limit: 131_072))))
        #expect(
            submit(["score(3*tax_amount EUR) >= 1"], 21_846)
                == .proof(.proofTooLarge(.weights(statement: 0, limit: 65_536))))
        #expect(submit(["score(3*tax_amount EUR) >= 1"], 21_845) == missing)
        #expect(
            submit(["each(tax_amount) >= 1 EUR"], 16_385)
                == .proof(.proofTooLarge(.ranges(have: 16_385, limit: 16_384))))
        #expect(submit(["each(tax_amount) >= 1 EUR"], 16_384) == missing)
    }

    // MARK: Records that belong together

    private static let digest = Digest<Digested.Links>(hashing: [1]).text

    /// Books of statements and entries, whose records nobody looks into here.
    private func bankScene() -> (Chain, [RecordRange]) {
        var chain = scene()
        let ranges = ["bank/2026-02", "statements/2026-02"].map { name in
            _ = chain.register(3, in: name)
            return Chain.range(name, 1, 3)
        }
        return (chain, ranges)
    }

    @Test func linkedRecordsAreListed() {
        var (chain, ranges) = bankScene()
        func submit(_ texts: [String], over scope: [RecordRange]? = nil) -> Refusal? {
            chain.submit(grant(texts, over: scope ?? ranges, in: &chain))
        }
        let balances = "linked(balances, 3, \(Self.digest))"
        #expect(submit([balances]) == nil)
        #expect(submit(["total(bank/2026-02#1.amount, bank/2026-02#3.amount) = 0 EUR"]) == nil)
        // Who grants says which records; who asks can't.
        #expect(
            submit([balances, "linked(balances)"]) == .proof(.linksNotListed(statement: 1)))
        let asked = chain.request(
            right: .prove, scope: .records(ranges.map { .whole($0.book) }),
            subject: .statements(["linked(balances)", "linked(follows) days between 0 and 3"]))
        #expect(chain.submit(asked) == nil)
        // Both flows are there, and all that is named.
        #expect(
            submit([balances], over: [ranges[0]])
                == .proof(.notProvable(statement: 0, field: "account")))
        #expect(
            submit(["linked(settles, 1, \(Self.digest))"])
                == .proof(.notProvable(statement: 0, field: "payable_amount")))
        #expect(
            submit(["total(bank/2026-02#4.amount) = 0 EUR"])
                == .proof(.recordNotInScope(statement: 0, record: "bank/2026-02#4")))
        #expect(
            submit(["total(bank/2026-02#1.booking_date) = 0 EUR"])
                == .proof(.notProvable(statement: 0, field: "booking_date")))
    }

    /// An answer lists the records that were asked for without being known.
    @Test func linkedRecordsAnswerARequest() {
        let scope = Scope.records([.whole(BookName("bank/2026-02")!)])
        func exceeded(_ asked: [String], _ granted: [String]) -> Bool {
            let lender = Person.lender.handle
            let state = RequestState(
                by: lender,
                terms: RequestTerms(
                    .creditAssessment, to: Person.enterprise.handle, right: .prove, scope: scope,
                    subject: .statements(asked), notBefore: Chain.start,
                    expires: Chain.start.advanced(by: 1000), fetches: 1, dataLife: 0))
            return state.isExceeded(
                by: GrantTerms(
                    to: lender, recipientKey: Person.lender.encryptionKey.digest,
                    scope: .records([Chain.range("bank/2026-02", 1, 3)]),
                    subject: .statements(granted), fetches: 1, dataLife: 0,
                    epochs: [.init(series: Series(rawValue: "bank")!, counts: [0])]),
                from: Person.enterprise.handle, right: .prove, purpose: .creditAssessment,
                expires: Chain.start.advanced(by: 10), lifetime: 10)
        }
        let asked = ["linked(settles) days <= 60"]
        func listed(_ relation: String, _ days: String) -> String {
            "linked(\(relation), 2, \(Self.digest)) days <= \(days)"
        }
        #expect(!exceeded(asked, [listed("settles", "60")]))
        #expect(!exceeded(asked, [listed("settles", "60"), listed("settles", "60")]))
        #expect(exceeded(asked, [listed("settles", "59")]))
        #expect(exceeded(asked, [listed("settles-by-reference", "60")]))
        #expect(exceeded(asked, [listed("settles", "60"), "sum(amount) >= 1 EUR"]))
        #expect(exceeded(["sum(amount) >= 1 EUR"], [listed("settles", "60")]))
    }
}
