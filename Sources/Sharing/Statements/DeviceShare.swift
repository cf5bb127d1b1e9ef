public import Wire

/// A participant's signed word that an envelope gives one of its devices some of its keys.
///
/// The envelope alone says nothing about who sealed it, and the host carries it: a device that took
/// any would seal records under keys that the host made. It isn't an entry.
public typealias DeviceShare = SignedCall<ShareClaims>

/// To which device, and what.
public struct ShareClaims: CallClaims {
    public static let type = "trine-share+jwt"

    /// The device's signing key.
    public let device: Digest<Digested.Key>
    /// The key of the device that the envelope is sealed to.
    public let deviceKey: Digest<Digested.EncryptionKey>
    /// Whose keys are in it.
    public let era: Int64
    public let envelope: Digest<Digested.Envelope>

    public static let shape = Shape<ShareClaims>(
        ShareClaims.init(device:deviceKey:era:envelope:),
        .required("to", \.device, .digest()),
        .required("device_key", \.deviceKey, .digest()),
        .required("era", \.era, .positive),
        .required("envelope", \.envelope, .digest()))
}

/// A share as it travels: the signed word and the envelope.
public struct SealedShare: Sendable {
    public let share: DeviceShare
    public let envelope: Envelope

    /// Signs and seals `keys` of `era`. The signer's key has the scope `all`.
    ///
    /// Throws ``OpeningError/envelope`` where nothing can be sealed to the device's key.
    public init(
        _ keys: SharedKeys, ofEra era: Int64, to device: Digest<Digested.Key>,
        _ deviceKey: EncryptionKey, by signer: Signer, at time: Timestamp, jti: JTI
    ) throws(OpeningError) {
        guard let log = signer.log else { preconditionFailure("devices belong to a log") }
        var plaintext = SharedKeys.shape.bytes(of: keys)
        defer { plaintext.wipe() }
        envelope = try Envelope.seal(
            plaintext, to: deviceKey,
            info: Self.info(
                log: log, jti: jti, issuer: signer.handle, device: device, era: era,
                key: deviceKey.digest))
        let claims = ShareClaims(
            device: device, deviceKey: deviceKey.digest, era: era, envelope: envelope.digest)
        let signed = DeviceShare.sign(claims, by: signer, at: time, jti: jti)
        guard let share = try? DeviceShare(parsing: signed.bytes) else {
            preconditionFailure("what is signed here can be read")
        }
        self.share = share
    }

    /// Takes what came; nothing of it is checked.
    public init(_ share: DeviceShare, _ envelope: Envelope) {
        self.share = share
        self.envelope = envelope
    }

    /// What is bound into the encryption. The label is another than a grant's envelope has, so that
    /// none is taken for the other.
    static func info(
        log: Digest<Digested.Genesis>, jti: JTI, issuer: Handle, device: Digest<Digested.Key>,
        era: Int64, key: Digest<Digested.EncryptionKey>
    ) -> DomainSeparated {
        DomainSeparated(.deviceShare).appending(log.bytes).appending(jti.bytes)
            .appending(issuer.text).appending(device.bytes).appending("\(era)")
            .appending(key.bytes)
    }

    /// What a device knows for itself, from the log that it verified and from its own keys.
    public struct Expectation: Sendable {
        public let log: Digest<Digested.Genesis>
        /// Whose device it is.
        public let participant: Handle
        /// The participant's fingerprint, as this machine knows it without the log; `nil` for who was
        /// named at genesis.
        public let fingerprint: Fingerprint?
        /// The fingerprint of who was admitted under the participant's handle.
        public let admitted: Fingerprint?
        public let device: Digest<Digested.Key>
        /// The era that the share has to be of.
        public let era: Int64
        /// The key with this thumbprint, where it is one of the participant's that signs now and
        /// signs everything: the log's rules led to it from the key that was admitted.
        public let issuerKey: @Sendable (Digest<Digested.Key>) -> VerificationKey?

        public init(
            log: Digest<Digested.Genesis>, participant: Handle, fingerprint: Fingerprint?,
            admitted: Fingerprint?, device: Digest<Digested.Key>, era: Int64,
            issuerKey: @escaping @Sendable (Digest<Digested.Key>) -> VerificationKey?
        ) {
            self.log = log
            self.participant = participant
            self.fingerprint = fingerprint
            self.admitted = admitted
            self.device = device
            self.era = era
            self.issuerKey = issuerKey
        }
    }

    /// The keys, once everything about them is found to be as expected. Throws ``ShareRefusal``.
    public func open(
        with key: DecryptionKey, expecting expected: Expectation
    ) throws(ShareRefusal) -> SharedKeys {
        guard share.log == expected.log else { throw .otherLog }
        guard share.issuer == expected.participant else { throw .otherParticipant(share.issuer) }
        guard expected.admitted == expected.fingerprint else { throw .substituted }
        guard let issuer = expected.issuerKey(share.jws.kid) else { throw .unknownKey }
        guard (try? share.jws.verified(by: issuer)) != nil else { throw .badSignature }
        guard share.device == expected.device, share.deviceKey == key.encryptionKey.digest else {
            throw .otherDevice
        }
        guard share.era == expected.era else {
            throw .otherEra(have: share.era, want: expected.era)
        }
        guard share.claims.envelope == envelope.digest else { throw .otherEnvelope }
        let info = Self.info(
            log: share.log, jti: share.jti, issuer: share.issuer, device: share.device,
            era: share.era, key: share.deviceKey)
        do {
            return try envelope.open(with: key, info: info) { plaintext in
                (try? JSONDocument(.canonical, plaintext)).flatMap {
                    try? SharedKeys.shape.read($0.root)
                }
            }
        } catch { throw .closed }
    }
}

/// Why a device doesn't take a share.
public enum ShareRefusal: Error, Equatable, Sendable {
    case otherLog
    case otherParticipant(Handle)
    /// The log admitted somebody else under the participant's handle: whose key signed it says nothing.
    case substituted
    /// The log's rules know no key of the participant with this thumbprint that signs everything now.
    case unknownKey
    case badSignature
    case otherDevice
    case otherEra(have: Int64, want: Int64)
    case otherEnvelope
    /// It doesn't open: another label, a changed byte, or not what a share holds.
    case closed
}
