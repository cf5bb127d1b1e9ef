/// What has to be proven for some statements: that combinations of commitments commit to zero, or to
/// an integer of 64 bits.
struct Obligations: Sendable {
    /// ±(Σ weight · value − constant).
    struct Combination: Sendable {
        /// The index of the sum in `sums`.
        let sum: Int
        let constant: Int64
        let isNegated: Bool
        /// The index of the statement, for refusals.
        let statement: Int
    }

    /// Sums that the combinations share.
    private(set) var sums: [[LinearForm.Term]] = []
    /// Combinations that are zero.
    private(set) var equalities: [Combination] = []
    /// Combinations in [0, 2⁶⁴).
    private(set) var ranges: [Combination] = []
    /// Values that must also be below 2⁴⁷ in absolute value, with the first statement that says so.
    private var bounded: [Int: Int] = [:]

    /// Checks the statements against the values and lists what they need.
    init(_ statements: [ValueStatement], _ values: [PresentedValue]) throws(AssertionRefusal) {
        guard !statements.isEmpty else { throw .noStatements }
        guard statements.count <= AssertionLimits.statements else {
            throw .tooManyStatements(have: statements.count, limit: AssertionLimits.statements)
        }
        for (index, statement) in statements.enumerated() {
            try add(statement, StatementChecker(statement: index, values: values))
        }
        let largest = AssertionLimits.magnitude - 1
        for (value, statement) in bounded.sorted(by: { $0.key < $1.key }) {
            let term = LinearForm.Term(value: value, weight: 1)
            add([term], .between(-largest, largest), statement)
        }
    }

    private mutating func add(
        _ statement: ValueStatement, _ checker: StatementChecker
    ) throws(AssertionRefusal) {
        let index = checker.statement
        switch statement {
        case .linear(let form, let bound):
            try checker.check(form.terms, form.units, bound)
            try checker.requireNumbers(form.terms)
            if bound.needsBoundedValues {
                for term in form.terms where bounded[term.value] == nil {
                    bounded[term.value] = index
                }
            }
            try reserve(bound.rangeCount)
            add(form.terms, bound, index)
        case .each(let selection, let unit, let bound):
            let terms = selection.map { LinearForm.Term(value: $0, weight: 1) }
            try checker.check(terms, .common(unit), bound)
            try checker.requireNumbers(terms)
            try reserve(bound.rangeCount * terms.count)
            for term in terms { add([term], bound, index) }
        case .equal(let first, let second):
            add(try checker.difference(first, second, .exactly(0)), .exactly(0), index)
        case .difference(let first, let second, let range):
            let bound = ValueStatement.Bound.between(range.lowerBound, range.upperBound)
            let terms = try checker.difference(first, second, bound)
            try checker.requireNumbers(terms)
            try reserve(bound.rangeCount)
            add(terms, bound, index)
        case .all(let text, let parts):
            try checker.check(text, parts)
            for part in parts { try add(part, checker) }
        }
    }

    /// The sizes of the aggregated proofs: 64 as often as possible, then the rest filled up to a
    /// power of two by repeating the last combination.
    var rangeCounts: [Int] {
        var counts = [Int](
            repeating: RangeProof.maximumCount, count: ranges.count / RangeProof.maximumCount)
        let rest = ranges.count % RangeProof.maximumCount
        if rest > 0 {
            counts.append(1 << (Int.bitWidth - (rest - 1).leadingZeroBitCount))
        }
        return counts
    }

    private mutating func add(
        _ terms: [LinearForm.Term], _ bound: ValueStatement.Bound, _ statement: Int
    ) {
        sums.append(terms)
        func combination(_ constant: Int64, negated: Bool) -> Combination {
            Combination(
                sum: sums.count - 1, constant: constant, isNegated: negated, statement: statement)
        }
        switch bound {
        case .atLeast(let end):
            ranges.append(combination(end, negated: false))
        case .atMost(let end):
            ranges.append(combination(end, negated: true))
        case .between(let low, let high):
            ranges.append(combination(low, negated: false))
            ranges.append(combination(high, negated: true))
        case .exactly(let end):
            equalities.append(combination(end, negated: false))
        }
    }

    /// Checks that this many more ranges stay within the limit.
    private func reserve(_ more: Int) throws(AssertionRefusal) {
        let count = ranges.count + 2 * bounded.count + more
        guard count <= AssertionLimits.ranges else {
            throw .tooManyRanges(have: count, limit: AssertionLimits.ranges)
        }
    }
}

/// The checks on one statement.
private struct StatementChecker {
    let statement: Int
    let values: [PresentedValue]

    func value(_ index: Int) throws(AssertionRefusal) -> PresentedValue {
        guard values.indices.contains(index) else {
            throw .noSuchValue(statement: statement, value: index)
        }
        return values[index]
    }

    func check(
        _ terms: [LinearForm.Term], _ units: LinearForm.Units, _ bound: ValueStatement.Bound
    ) throws(AssertionRefusal) {
        guard !terms.isEmpty else { throw .noTerms(statement: statement) }
        guard terms.count <= AssertionLimits.terms else {
            throw .tooManyTerms(
                statement: statement, have: terms.count, limit: AssertionLimits.terms)
        }
        if case .perTerm(let units) = units, units.count != terms.count {
            throw .unitCount(statement: statement, have: units.count, expected: terms.count)
        }
        var seen = Set<Int>(minimumCapacity: terms.count)
        var weights: UInt64 = 0
        for (index, term) in terms.enumerated() {
            let unit =
                switch units {
                case .common(let unit): unit
                case .perTerm(let units): units[index]
                }
            let value = try value(term.value)
            guard seen.insert(term.value).inserted else {
                throw .repeatedValue(statement: statement, value: term.value)
            }
            guard value.unit == unit else {
                throw .mixedUnits(statement: statement, value: term.value)
            }
            guard term.weight != 0 else {
                throw .zeroWeight(statement: statement, value: term.value)
            }
            // Neither summand is near 2⁶⁴: no overflow.
            weights += term.weight.magnitude
            guard weights <= AssertionLimits.weights else {
                throw .weightsTooLarge(statement: statement)
            }
        }
        try check(bound)
    }

    /// The terms of a difference of two values of one unit, checked.
    func difference(
        _ first: Int, _ second: Int, _ bound: ValueStatement.Bound
    ) throws(AssertionRefusal) -> [LinearForm.Term] {
        let terms = [
            LinearForm.Term(value: first, weight: 1),
            LinearForm.Term(value: second, weight: -1),
        ]
        try check(terms, .common(value(first).unit), bound)
        return terms
    }

    /// Checks a statement made of others; what these say isn't looked at.
    func check(_ text: String, _ parts: [ValueStatement]) throws(AssertionRefusal) {
        guard !text.isEmpty, text.utf8.count <= AssertionLimits.textBytes else {
            throw .malformedText(statement: statement)
        }
        guard !parts.isEmpty else { throw .noTerms(statement: statement) }
        guard parts.count <= AssertionLimits.parts else {
            throw .tooManyParts(
                statement: statement, have: parts.count, limit: AssertionLimits.parts)
        }
    }

    /// Keys can be equal and nothing else: as numbers they would have to be bounded, and they aren't.
    func requireNumbers(_ terms: [LinearForm.Term]) throws(AssertionRefusal) {
        for term in terms where values[term.value].unit.isKey {
            throw .notANumber(statement: statement, value: term.value)
        }
    }

    private func check(_ bound: ValueStatement.Bound) throws(AssertionRefusal) {
        let (low, high) =
            switch bound {
            case .atLeast(let end), .atMost(let end), .exactly(let end): (end, end)
            case .between(let low, let high): (low, high)
            }
        guard low != .min, high != .min else { throw .boundOutOfRange(statement: statement) }
        guard low <= high else { throw .emptyBound(statement: statement) }
    }
}
