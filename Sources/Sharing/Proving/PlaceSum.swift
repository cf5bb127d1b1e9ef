import Commitments

/// A sum of single values with integer weights, written
/// `total(bank/2026-03#1.amount, -1*statements/2026-03#1.closing_balance) = 0 EUR`.
public struct PlaceSum: Hashable, Sendable {
    public struct Term: Hashable, Sendable {
        public let place: ProofPlace
        /// Not zero.
        public let weight: Int64

        public init(_ place: ProofPlace, weight: Int64 = 1) {
            self.place = place
            self.weight = weight
        }
    }

    /// Ascending by place.
    public let terms: [Term]
    public let bound: ProofBound

    /// `nil` for no term, a place twice, a weight of zero, weights above 2¹⁶ in sum, and a bound of
    /// dates, which don't add up.
    public init?(_ terms: [Term], _ bound: ProofBound) {
        guard !terms.isEmpty, Set(terms.map(\.place)).count == terms.count, bound.unit.addsUp
        else { return nil }
        var weights: UInt64 = 0
        for term in terms {
            guard term.weight != 0, term.weight.magnitude <= AssertionLimits.weights else {
                return nil
            }
            weights += term.weight.magnitude
            guard weights <= AssertionLimits.weights else { return nil }
        }
        self.terms = terms.sorted { $0.place < $1.place }
        self.bound = bound
    }

    var weights: UInt64 { terms.reduce(0) { $0 + $1.weight.magnitude } }
}

extension PlaceSum: CustomStringConvertible {
    public var description: String {
        "total(\(terms.map(\.description).joined(separator: ", "))) \(bound)"
    }
}

extension PlaceSum.Term: CustomStringConvertible {
    public var description: String { weight == 1 ? "\(place)" : "\(weight)*\(place)" }
}
