import Curve

/// Evidence that statements about committed values are true. Only verification makes it.
///
/// It says nothing about whether the committed values themselves are, nor about the log: context,
/// commitments and standing are the caller's.
public struct VerifiedAssertion: Sendable {
    public let context: ProofContext
    public let values: [PresentedValue]
    public let statements: [ValueStatement]

    fileprivate init(_ assertion: ValueAssertion) {
        context = assertion.context
        values = assertion.values
        statements = assertion.statements
    }
}

extension ValueAssertion {
    /// Verifies a proof. Variable time.
    ///
    /// Throws `unknownSuite`, `proof` or `identityCombination`.
    public func verify(
        _ proof: some Collection<UInt8>
    ) throws(AssertionRefusal) -> VerifiedAssertion {
        try ValueAssertion.verify([AssertionReplay(self, proof)])
        return VerifiedAssertion(self)
    }

    /// Verifies the proofs of many assertions at a fraction of the price of one each.
    ///
    /// Throws as `verify` does; `proof(.equationFails)` if any of them fails: verify one by one to
    /// learn which.
    public static func verify(
        batch: [(assertion: ValueAssertion, proof: [UInt8])]
    ) throws(AssertionRefusal) -> [VerifiedAssertion] {
        var replays: [AssertionReplay] = []
        for (assertion, proof) in batch { replays.append(try AssertionReplay(assertion, proof)) }
        try verify(replays)
        return batch.map { VerifiedAssertion($0.assertion) }
    }

    private static func verify(_ replays: [AssertionReplay]) throws(AssertionRefusal) {
        var weights = BatchWeights()
        for replay in replays { weights.absorb(replay.seal) }
        var equation = ProofEquation(parties: replays.map(\.parties).max() ?? 1)
        for replay in replays { replay.add(to: &equation, &weights) }
        guard equation.evaluated().isIdentity else { throw .proof(.equationFails) }
    }
}

/// A parsed proof with the challenges that its transcript gave.
struct AssertionReplay {
    private var equalities: EqualityReplay?
    private var ranges: [RangeReplay] = []
    /// The most values in one of its range proofs.
    private(set) var parties = 1
    /// 32 bytes that depend on all of the assertion and on every byte of the proof.
    let seal: [UInt8]

    init(
        _ assertion: ValueAssertion, _ proof: some Collection<UInt8>
    ) throws(AssertionRefusal) {
        guard proof.first == ProofSuite.ristretto else { throw .unknownSuite(proof.first) }
        let expected = assertion.proofSize
        guard proof.count == expected else {
            throw .proof(.wrongLength(have: proof.count, expected: expected))
        }
        let parts = try ProofParts(assertion.obligations, Array(proof))
        let derived = try DerivedCommitments(assertion) {
            AssertionRefusal.identityCombination(statement: $0)
        }
        var transcript = assertion.transcript
        if let equality = parts.equality {
            equalities = EqualityReplay(equality, derived.equalities, &transcript)
        }
        let elements = derived.ranges.parts(assertion.obligations.rangeCounts)
        for (range, commitments) in zip(parts.ranges, elements) {
            parties = max(parties, range.count)
            ranges.append(
                RangeReplay(
                    range, points: commitments.map(\.point), commitments.map(\.encoding),
                    &transcript))
            transcript.endRangeProof(range)
        }
        seal = transcript.challenge("seal", count: 32)
    }

    func add(to equation: inout ProofEquation, _ weights: inout BatchWeights) {
        equalities?.add(to: &equation, factor: weights.next())
        for range in ranges {
            range.add(to: &equation, weight: weights.next(), link: weights.next())
        }
    }
}

/// The parts of an encoded proof.
private struct ProofParts {
    private(set) var equality: EqualityProof?
    private(set) var ranges: [RangeProof] = []

    /// The bytes must have the length that the obligations call for.
    init(_ obligations: Obligations, _ bytes: [UInt8]) throws(AssertionRefusal) {
        var offset = 1
        do {
            if !obligations.equalities.isEmpty {
                let end = offset + EqualityProof.encodedSize
                var reader = ElementReader(bytes[offset..<end], origin: offset)
                equality = EqualityProof(nonce: try reader.point(), response: try reader.scalar())
                offset = end
            }
            for count in obligations.rangeCounts {
                let end = offset + RangeProof.encodedSize(bits: .sixtyFour, count: count)
                ranges.append(
                    try RangeProof(
                        parsing: bytes[offset..<end], bits: .sixtyFour, count: count,
                        origin: offset))
                offset = end
            }
        } catch {
            throw .proof(error)
        }
    }
}
