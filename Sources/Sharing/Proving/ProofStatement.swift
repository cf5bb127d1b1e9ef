public import Commitments
import Wire

/// What a grant to prove says about committed values, in a text form that people write and read:
/// `sum(tax_exclusive_amount) >= 100000 EUR`.
///
/// ``description`` is the one canonical spelling; it is what is signed. The grammar stands in
/// Specification/proofs.md.
public enum ProofStatement: Hashable, Sendable {
    /// The sum of a field over all records of the grant is within the bound.
    case sum(String, ProofBound)
    /// The field of every record of the grant is within the bound.
    case each(String, ProofBound)
    /// Two fields, of one record or of two, have the same value.
    case equal(ProofPlace, ProofPlace)
    /// A weighted sum of several fields over all records reaches a number of points.
    case score(Scorecard)
    /// A sum of single fields of single records, each with its sign or weight, is within the bound.
    case total(PlaceSum)
    /// Records belong together as a relation says.
    case linked(LinkedStatement)

    /// The UTF-8 bytes that a statement takes at most.
    public static let maximumBytes = 1000
    /// Statements in one grant.
    public static let maximumCount = 32
}

/// A bound on an amount, a quantity or a date; both ends belong to it.
public struct ProofBound: Hashable, Sendable {
    /// The ends, in the smallest unit of ``unit``.
    public let ends: ValueStatement.Bound
    public let unit: CommittedUnit

    /// `nil` for a unit that there isn't, for keys, which have no order, for a day without a date, an
    /// end of −2⁶³, or a lower end above the upper one.
    public init?(_ ends: ValueStatement.Bound, unit: CommittedUnit) {
        guard unit != .key, CommittedUnit(code: unit.code) == unit else { return nil }
        if unit == .day {
            guard ends.values.allSatisfy({ Self.date($0) != nil }) else { return nil }
        }
        switch ends {
        case .atLeast(.min), .atMost(.min), .exactly(.min), .between(.min, _): return nil
        case .between(let low, let high) where low > high: return nil
        default: break
        }
        self.ends = ends
        self.unit = unit
    }

    /// The date that is so many days after 1970-01-01; `nil` outside the years 1 to 9999.
    static func date(_ days: Int64) -> CalendarDate? {
        guard (-719_162...2_932_896).contains(days) else { return nil }
        return CalendarDate(daysSince1970: Int(days))
    }
}

extension ValueStatement.Bound {
    /// One end or two, the lower one first.
    fileprivate var values: [Int64] {
        switch self {
        case .atLeast(let end), .atMost(let end), .exactly(let end): [end]
        case .between(let low, let high): [low, high]
        }
    }
}

/// One field of one record, written `invoices/2026-01#3.tax_exclusive_amount`.
public struct ProofPlace: Hashable, Sendable, Comparable {
    public let record: RecordNumber
    public let field: String

    public init(record: RecordNumber, field: String) {
        self.record = record
        self.field = field
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.record, left.field) < (right.record, right.field)
    }
}

extension ProofStatement: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sum(let field, let bound): "sum(\(field)) \(bound)"
        case .each(let field, let bound): "each(\(field)) \(bound)"
        case .equal(let first, let second): "equal(\(first), \(second))"
        case .score(let card): "\(card)"
        case .total(let sum): "\(sum)"
        case .linked(let link): "\(link)"
        }
    }

    /// The fields whose values it is about.
    public var fields: Set<String> {
        switch self {
        case .sum(let field, _), .each(let field, _): [field]
        case .equal(let first, let second): [first.field, second.field]
        case .score(let card): Set(card.terms.map(\.field))
        case .total(let sum): Set(sum.terms.map(\.place.field))
        case .linked(let link): Set(link.fields().first.keys).union(link.fields().second.keys)
        }
    }

    /// The single fields of single records that it names.
    public var places: [ProofPlace] {
        switch self {
        case .sum, .each, .score, .linked: []
        case .equal(let first, let second): [first, second]
        case .total(let sum): sum.terms.map(\.place)
        }
    }

    /// Whether it is about linked records, and doesn't say which: it can be asked for so, not proven.
    public var lacksList: Bool {
        if case .linked(let link) = self { link.listing == nil } else { false }
    }

    /// Whether it is about linked records.
    public var isLinked: Bool { if case .linked = self { true } else { false } }

    /// What is asked for with it: the same, whichever records a list of links has.
    public var asked: ProofStatement {
        if case .linked(let link) = self { .linked(link.asked) } else { self }
    }

    /// Whether it is true or not of all records together, whatever other records there are.
    public var isAboutAll: Bool {
        switch self {
        case .sum, .each, .score: true
        case .equal, .total, .linked: false
        }
    }

    /// The first of its fields about which this can't be proven: one that isn't committed to as what
    /// the statement says in each series of `known`, or of two that are to be equal, in the series of
    /// its record. `nil` where there is none.
    public func foreignField(to known: SeriesFields) -> String? {
        switch self {
        case .sum(let field, let bound), .each(let field, let bound):
            return known.commits(to: field, as: bound.unit.kind) ? nil : field
        case .score(let card):
            return card.terms.first { !known.commits(to: $0.field, as: $0.unit.kind) }?.field
        case .equal(let first, let second):
            let kind = known.committed(first)
            if kind == nil { return first.field }
            return known.committed(second) == kind ? nil : second.field
        case .total(let sum):
            return sum.terms.first { known.committed($0.place) != sum.bound.unit.kind }?.place.field
        case .linked(let link):
            let form = link.relation.form
            let fields = link.fields()
            return known.foreign(fields.first, in: form.first)
                ?? known.foreign(fields.second, in: form.second)
        }
    }
}

extension ProofBound {
    /// Whether a value of so many smallest units is outside.
    public func excludes(_ units: Int64) -> Bool {
        switch ends {
        case .atLeast(let end): units < end
        case .atMost(let end): units > end
        case .exactly(let end): units != end
        case .between(let low, let high): units < low || units > high
        }
    }

    /// A value of so many smallest units, as the bound's own ends are written.
    public func words(_ units: Int64) -> String { text(units) + suffix }
}

extension ProofBound: CustomStringConvertible {
    public var description: String {
        switch ends {
        case .atLeast(let end): ">= \(text(end))\(suffix)"
        case .atMost(let end): "<= \(text(end))\(suffix)"
        case .exactly(let end): "= \(text(end))\(suffix)"
        case .between(let low, let high): "between \(text(low)) and \(text(high))\(suffix)"
        }
    }

    /// A date says by its form that it is one.
    private var suffix: String { unit == .day ? "" : " " + unit.code }

    private func text(_ units: Int64) -> String {
        if unit == .day, let date = Self.date(units) { return date.description }
        return ExactDecimal(coefficient: Int128(units), scale: unit.scale).description
    }
}

extension ProofPlace: CustomStringConvertible {
    public var description: String { "\(record).\(field)" }
}
