import Sharing
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

    /// What the pin alone lets one believe: the log whose first entry has this digest, by the key that
    /// this entry names for it. `founding` is that entry, from wherever it comes; whoever trusts
    /// witnesses too brings a policy.
    ///
    /// Throws ``PackageRefusal`` where it isn't the pinned one.
    public init(
        pinned: Digest<Digested.Genesis>, founding: LoggedStatement
    ) throws(PackageRefusal) {
        let statement: Statement
        do { statement = try founding.statement() } catch {
            throw PackageRefusal(.genesis, .form(error))
        }
        let digest: Digest<Digested.Genesis> = statement.digest.relabelled()
        guard digest == pinned else {
            throw PackageRefusal(.genesis, .genesisNotPinned(digest))
        }
        guard let claims = statement.claims as? Genesis,
            let key = try? VerifierKey(parsing: claims.logKey)
        else { throw PackageRefusal(.genesis, .notGenesis) }
        genesis = pinned
        policy = TrustPolicy(trusting: key)
    }
}
