import CSodium
import Curve

/// Openings that are said to be those of commitments, checked all at once: each is multiplied by a weight
/// that nobody could foresee, and both sides are summed up.
///
/// Numbers and blindings stay in constant time; what takes variable time are the commitments, which are
/// public, and the weights.
public struct OpeningChecks: Sendable {
    private var openings: [Opening] = []
    private var points: [Point] = []

    public init() {}

    public var count: Int { points.count }

    /// `opening` is to be that of `commitment`.
    public mutating func add(_ opening: Opening, of commitment: Commitment) {
        openings.append(opening)
        points.append(commitment.point)
    }

    public mutating func add(_ others: OpeningChecks) {
        openings += others.openings
        points += others.points
    }

    /// Whether each is. Where one isn't, this is true with a probability of 2⁻¹²⁷.
    public func hold() -> Bool {
        var random = [UInt8](repeating: 0, count: Self.weightBytes * count)
        randombytes_buf(&random, random.count)
        var value = Scalar.zero
        var blinding = Scalar.zero
        var weights: [Scalar] = []
        weights.reserveCapacity(count)
        for (position, opening) in openings.enumerated() {
            let weight = Self.weight(random[(Self.weightBytes * position)...])
            value += weight * opening.number.scalar
            blinding += weight * opening.blinding
            weights.append(weight)
        }
        return Pedersen.commit(value, blinding: blinding).equals(BucketSum.sum(weights, points))
    }

    /// One of 2¹²⁷ numbers.
    private static func weight(_ random: ArraySlice<UInt8>) -> Scalar {
        var bytes = Array(random.prefix(weightBytes))
        bytes[weightBytes - 1] &= 0x7f
        bytes += [UInt8](repeating: 0, count: 32 - weightBytes)
        guard let weight = Scalar(encoding: bytes) else {
            preconditionFailure("2¹²⁷ is less than the order")
        }
        return weight
    }

    private static let weightBytes = 16
}

extension Pedersen {
    /// Whether `opening` is that of `commitment`, in time independent of it.
    public static func opens(_ commitment: Commitment, _ opening: Opening) -> Bool {
        product(opening).equals(commitment.point)
    }
}
