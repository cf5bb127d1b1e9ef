public import Wire

/// A new key's own signature over whom it will sign for, and what: nobody can register another's
/// key, nor this one for more than its owner meant.
///
/// It has one spelling, so a proof is checked by writing what it must say.
public enum ProofOfPossession {
    public static let type = "trine-pop+jwt"

    /// How a key gets into a log.
    public enum Introduction: Hashable, Sendable {
        /// With everything else that the fingerprint of a new participant is over.
        case admission(Digest<Digested.Fingerprint>)
        /// By a key of the participant that is there already.
        case by(Digest<Digested.Key>)
    }

    /// Whether `offer` has a proof that its key signed, for this participant of this log and so
    /// introduced.
    public static func isGiven(
        by offer: KeyOffer, for handle: Handle, of log: Digest<Digested.Genesis>,
        _ introduction: Introduction
    ) -> Bool {
        offer.pop.type == type
            && offer.pop.payload == payload(offer.terms, handle, log, introduction)
            && (try? offer.pop.verified(by: offer.key)) != nil
    }

    /// Signs with `key`, which is the key of `terms`.
    public static func sign(
        _ terms: KeyTerms, for handle: Handle, of log: Digest<Digested.Genesis>,
        _ introduction: Introduction, with key: SigningKey
    ) -> JWS {
        JWS(signing: payload(terms, handle, log, introduction), type: type, with: key)
    }

    private static func payload(
        _ terms: KeyTerms, _ handle: Handle, _ log: Digest<Digested.Genesis>,
        _ introduction: Introduction
    ) -> [UInt8] {
        switch introduction {
        case .admission(let fingerprint):
            AtAdmission.shape.bytes(
                of: AtAdmission(
                    log: log, handle: handle, key: terms.key, fingerprint: fingerprint))
        case .by(let introducer):
            ByKey.shape.bytes(
                of: ByKey(log: log, handle: handle, terms: terms, introducer: introducer))
        }
    }

    /// The fingerprint is over the key's scopes and its end.
    struct AtAdmission: Shaped, Hashable {
        let log: Digest<Digested.Genesis>
        let handle: Handle
        let key: VerificationKey
        let fingerprint: Digest<Digested.Fingerprint>

        static let shape = Shape<AtAdmission>(
            AtAdmission.init(log:handle:key:fingerprint:),
            .required("log", \.log, .digest()), .required("handle", \.handle, .handle),
            .required("jwk", \.key, .jwk), .required("fingerprint", \.fingerprint, .digest()))
    }

    struct ByKey: Shaped, Hashable {
        let log: Digest<Digested.Genesis>
        let handle: Handle
        let terms: KeyTerms
        let introducer: Digest<Digested.Key>

        static let shape = Shape<ByKey>(
            ByKey.init(log:handle:terms:introducer:),
            .required("log", \.log, .digest()), .required("handle", \.handle, .handle),
            .part(\.terms, KeyTerms.shape), .required("kid", \.introducer, .digest()))
    }
}
