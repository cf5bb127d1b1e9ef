import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct ErasureTests {
    private let book = "invoices/2026-02"

    @Test func records() throws {
        var chain = Chain()
        let records = chain.register(4, in: book)
        #expect(chain.submit(chain.erasure(.record(records[1]))) == nil)
        #expect(chain.book(book).erased == [2...2])
        let state = try #require(chain.state[StatementState.key(records[1])])
        #expect(state.erased)
        #expect(
            chain.submit(chain.erasure(.record(records[1]))) == .erasure(.alreadyErased(records[1]))
        )
        #expect(chain.submit(chain.erasure(.record(records[2]))) == nil)
        #expect(chain.book(book).erased == [2...3])
        let source = try #require(state.record?.source)
        #expect(chain.state[SourceState.key(Person.enterprise.handle, source)] == nil)
        // A closed book's records can be erased; what is signed of it stays.
        let root = chain.book(book).root
        #expect(chain.submit(chain.closing(book)) == nil)
        #expect(chain.submit(chain.erasure(.record(records[0]))) == nil)
        #expect(chain.book(book).root == root && chain.book(book).count == 4)
    }

    @Test func onlyOnesOwn() {
        var chain = Chain()
        let record = chain.register(1, in: book)[0]
        for person in [Person.other, .lender, .regulator, .authority, .host] {
            #expect(
                chain.submit(chain.erasure(.record(record), by: person))
                    == .issuer(.notYours(record)))
        }
        let unknown = chain.jti()
        #expect(
            chain.submit(chain.erasure(.record(unknown))) == .erasure(.unknownStatement(unknown)))
    }

    /// Each word for its own kind, and only what carries something to erase.
    @Test func kinds() {
        var chain = Chain()
        let record = chain.register(1, in: book)[0]
        let grant = chain.granted(until: 100)
        let rekey = chain.rekeying(grant, epochs: [1])
        let closing = chain.closing("invoices/2026-09")
        let asked = chain.request()
        for signed in [rekey, closing, asked] { #expect(chain.submit(signed) == nil) }
        let (closed, renewed) = (closing.statement.jti, rekey.statement.jti)
        let request = asked.statement.jti
        func refused(_ target: Erase.Target, by person: Person = .enterprise) {
            #expect(
                chain.submit(chain.erasure(target, by: person))
                    == .erasure(.cannotErase(target.jti)))
        }
        for jti in [record, closed, renewed] {
            refused(.grant(jti, epoch: 2))
            refused(.request(jti))
            refused(.admission(jti, of: Person.enterprise.handle))
        }
        for jti in [grant, closed, renewed] { refused(.record(jti)) }
        refused(.grant(request, epoch: 2), by: .lender)
        refused(.record(request), by: .lender)
        // What a new envelope says goes with its grant, and not before.
        #expect(chain.submit(chain.revocation(grant)) == nil)
        refused(.grant(renewed, epoch: 2))
        #expect(chain.submit(chain.erasure(.grant(grant, epoch: 2))) == nil)
    }

    /// A grant's terms are erased when it is dead, and from the state with it.
    @Test func grants() throws {
        var chain = Chain()
        let revoked = chain.granted()
        let expiring = chain.granted(until: 100)
        #expect(
            chain.submit(chain.erasure(.grant(revoked, epoch: 1)))
                == .erasure(.grantStands(revoked)))
        #expect(chain.submit(chain.revocation(revoked)) == nil)
        #expect(chain.submit(chain.erasure(.grant(revoked, epoch: 1))) == nil)
        #expect(chain.grant(revoked) != nil && chain.grant(revoked)?.terms == nil)
        chain.now = Chain.start.advanced(by: 99)
        #expect(
            chain.submit(chain.erasure(.grant(expiring, epoch: 1)))
                == .erasure(.grantStands(expiring)))
        chain.now = Chain.start.advanced(by: 100)
        #expect(chain.submit(chain.erasure(.grant(expiring, epoch: 1))) == nil)
        // Without its terms it is as dead as before.
        for jti in [revoked, expiring] {
            #expect(chain.submit(chain.revocation(jti)) == .grant(.grantDead(jti)))
            for person in [Person.lender, .rival] {
                #expect(chain.submit(chain.giveBack(jti, by: person)) == .grant(.grantDead(jti)))
            }
            #expect(chain.submit(chain.rekeying(jti, epochs: [1])) == .grant(.grantDead(jti)))
            #expect(chain.submit(chain.access(jti)) == .grant(.grantDead(jti)))
        }
    }

    @Test func holds() {
        var chain = Chain()
        let records = chain.register(3, in: book)
        let later = chain.register(1, in: "invoices/2026-03")[0]
        let foreign = chain.register(1, in: book, by: .other)[0]
        func terms(
            _ books: Scope? = Chain.months("2026-02", "2026-02"), until: Int64? = nil,
            _ reference: String = "4 O 117"
        ) -> HoldTerms {
            HoldTerms(
                holder: Person.enterprise.handle, books: books,
                until: until.map { Chain.start.advanced(by: $0) }, caseReference: reference)
        }
        for person in [Person.enterprise, .lender, .host] {
            #expect(
                chain.submit(chain.sign(LegalHold(), terms(), by: person))
                    == .issuer(.notPermittedToIssuer(.legalHold)))
            #expect(
                chain.submit(chain.sign(Release(), terms(), by: person))
                    == .issuer(.notPermittedToIssuer(.release)))
        }
        #expect(chain.submit(chain.sign(LegalHold(), terms(), by: .regulator)) == nil)
        #expect(chain.submit(chain.erasure(.record(records[0]))) == .erasure(.underLegalHold))
        #expect(chain.submit(chain.erasure(.record(later))) == nil)
        #expect(chain.submit(chain.erasure(.record(foreign), by: .other)) == nil)
        // Another's release, or another case's, is none.
        let release = chain.sign(Release(), terms(), by: .authority)
        #expect(chain.submit(release) == .erasure(.noSuchHold))
        let other = chain.sign(Release(), terms(nil, "5 O 1"), by: .regulator)
        #expect(chain.submit(other) == .erasure(.noSuchHold))
        #expect(chain.submit(chain.erasure(.record(records[0]))) == .erasure(.underLegalHold))
        #expect(chain.submit(chain.sign(Release(), terms(), by: .regulator)) == nil)
        #expect(chain.submit(chain.erasure(.record(records[0]))) == nil)
        // On all books, for a while.
        #expect(chain.submit(chain.sign(LegalHold(), terms(nil, until: 50), by: .authority)) == nil)
        chain.now = Chain.start.advanced(by: 49)
        #expect(chain.submit(chain.erasure(.record(records[1]))) == .erasure(.underLegalHold))
        chain.now = Chain.start.advanced(by: 50)
        #expect(chain.submit(chain.erasure(.record(records[1]))) == nil)
        let nobody = HoldTerms(
            holder: Person.outsider.handle, books: nil, until: nil, caseReference: "x")
        #expect(
            chain.submit(chain.sign(LegalHold(), nobody, by: .regulator))
                == .issuer(.unknownParticipant(Person.outsider.handle)))
    }

    /// Two holds on the same books: one release leaves the other standing.
    @Test func holdsAddUp() {
        var chain = Chain()
        let record = chain.register(1, in: book)[0]
        func terms(_ reference: String) -> HoldTerms {
            HoldTerms(
                holder: Person.enterprise.handle, books: nil, until: nil,
                caseReference: reference)
        }
        #expect(chain.submit(chain.sign(LegalHold(), terms("a"), by: .regulator)) == nil)
        #expect(chain.submit(chain.sign(LegalHold(), terms("b"), by: .regulator)) == nil)
        #expect(chain.submit(chain.sign(LegalHold(), terms("a"), by: .authority)) == nil)
        for (reference, person) in [("a", Person.regulator), ("b", .regulator)] {
            #expect(chain.submit(chain.sign(Release(), terms(reference), by: person)) == nil)
            #expect(chain.submit(chain.erasure(.record(record))) == .erasure(.underLegalHold))
        }
        #expect(chain.submit(chain.sign(Release(), terms("a"), by: .authority)) == nil)
        #expect(chain.submit(chain.erasure(.record(record))) == nil)
    }
}
