import Curve

/// A proof that commitments commit to zero: knowledge of the one blinding of a combination of them
/// that the transcript chose (Schnorr's protocol to the base B̃).
///
/// If one of them committed to anything else, the combination would, but for one choice in ℓ, and
/// its blinding would be unknown to anybody.
struct EqualityProof {
    /// k·B̃ for a secret nonce k.
    let nonce: Commitment
    /// k + challenge · blinding.
    let response: Scalar

    static let encodedSize = 64

    var encoding: [UInt8] { nonce.encoding + response.encoding }

    static func prove(
        _ commitments: [DerivedCommitments.Element], _ blindings: [Scalar],
        _ transcript: inout Transcript, using random: inout some RandomNumberGenerator
    ) -> EqualityProof {
        let weight = transcript.beginEqualities(commitments)
        var combined = Scalar.zero
        for blinding in blindings.reversed() { combined = combined * weight + blinding }
        var source = transcript.proverRandomness(
            values: [], blindings: blindings, using: &random)
        defer { source.wipe() }
        let secret = source.next()
        let nonce = Commitment(Pedersen.addingBlinding(secret, to: .identity))
        transcript.append("nonce", nonce.encoding)
        let response = secret + transcript.challengeScalar("challenge") * combined
        transcript.append("response", response)
        return EqualityProof(nonce: nonce, response: response)
    }
}

/// An equality proof with the challenges that its transcript gave.
struct EqualityReplay {
    private let proof: EqualityProof
    private let commitments: [DerivedCommitments.Element]
    private let weight: Scalar
    private let challenge: Scalar

    init(
        _ proof: EqualityProof, _ commitments: [DerivedCommitments.Element],
        _ transcript: inout Transcript
    ) {
        self.proof = proof
        self.commitments = commitments
        weight = transcript.beginEqualities(commitments)
        transcript.append("nonce", proof.nonce.encoding)
        challenge = transcript.challengeScalar("challenge")
        transcript.append("response", proof.response)
    }

    /// nonce + challenge · Σ weightʲ · commitmentⱼ − response · B̃ = 0, times a factor.
    func add(to equation: inout ProofEquation, factor: Scalar) {
        equation.add(factor, proof.nonce.point)
        var power = factor * challenge
        for commitment in commitments {
            equation.add(power, commitment.point)
            power *= weight
        }
        equation.blinding -= factor * proof.response
    }
}

extension Transcript {
    /// Absorbs the commitments and draws what they are combined with.
    mutating func beginEqualities(
        _ commitments: [DerivedCommitments.Element]
    ) -> Scalar {
        append("equalities", UInt64(commitments.count))
        for commitment in commitments { append("zero", commitment.encoding) }
        return challengeScalar("combine")
    }

    /// Absorbs the end of a range proof, which the crates do not.
    mutating func endRangeProof(_ proof: RangeProof) {
        append("a", proof.finalA)
        append("b", proof.finalB)
    }
}
