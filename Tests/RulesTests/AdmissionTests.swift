import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct AdmissionTests {
    private let outsider = Person.outsider

    @Test func admits() throws {
        var chain = Chain()
        let index = chain.size
        let second = Person.key("second key")
        let keys = [
            chain.offer(outsider.key, for: outsider), chain.offer(second, for: outsider, [.seal]),
        ]
        #expect(
            chain.submit(chain.admission(of: outsider, [.enterprise, .lender], keys: keys)) == nil)
        let state = try #require(chain.participant(outsider))
        #expect(state.roles == [.enterprise, .lender] && state.admittedAt == index)
        #expect(state.keys == keys.map(\.key.thumbprint) && !state.suspended)
        #expect(state.encryptionKey == outsider.encryptionKey.digest)
        guard let key = chain.state[KeyState.key(second.verificationKey.thumbprint)] else {
            return
        }
        #expect(key.scopes == [.seal] && key.handle == outsider.handle)
    }

    @Test func onlyAuthoritiesAdmit() {
        var chain = Chain()
        for person in [Person.enterprise, .lender, .regulator, .host] {
            #expect(
                chain.submit(chain.admission(of: outsider, [.lender], by: person))
                    == .issuer(.notAuthority))
        }
        #expect(chain.submit(chain.admission(of: outsider, [.lender], by: .second)) == nil)
    }

    @Test func handlesAndKeysAreUsedOnce() {
        var chain = Chain()
        #expect(chain.submit(chain.admission(of: outsider, [.lender])) == nil)
        let again = chain.admission(
            of: outsider, [.lender], keys: [chain.offer(Person.key("fresh"), for: outsider)])
        #expect(chain.submit(again) == .participant(.handleTaken(outsider.handle)))
        let founder = chain.admission(
            of: .host, [.lender], keys: [chain.offer(Person.key("fresh"), for: .host)])
        #expect(chain.submit(founder) == .participant(.handleTaken(Person.host.handle)))
        let third = Person("third")
        for taken in [Person.lender.key, Person.authority.key, outsider.key] {
            let keys = [chain.offer(taken, for: third)]
            #expect(
                chain.submit(chain.admission(of: third, [.lender], keys: keys))
                    == .participant(.keyAlreadyUsed))
        }
        let twice = [
            chain.offer(third.key, for: third), chain.offer(third.key, for: third, [.seal]),
        ]
        #expect(
            chain.submit(chain.admission(of: third, [.lender], keys: twice))
                == .participant(.keyAlreadyUsed))
    }

    @Test func oneKeyHasAllScopes() {
        var chain = Chain()
        let keys = [chain.offer(outsider.key, for: outsider, [.seal, .grant, .close])]
        #expect(
            chain.submit(chain.admission(of: outsider, [.lender], keys: keys))
                == .issuer(.scopeMissing(.all)))
    }

    /// A proof of possession serves for one handle in one log, and for the key that gave it.
    @Test func proofsAreNotReplayed() {
        var chain = Chain()
        let victim = Person("victim")
        let other = Digest<Digested.Genesis>(hashing: Array("another log".utf8))
        let offers = [
            chain.offer(victim.key, for: victim),
            chain.offer(outsider.key, for: outsider, log: other),
            chain.offer(outsider.key, for: outsider, introducer: Person.authority.key),
            chain.offer(outsider.key, for: outsider, provenBy: victim.key),
            KeyOffer(
                key: outsider.key.verificationKey, scopes: [.all],
                pop: chain.offer(victim.key, for: outsider).pop),
        ]
        for (index, offer) in offers.enumerated() {
            #expect(
                chain.submit(chain.admission(of: outsider, [.lender], keys: [offer]))
                    == .participant(.badProofOfPossession), "\(index)")
        }
        // Nor is one good offer enough for a bad one beside it.
        let both = [chain.offer(outsider.key, for: outsider), offers[0]]
        #expect(
            chain.submit(chain.admission(of: outsider, [.lender], keys: both))
                == .participant(.badProofOfPossession))
    }

    @Test func encryptionKeyIsTried() {
        var chain = Chain()
        let ones = EncryptionKey(bytes: [UInt8](repeating: 0xff, count: EncryptionKey.byteCount))!
        #expect(
            chain.submit(chain.admission(of: outsider, [.lender], encryptionKey: ones))
                == .participant(.unusableEncryptionKey))
    }

    @Test func suspendAndReinstate() {
        var chain = Chain()
        let handle = Person.lender.handle
        func suspend(_ handle: Handle, by person: Person = .authority) -> SignedStatement {
            chain.sign(Suspend(handle, .supervisoryOrder), by: person)
        }
        func reinstate(_ handle: Handle, by person: Person = .authority) -> SignedStatement {
            chain.sign(Reinstate(handle, .resolved), by: person)
        }
        for person in [Person.enterprise, .regulator, .host, .lender] {
            #expect(chain.submit(suspend(handle, by: person)) == .issuer(.notAuthority))
            #expect(chain.submit(reinstate(handle, by: person)) == .issuer(.notAuthority))
        }
        #expect(
            chain.submit(suspend(outsider.handle)) == .issuer(.unknownParticipant(outsider.handle)))
        #expect(
            chain.submit(reinstate(outsider.handle))
                == .issuer(.unknownParticipant(outsider.handle)))
        #expect(chain.submit(reinstate(handle)) == .participant(.notSuspended(handle)))
        #expect(chain.submit(suspend(handle)) == nil)
        #expect(chain.participant(.lender)?.suspended == true)
        #expect(chain.submit(suspend(handle)) == .participant(.alreadySuspended(handle)))
        #expect(chain.submit(reinstate(handle, by: .second)) == nil)
        #expect(chain.participant(.lender)?.suspended == false)
    }

    /// A suspended authority governs nothing, itself least of all; and one always remains.
    @Test func suspendedAuthorities() {
        var chain = Chain()
        let authority = Person.authority.handle
        func suspension(_ handle: Handle, by person: Person) -> SignedStatement {
            chain.sign(Suspend(handle, .supervisoryOrder), by: person)
        }
        #expect(chain.submit(suspension(authority, by: .second)) == nil)
        #expect(
            chain.submit(suspension(Person.second.handle, by: .second))
                == .governance(.tooFewAuthorities(have: 0, need: 1)))
        let refusal = Refusal.issuer(.suspended(authority))
        #expect(
            chain.submit(chain.sign(Reinstate(authority, .resolved), by: .authority)) == refusal)
        #expect(chain.submit(suspension(Person.second.handle, by: .authority)) == refusal)
        #expect(chain.submit(chain.admission(of: outsider, [.lender])) == refusal)
        let policy = PublishPolicies(
            set: CedarPolicies.standard.digest,
            files: [PolicyFile(name: "a", digest: Digest(hashing: []))])
        #expect(chain.submit(chain.sign(policy, by: .authority)) == refusal)
        #expect(chain.submit(chain.sign(Reinstate(authority, .resolved), by: .second)) == nil)
        #expect(chain.submit(chain.admission(of: outsider, [.lender])) == nil)
    }

    @Test func policies() {
        var chain = Chain()
        let files = [PolicyFile(name: "a.cedar", digest: Digest(hashing: []))]
        let new = chain.policies.add("new") { _ in PolicyDecision(permitted: true, determining: [])
        }
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: new, files: files), by: .enterprise))
                == .issuer(.notAuthority))
        #expect(
            chain.submit(
                chain.sign(PublishPolicies(set: Digest(hashing: [1]), files: files), by: .authority)
            )
                == .policy(.policyUnknown))
        #expect(
            chain.submit(chain.sign(PublishPolicies(set: new, files: files), by: .second)) == nil)
        #expect(chain.log?.policies == new)
    }
}
