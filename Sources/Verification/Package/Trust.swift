public import Transparency
public import Wire

/// What a verifier brings of its own: nothing of it is ever taken from what is being verified.
public struct Trust: Hashable, Sendable {
    /// The digest of entry 0 that the verifier's invitation pinned.
    public let genesis: Digest<Digested.Genesis>
    /// Whose checkpoints count, and which witnesses have to agree (C2SP tlog-policy).
    public let policy: TrustPolicy

    public init(genesis: Digest<Digested.Genesis>, policy: TrustPolicy) {
        (self.genesis, self.policy) = (genesis, policy)
    }
}
