public import Wire

/// What a verifier asked the holder to sign, and how old the answer may be (RFC 9901 §7.3).
public struct KeyBindingDemand: Hashable, Sendable {
    public let nonce: String
    public let audience: String
    /// Seconds by which the holder's clock may differ from the verifier's `now`, either way.
    public let window: Int64

    public init(nonce: String, audience: String, window: Int64 = 300) {
        (self.nonce, self.audience, self.window) = (nonce, audience, window)
    }
}

/// Claims that an issuer signed, and of which a holder disclosed these. Only
/// ``Presentation/verify(by:at:demanding:)`` makes one.
public struct VerifiedPresentation: Hashable, Sendable {
    public let presentation: Presentation
    /// The `typ` of the issuer's JWT.
    public let type: String?
    /// The issuer's claims with everything disclosed in its place, without digests.
    public let claims: JSON
    /// The key that the issuer bound the claims to (`cnf`, RFC 7800).
    public let holder: VerificationKey?
    /// When the holder signed; `nil` where no key binding was demanded.
    public let bound: Timestamp?
}

extension Presentation {
    /// Checks the issuer's signature, places the disclosures, checks the dates the issuer set
    /// against `now` and, if `demand` asks for it, the holder's signature. Of a key binding that
    /// isn't demanded only the form is checked (RFC 9901 §7.3).
    ///
    /// Throws ``PresentationRefusal``.
    public func verify(
        by issuer: VerificationKey, at now: Timestamp, demanding demand: KeyBindingDemand? = nil
    ) throws(PresentationRefusal) -> VerifiedPresentation {
        let jwt: ForeignJWT
        do {
            jwt = try ForeignJWT(parsing: issuerJWT)
            try jwt.verify(by: issuer)
        } catch { throw .jwt(.issuer, error) }
        let binding = try keyBindingJWT()
        let claims = try DisclosedClaims.claims(of: jwt.payload, disclosures: disclosures)
        // The dates and the key are the issuer's own, also where it let them be disclosed.
        if let expires = claims["exp"] {
            guard let seconds = Self.seconds(expires) else { throw .jwt(.issuer, .malformed) }
            guard Double(now.seconds) < seconds else { throw .expired }
        }
        if let notBefore = claims["nbf"] {
            guard let seconds = Self.seconds(notBefore) else { throw .jwt(.issuer, .malformed) }
            guard seconds <= Double(now.seconds) else { throw .notYetValid }
        }
        let holder = claims["cnf"]?["jwk"].flatMap { VerificationKey(foreign: $0) }
        var bound: Timestamp?
        if let demand {
            guard let binding else { throw .keyBindingMissing }
            guard let holder else { throw .noHolderKey }
            bound = try verify(binding, by: holder, at: now, demand)
        }
        return VerifiedPresentation(
            presentation: self, type: jwt.header["typ"]?.text, claims: claims, holder: holder,
            bound: bound)
    }

    private func keyBindingJWT() throws(PresentationRefusal) -> ForeignJWT? {
        guard let keyBinding else { return nil }
        let jwt: ForeignJWT
        do { jwt = try ForeignJWT(parsing: keyBinding) } catch { throw .jwt(.keyBinding, error) }
        guard jwt.header["typ"]?.text == Self.keyBindingType else {
            throw .jwt(.keyBinding, .type)
        }
        return jwt
    }

    private func verify(
        _ jwt: ForeignJWT, by holder: VerificationKey, at now: Timestamp,
        _ demand: KeyBindingDemand
    ) throws(PresentationRefusal) -> Timestamp {
        do { try jwt.verify(by: holder) } catch { throw .jwt(.keyBinding, error) }
        guard let issuedAt = jwt.payload["iat"]?.int, let time = Timestamp(seconds: issuedAt),
            let nonce = jwt.payload["nonce"]?.text, let audience = jwt.payload["aud"]?.text,
            let hash = jwt.payload["sd_hash"]?.text
        else { throw .jwt(.keyBinding, .malformed) }
        guard nonce.utf8.elementsEqual(demand.nonce.utf8) else { throw .otherNonce }
        guard audience.utf8.elementsEqual(demand.audience.utf8) else { throw .otherAudience }
        guard abs(now.seconds - time.seconds) <= demand.window else { throw .staleKeyBinding }
        guard hash == Digest<Digested.Blob>(hashing: sdJWT).text else { throw .otherPresentation }
        return time
    }

    /// A NumericDate (RFC 7519 §2), which may have a fraction.
    private static func seconds(_ value: JSON) -> Double? {
        switch value {
        case .integer(let seconds): Double(seconds)
        case .real(let seconds): seconds
        default: nil
        }
    }
}
