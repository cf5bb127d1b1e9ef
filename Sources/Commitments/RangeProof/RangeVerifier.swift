import Curve

/// Evidence that committed values lie in a range. Only verification makes it.
public struct VerifiedRange: Sendable {
    public let commitments: [Commitment]
    /// Every committed value is in [0, 2^bits).
    public let bits: RangeBits

    fileprivate init(_ claim: RangeClaim) {
        commitments = claim.commitments
        bits = claim.proof.bits
    }
}

/// A proof beside what it claims to be about.
public struct RangeClaim: Sendable {
    public let proof: RangeProof
    public let commitments: [Commitment]
    public var transcript: Transcript

    /// The transcript must be as it was when the proof was begun.
    public init(proof: RangeProof, commitments: [Commitment], transcript: Transcript) {
        self.proof = proof
        self.commitments = commitments
        self.transcript = transcript
    }

    /// Verifies the claim. Variable time.
    ///
    /// Throws `unsupportedCount` or `equationFails`.
    public func verify() throws(ProofRefusal) -> VerifiedRange {
        try RangeClaim.verify([self])
        return VerifiedRange(self)
    }

    /// Verifies many claims at a fraction of the price of one each.
    ///
    /// Throws `unsupportedCount`, or `equationFails` if any of them fails; verify one by one to
    /// learn which. Variable time.
    public static func verify(batch claims: [RangeClaim]) throws(ProofRefusal) -> [VerifiedRange] {
        try verify(claims)
        return claims.map(VerifiedRange.init)
    }

    private static func verify(_ claims: [RangeClaim]) throws(ProofRefusal) {
        var replays: [RangeReplay] = []
        var weights = BatchWeights()
        for claim in claims {
            let (replay, seal) = try claim.replayed()
            replays.append(replay)
            weights.absorb(seal)
        }
        var equation = ProofEquation(parties: claims.map(\.proof.count).max() ?? 1)
        for replay in replays {
            replay.add(to: &equation, weight: weights.next(), link: weights.next())
        }
        guard equation.evaluated().isIdentity else { throw .equationFails }
    }
}

extension RangeClaim {
    /// The proof with its challenges, and 32 bytes that depend on every byte of the claim.
    func replayed() throws(ProofRefusal) -> (replay: RangeReplay, seal: [UInt8]) {
        guard commitments.count == proof.count else {
            throw .unsupportedCount(commitments.count)
        }
        var transcript = transcript
        let replay = RangeReplay(
            proof, points: commitments.map(\.point), commitments.map(\.encoding), &transcript)
        // The crates' transcript ends before a and b; the weights need those, too.
        transcript.endRangeProof(proof)
        return (replay, transcript.challenge("seal", count: 32))
    }
}

/// The weights of a batch: a function of all bytes of all proofs, known to no prover beforehand.
struct BatchWeights {
    private var transcript = Transcript(label: Labels.batch)

    mutating func absorb(_ seal: [UInt8]) { transcript.append("proof", seal) }

    mutating func next() -> Scalar { transcript.challengeScalar("weight") }
}

/// A proof with the challenges that its transcript gave.
struct RangeReplay {
    private let proof: RangeProof
    private let points: [Point]
    private let y: Scalar
    private let z: Scalar
    private let x: Scalar
    private let w: Scalar
    private let challenges: [Scalar]

    /// Repeats the prover's part in the transcript.
    init(
        _ proof: RangeProof, points: [Point], _ encodings: [[UInt8]],
        _ transcript: inout Transcript
    ) {
        precondition(points.count == proof.count && encodings.count == proof.count)
        self.proof = proof
        self.points = points
        transcript.beginRangeProof(bits: proof.bits.rawValue, encodings)
        transcript.append("A", proof.bitCommitment.encoding)
        transcript.append("S", proof.maskCommitment.encoding)
        y = transcript.challengeScalar("y")
        z = transcript.challengeScalar("z")
        transcript.append("T_1", proof.linearCommitment.encoding)
        transcript.append("T_2", proof.quadraticCommitment.encoding)
        x = transcript.challengeScalar("x")
        transcript.append("t_x", proof.evaluation)
        transcript.append("t_x_blinding", proof.evaluationBlinding)
        transcript.append("e_blinding", proof.maskBlinding)
        w = transcript.challengeScalar("w")
        transcript.append("dom-sep", Array("ipp v1".utf8))
        transcript.append("n", UInt64(proof.bits.rawValue * proof.count))
        var challenges: [Scalar] = []
        for round in proof.rounds {
            transcript.append("L", round.left.encoding)
            transcript.append("R", round.right.encoding)
            challenges.append(transcript.challengeScalar("u"))
        }
        self.challenges = challenges
    }

    /// In the order in which they were drawn.
    var allChallenges: [Scalar] { [y, z, x, w] + challenges }

    /// Adds the proof's two equations: the polynomial's with the factor weight · link, the inner
    /// product's with the factor weight.
    func add(to equation: inout ProofEquation, weight: Scalar, link: Scalar) {
        let bits = proof.bits.rawValue
        let size = bits * proof.count
        let factor = weight * link
        var inverses = challenges + [y]
        Scalar.invertAll(&inverses)
        let inverseY = inverses.removeLast()

        equation.add(weight, proof.bitCommitment.point)
        equation.add(weight * x, proof.maskCommitment.point)
        equation.add(factor * x, proof.linearCommitment.point)
        equation.add(factor * x * x, proof.quadraticCommitment.point)
        for (index, round) in proof.rounds.enumerated() {
            equation.add(weight * challenges[index] * challenges[index], round.left.point)
            equation.add(weight * inverses[index] * inverses[index], round.right.point)
        }
        var powerOfZ = z * z
        for point in points {
            equation.add(factor * powerOfZ, point)
            powerOfZ *= z
        }
        equation.blinding -= weight * proof.maskBlinding + factor * proof.evaluationBlinding
        equation.value += weight * w * (proof.evaluation - proof.finalA * proof.finalB)
        equation.value += factor * (delta(bits, size) - proof.evaluation)
        addGenerators(to: &equation, weight: weight, inverseY: inverseY, inverses)
    }

    private func addGenerators(
        to equation: inout ProofEquation, weight: Scalar, inverseY: Scalar, _ inverses: [Scalar]
    ) {
        let bits = proof.bits.rawValue
        let factors = foldingFactors(inverses)
        let weightedZ = weight * z
        let weightedA = weight * proof.finalA
        let weightedB = weight * proof.finalB
        var powerOfY = Scalar.one
        var powerOfZ = weightedZ * z
        for party in 0..<proof.count {
            var scaledPowerOf2 = powerOfZ
            for bit in 0..<bits {
                let index = party &* bits &+ bit
                let factor = factors[index]
                // The inverse of a folding factor is the factor at the mirrored index.
                let inverse = factors[factors.count &- 1 &- index]
                equation.addG(-(weightedZ + weightedA * factor), party: party, bit: bit)
                equation.addH(
                    weightedZ + powerOfY * (scaledPowerOf2 - weightedB * inverse), party: party,
                    bit: bit)
                powerOfY *= inverseY
                scaledPowerOf2 += scaledPowerOf2
            }
            powerOfZ *= z
        }
    }

    /// What each generator is multiplied by when all rounds have folded it into one.
    private func foldingFactors(_ inverses: [Scalar]) -> [Scalar] {
        var factors = [inverses.reduce(.one, *)]
        factors.reserveCapacity(1 << challenges.count)
        for challenge in challenges.reversed() {
            let square = challenge * challenge
            for index in 0..<factors.count { factors.append(factors[index] * square) }
        }
        return factors
    }

    /// δ(y, z) = (z − z²)·Σ yⁱ − Σ zʲ⁺³·(2ⁿ − 1).
    private func delta(_ bits: Int, _ size: Int) -> Scalar {
        var sumOfY = Scalar.zero
        var power = Scalar.one
        for _ in 0..<size {
            sumOfY += power
            power *= y
        }
        var sumOfZ = Scalar.zero
        power = z * z * z
        for _ in 0..<proof.count {
            sumOfZ += power
            power *= z
        }
        let allBits = Scalar(magnitude: UInt64.max >> UInt64(64 - bits))
        return (z - z * z) * sumOfY - sumOfZ * allBits
    }
}
