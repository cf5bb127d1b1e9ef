import Curve

/// The prover of the inner-product argument (Bünz et al., section 3), over the generators G and
/// y⁻ⁱ·H.
///
/// Its vectors are blinded by the range proof around it, so it may take variable time. It never
/// folds the generators: a folded generator is a sum over the original ones, and those come with
/// tables.
struct InnerProductProver {
    let bits: Int
    let parties: Int
    /// The product of the inner product's base w with B is the argument's Q.
    let base: Scalar

    /// What each original generator contributes to the folded one it is in.
    private var gFactors: [Scalar]
    private var hFactors: [Scalar]
    private var a: [Scalar]
    private var b: [Scalar]

    init(bits: Int, base: Scalar, inverseY: Scalar, a: [Scalar], b: [Scalar]) {
        precondition(a.count == b.count && a.count.isMultiple(of: bits))
        self.bits = bits
        self.base = base
        self.a = a
        self.b = b
        parties = a.count / bits
        gFactors = [Scalar](repeating: .one, count: a.count)
        hFactors = Scalar.powers(of: inverseY, count: a.count)
    }

    mutating func prove(
        _ transcript: inout Transcript
    ) -> (rounds: [RangeProof.Round], a: Scalar, b: Scalar) {
        var rounds: [RangeProof.Round] = []
        transcript.append("dom-sep", Array("ipp v1".utf8))
        transcript.append("n", UInt64(a.count))
        while a.count > 1 {
            let half = a.count / 2
            let round = RangeProof.Round(
                left: Commitment(cross(lowA: true, half)),
                right: Commitment(cross(lowA: false, half)))
            transcript.append("L", round.left.encoding)
            transcript.append("R", round.right.encoding)
            rounds.append(round)
            fold(by: transcript.challengeScalar("u"), half)
        }
        return (rounds, a[0], b[0])
    }

    /// The cross term: the low half of a with the high generators and the high half of b, or the
    /// other way round.
    private func cross(lowA: Bool, _ half: Int) -> Point {
        var equation = ProofEquation(parties: parties)
        var product = Scalar.zero
        for index in 0..<half {
            product += lowA ? a[index] * b[half + index] : a[half + index] * b[index]
        }
        equation.value = product * base
        for index in gFactors.indices {
            let position = index & (2 * half - 1)
            let isHigh = position >= half
            let party = index / bits
            let bit = index % bits
            // The generator's own half is the opposite one for a, and b's opposite for H.
            if isHigh == lowA {
                let other = lowA ? position - half : position + half
                equation.addG(a[other] * gFactors[index], party: party, bit: bit)
            } else {
                let other = lowA ? position + half : position - half
                equation.addH(b[other] * hFactors[index], party: party, bit: bit)
            }
        }
        return equation.evaluated()
    }

    private mutating func fold(by challenge: Scalar, _ half: Int) {
        let inverse = challenge.inverted
        for index in 0..<half {
            a[index] = a[index] * challenge + a[half + index] * inverse
            b[index] = b[index] * inverse + b[half + index] * challenge
        }
        for index in gFactors.indices {
            let isHigh = index & half != 0
            gFactors[index] *= isHigh ? challenge : inverse
            hFactors[index] *= isHigh ? inverse : challenge
        }
        a.removeLast(half)
        b.removeLast(half)
    }
}

extension Scalar {
    /// 1, x, x², … in this number.
    static func powers(of x: Scalar, count: Int) -> [Scalar] {
        var powers: [Scalar] = []
        powers.reserveCapacity(count)
        var power = one
        for _ in 0..<count {
            powers.append(power)
            power *= x
        }
        return powers
    }
}
