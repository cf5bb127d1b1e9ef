import Commitments
import Sharing
import Wire

/// A sum of amounts with integer weights, as a statement has it.
struct Form {
    let weights: [AmountName: Int64]
    /// What is counted, ascending by code.
    let units: [CommittedUnit]
    /// What to call it: the field, or `score`.
    let field: String

    var records: Set<JTI> { Set(weights.keys.map(\.record)) }

    func minus(_ other: Form) -> Form {
        let difference = weights.merging(other.weights.mapValues { -$0 }) { $0 + $1 }
        return Form(weights: difference.filter { $0.value != 0 }, units: units, field: field)
    }

    /// The quantity without a common factor and with a positive first weight, and where it lies when
    /// the whole, `constant` included, lies in `interval`. `nil` where nothing is left.
    func normal(
        _ interval: Interval, without constant: Int128
    ) -> (Quantity, Interval)? {
        guard let first = weights.keys.min(), let sign = weights[first]?.signum() else {
            return nil
        }
        let factor = weights.values.reduce(0) { Self.divisor($0, Int64($1.magnitude)) } * sign
        var low = interval.low.map { Int128($0) - constant }
        var high = interval.high.map { Int128($0) - constant }
        if factor < 0 { swap(&low, &high) }
        return (
            Quantity(weights: weights.mapValues { $0 / factor }, units: units),
            Interval(
                low: low.map { Self.up($0, Int128(factor)) },
                high: high.map { -Self.up(-$0, Int128(factor)) })
        )
    }

    private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
        right == 0 ? left : divisor(right, left % right)
    }

    /// The least integer that isn't below the quotient.
    private static func up(_ value: Int128, _ factor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: factor)
        return remainder != 0 && (remainder > 0) == (factor > 0) ? quotient + 1 : quotient
    }
}

/// What bounds can be about, in its one form.
struct Quantity: Hashable {
    let weights: [AmountName: Int64]
    let units: [CommittedUnit]

    private var isSum: Bool {
        weights.values.allSatisfy { $0 == 1 } && Set(weights.keys.map(\.field)).count == 1
            && units.count <= 1
    }

    /// Amounts of one unit, some of them subtracted.
    private var isTotal: Bool {
        weights.values.allSatisfy { $0.magnitude == 1 } && units.count == 1 && units != [.day]
    }

    func words(_ names: [JTI: String]) -> String {
        let records = Set(weights.keys.map(\.record))
        if isTotal, !isSum {
            return "the total over \(records.count) record\(records.count == 1 ? "" : "s")"
        }
        guard isSum, let first = weights.keys.first else {
            return "the score over \(records.count) record\(records.count == 1 ? "" : "s")"
        }
        return records.count == 1
            ? "\(first.field) of \(names[first.record] ?? first.record.text)"
            : "the sum of \(first.field) over \(records.count) records"
    }

    func text(_ units: Int128) -> String {
        guard isSum || isTotal, let unit = self.units.first, let narrow = Int64(exactly: units),
            let bound = ProofBound(.exactly(narrow), unit: unit)
        else { return "\(units)" }
        return String(bound.description.dropFirst(2))
    }
}

/// Where something lies; `nil` for an open end.
struct Interval: Hashable {
    static let zero = Interval(low: 0, high: 0)

    var low: Int128?
    var high: Int128?

    mutating func intersect(_ other: Interval) {
        if let end = other.low { low = max(low ?? end, end) }
        if let end = other.high { high = min(high ?? end, end) }
    }

    /// Within a week of dates, or else within a hundredth of its size.
    func isTight(in units: [CommittedUnit]) -> Bool {
        guard let low, let high else { return false }
        if units == [.day] { return high - low <= 7 }
        let size = max(low.magnitude, high.magnitude)
        return high <= low || (high - low).magnitude * 100 <= size
    }
}

extension ProofLedger.Answer {
    /// The bounds that it states.
    func says(_ places: Places) -> [(Form, Interval)] {
        switch statement {
        case .each(let field, let bound):
            return records.map { record in
                let name = AmountName(record: record, field: field)
                return (
                    Form(weights: [name: 1], units: [bound.unit], field: field),
                    bound.interval
                )
            }
        case .sum(_, let bound): return sums(places).map { ($0, bound.interval) }
        case .total(let sum): return sums(places).map { ($0, sum.bound.interval) }
        case .score(let card):
            return sums(places).map { ($0, Interval(low: Int128(card.threshold), high: nil)) }
        case .equal: return []
        case .linked(let link):
            return sums(places).map { ($0, .zero) }
                + groups.flatMap { link.differences($0.records, places) }
        }
    }

    /// What it adds up, for each group of linked records.
    func sums(_ places: Places) -> [Form] {
        guard case .linked(let link) = statement else { return sum(places).map { [$0] } ?? [] }
        return groups.compactMap { group in
            let weights = link.weights(group.records, places)
            return weights.isEmpty
                ? nil
                : Form(
                    weights: weights, units: group.unit.map { [$0] } ?? [],
                    field: link.relation.rawValue)
        }
    }

    /// What it adds up over all its records, or over those that it names; `nil` where it doesn't.
    func sum(_ places: Places) -> Form? {
        switch statement {
        case .sum(let field, let bound):
            let weights = records.map { (AmountName(record: $0, field: field), Int64(1)) }
            return Form(
                weights: Dictionary(weights) { first, _ in first }, units: [bound.unit],
                field: field)
        case .score(let card):
            let weights = card.terms.flatMap { term in
                records.map { (AmountName(record: $0, field: term.field), term.weight) }
            }
            return Form(
                weights: Dictionary(weights) { first, _ in first },
                units: Set(card.terms.map(\.unit)).sorted { $0.code < $1.code }, field: "score")
        case .total(let total):
            let weights = total.terms.compactMap { term in
                places.name(term.place).map { ($0, term.weight) }
            }
            guard weights.count == total.terms.count else { return nil }
            return Form(
                weights: Dictionary(weights) { first, _ in first }, units: [total.bound.unit],
                field: "total")
        case .each, .equal, .linked: return nil
        }
    }
}

extension LinkedStatement {
    /// The amounts of a group that come to nothing together.
    fileprivate func weights(_ group: LinkedGroup, _ places: Places) -> [AmountName: Int64] {
        var weights: [AmountName: Int64] = [:]
        for (records, terms) in [
            (group.first, relation.form.firstTerms), (group.second, relation.form.secondTerms),
        ] {
            for record in records {
                for term in terms {
                    if let name = places.name(record, term.field) { weights[name] = term.weight }
                }
            }
        }
        return weights
    }

    /// The days between the dates of a group.
    fileprivate func differences(
        _ group: LinkedGroup, _ places: Places
    ) -> [(Form, Interval)] {
        guard let days, let dates = relation.form.days else { return [] }
        return group.pairs.compactMap { first, second in
            guard let start = places.name(first, dates.first),
                let end = places.name(second, dates.second)
            else { return nil }
            return (
                Form(weights: [end: 1, start: -1], units: [.day], field: "days"),
                Interval(low: Int128(days.lowerBound), high: Int128(days.upperBound))
            )
        }
    }
}

extension ProofBound {
    fileprivate var interval: Interval {
        switch ends {
        case .atLeast(let end): Interval(low: Int128(end), high: nil)
        case .atMost(let end): Interval(low: nil, high: Int128(end))
        case .between(let low, let high): Interval(low: Int128(low), high: Int128(high))
        case .exactly(let end): Interval(low: Int128(end), high: Int128(end))
        }
    }
}
