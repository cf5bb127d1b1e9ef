import Testing

@testable import Sharing
@testable import Wire

/// A device takes keys only from its own participant: what a host, another device's finder or an
/// older share would put in their place is refused.
@Suite struct DeviceShareTests {
    private static let device = World.key.verificationKey.thumbprint
    private let deviceKey = try! DecryptionKey(seed: Secret(byte: 40))
    private let otherKey = try! DecryptionKey(seed: Secret(byte: 41))
    private let host = SigningKey(seed: Secret(byte: 42))

    private var keys: SharedKeys {
        let root = World.schedule.root(type: "invoice", field: "due_date", epoch: 3)
        return SharedKeys(
            nodes: [.init(type: "invoice", field: "due_date", epoch: 3, node: root)],
            sources: [World.schedule.sourceRoot], vault: Secret(byte: 9),
            holder: Secret(byte: 10))
    }

    private func expecting(
        log: Digest<Digested.Genesis> = World.log, _ participant: Handle = World.enterprise,
        admitted: UInt8 = 1, device: Digest<Digested.Key> = device, era: Int64 = 2,
        known: [VerificationKey]? = nil
    ) -> SealedShare.Expectation {
        let known = known ?? [World.key.verificationKey]
        return SealedShare.Expectation(
            log: log, participant: participant, fingerprint: Fingerprint(Digest(hashing: [1])),
            admitted: Fingerprint(Digest(hashing: [admitted])), device: device, era: era
        ) { thumbprint in known.first { $0.thumbprint == thumbprint } }
    }

    private func share(
        by signer: Signer = World.signer, to device: Digest<Digested.Key> = device,
        _ key: EncryptionKey? = nil, era: Int64 = 2
    ) throws -> SealedShare {
        try SealedShare(
            keys, ofEra: era, to: device, key ?? deviceKey.encryptionKey, by: signer,
            at: World.time, jti: World.jti(5))
    }

    private func refusal(
        _ share: SealedShare, with key: DecryptionKey? = nil,
        _ expected: SealedShare.Expectation? = nil
    ) -> ShareRefusal? {
        do {
            _ = try share.open(with: key ?? deviceKey, expecting: expected ?? expecting())
            return nil
        } catch { return error }
    }

    @Test func whatWasSharedIsRead() throws {
        let share = try share()
        let again = SealedShare(
            try DeviceShare(parsing: share.share.jws.bytes), Envelope(bytes: share.envelope.bytes))
        let opened = try again.open(with: deviceKey, expecting: expecting())
        #expect(opened.nodes.count == 1 && opened.sources.count == 1)
        #expect(opened.nodes[0].node.key.hex == keys.nodes[0].node.key.hex)
        #expect(opened.nodes[0].epoch == 3 && opened.nodes[0].field == "due_date")
        #expect(opened.sources[0].key.hex == World.schedule.sourceRoot.key.hex)
        #expect(opened.vault?.hex == Secret(byte: 9).hex && opened.encryption == nil)
        #expect(opened.holder?.hex == Secret(byte: 10).hex && opened.locker == nil)
    }

    /// The host makes a share with keys of its own: under its own key, under the participant's name,
    /// with the participant's key named in the header.
    @Test func sharesThatTheHostForges() throws {
        let signer = { (key: SigningKey) in
            Signer(origin: World.origin, handle: World.enterprise, log: World.log, key: key)
        }
        #expect(refusal(try share(by: signer(host))) == .unknownKey)
        let own = Signer(origin: World.origin, handle: World.lender, log: World.log, key: host)
        #expect(
            refusal(try share(by: own), expecting(known: [host.verificationKey]))
                == .otherParticipant(World.lender))
        let honest = try share()
        let forged = try share(by: signer(host))
        // The participant's header over the host's claims and signature.
        let texts = [honest, forged].map { $0.share.jws.text.split(separator: ".") }
        let posing = try DeviceShare(
            parsing: Array("\(texts[0][0]).\(texts[1][1]).\(texts[1][2])".utf8))
        #expect(refusal(SealedShare(posing, forged.envelope)) == .badSignature)
        // The participant's word with the host's envelope.
        #expect(refusal(SealedShare(honest.share, forged.envelope)) == .otherEnvelope)
        #expect(refusal(honest) == nil)
    }

    /// Retired or narrow keys are for whoever answers ``SealedShare/Expectation/issuerKey`` to leave
    /// out: without an answer nothing is taken.
    @Test func keysThatTheLogDoesNotKnow() throws {
        #expect(refusal(try share(), expecting(known: [])) == .unknownKey)
    }

    /// A host that admitted keys of its own under the participant's name has a key that the log knows.
    @Test func sharesOfWhoWasAdmittedInstead() throws {
        #expect(refusal(try share(), expecting(admitted: 2)) == .substituted)
    }

    @Test func anotherDevicesShare() throws {
        let other = Digest<Digested.Key>(hashing: [1])
        #expect(refusal(try share(to: other)) == .otherDevice)
        #expect(refusal(try share(otherKey.encryptionKey)) == .otherDevice)
        #expect(refusal(try share(), with: otherKey) == .otherDevice)
        #expect(refusal(try share(), expecting(device: other)) == .otherDevice)
    }

    @Test func anotherErasAndLogsShare() throws {
        #expect(refusal(try share(era: 1)) == .otherEra(have: 1, want: 2))
        #expect(refusal(try share(era: 3)) == .otherEra(have: 3, want: 2))
        #expect(refusal(try share(), expecting(log: World.otherLog)) == .otherLog)
    }

    /// A grant's envelope is no share's, nor the other way round, and nothing bound into one can
    /// be exchanged.
    @Test func otherContexts() throws {
        func attempt(_ info: DomainSeparated, _ plaintext: [UInt8]) throws -> ShareRefusal? {
            let envelope = try Envelope.seal(
                plaintext, to: deviceKey.encryptionKey, info: info)
            let claims = ShareClaims(
                device: Self.device, deviceKey: deviceKey.encryptionKey.digest, era: 2,
                envelope: envelope.digest)
            let signed = DeviceShare.sign(
                claims, by: World.signer, at: World.time, jti: World.jti(5))
            return refusal(SealedShare(try DeviceShare(parsing: signed.bytes), envelope))
        }
        func info(
            log: Digest<Digested.Genesis> = World.log, jti: JTI = World.jti(5),
            issuer: Handle = World.enterprise, device: Digest<Digested.Key> = Self.device,
            era: Int64 = 2
        ) -> DomainSeparated {
            SealedShare.info(
                log: log, jti: jti, issuer: issuer, device: device, era: era,
                key: deviceKey.encryptionKey.digest)
        }
        let plaintext = SharedKeys.shape.bytes(of: keys)
        #expect(try attempt(info(), plaintext) == nil)
        let grants = Envelope.Context(
            log: World.log, statement: World.jti(5), issuer: World.enterprise,
            grantee: World.enterprise, recipient: deviceKey.encryptionKey)
        for wrong in [
            grants.info, info(log: World.otherLog), info(jti: World.jti(6)),
            info(issuer: World.lender), info(device: Digest(hashing: [1])), info(era: 1),
        ] { #expect(try attempt(wrong, plaintext) == .closed) }
        for wrong in [[], Array("{}".utf8), plaintext + [0x20], GrantedKeys().canonicalBytes] {
            #expect(try attempt(info(), wrong) == .closed)
        }
        // A share isn't taken for a grant's envelope.
        #expect(throws: OpeningError.envelope) {
            try share().envelope.open(with: deviceKey, context: grants)
        }
    }

    @Test func changedBytes() throws {
        let share = try share()
        for position in stride(from: 0, to: share.envelope.bytes.count, by: 61) {
            var bytes = share.envelope.bytes
            bytes[position] ^= 1
            #expect(
                refusal(SealedShare(share.share, Envelope(bytes: bytes))) == .otherEnvelope)
        }
    }
}
