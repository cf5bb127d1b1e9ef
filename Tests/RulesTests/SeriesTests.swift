import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// A grant to prove over records of several series: what holds for one series holds for each.
@Suite struct SeriesTests {
    private static let bills = "bills/2026-02"
    private static let invoices = "invoices/2026-02"
    private static let ranges = [Chain.range(bills, 1, 2), Chain.range(invoices, 1, 2)]
    private static let both = Scope.records(ranges)
    private static let texts = [
        "equal(\(bills)#1.order_reference, \(invoices)#2.number)",
        "sum(tax_amount) >= 1 EUR", "each(due_date) <= 2026-12-31",
    ]

    private func scene() -> Chain {
        var chain = Chain()
        _ = chain.register(2, in: Self.bills)
        _ = chain.register(2, in: Self.invoices)
        return chain
    }

    private func granting(
        _ chain: inout Chain, _ texts: [String] = texts, until end: Int64 = 100,
        epochs: [Int64] = [0]
    ) -> SignedStatement {
        chain.granting(
            right: .prove, scope: Self.both, subject: .statements(texts), until: end, epochs: epochs
        )
    }

    @Test func isAdmitted() throws {
        var chain = scene()
        let request = chain.request(
            right: .prove, scope: Self.both, subject: .statements(Self.texts))
        #expect(chain.submit(request) == nil)
        let grant = granting(&chain, epochs: [0, 2])
        #expect(chain.submit(grant) == nil)
        for series in [Series.bills, .invoices] {
            let live = try #require(chain.epochs(of: .enterprise, series).live.first)
            #expect(live.epoch == 2 && live.grant == grant.statement.jti)
        }
        #expect(chain.epochs(of: .enterprise, Series(rawValue: "bank")!).live.isEmpty)
    }

    /// A record is read with the keys of its month, and one grant has those of one series.
    @Test func isNotToBeRead() {
        var chain = scene()
        let grant = chain.granting(scope: Self.both, subject: .fields(["due_date"]))
        #expect(chain.submit(grant) == .grant(.foreignScope))
        let request = chain.request(scope: Self.both, subject: .fields(["due_date"]))
        #expect(chain.submit(request) == .grant(.foreignScope))
    }

    /// The keys of an ended grant open nothing new, in none of its series.
    @Test func endsInEachSeries() {
        for isRevoked in [true, false] {
            var chain = scene()
            let grant = granting(&chain, epochs: [3])
            #expect(chain.submit(grant) == nil)
            if isRevoked {
                #expect(chain.submit(chain.revocation(grant.statement.jti)) == nil)
            } else {
                chain.now = chain.now.advanced(by: 101)
            }
            for book in [Self.bills, Self.invoices] {
                #expect(
                    chain.submit(chain.record(book, epoch: 3))
                        == .book(.epochTooLow(have: 3, required: 4)))
                #expect(chain.submit(chain.record(book, epoch: 4)) == nil)
            }
        }
    }

    @Test func newKeysAreOfTheSameSeries() {
        var chain = scene()
        let grant = granting(&chain)
        #expect(chain.submit(grant) == nil)
        let jti = grant.statement.jti
        for series in [[Series.bills], [.invoices], [.bills, .invoices, Series(rawValue: "x")!]] {
            #expect(
                chain.submit(chain.rekeying(jti, epochs: [5], of: series))
                    == .grant(.foreignScope))
        }
        #expect(chain.submit(chain.rekeying(jti, epochs: [5])) == nil)
        #expect(chain.epochs(of: .enterprise, .bills).live.map(\.epoch) == [5])
        #expect(chain.epochs(of: .enterprise, .invoices).live.map(\.epoch) == [5])
    }

    /// What policy forbids of one series isn't had by naming another beside it.
    @Test(arguments: [PolicyAction.request, .grant, .access, .operate])
    func policyIsAskedOfEachSeries(_ action: PolicyAction) {
        for forbidden in [Series.bills, .invoices] {
            var chain = scene()
            let set = chain.policies.add("\(forbidden)") { question in
                PolicyDecision(
                    permitted: question.action != action || question.series != forbidden,
                    determining: ["none"])
            }
            let files = [PolicyFile(name: "a", digest: Digest(hashing: []))]
            let publication = PublishPolicies(set: set, files: files)
            #expect(chain.submit(chain.sign(publication, by: .authority)) == nil)
            let refusal = Refusal.policy(.forbidden(policies: ["none"]))
            let request = chain.request(
                right: .prove, scope: Self.both, subject: .statements(Self.texts))
            #expect(chain.submit(request) == (action == .request ? refusal : nil))
            let grant = granting(&chain)
            #expect(chain.submit(grant) == (action == .grant ? refusal : nil))
            guard action == .access || action == .operate else { continue }
            let names: [FieldName] = ["tax_amount_commitment"]
            let fetch = chain.fetch(grant.statement.jti, fields: names)
            let served = Served(
                fields: names, ranges: Self.ranges,
                books: Self.ranges.map {
                    .init(book: $0.book, count: 2, epoch: 0, closed: false)
                })
            #expect(
                chain.submit(chain.access(grant.statement.jti, fetch: fetch, served: served))
                    == refusal)
        }
    }

    @Test func statementsAreAboutFieldsOfEachSeries() {
        var chain = scene()
        for (text, refusal) in [
            (
                "equal(\(Self.bills)#1.due_date, \(Self.invoices)#2.number)",
                Refusal.proof(.notProvable(statement: 0, field: "number"))
            ),
            (
                "equal(\(Self.bills)#1.number, \(Self.invoices)#3.number)",
                .proof(.recordNotInScope(statement: 0, record: "\(Self.invoices)#3"))
            ),
            ("sum(due_date) >= 1 EUR", .proof(.notProvable(statement: 0, field: "due_date"))),
        ] {
            #expect(chain.submit(granting(&chain, [text])) == refusal)
        }
    }
}
