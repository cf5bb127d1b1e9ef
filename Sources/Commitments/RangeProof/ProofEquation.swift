import Curve

/// A sum of products over the generators and over points of proofs. A proof holds if its equations,
/// each multiplied by a weight its prover could not foresee, sum to the identity.
///
/// Everything in it is public, or blinded: its evaluation takes variable time.
struct ProofEquation {
    /// Coefficients of B and B̃.
    var value = Scalar.zero
    var blinding = Scalar.zero
    /// Coefficients of the generators: 64 of G, then 64 of H, for each party.
    private(set) var generators: [Scalar]
    private var scalars: [Scalar] = []
    private var points: [Point] = []

    private let parties: Int
    /// From this number on, buckets beat interleaved digits.
    private static let bucketThreshold = 190

    /// An equation over the generators of this many parties, at least one.
    init(parties: Int) {
        self.parties = parties
        generators = [Scalar](repeating: .zero, count: 2 * Generators.perParty * parties)
    }

    mutating func add(_ scalar: Scalar, _ point: Point) {
        scalars.append(scalar)
        points.append(point)
    }

    /// Adds to the coefficient of G for this bit of this party.
    @inline(__always)
    mutating func addG(_ scalar: Scalar, party: Int, bit: Int) {
        generators[2 &* Generators.perParty &* party &+ bit] += scalar
    }

    /// Adds to the coefficient of H for this bit of this party.
    @inline(__always)
    mutating func addH(_ scalar: Scalar, party: Int, bit: Int) {
        generators[2 &* Generators.perParty &* party &+ Generators.perParty &+ bit] += scalar
    }

    /// The sum's value.
    func evaluated() -> Point {
        let few = points.count < ProofEquation.bucketThreshold
        var straus = StrausSum(capacity: few ? points.count : 0)
        straus.add(value, tableIndex: 0)
        straus.add(blinding, tableIndex: 1)
        if few {
            for (scalar, point) in zip(scalars, points) { straus.add(scalar, point) }
        }
        if parties == 1 {
            for (index, scalar) in generators.enumerated() {
                straus.add(scalar, tableIndex: Generators.firstG + index)
            }
        }
        var result = straus.result(with: Generators.firstParty)
        if !few { result = result + BucketSum.sum(scalars, points) }
        if parties > 1 { result = result + aggregatedGenerators() }
        return result
    }

    private func aggregatedGenerators() -> Point {
        var buckets = Buckets(width: WindowMultiples.width)
        for tier in 0..<Generators.tierCount(parties: parties) {
            let range = Generators.parties(inTier: tier)
            let end = min(range.upperBound, parties)
            let span = 2 * Generators.perParty
            Generators.windows[tier].get().add(
                generators[span * range.lowerBound..<span * end], to: &buckets)
        }
        return buckets.weightedSum
    }
}
