import Curve

/// A Pedersen commitment v·B + r·B̃: one ristretto255 element, not the identity.
///
/// It hides v whatever the adversary can compute, and binds to v as long as nobody knows the
/// discrete logarithm of B̃ to the base B.
public struct Commitment: Sendable, Hashable {
    /// The canonical encoding, 32 bytes (RFC 9496, section 4.3.2).
    public let encoding: [UInt8]

    /// The element decoded, so that it is decoded once.
    let point: Point

    /// Parses the canonical encoding of 32 bytes.
    ///
    /// Throws `wrongLength`, `identityPoint` or `nonCanonicalPoint`.
    public init(parsing bytes: some Collection<UInt8>) throws(CommitmentError) {
        guard bytes.count == 32 else { throw .wrongLength(bytes.count) }
        let encoding = [UInt8](bytes)
        guard encoding.contains(where: { $0 != 0 }) else { throw .identityPoint }
        guard let point = Point(decoding: encoding) else { throw .nonCanonicalPoint }
        self.encoding = encoding
        self.point = point
    }

    init(_ point: Point) {
        self.encoding = point.encoding
        self.point = point
    }

    public static func == (left: Commitment, right: Commitment) -> Bool {
        left.encoding == right.encoding
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(encoding) }
}
