import Curve

/// The commitments to an assertion's combinations, computed from the commitments to its values.
struct DerivedCommitments {
    struct Element {
        let point: Point
        let encoding: [UInt8]
    }

    let equalities: [Element]
    let ranges: [Element]

    /// Throws for a combination that is the identity, with its statement's index. Everything here is
    /// public: variable time.
    init<Failure: Error>(
        _ assertion: ValueAssertion, orThrow identity: (_ statement: Int) -> Failure
    ) throws(Failure) {
        let obligations = assertion.obligations
        let sums = obligations.sums.map { terms in
            if terms.count <= 2, terms.allSatisfy({ $0.weight.magnitude == 1 }) {
                // One value, a sum or a difference: most of what ties records together.
                return terms.reduce(Point.identity) { sum, term in
                    let point = assertion.commitments[term.value].point
                    return term.weight == 1 ? sum + point : sum - point
                }
            }
            return BucketSum.sum(
                terms.map { Scalar($0.weight) },
                terms.map { assertion.commitments[$0.value].point })
        }
        func derive(
            _ combination: Obligations.Combination
        ) throws(Failure) -> Element {
            let sum = sums[combination.sum]
            var point = combination.isNegated ? -sum : sum
            if combination.constant != 0 {
                var constant = StrausSum()
                constant.add(Scalar(combination.constant), tableIndex: 0)
                let product = constant.result(with: Generators.firstParty)
                point = combination.isNegated ? point + product : point - product
            }
            guard !point.isIdentity else {
                throw identity(combination.statement)
            }
            return Element(point: point, encoding: point.encoding)
        }
        var equalities: [Element] = []
        for equality in obligations.equalities { equalities.append(try derive(equality)) }
        var ranges: [Element] = []
        for range in obligations.ranges { ranges.append(try derive(range)) }
        self.equalities = equalities
        self.ranges = ranges
    }
}

extension Array {
    /// Consecutive parts of these sizes; where the array ends early, its last element is repeated.
    func parts(_ counts: [Int]) -> [[Element]] {
        var start = 0
        return counts.map { count in
            defer { start += count }
            return (start..<start + count).map { self[Swift.min($0, self.count - 1)] }
        }
    }
}
