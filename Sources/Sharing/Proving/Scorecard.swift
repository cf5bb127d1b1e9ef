import Commitments
public import Wire

/// A weighted sum with public weights that has to reach a threshold.
///
/// Every term counts in each record: weight × the value in the smallest unit of what it counts, so a
/// weight of 3 on an amount in EUR gives 3 points for each cent. Both sides can read it as a file.
public struct Scorecard: Hashable, Sendable {
    public struct Term: Hashable, Sendable {
        public let field: String
        /// What the values must be in: a currency, or a unit of measure.
        public let unit: CommittedUnit
        /// Not zero, and at most 2¹⁶ in absolute value.
        public let weight: Int64

        /// `nil` for a unit that can't be added up, or a weight out of bounds.
        public init?(field: String, unit: CommittedUnit, weight: Int64) {
            guard CommittedUnit(code: unit.code) == unit, unit.addsUp, weight != 0,
                weight.magnitude <= AssertionLimits.weights
            else { return nil }
            self.field = field
            self.unit = unit
            self.weight = weight
        }
    }

    /// Ascending by field.
    public let terms: [Term]
    /// In points.
    public let threshold: Int64

    public static let maximumTerms = 16
    /// Bytes of a scorecard's file.
    public static let maximumFileBytes = 64 << 10

    /// `nil` for no term or more than ``maximumTerms``, a field twice, or a threshold of −2⁶³.
    public init?(terms: [Term], threshold: Int64) {
        guard (1...Self.maximumTerms).contains(terms.count), threshold != .min,
            Set(terms.map(\.field)).count == terms.count
        else { return nil }
        self.terms = terms.sorted { $0.field < $1.field }
        self.threshold = threshold
    }

    /// Reads a scorecard's file:
    /// `{"fields":[{"field":"payable_amount","unit":"EUR","weight":3}],"threshold":500000}`.
    ///
    /// Throws ``ScorecardError``.
    public init(parsing bytes: [UInt8]) throws(ScorecardError) {
        guard bytes.count <= Self.maximumFileBytes else { throw .tooLarge }
        let document: JSONDocument
        do { document = try JSONDocument(.lenient, bytes) } catch { throw .json(error) }
        let elements: [JSONValue]
        do throws(ClaimError) {
            var reader = try ClaimReader(document.root)
            elements = try reader.required("fields") {
                $0.elements.flatMap { (1...Self.maximumTerms).contains($0.count) ? $0 : nil }
            }
            threshold = try reader.required("threshold") {
                $0.integer.flatMap { $0 == .min ? nil : $0 }
            }
            try reader.finish()
        } catch { throw .claims(error) }
        var terms: [Term] = []
        for (number, element) in elements.enumerated() {
            let term = try Self.term(element, number: number)
            guard !terms.contains(where: { $0.field == term.field }) else {
                throw .term(number, .twice(term.field))
            }
            terms.append(term)
        }
        self.terms = terms.sorted { $0.field < $1.field }
    }

    private static func term(_ element: JSONValue, number: Int) throws(ScorecardError) -> Term {
        let (field, unit, weight): (String, String, Int64)
        do throws(ClaimError) {
            var reader = try ClaimReader(element)
            field = try reader.required("field") { $0.text.flatMap { FieldName($0)?.text } }
            unit = try reader.required("unit") { $0.text }
            weight = try reader.required("weight") { $0.integer }
            try reader.finish()
        } catch { throw .termClaims(number, error) }
        guard let known = CommittedUnit(code: unit), known.addsUp else {
            throw .term(number, .unknownUnit(unit))
        }
        guard let term = Term(field: field, unit: known, weight: weight) else {
            throw .term(number, .outOfRange)
        }
        return term
    }
}

/// Why a file isn't a scorecard.
public enum ScorecardError: Error, Equatable, Sendable {
    case tooLarge
    case json(JSONError)
    case claims(ClaimError)
    /// The form of one of its terms, counted from 0.
    case termClaims(Int, ClaimError)
    /// What one of its terms says, counted from 0.
    case term(Int, ProofStatementError.Reason)
}

extension Scorecard: CustomStringConvertible {
    /// `score(3*payable_amount EUR, -1*prepaid_amount EUR) >= 500000`.
    public var description: String {
        let terms = terms.map { "\($0.weight)*\($0.field) \($0.unit.code)" }
        return "score(\(terms.joined(separator: ", "))) >= \(threshold)"
    }
}
