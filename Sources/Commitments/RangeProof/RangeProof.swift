import Curve

/// The number of bits that proven values fit in.
public enum RangeBits: Int, Sendable, Hashable, CaseIterable {
    case eight = 8
    case sixteen = 16
    case thirtyTwo = 32
    case sixtyFour = 64
}

/// A proof that committed values lie in [0, 2ⁿ) (Bünz et al., "Bulletproofs", 2018, section 4.2),
/// with the transcript, generators and encoding of the dalek and zkcrypto crates.
///
/// The encoding is A ‖ S ‖ T₁ ‖ T₂ ‖ t(x) ‖ its blinding ‖ e's blinding ‖ (L ‖ R) for each of
/// log₂(n·m) rounds ‖ a ‖ b, 32 bytes each: 672 bytes for one value of 64 bits.
public struct RangeProof: Sendable, Hashable {
    /// Values in one proof are a power of two of at most this many.
    public static let maximumCount = Generators.maximumParties

    public let bits: RangeBits
    /// The number of values.
    public let count: Int

    let bitCommitment: Commitment
    let maskCommitment: Commitment
    let linearCommitment: Commitment
    let quadraticCommitment: Commitment
    let evaluation: Scalar
    let evaluationBlinding: Scalar
    let maskBlinding: Scalar
    let rounds: [Round]
    let finalA: Scalar
    let finalB: Scalar

    /// What one round of the inner-product argument says.
    struct Round: Sendable, Hashable {
        let left: Commitment
        let right: Commitment
    }
}

extension RangeProof {
    /// Parses the encoding of a proof for `count` values of `bits` bits.
    ///
    /// Throws `unsupportedCount`, `wrongLength`, `nonCanonicalPoint`, `identityPoint` or
    /// `nonCanonicalScalar`, before anything is allocated by the length's word.
    public init(
        parsing bytes: some Collection<UInt8>, bits: RangeBits, count: Int
    ) throws(ProofRefusal) {
        try self.init(parsing: bytes, bits: bits, count: count, origin: 0)
    }

    /// `origin` is added to the offsets in refusals.
    init(
        parsing bytes: some Collection<UInt8>, bits: RangeBits, count: Int, origin: Int
    ) throws(ProofRefusal) {
        guard RangeProof.supports(count: count) else { throw .unsupportedCount(count) }
        let expected = RangeProof.encodedSize(bits: bits, count: count)
        guard bytes.count == expected else {
            throw .wrongLength(have: bytes.count, expected: expected)
        }
        var reader = ElementReader(bytes, origin: origin)
        self.init(
            bits: bits, count: count, bitCommitment: try reader.point(),
            maskCommitment: try reader.point(), linearCommitment: try reader.point(),
            quadraticCommitment: try reader.point(), evaluation: try reader.scalar(),
            evaluationBlinding: try reader.scalar(), maskBlinding: try reader.scalar(),
            rounds: try (0..<RangeProof.roundCount(bits: bits, count: count)).map {
                (_) throws(ProofRefusal) in
                Round(left: try reader.point(), right: try reader.point())
            },
            finalA: try reader.scalar(), finalB: try reader.scalar())
    }

    public var encoding: [UInt8] {
        let points = [bitCommitment, maskCommitment, linearCommitment, quadraticCommitment]
        let scalars = [evaluation, evaluationBlinding, maskBlinding]
        return points.flatMap(\.encoding) + scalars.flatMap(\.encoding)
            + rounds.flatMap { $0.left.encoding + $0.right.encoding }
            + finalA.encoding + finalB.encoding
    }

    /// The bytes a proof for `count` values, a power of two, takes.
    public static func encodedSize(bits: RangeBits, count: Int) -> Int {
        32 * (9 + 2 * roundCount(bits: bits, count: count))
    }

    static func roundCount(bits: RangeBits, count: Int) -> Int {
        (bits.rawValue * count).trailingZeroBitCount
    }

    static func supports(count: Int) -> Bool {
        count > 0 && count <= maximumCount && count & (count - 1) == 0
    }
}

/// Reads the elements of a proof one after the other.
struct ElementReader {
    private let bytes: [UInt8]
    private(set) var offset: Int
    /// Added to the offsets in refusals, for a proof inside a longer encoding.
    private let origin: Int

    /// The bytes must be as many as the elements that will be read.
    init(_ bytes: some Collection<UInt8>, origin: Int) {
        self.bytes = Array(bytes)
        self.origin = origin
        offset = 0
    }

    mutating func point() throws(ProofRefusal) -> Commitment {
        let start = advance()
        do {
            return try Commitment(parsing: bytes[start..<offset])
        } catch .identityPoint {
            throw .identityPoint(offset: origin + start)
        } catch {
            throw .nonCanonicalPoint(offset: origin + start)
        }
    }

    mutating func scalar() throws(ProofRefusal) -> Scalar {
        let start = advance()
        do {
            return try Scalar(canonical: bytes[start..<offset])
        } catch {
            throw .nonCanonicalScalar(offset: origin + start)
        }
    }

    private mutating func advance() -> Int {
        defer { offset += 32 }
        return offset
    }
}
