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
        let keys: [(SigningKey, [KeyScope])] = [(outsider.key, [.all]), (second, [.seal])]
        #expect(
            chain.submit(chain.admission(of: outsider, [.enterprise, .lender], keys: keys)) == nil)
        let state = try #require(chain.participant(outsider))
        #expect(state.roles == [.enterprise, .lender] && state.admittedAt == index)
        #expect(state.keys == keys.map { $0.0.verificationKey.thumbprint } && !state.suspended)
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
            of: outsider, [.lender], keys: [(Person.key("fresh"), [.all])])
        #expect(chain.submit(again) == .participant(.handleTaken(outsider.handle)))
        let founder = chain.admission(
            of: .host, [.lender], keys: [(Person.key("fresh"), [.all])])
        #expect(chain.submit(founder) == .participant(.handleTaken(Person.host.handle)))
        let third = Person("third")
        for taken in [Person.lender.key, Person.authority.key, outsider.key] {
            #expect(
                chain.submit(chain.admission(of: third, [.lender], keys: [(taken, [.all])]))
                    == .participant(.keyAlreadyUsed))
        }
        let twice: [(SigningKey, [KeyScope])] = [(third.key, [.all]), (third.key, [.seal])]
        #expect(
            chain.submit(chain.admission(of: third, [.lender], keys: twice))
                == .participant(.keyAlreadyUsed))
    }

    @Test func oneKeyHasAllScopes() {
        var chain = Chain()
        let scopes: [KeyScope] = [.seal, .grant, .close]
        #expect(
            chain.submit(
                chain.admission(of: outsider, [.lender], keys: [(outsider.key, scopes)]))
                == .issuer(.scopeMissing(.all)))
    }

    /// A proof of possession serves for one handle in one log, for the key that gave it, and for this
    /// very application: whoever carries it can change nothing in it.
    @Test func proofsAreNotReplayed() {
        var chain = Chain()
        let victim = Person("victim")
        let log = chain.genesis!
        let other = Digest<Digested.Genesis>(hashing: Array("another log".utf8))
        let (good, disclosures) = outsider.admission(
            as: [.lender], to: log, using: &chain.random)
        let offer = good.keys[0]
        func edited(
            _ handle: Handle? = nil, roles: [Role]? = nil, offer changed: KeyOffer? = nil,
            _ encryptionKey: EncryptionKey? = nil
        ) -> Admit {
            Admit(
                handle: handle ?? good.handle, roles: roles ?? good.roles, keys: [changed ?? offer],
                encryptionKey: encryptionKey ?? good.envelopeKey)
        }
        func proof(
            _ terms: KeyTerms, _ introduction: ProofOfPossession.Introduction? = nil,
            in other: Digest<Digested.Genesis>? = nil, with key: SigningKey? = nil
        ) -> Admit {
            let identity = disclosures.filter {
                ["country", "legal_ids", "legal_name"].contains($0.name)
            }
            let fingerprint = edited(offer: KeyOffer(terms, pop: offer.pop))
                .fingerprint(identity.map(\.digest), in: log)
            return edited(
                offer: KeyOffer(
                    terms,
                    pop: ProofOfPossession.sign(
                        terms, for: good.handle, of: other ?? log,
                        introduction ?? .admission(fingerprint), with: key ?? outsider.key)))
        }
        let terms = offer.terms
        let victims = KeyTerms(key: victim.key.verificationKey, scopes: [.all])
        let forged: [String: Admit] = [
            "another handle": edited(Handle("victim")!),
            "another role": edited(roles: [.lender, .regulator]),
            "another encryption key": edited(nil, victim.encryptionKey),
            "more scopes": edited(
                offer: KeyOffer(
                    KeyTerms(key: terms.key, scopes: [.seal, .all]), pop: offer.pop)),
            "without its end": edited(
                offer: KeyOffer(
                    KeyTerms(key: terms.key, scopes: [.all], until: chain.now), pop: offer.pop)),
            "another key": edited(offer: KeyOffer(victims, pop: offer.pop)),
            "another log": proof(terms, in: other),
            "as if introduced": proof(terms, .by(Person.authority.key.verificationKey.thumbprint)),
            "signed by another": proof(terms, with: victim.key),
            "the key of another": proof(victims),
        ]
        for (name, claims) in forged {
            #expect(
                chain.submit(chain.sign(claims, disclosing: disclosures, by: .authority))
                    == .participant(.badProofOfPossession), "\(name)")
        }
        // Nor can it be told of somebody else.
        let others = outsider.admission(
            as: [.lender],
            identity: LegalIdentity(
                ApplicantIdentity(name: "Somebody else", identifiers: [], country: "DE")), to: log,
            using: &chain.random
        ).disclosures
        for name in ["country", "legal_ids", "legal_name"] {
            let swapped = disclosures.map { own in
                own.name == name ? others.first { $0.name == name } ?? own : own
            }
            #expect(
                chain.submit(chain.sign(good, disclosing: swapped, by: .authority))
                    == .participant(.badProofOfPossession), "\(name)")
        }
        // Nor is one good offer enough for a bad one beside it.
        let both = Admit(
            handle: good.handle, roles: good.roles,
            keys: [offer, KeyOffer(victims, pop: offer.pop)], encryptionKey: good.envelopeKey)
        #expect(
            chain.submit(chain.sign(both, disclosing: disclosures, by: .authority))
                == .participant(.badProofOfPossession))
        // What the authority adds isn't the applicant's word.
        let found = LegalIdentity(outsider.identity.applicant, dueDiligence: "file 3", size: .micro)
            .disclosures(using: &chain.random)
        let added = disclosures.map { own in
            ["due_diligence", "size"].contains(own.name)
                ? found.first { $0.name == own.name } ?? own : own
        }
        let signed = chain.sign(good, disclosing: added, by: .authority)
        #expect(chain.submit(signed) == nil)
        #expect(chain.participant(outsider)?.fingerprint == signed.statement.fingerprint)
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
            chain.sign(Suspend(handle), StatedReason(.supervisoryOrder), by: person)
        }
        func reinstate(_ handle: Handle, by person: Person = .authority) -> SignedStatement {
            chain.sign(Reinstate(handle), StatedReason(.resolved), by: person)
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
            chain.sign(Suspend(handle), StatedReason(.supervisoryOrder), by: person)
        }
        #expect(chain.submit(suspension(authority, by: .second)) == nil)
        #expect(
            chain.submit(suspension(Person.second.handle, by: .second))
                == .governance(.tooFewAuthorities(have: 0, need: 1)))
        let refusal = Refusal.issuer(.suspended(authority))
        #expect(
            chain.submit(chain.sign(Reinstate(authority), StatedReason(.resolved), by: .authority))
                == refusal)
        #expect(chain.submit(suspension(Person.second.handle, by: .authority)) == refusal)
        #expect(chain.submit(chain.admission(of: outsider, [.lender])) == refusal)
        let policy = PublishPolicies(
            set: CedarPolicies.standard.digest,
            files: [PolicyFile(name: "a", digest: Digest(hashing: []))])
        #expect(chain.submit(chain.sign(policy, by: .authority)) == refusal)
        #expect(
            chain.submit(chain.sign(Reinstate(authority), StatedReason(.resolved), by: .second))
                == nil)
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
