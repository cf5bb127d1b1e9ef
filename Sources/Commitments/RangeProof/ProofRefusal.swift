/// Why a proof is not accepted.
public enum ProofRefusal: Error, Sendable, Hashable {
    /// The proof has another number of bytes than its statements call for.
    case wrongLength(have: Int, expected: Int)
    /// The 32 bytes at this offset are not the encoding of a group element.
    case nonCanonicalPoint(offset: Int)
    /// The 32 bytes at this offset encode the identity, which no honest prover sends.
    case identityPoint(offset: Int)
    /// The 32 bytes at this offset are not a scalar below the group order.
    case nonCanonicalScalar(offset: Int)
    /// The number of values is not a power of two from 1 to 64.
    case unsupportedCount(Int)
    /// The equations do not hold: another statement, context or commitment, or no proof at all.
    case equationFails
}

/// Why no proof can be made of these values.
public enum ProvingError: Error, Sendable, Hashable {
    /// The number of values is not a power of two from 1 to 64.
    case unsupportedCount(Int)
    /// As many blindings as values are needed.
    case blindingCount(have: Int, expected: Int)
    /// The value at this index does not fit in the number of bits.
    case valueTooWide(index: Int)
}
