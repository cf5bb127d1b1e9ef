import TestWorld
import Testing
import Transparency

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct BookTests {
    private let book = "invoices/2026-02"
    private var name: BookName { BookName(book)! }

    @Test func registers() throws {
        var chain = Chain()
        let digests = try (1...5).map { number in
            let signed = chain.record(book, epoch: Int64(number % 3))
            #expect(chain.submit(signed) == nil)
            return try #require(Hash(bytes: Hash.leaf(signed.statement.digest.bytes).bytes))
        }
        let state = chain.book(book)
        #expect(state.count == 5 && state.epoch == 2 && !state.closed && state.erased.isEmpty)
        var edge = RightEdge()
        for digest in digests { edge.append(digest) }
        #expect(state.root.bytes == edge.root.bytes)
        // Books of others, of other series and months are others.
        #expect(chain.submit(chain.record(book, by: .other)) == nil)
        #expect(chain.submit(chain.record("bills/2026-02")) == nil)
        #expect(chain.submit(chain.record("invoices/2026-03")) == nil)
        #expect(chain.book(book).count == 5)
    }

    @Test func whoMaySeal() {
        var chain = Chain()
        for person in [Person.lender, .regulator, .guarantor, .host, .authority] {
            #expect(
                chain.submit(chain.record(book, by: person))
                    == .issuer(.notPermittedToIssuer(.record)))
            #expect(
                chain.submit(chain.closing(book, by: person))
                    == .issuer(.notPermittedToIssuer(.closeBook)))
        }
    }

    @Test func typeAndSeries() {
        var chain = Chain()
        let invoice = RecordType.invoice.vct(origin: Chain.origin)
        for vct in [
            "", invoice + "0", invoice.replacing("/1", with: "/2"),
            invoice.replacing("trine.example", with: "other.example"),
            invoice.replacing("https", with: "http"), invoice.replacing("invoice", with: "payroll"),
        ] {
            #expect(
                chain.submit(chain.record(book, vct: vct)) == .book(.unknownRecordType), "\(vct)")
        }
        #expect(chain.submit(chain.record("bills/2026-02", vct: invoice)) == .book(.wrongSeries))
        #expect(chain.submit(chain.record("bank/2026-02", vct: invoice)) == .book(.wrongSeries))
        let want = RecordType.invoice.sealedNames.count
        for count in [1, want - 1, want + 1] {
            #expect(
                chain.submit(chain.record(book, fieldCount: count))
                    == .book(.wrongFieldCount(have: count, want: want)))
        }
    }

    /// What others' verifiers are pointed to follows from the record's place and its type: an enterprise
    /// can't have them ask its own server, or read another text of the type.
    @Test func statusAndTypeDocument() {
        var chain = Chain()
        let name = BookName(book)!
        let right = StatusReference(
            of: 1, in: name, of: Person.enterprise.handle, origin: Chain.origin)
        let other = Origin("evil.example/alliance")!
        for wrong in [
            StatusReference(of: 2, in: name, of: Person.enterprise.handle, origin: Chain.origin),
            StatusReference(of: 1, in: name, of: Person.other.handle, origin: Chain.origin),
            StatusReference(
                of: 1, in: BookName("bills/2026-02")!, of: Person.enterprise.handle,
                origin: Chain.origin),
            StatusReference(of: 1, in: name, of: Person.enterprise.handle, origin: other),
            StatusReference(index: 1, uri: right.uri + "/"),
        ] {
            #expect(chain.submit(chain.record(book, status: wrong)) == .book(.wrongStatus))
        }
        for wrong in [
            TypeIntegrity(Digest(hashing: [])), RecordType.bill.integrity(origin: Chain.origin),
            RecordType.invoice.integrity(origin: other),
        ] {
            #expect(
                chain.submit(chain.record(book, integrity: wrong)) == .book(.wrongTypeDocument))
        }
        #expect(
            chain.submit(
                chain.record(
                    book, integrity: RecordType.invoice.integrity(origin: Chain.origin),
                    status: right)) == nil)
    }

    @Test func holder() {
        var chain = Chain()
        #expect(
            chain.submit(chain.record(book, holder: Person.lender.key.verificationKey))
                == .book(.holderNotIssuer))
        #expect(
            chain.submit(chain.record(book, holder: Person.outsider.key.verificationKey))
                == .book(.holderNotIssuer))
        let spare = Person.key("spare")
        #expect(chain.submit(chain.added(spare, [.all], to: .enterprise)) == nil)
        #expect(chain.submit(chain.record(book, holder: spare.verificationKey)) == nil)
        #expect(chain.submit(chain.record(book, with: spare)) == nil)
    }

    @Test func numbers() {
        var chain = Chain()
        #expect(
            chain.submit(chain.record(book, number: 2)) == .book(.wrongNumber(have: 2, next: 1)))
        _ = chain.register(2, in: book)
        for number in [1, 2, 4] as [Int64] {
            #expect(
                chain.submit(chain.record(book, number: number))
                    == .book(.wrongNumber(have: number, next: 3)))
        }
        // What is erased keeps its number.
        let last = chain.register(1, in: book)[0]
        #expect(chain.submit(chain.erasure(.record(last))) == nil)
        #expect(
            chain.submit(chain.record(book, number: 3)) == .book(.wrongNumber(have: 3, next: 4)))
        #expect(chain.submit(chain.record(book, number: 4)) == nil)
    }

    @Test func duplicates() throws {
        var chain = Chain()
        let source = Digest<Digested.Source>(hashing: Array("R-117".utf8))
        let first = chain.record(book, source: source)
        let jti = first.statement.jti
        #expect(chain.submit(first) == nil)
        let refusal = Refusal.book(.duplicateDocument(existing: jti))
        #expect(chain.submit(chain.record(book, source: source)) == refusal)
        #expect(chain.submit(chain.record("invoices/2026-03", source: source)) == refusal)
        #expect(chain.submit(chain.record("bills/2026-02", source: source)) == refusal)
        #expect(chain.submit(chain.record(book, source: source, by: .other)) == nil)
        // Its own correction may bear it again, and then stands in its place.
        let second = chain.record("invoices/2026-03", source: source, replaces: jti)
        #expect(chain.submit(second) == nil)
        let now = Refusal.book(.duplicateDocument(existing: second.statement.jti))
        #expect(chain.submit(chain.record(book, source: source)) == now)
        let other = chain.register(1, in: book)[0]
        #expect(chain.submit(chain.record(book, source: source, replaces: other)) == now)
        // Erasing the correction frees the document, erasing what it replaced doesn't.
        #expect(chain.submit(chain.erasure(.record(jti))) == nil)
        #expect(chain.submit(chain.record(book, source: source)) == now)
        #expect(chain.submit(chain.erasure(.record(second.statement.jti))) == nil)
        #expect(chain.submit(chain.record(book, source: source)) == nil)
    }

    @Test func replacing() throws {
        var chain = Chain()
        let records = chain.register(3, in: book)
        let bill = chain.register(1, in: "bills/2026-02")[0]
        let foreign = chain.register(1, in: book, by: .other)[0]
        let grant = chain.granted()
        func replace(_ jti: JTI, in place: String = "invoices/2026-03") -> Refusal? {
            chain.submit(chain.record(place, replaces: jti))
        }
        for jti in [chain.jti(), bill, foreign, grant] {
            #expect(replace(jti) == .book(.cannotReplace(jti)))
        }
        let correction = chain.record("invoices/2026-03", replaces: records[0])
        #expect(chain.submit(correction) == nil)
        let state = try #require(chain.state[StatementState.key(records[0])])
        #expect(state.record?.replacedBy == correction.statement.jti)
        #expect(replace(records[0]) == .book(.cannotReplace(records[0])))
        #expect(replace(correction.statement.jti) == nil)
        #expect(chain.submit(chain.erasure(.record(records[1]))) == nil)
        #expect(replace(records[1]) == .book(.cannotReplace(records[1])))
        // A record of a closed book is replaced in an open one.
        #expect(chain.submit(chain.closing(book)) == nil)
        #expect(replace(records[2], in: book) == .book(.bookClosed(name)))
        #expect(replace(records[2]) == nil)
    }

    @Test func closing() {
        var chain = Chain()
        _ = chain.register(3, in: book)
        #expect(chain.submit(chain.closing(book, count: 2)) == .book(.wrongCount(have: 2, want: 3)))
        #expect(chain.submit(chain.closing(book, count: 4)) == .book(.wrongCount(have: 4, want: 3)))
        #expect(chain.submit(chain.closing(book, root: Digest(hashing: []))) == .book(.wrongRoot))
        let stale = chain.closing(book)
        _ = chain.register(1, in: book)
        #expect(chain.submit(stale) == .book(.wrongCount(have: 3, want: 4)))
        #expect(chain.submit(chain.closing(book)) == nil)
        #expect(chain.book(book).closed)
        #expect(chain.submit(chain.closing(book)) == .book(.bookClosed(name)))
        #expect(chain.submit(chain.record(book)) == .book(.bookClosed(name)))
        // An empty book can be closed; the other enterprise's is its own.
        #expect(chain.submit(chain.closing("invoices/2026-09")) == nil)
        #expect(chain.submit(chain.record("invoices/2026-09")) != nil)
        #expect(chain.submit(chain.record(book, by: .other)) == nil)
    }

    /// What is registered after a grant died is out of its keys' reach.
    @Test func epochs() {
        var chain = Chain()
        let spring = Chain.months("2026-01", "2026-03")
        _ = chain.register(1, in: book)
        let revoked = chain.granted(scope: spring, epochs: [0, 4])
        #expect(
            chain.submit(chain.record(book, epoch: 0)) == nil, "a standing grant hinders nothing")
        #expect(chain.submit(chain.revocation(revoked)) == nil)
        #expect(
            chain.submit(chain.record(book, epoch: 4)) == .book(.epochTooLow(have: 4, required: 5)))
        #expect(chain.submit(chain.record(book, epoch: 5)) == nil)
        #expect(
            chain.submit(chain.record("invoices/2026-04", epoch: 0)) == nil, "beyond its months")
        #expect(chain.submit(chain.record("bills/2026-02", epoch: 0)) == nil, "of another series")
        #expect(
            chain.submit(chain.record(book, epoch: 0, by: .other)) == nil, "of another enterprise")

        // Expiry does the same, at the second, without any statement.
        _ = chain.granted(scope: Chain.months("2026-03", "2026-04"), until: 100, epochs: [6])
        let march = "invoices/2026-03"
        chain.now = Chain.start.advanced(by: 99)
        #expect(chain.submit(chain.record(march, epoch: 5)) == nil)
        chain.now = Chain.start.advanced(by: 100)
        #expect(
            chain.submit(chain.record(march, epoch: 6)) == .book(.epochTooLow(have: 6, required: 7))
        )
        #expect(chain.submit(chain.record("invoices/2026-04", epoch: 7)) == nil)
        #expect(chain.submit(chain.record(book, epoch: 5)) == nil)
        #expect(chain.book(march).epoch == 5)
        // An envelope for a later epoch counts as given.
        let standing = chain.granted(scope: spring, epochs: [7])
        #expect(chain.submit(chain.rekeying(standing, epochs: [9])) == nil)
        #expect(chain.submit(chain.revocation(standing)) == nil)
        #expect(
            chain.submit(chain.record(book, epoch: 9)) == .book(.epochTooLow(have: 9, required: 10))
        )
    }

    /// A grant of single records counts for the books from the first to the last of them.
    @Test func epochsOfSingleRecords() {
        var chain = Chain()
        let scope = Scope.records([
            Chain.range("invoices/2026-01", 1, 1), Chain.range("invoices/2026-03", 2, 2),
        ])
        let grant = chain.granted(scope: scope, epochs: [0])
        #expect(chain.submit(chain.revocation(grant)) == nil)
        for month in ["2026-01", "2026-02", "2026-03"] {
            #expect(
                chain.submit(chain.record("invoices/\(month)"))
                    == .book(.epochTooLow(have: 0, required: 1)))
        }
        #expect(chain.submit(chain.record("invoices/2026-04")) == nil)
    }
}
