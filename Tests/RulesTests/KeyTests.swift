import TestSupport
import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct KeyTests {
    static let spare = Person.key("spare")

    @Test func signingKeys() throws {
        var chain = Chain()
        let reason = Suspend(Person.rival.handle)
        #expect(chain.submit(chain.sign(reason, by: .outsider)) == .issuer(.unknownKey))
        #expect(
            chain.submit(chain.sign(reason, by: .authority, with: Self.spare))
                == .issuer(.unknownKey))
        #expect(
            chain.submit(chain.sign(reason, by: .authority, with: Person.second.key))
                == .issuer(.keyOfAnother))
        #expect(
            chain.submit(try forged(chain.sign(reason, by: .authority))) == .issuer(.badSignature))
        #expect(chain.submit(chain.sign(reason, by: .authority)) == nil)
    }

    /// A check made before is believed of the same statement and the same key only.
    @Test func checkedBefore() throws {
        var chain = Chain()
        let reason = Suspend(Person.rival.handle)
        let (good, other) = (
            chain.sign(reason, by: .authority), chain.sign(reason, by: .authority)
        )
        let checked = try good.statement.jws.verified(by: Person.authority.key.verificationKey)
        func refusal(_ signed: SignedStatement, _ checked: VerifiedJWS?) -> Refusal? {
            let candidate = Candidate(
                signed.statement, selective: NoSelectiveClaims(), index: chain.size,
                checked: checked)
            do { _ = try chain.decide(candidate) } catch { return error }
            return nil
        }
        #expect(refusal(good, checked) == nil)
        #expect(refusal(other, checked) == nil)
        #expect(refusal(try forged(good), checked) == .issuer(.badSignature))
        #expect(refusal(try forged(other), nil) == .issuer(.badSignature))

        // Signed with another's key under the authority's name in the header.
        let signedPart = good.statement.jws.text.split(separator: ".").prefix(2).joined(
            separator: ".")
        let signature = Base64URL.encode(Self.spare.signature(of: signedPart.utf8))
        let posing = SignedStatement(
            statement: try Statement(parsing: Array("\(signedPart).\(signature)".utf8)),
            disclosures: [])
        let byAnother = try posing.statement.jws.verified(byKeyNamed: Self.spare.verificationKey)
        #expect(refusal(posing, byAnother) == .issuer(.badSignature))
    }

    /// A participant without state is nobody; its key alone doesn't make it one.
    @Test func participantIsNeeded() {
        var chain = Chain()
        let signed = chain.record("invoices/2026-02")
        var slice = chain.slice(for: chain.candidate(signed))
        slice[ParticipantState.key(Person.enterprise.handle)] = nil
        #expect(throws: Refusal.issuer(.unknownParticipant(Person.enterprise.handle))) {
            try Rules.decide(chain.candidate(signed), in: slice, texts: chain.policies)
        }
    }

    /// An envelope is sealed to the grantee's key of now: an enterprise that was shown an older one
    /// can't grant.
    @Test func envelopesAreForTheKeyOfNow() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let old = Person.lender.encryptionKey.digest
        let new = Person("other-lender").encryptionKey
        let grant = chain.granted()
        #expect(
            chain.submit(chain.sign(ChangeEncryptionKey(new, .keyCompromised), by: .lender)) == nil)
        #expect(
            chain.submit(chain.granting(recipientKey: old)) == .grant(.wrongRecipientKey))
        #expect(
            chain.submit(
                chain.rekeying(
                    grant, epochs: [1], recipientKey: old))
                == .grant(.wrongRecipientKey))
        #expect(chain.submit(chain.granting(recipientKey: new.digest)) == nil)
        #expect(
            chain.submit(
                chain.rekeying(
                    grant, epochs: [1], recipientKey: new.digest
                )) == nil)
        // What was granted before goes on: its grantee has the old key still.
        #expect(chain.submit(chain.access(grant)) == nil)
    }

    /// Each kind under a key of each scope.
    @Test(arguments: KeyScope.allCases)
    func scopes(_ scope: KeyScope) {
        var chain = Chain()
        let key = Self.spare
        #expect(chain.submit(chain.added(key, [scope], to: .enterprise)) == nil)
        let record = chain.register(1, in: "invoices/2026-01")[0]
        let grant = chain.granted()
        let kinds: [(KeyScope, SignedStatement)] = [
            (.seal, chain.record("invoices/2026-02", with: key)),
            (.close, chain.closing("invoices/2026-03", with: key)),
            (.grant, chain.granting(with: key)),
            (
                .grant,
                chain.sign(
                    Rekey(grant: grant, envelope: Digest(hashing: [])),
                    RekeyTerms(
                        epochs: [.init(series: .invoices, counts: [1])],
                        recipientKey: Person.lender.encryptionKey.digest),
                    by: .enterprise, with: key)
            ),
            (
                .revoke,
                chain.sign(
                    Revoke(grant: grant), StatedReason(.unspecified), by: .enterprise, with: key)
            ),
            (
                .erase,
                chain.sign(
                    Erase(.record(record)), StatedReason(.unspecified), by: .enterprise, with: key)
            ),
            (
                .all,
                chain.sign(
                    AddKey(chain.offer(Person.key("more"), for: .enterprise, introducer: key)),
                    by: .enterprise, with: key)
            ),
            (
                .all,
                chain.sign(
                    ChangeEncryptionKey(Person.enterprise.encryptionKey, .unspecified),
                    by: .enterprise, with: key
                )
            ),
            (
                .all,
                chain.sign(
                    RetireKey(Person.enterprise.key.verificationKey.thumbprint, .unspecified),
                    by: .enterprise,
                    with: key)
            ),
        ]
        for (needed, signed) in kinds {
            let refusal = chain.submit(signed)
            let allowed = scope == needed || scope == .all
            #expect(
                refusal == (allowed ? nil : .issuer(.scopeMissing(needed))),
                "\(signed.statement.kind)")
        }
    }

    /// A key with several scopes has each of them.
    @Test func severalScopes() {
        var chain = Chain()
        #expect(chain.submit(chain.added(Self.spare, [.seal, .close], to: .enterprise)) == nil)
        #expect(chain.submit(chain.record("invoices/2026-02", with: Self.spare)) == nil)
        #expect(chain.submit(chain.closing("invoices/2026-02", with: Self.spare)) == nil)
        #expect(chain.submit(chain.granting(with: Self.spare)) == .issuer(.scopeMissing(.grant)))
    }

    @Test func retiring() throws {
        var chain = Chain()
        let mine = Person.enterprise.key.verificationKey.thumbprint
        let spare = Self.spare.verificationKey.thumbprint
        func retire(_ kid: Digest<Digested.Key>, with key: SigningKey? = nil) -> SignedStatement {
            chain.sign(RetireKey(kid, .unspecified), by: .enterprise, with: key)
        }
        #expect(chain.submit(retire(mine)) == .participant(.lastKey))
        #expect(chain.submit(retire(spare)) == .issuer(.unknownKey))
        #expect(
            chain.submit(retire(Person.lender.key.verificationKey.thumbprint))
                == .issuer(.unknownKey))
        #expect(chain.submit(chain.added(Self.spare, [.seal], to: .enterprise)) == nil)
        #expect(chain.submit(chain.record("invoices/2026-02", with: Self.spare)) == nil)
        #expect(chain.submit(retire(spare)) == nil)
        #expect(chain.submit(retire(spare)) == .issuer(.keyRetired))
        #expect(
            chain.submit(chain.record("invoices/2026-02", with: Self.spare)) == .issuer(.keyRetired)
        )
        // Nor is it one that a record can be bound to, or that can come back.
        #expect(
            chain.submit(chain.record("invoices/2026-02", holder: Self.spare.verificationKey))
                == .book(.holderNotIssuer))
        #expect(
            chain.submit(chain.added(Self.spare, [.all], to: .enterprise))
                == .participant(.keyAlreadyUsed))
        #expect(chain.participant(.enterprise)?.keys.count == 1)
        #expect(chain.participant(.enterprise)?.keysEver == 2)
    }

    @Test func adding() {
        var chain = Chain()
        let signed = chain.added(Self.spare, [.seal, .grant], to: .enterprise)
        #expect(chain.submit(signed) == nil)
        #expect(
            chain.participant(.enterprise)?.keys == [
                Person.enterprise.key.verificationKey.thumbprint,
                Self.spare.verificationKey.thumbprint,
            ])
        guard let state = chain.state[KeyState.key(Self.spare.verificationKey.thumbprint)] else {
            Issue.record("no key")
            return
        }
        #expect(state.handle == Person.enterprise.handle && !state.retired)
        #expect(state.scopes == [.seal, .grant] && state.key == Self.spare.verificationKey)
        #expect(
            chain.submit(chain.added(Self.spare, [.all], to: .enterprise))
                == .participant(.keyAlreadyUsed))
        #expect(
            chain.submit(chain.added(Self.spare, [.all], to: .lender))
                == .participant(.keyAlreadyUsed))
        #expect(
            chain.submit(chain.added(Person.lender.key, [.all], to: .enterprise))
                == .participant(.keyAlreadyUsed)
        )
    }

    @Test func keysAreLimited() {
        var chain = Chain()
        for number in 1..<Limits.keysPerParticipant {
            let key = Person.key("key \(number)")
            #expect(chain.submit(chain.added(key, [.seal], to: .enterprise)) == nil)
        }
        #expect(
            chain.submit(chain.added(Self.spare, [.seal], to: .enterprise))
                == .participant(.tooManyKeys(limit: 16)))
        // One that is retired makes room.
        let first = Person.key("key 1").verificationKey.thumbprint
        #expect(
            chain.submit(chain.sign(RetireKey(first, .unspecified), by: .enterprise)) == nil)
        #expect(chain.submit(chain.added(Self.spare, [.seal], to: .enterprise)) == nil)
        #expect(chain.participant(.enterprise)?.keys.count == 16)
        #expect(chain.participant(.enterprise)?.keysEver == 17)
    }

    /// Retiring makes no room for ever: what everybody keeps about a participant stays bounded.
    @Test func keysEverAreLimited() {
        var chain = Chain()
        var participant = chain.participant(.enterprise)
        participant?.keysEver = 1023
        chain.state[ParticipantState.key(Person.enterprise.handle)] = participant
        #expect(chain.submit(chain.added(Self.spare, [.seal], to: .enterprise)) == nil)
        let spare = Self.spare.verificationKey.thumbprint
        #expect(
            chain.submit(chain.sign(RetireKey(spare, .unspecified), by: .enterprise)) == nil)
        #expect(
            chain.submit(chain.added(Person.key("one more"), [.seal], to: .enterprise))
                == .participant(.tooManyKeys(limit: 1024)))
    }

    private func adding(
        _ key: SigningKey, _ scopes: [KeyScope], until: Timestamp,
        with introducer: SigningKey? = nil,
        in chain: inout Chain
    ) -> SignedStatement {
        let introducer = introducer ?? Person.enterprise.key
        let terms = KeyTerms(key: key.verificationKey, scopes: scopes, until: until)
        let pop = ProofOfPossession.sign(
            terms, for: Person.enterprise.handle, of: chain.genesis!,
            .by(introducer.verificationKey.thumbprint), with: key)
        return chain.sign(
            AddKey(KeyOffer(terms, pop: pop)), by: .enterprise, with: introducer)
    }

    /// A key ends by itself, at the second that it names: it signs nothing then, no record is bound
    /// to it, and it can't make itself last.
    @Test func keysEnd() {
        var chain = Chain()
        let end = chain.now.advanced(by: 600)
        let over = adding(Self.spare, [.all], until: chain.now, in: &chain)
        #expect(chain.submit(over) == .issuer(.keyExpired), "over before it began")
        let added = adding(Self.spare, [.all], until: end, in: &chain)
        #expect(chain.submit(added) == nil)
        let holder = Self.spare.verificationKey
        chain.now = end.advanced(by: -1)
        #expect(
            chain.submit(chain.record("invoices/2026-02", with: Self.spare, holder: holder)) == nil)
        // What it introduces before its end stays; what it would retire doesn't go.
        let mine = Person.enterprise.key.verificationKey.thumbprint
        #expect(
            chain.submit(
                chain.sign(RetireKey(mine, .unspecified), by: .enterprise, with: Self.spare))
                == .participant(.lastKey))
        chain.now = end
        #expect(
            chain.submit(chain.record("invoices/2026-02", with: Self.spare)) == .issuer(.keyExpired)
        )
        #expect(
            chain.submit(chain.record("invoices/2026-02", holder: holder))
                == .book(.holderNotIssuer))
        // Nor dated back: log time decides.
        #expect(chain.submit(chain.record("invoices/2026-02")) == nil)
        #expect(
            chain.submit(
                chain.record("invoices/2026-02", with: Self.spare, at: end.advanced(by: -5)))
                == .issuer(.keyExpired))
        #expect(
            chain.submit(
                chain.sign(RetireKey(holder.thumbprint, .unspecified), by: .enterprise)) == nil)
    }

    /// A key that has ended doesn't come back by setting log time to before its end: who found an
    /// authority's old key could add a new one then.
    @Test func anEndedKeyDoesNotSetTimeBack() {
        var chain = Chain()
        let end = chain.now.advanced(by: 600)
        let terms = KeyTerms(key: Self.spare.verificationKey, scopes: [.all], until: end)
        let own = Person.authority.key
        let pop = ProofOfPossession.sign(
            terms, for: Person.authority.handle, of: chain.genesis!,
            .by(own.verificationKey.thumbprint), with: Self.spare)
        let adding = chain.sign(AddKey(KeyOffer(terms, pop: pop)), by: .authority)
        #expect(chain.submit(adding) == nil)
        chain.now = end
        #expect(chain.submit(chain.record("invoices/2026-02")) == nil)
        let before = end.advanced(by: -10)
        #expect(
            chain.submit(chain.sign(chain.moving, by: .authority, with: Self.spare, at: before))
                == .issuer(.keyExpired))
        #expect(chain.submit(chain.sign(chain.moving, by: .authority, at: before)) == nil)
        #expect(chain.log?.time == before)
    }

    /// Whoever is admitted keeps a key for everything that doesn't end.
    @Test func anEndlessKeyIsNeeded() {
        var chain = Chain()
        var random = SeededGenerator(seed: 3)
        let person = Person("newcomer")
        let disclosures = person.identity.disclosures(using: &random)
        func admission(_ until: Timestamp?, alsoEndless: Bool) -> SignedStatement {
            var keys = [
                (
                    KeyTerms(key: person.key.verificationKey, scopes: [.all], until: until),
                    person.key
                )
            ]
            if alsoEndless {
                keys.append(
                    (KeyTerms(key: Self.spare.verificationKey, scopes: [.all]), Self.spare))
            }
            let claims = Admit.proven(
                person.handle, as: [.enterprise], keys, person.encryptionKey,
                disclosures.filter { ["country", "legal_ids", "legal_name"].contains($0.name) },
                to: chain.genesis!)
            return chain.sign(claims, disclosing: disclosures, by: .authority)
        }
        let later = chain.now.advanced(by: 600)
        for (signed, refusal) in [
            (admission(later, alsoEndless: false), .issuer(.scopeMissing(.all))),
            (admission(chain.now, alsoEndless: true), .issuer(.keyExpired)),
            (admission(later, alsoEndless: true), nil),
        ] as [(SignedStatement, Refusal?)] {
            #expect(chain.submit(signed) == refusal)
        }
        let key = chain.state[KeyState.key(person.key.verificationKey.thumbprint)]
        #expect(key?.until == later)
    }

    /// Nobody registers a key that its owner didn't offer to this log, this handle, this introducer.
    @Test func proofsOfPossession() {
        var chain = Chain()
        let mine = Person.enterprise
        let stolen = Person.key("stolen")
        let other = Digest<Digested.Genesis>(hashing: Array("another log".utf8))
        let offers: [KeyOffer] = [
            chain.offer(Self.spare, for: .lender, introducer: mine.key),
            chain.offer(Self.spare, for: mine, introducer: Person.lender.key),
            chain.offer(Self.spare, for: mine, introducer: mine.key, log: other),
            chain.offer(Self.spare, for: mine, introducer: mine.key, provenBy: stolen),
            chain.offer(Self.spare, for: mine, introducer: mine.key, provenBy: mine.key),
            KeyOffer(
                KeyTerms(key: stolen.verificationKey, scopes: [.all]),
                pop: chain.offer(Self.spare, for: mine, introducer: mine.key).pop),
            // With other scopes, or another end, than its owner meant.
            KeyOffer(
                KeyTerms(key: Self.spare.verificationKey, scopes: [.seal, .all]),
                pop: chain.offer(Self.spare, for: mine, introducer: mine.key).pop),
            KeyOffer(
                KeyTerms(key: Self.spare.verificationKey, scopes: [.all], until: chain.now),
                pop: chain.offer(Self.spare, for: mine, introducer: mine.key).pop),
            // As at an admission.
            KeyOffer(
                KeyTerms(key: Self.spare.verificationKey, scopes: [.all]),
                pop: ProofOfPossession.sign(
                    KeyTerms(key: Self.spare.verificationKey, scopes: [.all]), for: mine.handle,
                    of: chain.genesis!, .admission(Digest(hashing: [])), with: Self.spare)),
            // The new key's word in another kind of statement is no proof.
            KeyOffer(
                KeyTerms(key: Self.spare.verificationKey, scopes: [.all]),
                pop: JWS(
                    signing: chain.offer(Self.spare, for: mine, introducer: mine.key).pop.payload,
                    type: Fetch.type, with: Self.spare)),
            // Signed by the new key, about another one.
            KeyOffer(
                KeyTerms(key: Self.spare.verificationKey, scopes: [.all]),
                pop: JWS(
                    signing: chain.offer(stolen, for: mine, introducer: mine.key).pop.payload,
                    type: ProofOfPossession.type, with: Self.spare)),
        ]
        for (index, offer) in offers.enumerated() {
            #expect(
                chain.submit(chain.sign(AddKey(offer), by: mine))
                    == .participant(.badProofOfPossession),
                "\(index)"
            )
        }
        // A proof whose signature doesn't hold.
        let payload = chain.offer(Self.spare, for: mine, introducer: mine.key).pop
        let parts = payload.text.split(separator: ".")
        let zeros = Base64URL.encode(
            [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 0, count: 32))
        let forged = try? JWS(parsing: "\(parts[0]).\(parts[1]).\(zeros)")
        if let forged {
            let offer = KeyOffer(
                KeyTerms(key: Self.spare.verificationKey, scopes: [.all]), pop: forged)
            #expect(
                chain.submit(chain.sign(AddKey(offer), by: mine))
                    == .participant(.badProofOfPossession))
        }
        #expect(chain.submit(chain.added(Self.spare, [.all], to: mine)) == nil)
    }

    @Test func encryptionKeys() {
        var chain = Chain()
        let ones = EncryptionKey(bytes: [UInt8](repeating: 0xff, count: EncryptionKey.byteCount))!
        #expect(
            chain.submit(chain.sign(ChangeEncryptionKey(ones, .unspecified), by: .lender))
                == .participant(.unusableEncryptionKey))
        let new = Person.outsider.encryptionKey
        #expect(
            chain.submit(chain.sign(ChangeEncryptionKey(new, .unspecified), by: .lender)) == nil)
        #expect(chain.participant(.lender)?.encryptionKey == new.digest)
    }
}
