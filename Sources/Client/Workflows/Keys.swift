public import Sharing
public import Wire

extension Session {
    /// Registers a signing key of this participant. What is given is only the offer: the new key's
    /// owner made it, and signed for it.
    public func addKey(_ offer: KeyOffer) async throws -> Registration {
        try await register(AddKey(offer))
    }

    /// Registers a key that this machine holds.
    func addKey(_ key: SigningKey, _ scopes: [KeyScope]) async throws -> Registration {
        let introducer = try signer(.all).key.verificationKey.thumbprint
        let terms = KeyTerms(key: key.verificationKey, scopes: scopes)
        return try await addKey(
            KeyOffer(
                terms,
                pop: ProofOfPossession.sign(terms, for: handle, of: log, .by(introducer), with: key)
            ))
    }

    /// Retires one of this participant's keys: it signs nothing any more. Not the one that signs this.
    public func retireKey(
        _ key: Digest<Digested.Key>, _ reason: Reason
    ) async throws -> Registration {
        try await register(RetireKey(key, reason))
    }
}
