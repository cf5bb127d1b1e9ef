/// Something that can be proven about committed values. Values are named by their index in the
/// assertion.
public enum ValueStatement: Sendable, Hashable {
    /// Σ weight · value within the bound.
    ///
    /// For `atMost` and `between`, every value is also proven to be below 2⁴⁷ in absolute value.
    case linear(LinearForm, Bound)
    /// Each of the values within the bound.
    case each([Int], ValueUnit, Bound)
    /// Two values of one unit are the same: all that can be said of keys.
    case equal(Int, Int)
    /// The first value less the second one is in the range, both ends included; of dates that is a
    /// number of days.
    ///
    /// The values need no bounds of their own: both ends together fix the difference modulo ℓ.
    case difference(Int, Int, ClosedRange<Int64>)
    /// Each of these statements is true. The text says why it is these, and is part of what is proven.
    case all(String, [ValueStatement])

    /// A bound on an integer; both ends belong to it. No end is the least 64-bit integer.
    public enum Bound: Sendable, Hashable {
        case atLeast(Int64)
        case atMost(Int64)
        case between(Int64, Int64)
        case exactly(Int64)
    }
}

/// A sum of values with public integer weights.
public struct LinearForm: Sendable, Hashable {
    public struct Term: Sendable, Hashable {
        /// The index of the value in the assertion.
        public var value: Int
        /// Not zero.
        public var weight: Int64

        public init(value: Int, weight: Int64) {
            self.value = value
            self.weight = weight
        }
    }

    /// The units the terms must have.
    public enum Units: Sendable, Hashable {
        /// One unit for all; the bound is in it, too.
        case common(ValueUnit)
        /// A score: the unit of each term, spelled out; the bound is a number of points.
        case perTerm([ValueUnit])
    }

    public var terms: [Term]
    public var units: Units

    public init(terms: [Term], units: Units) {
        self.terms = terms
        self.units = units
    }

    /// The sum of these values.
    public static func sum(of values: some Sequence<Int>, unit: ValueUnit) -> LinearForm {
        LinearForm(terms: values.map { Term(value: $0, weight: 1) }, units: .common(unit))
    }
}

extension ValueStatement.Bound {
    /// The ranges it takes to prove it of one sum.
    public var rangeCount: Int {
        switch self {
        case .exactly: 0
        case .atLeast, .atMost: 1
        case .between: 2
        }
    }

    /// Whether a sum within the bound is only as good as the range of its values.
    public var needsBoundedValues: Bool {
        switch self {
        case .atLeast, .exactly: false
        case .atMost, .between: true
        }
    }
}
