import TestWorld
import Testing
import Transparency

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct FoundingTests {
    private func found(_ make: (inout Chain) -> SignedStatement) -> Refusal? {
        var chain = Chain(empty: ())
        let signed = make(&chain)
        let refusal = chain.submit(signed)
        #expect((refusal == nil) == (chain.size == 1))
        if refusal != nil { #expect(chain.state.values.isEmpty) }
        return refusal
    }

    @Test func founds() throws {
        var chain = Chain(empty: ())
        let signed = chain.founding()
        #expect(chain.submit(signed) == nil)
        let log = try #require(chain.log)
        #expect(log.genesis == signed.statement.digest.relabelled())
        #expect(log.origin == Chain.origin && log.rules == 1 && log.charter.threshold == 1)
        #expect(log.charter.authorities == [Person.authority.handle, Person.second.handle])
        #expect(log.host == Person.host.handle && log.time == Chain.start)
        #expect(log.policies == CedarPolicies.standard.digest)
        for person in [Person.authority, .second, .host] {
            let state = try #require(chain.participant(person))
            #expect(state.keys == [person.key.verificationKey.thumbprint])
            #expect(state.encryptionKey == nil && !state.suspended && state.admittedAt == 0)
            #expect(state.roles == (person.handle == log.host ? [.operator] : []))
            guard let key = chain.state[KeyState.key(person.key.verificationKey.thumbprint)]
            else { return }
            #expect(key.handle == person.handle && key.scopes == [.all] && !key.retired)
        }
        guard let entry = chain.state[StatementState.key(signed.statement.jti)] else {
            Issue.record("entry 0 is in the state")
            return
        }
        #expect(entry.index == 0 && entry.kind == .genesis)
    }

    @Test func faults() {
        let elsewhere = Origin("other.example/log")!
        #expect(found { $0.founding(origin: elsewhere) } == .place(.malformedGenesis(.issuer)))
        for logKey in [
            "", "trine.example/alliance", Chain.logKey("other.example/log"),
            VerifierKey(
                witness: try! KeyName(Chain.origin.text),
                key: Person.key("log").verificationKey
            ).text,
        ] {
            #expect(found { $0.founding(logKey: logKey) } == .place(.malformedGenesis(.logKey)))
        }
        let name = try! KeyName(Chain.origin.text)
        for clockKey in [
            "", Chain.logKey(), Genesis.clockKey("other.example/log"),
            VerifierKey(log: name, key: Person.key("clock").verificationKey).text,
            VerifierKey(witness: name, key: Person.key("log").verificationKey).text,
        ] {
            #expect(
                found { $0.founding(clockKey: clockKey) } == .place(.malformedGenesis(.clockKey)))
        }
        let twice: [Person] = [.authority, .authority]
        #expect(
            found { $0.founding(authorities: twice) } == .place(.malformedGenesis(.authorities)))
        #expect(
            found { $0.founding(authorities: [.authority, .host]) }
                == .place(.malformedGenesis(.authorities))
        )
        #expect(found { $0.founding(host: .authority) } == .place(.malformedGenesis(.authorities)))
        #expect(found { $0.founding(by: .second) } == .place(.malformedGenesis(.notFirstAuthority)))
        #expect(
            found { $0.founding(by: .outsider) } == .place(.malformedGenesis(.notFirstAuthority)))
        let foreign = Person.key("foreign")
        #expect(
            found { $0.founding(with: foreign) } == .place(.malformedGenesis(.notFirstAuthority)))
        #expect(found { $0.founding(policies: Digest(hashing: [])) } == .policy(.policyUnknown))
    }

    /// Two founders with one key are one founder.
    @Test func sharedKeys() {
        var chain = Chain(empty: ())
        let founder = FoundingParticipant(
            handle: Person.authority.handle, key: Person.authority.key.verificationKey)
        let host = FoundingParticipant(
            handle: Person.host.handle, key: Person.authority.key.verificationKey)
        let signed = chain.sign(
            Genesis(
                origin: Chain.origin, rules: 1, logKey: Chain.logKey(),
                clockKey: Genesis.clockKey(Chain.origin.text),
                charter: .init(authorities: [founder]), host: host,
                policies: CedarPolicies.standard.digest,
                types: RecordTypes.standard.published(origin: Chain.origin)),
            by: .authority)
        #expect(chain.submit(signed) == .place(.malformedGenesis(.authorities)))
    }

    /// One handle with two keys isn't two founders, and the first authority signs in its own name.
    @Test func sharedHandles() {
        func refusal(_ host: Handle, by signer: Person) -> Refusal? {
            var chain = Chain(empty: ())
            return chain.submit(
                chain.sign(
                    Genesis(
                        origin: Chain.origin, rules: 1, logKey: Chain.logKey(),
                        clockKey: Genesis.clockKey(Chain.origin.text),
                        charter: .init(authorities: [
                            .init(
                                handle: Person.authority.handle,
                                key: Person.authority.key.verificationKey)
                        ]),
                        host: .init(handle: host, key: Person.host.key.verificationKey),
                        policies: CedarPolicies.standard.digest,
                        types: RecordTypes.standard.published(origin: Chain.origin)),
                    by: signer,
                    with: Person.authority.key))
        }
        #expect(
            refusal(Person.authority.handle, by: .authority)
                == .place(.malformedGenesis(.authorities)))
        #expect(
            refusal(Person.host.handle, by: .host) == .place(.malformedGenesis(.notFirstAuthority)))
        #expect(refusal(Person.host.handle, by: .authority) == nil)
    }

    @Test func badSignature() throws {
        var chain = Chain(empty: ())
        let signed = try forged(chain.founding())
        #expect(chain.submit(signed) == .issuer(.badSignature))
    }

    @Test func onlyOnceAndOnlyFirst() {
        var chain = Chain()
        #expect(chain.submit(chain.founding()) == .place(.genesisAlreadyThere))
        var empty = Chain(empty: ())
        let later = Candidate(empty.founding().statement, selective: NoSelectiveClaims(), index: 1)
        #expect(throws: Refusal.place(.genesisAlreadyThere)) { try empty.decide(later) }
        // Nor at its own place, where a log is already.
        let first = Candidate(chain.founding().statement, selective: NoSelectiveClaims(), index: 0)
        let slice = chain.slice(for: first)
        #expect(throws: Refusal.place(.genesisAlreadyThere)) {
            try Rules.decide(first, in: slice, texts: chain.policies)
        }
        #expect(
            empty.submit(
                empty.sign(
                    Suspend(Person.lender.handle), StatedReason(.unspecified), by: .authority))
                == .place(.genesisExpected))
    }
}

/// The same statement with another signature of the right form.
func forged(_ signed: SignedStatement) throws -> SignedStatement {
    let text = signed.statement.jws.text
    let parts = text.split(separator: ".")
    let signature = [UInt8](repeating: 1, count: 32) + [UInt8](repeating: 0, count: 32)
    let changed = parts[0] + "." + parts[1] + "." + Base64URL.encode(signature)
    return SignedStatement(
        statement: try Statement(parsing: Array(changed.utf8)), disclosures: signed.disclosures)
}
