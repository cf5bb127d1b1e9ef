import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// The eras of a participant's keys, which its public statements count.
@Suite struct EraTests {
    private func begin(_ person: Person = .enterprise, in chain: inout Chain) -> Refusal? {
        chain.submit(
            chain.sign(ChangeEncryptionKey(person.encryptionKey, .unspecified), by: person))
    }

    /// An epoch belongs to one era: a machine that missed a new one seals nothing under keys that others
    /// take for that era's, and nobody uses up a later era's epochs.
    @Test func recordsAreOfTheEra() {
        var chain = Chain()
        #expect(
            chain.submit(chain.record("invoices/2026-02", epoch: 1_000_000))
                == .book(.epochTooHigh(have: 1_000_000, limit: 1_000_000)))
        #expect(chain.submit(chain.record("invoices/2026-02", epoch: 999_999)) == nil)
        #expect(begin(in: &chain) == nil)
        #expect(chain.participant(.enterprise)?.leastEpoch == 1_000_000)
        #expect(
            chain.submit(chain.record("invoices/2026-02", epoch: 999_999))
                == .book(.epochTooLow(have: 999_999, required: 1_000_000)))
        #expect(
            chain.submit(chain.record("invoices/2026-02", epoch: 2_000_000))
                == .book(.epochTooHigh(have: 2_000_000, limit: 2_000_000)))
        #expect(chain.submit(chain.record("invoices/2026-02", epoch: 1_000_000)) == nil)
        #expect(begin(.lender, in: &chain) == nil)
        #expect(chain.participant(.lender)?.leastEpoch == 1_000_000)
        chain.expectPublicFold()
    }

    /// A grant has keys of this era and of earlier ones.
    @Test func grantsAreOfTheEra() {
        var chain = Chain()
        #expect(
            chain.submit(chain.granting(epochs: [0, 1_000_000]))
                == .book(.epochTooHigh(have: 1_000_000, limit: 1_000_000)))
        let grant = chain.granted()
        #expect(
            chain.submit(chain.rekeying(grant, epochs: [0, 1_000_000]))
                == .book(.epochTooHigh(have: 1_000_000, limit: 1_000_000)))
        #expect(begin(in: &chain) == nil)
        #expect(chain.submit(chain.rekeying(grant, epochs: [0, 1_000_000])) == nil)
        #expect(chain.submit(chain.granting(epochs: [0])) == nil)
        #expect(chain.submit(chain.revocation(grant)) == nil)
        #expect(
            chain.submit(chain.record("invoices/2026-02", epoch: 1_000_000))
                == .book(.epochTooLow(have: 1_000_000, required: 1_000_001)))
    }

    @Test func erasAreLimited() {
        var chain = Chain()
        for _ in 1..<Limits.eras { #expect(begin(in: &chain) == nil) }
        #expect(begin(in: &chain) == .participant(.tooManyKeys(limit: 400)))
    }
}
