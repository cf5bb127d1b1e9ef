public import Wire

extension Presentation {
    static let keyBindingType = "kb+jwt"

    /// Binds this presentation to a verifier's question: adds a key-binding JWT (RFC 9901 §4.3)
    /// over the nonce, the audience, the time and everything that is presented.
    ///
    /// `key` must be the one that the issuer's JWT names in `cnf`; of our records it is the
    /// enterprise's own signing key. Throws ``PresentationRefusal/noHolderKey`` otherwise.
    public func bound(
        to demand: KeyBindingDemand, at time: Timestamp, with key: SigningKey
    ) throws(PresentationRefusal) -> Presentation {
        let jwt: ForeignJWT
        do { jwt = try ForeignJWT(parsing: issuerJWT) } catch { throw .jwt(.issuer, error) }
        guard let jwk = jwt.payload["cnf"]?["jwk"],
            VerificationKey(foreign: jwk) == key.verificationKey
        else { throw .noHolderKey }
        let payload: JSON = [
            "aud": .string(demand.audience), "iat": .integer(time.seconds),
            "nonce": .string(demand.nonce),
            "sd_hash": .digest(Digest<Digested.Blob>(hashing: sdJWT)),
        ]
        let keyBinding = JWS(
            signing: payload.canonicalBytes, type: Self.keyBindingType, with: key)
        return Presentation(
            issuerJWT: issuerJWT, disclosures: disclosures, keyBinding: keyBinding.bytes)
    }
}
