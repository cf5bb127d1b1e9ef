import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct SuspensionTests {
    /// A suspended enterprise can do nothing but revoke, erase and retire keys.
    @Test func enterprise() {
        var chain = Chain()
        let record = chain.register(2, in: "invoices/2026-02")[0]
        let spare = Person.key("spare")
        #expect(chain.submit(chain.added(spare, [.seal], to: .enterprise)) == nil)
        let grant = chain.granted()
        let suspended = Refusal.issuer(.suspended(Person.enterprise.handle))
        #expect(chain.submit(suspension(of: .enterprise, &chain)) == nil)
        for signed in [
            chain.record("invoices/2026-02"), chain.closing("invoices/2026-02"), chain.granting(),
            chain.rekeying(grant, epochs: [1]),
            chain.added(Person.key("new"), [.all], to: .enterprise),
            chain.sign(
                ChangeEncryptionKey(Person.outsider.encryptionKey, .unspecified), by: .enterprise),
            chain.request(by: .enterprise, to: .other), chain.access(grant),
        ] {
            #expect(chain.submit(signed) == suspended, "\(signed.statement.kind)")
        }
        for signed in [
            chain.sign(RetireKey(spare.verificationKey.thumbprint, .unspecified), by: .enterprise),
            chain.erasure(.record(record)), chain.revocation(grant),
        ] {
            #expect(chain.submit(signed) == nil, "\(signed.statement.kind)")
        }
    }

    /// Grants of a suspended enterprise freeze, and thaw with it.
    @Test func grantsFreeze() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted()
        #expect(chain.submit(suspension(of: .enterprise, &chain)) == nil)
        #expect(chain.submit(chain.access(grant)) == .issuer(.suspended(Person.enterprise.handle)))
        #expect(
            chain.submit(
                chain.sign(
                    Reinstate(Person.enterprise.handle), StatedReason(.resolved), by: .authority))
                == nil)
        #expect(chain.submit(chain.access(grant)) == nil)
    }

    /// A suspended grantee fetches nothing and is granted nothing; it can give back.
    @Test func grantee() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted()
        #expect(chain.submit(suspension(of: .lender, &chain)) == nil)
        #expect(chain.submit(chain.access(grant)) == .issuer(.suspended(Person.lender.handle)))
        #expect(chain.submit(chain.request()) == .issuer(.suspended(Person.lender.handle)))
        #expect(
            chain.submit(chain.granting())
                == .policy(.forbidden(policies: ["nothing-new-towards-the-suspended"])))
        #expect(chain.submit(chain.giveBack(grant)) == nil)
    }

    @Test func hostAndRegulator() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted()
        #expect(chain.submit(suspension(of: .host, &chain)) == nil)
        #expect(chain.submit(chain.access(grant)) == .issuer(.suspended(Person.host.handle)))
        #expect(chain.submit(suspension(of: .regulator, &chain)) == nil)
        let terms = HoldTerms(
            holder: Person.enterprise.handle, books: nil, until: nil, caseReference: "x")
        for claims in [LegalHold(), Release()] as [any KindForm] {
            #expect(
                chain.submit(chain.sign(claims, terms, by: .regulator))
                    == .issuer(.suspended(Person.regulator.handle)))
        }
    }

    private func suspension(of person: Person, _ chain: inout Chain) -> SignedStatement {
        chain.sign(Suspend(person.handle), StatedReason(.supervisoryOrder), by: .authority)
    }
}
