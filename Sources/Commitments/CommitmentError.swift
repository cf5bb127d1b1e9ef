/// Why bytes are not a scalar or not a commitment.
public enum CommitmentError: Error, Sendable, Hashable {
    /// A scalar or a point has 32 bytes.
    case wrongLength(Int)
    /// The integer is not below the group order (RFC 9496, section 4.4).
    case nonCanonicalScalar
    /// The bytes are not the one encoding of a group element (RFC 9496, section 4.3.1).
    case nonCanonicalPoint
    /// The identity element commits to zero with no blinding, so it hides nothing.
    case identityPoint
}
