public import Curve

extension RangeProof {
    /// Proves that each value is below 2^bits, and returns the commitments to them.
    ///
    /// - Parameters:
    ///   - values: a power of two of at most 64 values.
    ///   - blindings: one for each value.
    ///   - transcript: must have absorbed whatever the proof shall be bound to.
    ///   - random: fresh randomness. It is mixed with the witness and the transcript, so a bad
    ///     source alone reveals nothing.
    public static func prove(
        values: [UInt64], blindings: [Scalar], bits: RangeBits, transcript: inout Transcript,
        using random: inout some RandomNumberGenerator
    ) throws(ProvingError) -> (proof: RangeProof, commitments: [Commitment]) {
        guard supports(count: values.count) else { throw .unsupportedCount(values.count) }
        guard blindings.count == values.count else {
            throw .blindingCount(have: blindings.count, expected: values.count)
        }
        if bits != .sixtyFour, let wide = values.firstIndex(where: { $0 >> bits.rawValue != 0 }) {
            throw .valueTooWide(index: wide)
        }
        let commitments = zip(values, blindings).map {
            Commitment(Pedersen.commit(Scalar(magnitude: $0), blinding: $1))
        }
        var source = transcript.proverRandomness(
            values: values, blindings: blindings, using: &random)
        defer { source.wipe() }
        var prover = RangeProver(values: values, blindings: blindings, bits: bits)
        return (prover.prove(commitments.map(\.encoding), &transcript, &source), commitments)
    }
}

/// The prover of range proofs (Bünz et al., section 4.2), for all values at once.
///
/// Constant time up to the inner-product argument: no branch, index or number of steps depends on
/// a value, a blinding or a mask.
struct RangeProver {
    private let bits: Int
    private let size: RangeBits
    private let values: [UInt64]
    private var blindings: [Scalar]

    private var bitBlinding = Scalar.zero
    private var maskBlinding = Scalar.zero
    /// The masks s_L and s_R of all parties.
    private var leftMasks: [Scalar] = []
    private var rightMasks: [Scalar] = []

    init(values: [UInt64], blindings: [Scalar], bits: RangeBits) {
        self.bits = bits.rawValue
        self.size = bits
        self.values = values
        self.blindings = blindings
    }

    /// The scalars are drawn from the source in the order of the crates, party by party.
    mutating func prove(
        _ commitments: [[UInt8]], _ transcript: inout Transcript,
        _ source: inout some ScalarSource
    ) -> RangeProof {
        defer { wipeSecrets() }
        transcript.beginRangeProof(bits: bits, commitments)
        let (bitCommitment, maskCommitment) = commitToBits(&source)
        transcript.append("A", bitCommitment.encoding)
        transcript.append("S", maskCommitment.encoding)
        let y = transcript.challengeScalar("y")
        let z = transcript.challengeScalar("z")

        var polynomials = Polynomials(self, y: y, z: z)
        defer { polynomials.wipeSecrets() }
        var linearBlinding = Scalar.zero
        var quadraticBlinding = Scalar.zero
        for _ in values {
            linearBlinding += source.next()
            quadraticBlinding += source.next()
        }
        let linear = Commitment(
            Pedersen.commit(polynomials.linearCoefficient, blinding: linearBlinding))
        let quadratic = Commitment(
            Pedersen.commit(polynomials.quadraticCoefficient, blinding: quadraticBlinding))
        transcript.append("T_1", linear.encoding)
        transcript.append("T_2", quadratic.encoding)
        let x = transcript.challengeScalar("x")

        let (left, right) = polynomials.evaluated(at: x)
        let evaluation = Scalar.innerProduct(left, right)
        let powers = Scalar.powers(of: z, count: values.count + 2).dropFirst(2)
        let committed = Scalar.innerProduct(Array(powers), blindings)
        let evaluationBlinding = committed + x * (linearBlinding + x * quadraticBlinding)
        let combinedBlinding = bitBlinding + x * maskBlinding
        transcript.append("t_x", evaluation)
        transcript.append("t_x_blinding", evaluationBlinding)
        transcript.append("e_blinding", combinedBlinding)
        let w = transcript.challengeScalar("w")

        var innerProduct = InnerProductProver(
            bits: bits, base: w, inverseY: y.inverted, a: left, b: right)
        let (rounds, a, b) = innerProduct.prove(&transcript)
        return RangeProof(
            bits: size, count: values.count, bitCommitment: bitCommitment,
            maskCommitment: maskCommitment, linearCommitment: linear,
            quadraticCommitment: quadratic, evaluation: evaluation,
            evaluationBlinding: evaluationBlinding, maskBlinding: combinedBlinding, rounds: rounds,
            finalA: a, finalB: b)
    }

    /// A commits to the bits, S to the masks.
    private mutating func commitToBits(
        _ source: inout some ScalarSource
    ) -> (Commitment, Commitment) {
        var bitSum = Point.identity
        var maskSum = Point.identity
        for (party, value) in values.enumerated() {
            bitBlinding += source.next()
            maskBlinding += source.next()
            var left = (0..<bits).map { _ in source.next() }
            var right = (0..<bits).map { _ in source.next() }
            leftMasks += left
            rightMasks += right
            let (table, first) = Generators.smallMultiples(party: party)
            bitSum = ConstantTimeSum.adding(
                bits: bits, of: value, table: table, ones: first,
                zeros: first + Generators.perParty, to: bitSum)
            maskSum =
                maskSum + ConstantTimeSum.sum(left, table: table, first: first)
                + ConstantTimeSum.sum(right, table: table, first: first + Generators.perParty)
            wipe(&left)
            wipe(&right)
        }
        return (
            Commitment(Pedersen.addingBlinding(bitBlinding, to: bitSum)),
            Commitment(Pedersen.addingBlinding(maskBlinding, to: maskSum))
        )
    }

    private mutating func wipeSecrets() {
        wipe(&blindings)
        wipe(&leftMasks)
        wipe(&rightMasks)
        bitBlinding = .zero
        maskBlinding = .zero
    }

    /// l(X) = l₀ + l₁·X and r(X) = r₀ + r₁·X, whose inner product is t(X).
    private struct Polynomials {
        private var left0: [Scalar] = []
        private var left1: [Scalar] = []
        private var right0: [Scalar] = []
        private var right1: [Scalar] = []

        init(_ prover: RangeProver, y: Scalar, z: Scalar) {
            var powerOfY = Scalar.one
            var powerOfZ = z * z
            left1 = prover.leftMasks
            for (party, value) in prover.values.enumerated() {
                var scaledPowerOf2 = powerOfZ
                for bit in 0..<prover.bits {
                    let leftBit = Scalar.bit(value &>> UInt64(bit) & 1)
                    left0.append(leftBit - z)
                    right0.append(powerOfY * (leftBit - .one + z) + scaledPowerOf2)
                    right1.append(powerOfY * prover.rightMasks[party * prover.bits + bit])
                    powerOfY *= y
                    scaledPowerOf2 += scaledPowerOf2
                }
                powerOfZ *= z
            }
        }

        var linearCoefficient: Scalar {
            Scalar.innerProduct(left0, right1) + Scalar.innerProduct(left1, right0)
        }

        var quadraticCoefficient: Scalar { Scalar.innerProduct(left1, right1) }

        func evaluated(at x: Scalar) -> (left: [Scalar], right: [Scalar]) {
            (
                zip(left0, left1).map { $0 + $1 * x },
                zip(right0, right1).map { $0 + $1 * x }
            )
        }

        mutating func wipeSecrets() {
            wipe(&left0)
            wipe(&left1)
            wipe(&right0)
            wipe(&right1)
        }
    }
}

extension Scalar {
    static func innerProduct(_ left: [Scalar], _ right: [Scalar]) -> Scalar {
        precondition(left.count == right.count)
        var sum = zero
        for index in left.indices { sum += left[index] * right[index] }
        return sum
    }
}

extension Transcript {
    /// The size of the proof and the commitments it is about.
    mutating func beginRangeProof(bits: Int, _ commitments: [[UInt8]]) {
        append("dom-sep", Array("rangeproof v1".utf8))
        append("n", UInt64(bits))
        append("m", UInt64(commitments.count))
        for commitment in commitments { append("V", commitment) }
    }
}
