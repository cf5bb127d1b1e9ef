public import Wire

extension Hash {
    /// Takes the digest of a leaf as its hash.
    public init(_ digest: Digest<Digested.Leaf>) {
        guard let hash = Hash(bytes: digest.bytes) else {
            preconditionFailure("a digest has 32 bytes")
        }
        self = hash
    }
}
