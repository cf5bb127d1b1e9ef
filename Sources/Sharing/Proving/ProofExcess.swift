import Commitments

/// Why statements can't be proven about so many records, whatever their amounts are: a limit of
/// ``Commitments/AssertionLimits``.
public enum ProofExcess: Error, Hashable, Sendable {
    case records(have: Int64, limit: Int)
    case values(have: Int, limit: Int)
    /// The weights of the statement at this position, over all records together.
    case weights(statement: Int, limit: UInt64)
    case ranges(have: Int, limit: Int)
}

extension ProofStatement {
    /// Counts what a proof of `statements` about the records in `ranges` takes, without making
    /// anything of that size. Throws ``ProofExcess`` for what ``ProofAssembly`` would refuse then;
    /// of linked records only what their number says, as their list isn't here.
    public static func checkSize(
        of statements: [ProofStatement], about ranges: [RecordRange]
    ) throws(ProofExcess) {
        let count = ranges.reduce(Int64(0)) { $0 + ($1.to - $1.from + 1) }
        guard count <= AssertionLimits.records else {
            throw .records(have: count, limit: AssertionLimits.records)
        }
        let size = ProofSize(statements, records: Int(count))
        guard size.values <= AssertionLimits.values else {
            throw .values(have: size.values, limit: AssertionLimits.values)
        }
        for (number, weights) in size.weights.enumerated() {
            guard weights <= AssertionLimits.weights else {
                throw .weights(statement: number, limit: AssertionLimits.weights)
            }
        }
        guard size.ranges <= AssertionLimits.ranges else {
            throw .ranges(have: size.ranges, limit: AssertionLimits.ranges)
        }
    }
}

/// What ``ProofAssembly`` makes of some statements, in numbers.
private struct ProofSize {
    let values: Int
    /// By statement, in absolute value.
    let weights: [UInt64]
    let ranges: Int

    /// At most 2¹⁶ records, so nothing overflows.
    init(_ statements: [ProofStatement], records: Int) {
        var whole: Set<String> = []
        var bounded: Set<String> = []
        var places: Set<ProofPlace> = []
        var boundedPlaces: Set<ProofPlace> = []
        var weights: [UInt64] = []
        var ranges = 0
        for statement in statements {
            switch statement {
            case .sum(let field, let bound):
                whole.insert(field)
                if bound.ends.needsBoundedValues { bounded.insert(field) }
                weights.append(UInt64(records))
                ranges += bound.ends.rangeCount
            case .each(let field, let bound):
                whole.insert(field)
                weights.append(0)
                ranges += bound.ends.rangeCount * records
            case .equal(let first, let second):
                places.formUnion([first, second])
                weights.append(0)
            case .score(let card):
                whole.formUnion(card.terms.map(\.field))
                let sum = card.terms.reduce(UInt64(0)) { $0 + $1.weight.magnitude }
                weights.append(sum * UInt64(records))
                ranges += 1
            case .total(let sum):
                let terms = sum.terms.map(\.place)
                places.formUnion(terms)
                if sum.bound.ends.needsBoundedValues { boundedPlaces.formUnion(terms) }
                weights.append(sum.weights)
                ranges += sum.bound.ends.rangeCount
            case .linked(let link):
                weights.append(0)
                ranges += link.leastRanges(link.listing?.count ?? 0)
            }
        }
        values = whole.count * records + places.count { !whole.contains($0.field) }
        self.weights = weights
        let apart = boundedPlaces.count { !bounded.contains($0.field) }
        self.ranges = ranges + 2 * (bounded.count * records + apart)
    }
}
