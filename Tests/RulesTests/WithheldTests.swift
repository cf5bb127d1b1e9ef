import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Without the selective claims, whoever replays checks what it can and says that it isn't all.
@Suite struct WithheldTests {
    @Test func isSaid() throws {
        var chain = Chain()
        let grant = chain.granted()
        let statements: [SignedStatement] = [
            chain.admission(of: .outsider, [.lender]), chain.request(), chain.granting(),
            chain.rekeying(grant, epochs: [1]),
            chain.access(grant),
        ]
        for signed in statements {
            #expect(try !chain.decide(signed, withheld: true).complete, "\(signed.statement.kind)")
        }
        for signed in [statements[0], statements[1], statements[2], statements[3]] {
            #expect(try chain.decide(signed).complete)
        }
        let record = chain.record("invoices/2026-02")
        #expect(try chain.decide(record).complete, "a record's fields aren't claims")
        #expect(try chain.decide(chain.closing("invoices/2026-02")).complete)
    }

    /// The claims of another kind of statement are none.
    @Test func otherClaimsAreNone() throws {
        var chain = Chain()
        let signed = chain.granting(to: .outsider)
        for selective in [
            NoSelectiveClaims(),
            RekeyTerms(
                epochs: [.init(series: .invoices, counts: [0])], recipientKey: Digest(hashing: [])),
        ] as [any SelectiveClaims] {
            let candidate = Candidate(signed.statement, selective: selective, index: chain.size)
            #expect(candidate.selective == nil)
            #expect(try !chain.decide(candidate).complete)
        }
        #expect(throws: Refusal.issuer(.unknownParticipant(Person.outsider.handle))) {
            try chain.decide(signed)
        }
    }

    /// What can be checked still is.
    @Test func publicRulesHold() {
        var chain = Chain()
        let grant = chain.granted(until: 100)
        let late = chain.granting(from: 0, until: 0)
        #expect(chain.submit(late, withheld: true) == .grant(.periodEmpty))
        #expect(chain.submit(chain.access(grant, by: .lender), withheld: true) == .issuer(.notHost))
        chain.now = Chain.start.advanced(by: 100)
        #expect(chain.submit(chain.access(grant), withheld: true) == .grant(.grantDead(grant)))
    }

    /// A replay without a grant's terms follows what was done under it.
    @Test func replayWithoutTerms() throws {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let signed = chain.granting()
        let grant = signed.statement.jti
        #expect(chain.submit(signed, withheld: true) == nil)
        #expect(chain.grant(grant)?.terms == nil)
        #expect(chain.submit(chain.access(grant), withheld: true) == nil)
        #expect(chain.grant(grant)?.used == 1)
        #expect(chain.submit(chain.rekeying(grant, epochs: [3]), withheld: true) == nil)
        #expect(chain.submit(chain.giveBack(grant)) == nil)
        #expect(chain.submit(chain.access(grant), withheld: true) == .grant(.grantDead(grant)))
    }
}
