import Curve

extension ValueAssertion {
    /// The statements that are not true of these openings, by index.
    ///
    /// Throws `openingCount`, `valueOutOfRange` or `openingMismatch`.
    public func untrueStatements(
        _ openings: [Opening]
    ) throws(AssertionProvingError) -> [Int] {
        try check(openings)
        var witness = witness(openings)
        defer { witness.wipeSecrets() }
        return witness.untrue
    }

    /// Proves all statements, and encodes the proof in `proofSize` bytes.
    ///
    /// Constant time in values and blindings as far as they are true and match the commitments. The
    /// openings are those of `values`, in the same order; `random` is mixed with them, so a bad
    /// source alone reveals nothing.
    ///
    /// Throws every case of `AssertionProvingError`.
    public func prove(
        _ openings: [Opening], using random: inout some RandomNumberGenerator
    ) throws(AssertionProvingError) -> [UInt8] {
        try check(openings)
        var witness = witness(openings)
        defer { witness.wipeSecrets() }
        if let statement = witness.untrue.first {
            throw .untrue(statement: statement)
        }
        let derived = try DerivedCommitments(self) {
            AssertionProvingError.identityCombination(statement: $0)
        }
        var transcript = transcript
        var encoding = [ProofSuite.ristretto]
        if !obligations.equalities.isEmpty {
            encoding +=
                EqualityProof.prove(
                    derived.equalities, witness.equalities, &transcript, using: &random
                ).encoding
        }
        let counts = obligations.rangeCounts
        for ((elements, values), blindings) in zip(
            zip(derived.ranges.parts(counts), witness.values.parts(counts)),
            witness.blindings.parts(counts))
        {
            var source = transcript.proverRandomness(
                values: values, blindings: blindings, using: &random)
            defer { source.wipe() }
            var prover = RangeProver(values: values, blindings: blindings, bits: .sixtyFour)
            let proof = prover.prove(elements.map(\.encoding), &transcript, &source)
            transcript.endRangeProof(proof)
            encoding += proof.encoding
        }
        return encoding
    }

    private func check(_ openings: [Opening]) throws(AssertionProvingError) {
        guard openings.count == values.count else {
            throw .openingCount(have: openings.count, expected: values.count)
        }
        for (index, opening) in openings.enumerated() {
            // All comparisons only ever branch on what ends the proof.
            switch opening.number {
            case .integer(let value):
                let limit = AssertionLimits.magnitude
                guard value > -limit && value < limit else {
                    throw .valueOutOfRange(value: index)
                }
            case .residue:
                guard values[index].unit.isKey else { throw .openingMismatch(value: index) }
            }
            guard Pedersen.commit(opening) == commitments[index] else {
                throw .openingMismatch(value: index)
            }
        }
    }

    private func witness(_ openings: [Opening]) -> Witness {
        Witness(obligations, openings)
    }

    /// What the combinations commit to.
    private struct Witness {
        var equalities: [Scalar] = []
        var values: [UInt64] = []
        var blindings: [Scalar] = []
        /// Statements that are not true, in order.
        var untrue: [Int] = []

        init(_ obligations: Obligations, _ openings: [Opening]) {
            var sums = obligations.sums.map { terms in
                var sum: (value: Int64, residue: Scalar, blinding: Scalar) = (0, .zero, .zero)
                for term in terms {
                    switch openings[term.value].number {
                    // Within 64 bits, by the limits on weights and values.
                    case .integer(let value): sum.value &+= term.weight &* value
                    case .residue(let scalar): sum.residue += Scalar(term.weight) * scalar
                    }
                    sum.blinding += Scalar(term.weight) * openings[term.value].blinding
                }
                return sum
            }
            defer { wipe(&sums) }
            var failed = Set<Int>()
            for equality in obligations.equalities {
                let sum = sums[equality.sum]
                if sum.value != equality.constant || sum.residue != .zero {
                    failed.insert(equality.statement)
                }
                equalities.append(sum.blinding)
            }
            for range in obligations.ranges {
                let sum = sums[range.sum]
                let holds =
                    range.isNegated ? sum.value <= range.constant : sum.value >= range.constant
                if !holds { failed.insert(range.statement) }
                let difference = sum.value &- range.constant
                values.append(
                    UInt64(bitPattern: range.isNegated ? 0 &- difference : difference))
                blindings.append(range.isNegated ? -sum.blinding : sum.blinding)
            }
            untrue = failed.sorted()
        }

        mutating func wipeSecrets() {
            wipe(&equalities)
            wipe(&values)
            wipe(&blindings)
        }
    }
}
