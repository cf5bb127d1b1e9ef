public import Commitments

/// What a grant to prove says about committed amounts, in a text form that people write and read:
/// `sum(tax_exclusive_amount) >= 100000 EUR`.
///
/// ``description`` is the one canonical spelling; it is what is signed. The grammar stands in
/// Specification/proofs.md.
public enum ProofStatement: Hashable, Sendable {
    /// The sum of a field over all records of the grant is within the bound.
    case sum(String, ProofBound)
    /// The field of every record of the grant is within the bound.
    case each(String, ProofBound)
    /// Two fields, of one record or of two, have the same amount.
    case equal(ProofPlace, ProofPlace)
    /// A weighted sum of several fields over all records reaches a number of points.
    case score(Scorecard)

    /// The UTF-8 bytes that a statement takes at most.
    public static let maximumBytes = 1000
    /// Statements in one grant.
    public static let maximumCount = 32
}

/// A bound on an amount of money; both ends belong to it.
public struct ProofBound: Hashable, Sendable {
    /// The ends, in the smallest unit of ``currency``.
    public let ends: ValueStatement.Bound
    /// The ISO 4217 code.
    public let currency: String

    /// `nil` for an unknown currency, an end of −2⁶³, or a lower end above the upper one.
    public init?(_ ends: ValueStatement.Bound, currency: String) {
        guard Currency.scale(of: currency) != nil else { return nil }
        switch ends {
        case .atLeast(.min), .atMost(.min), .exactly(.min), .between(.min, _): return nil
        case .between(let low, let high) where low > high: return nil
        default: break
        }
        (self.ends, self.currency) = (ends, currency)
    }

    public var unit: ValueUnit {
        ValueUnit(code: currency, scale: Currency.scale(of: currency) ?? 0)
    }
}

/// One field of one record, written `invoices/2026-01#3.tax_exclusive_amount`.
public struct ProofPlace: Hashable, Sendable {
    public let record: RecordNumber
    public let field: String

}

extension ProofStatement: CustomStringConvertible {
    public var description: String {
        switch self {
        case .sum(let field, let bound): "sum(\(field)) \(bound)"
        case .each(let field, let bound): "each(\(field)) \(bound)"
        case .equal(let first, let second): "equal(\(first), \(second))"
        case .score(let card): "\(card)"
        }
    }

    /// The fields whose amounts it is about.
    public var fields: Set<String> {
        switch self {
        case .sum(let field, _), .each(let field, _): [field]
        case .equal(let first, let second): [first.field, second.field]
        case .score(let card): Set(card.terms.map(\.field))
        }
    }

    /// The first of its fields that isn't an amount of any type of a series; `nil` where all are.
    public func foreignField(to known: SeriesFields) -> String? {
        fields.sorted().first { !known.isAmount($0) }
    }
}

extension ProofBound: CustomStringConvertible {
    public var description: String {
        switch ends {
        case .atLeast(let end): ">= \(text(end)) \(currency)"
        case .atMost(let end): "<= \(text(end)) \(currency)"
        case .exactly(let end): "= \(text(end)) \(currency)"
        case .between(let low, let high): "between \(text(low)) and \(text(high)) \(currency)"
        }
    }

    private func text(_ units: Int64) -> String {
        ExactDecimal(coefficient: Int128(units), scale: unit.scale).description
    }
}

extension ProofPlace: CustomStringConvertible {
    public var description: String { "\(record).\(field)" }
}
