public import Curve

extension Scalar {
    /// Parses the little-endian encoding of 32 bytes.
    ///
    /// Throws `wrongLength`, or `nonCanonicalScalar` for an integer of ℓ or more.
    public init(canonical bytes: some Collection<UInt8>) throws(CommitmentError) {
        guard bytes.count == 32 else { throw .wrongLength(bytes.count) }
        guard let scalar = Scalar(encoding: bytes) else { throw .nonCanonicalScalar }
        self = scalar
    }
}
