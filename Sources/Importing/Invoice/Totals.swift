import Sharing

/// The totals of a document as printed, and the rules between them.
struct Totals {
    var lineTotal: ExactDecimal?
    var allowanceTotal: ExactDecimal?
    var chargeTotal: ExactDecimal?
    var taxExclusive: ExactDecimal?
    var tax: ExactDecimal?
    var taxInclusive: ExactDecimal?
    var prepaid: ExactDecimal?
    var rounding: ExactDecimal?
    var payable: ExactDecimal?

    var lineAmounts: [ExactDecimal] = []
    var allowances: [ExactDecimal] = []
    var charges: [ExactDecimal] = []
    /// Of the tax breakdown; empty where there is none.
    var taxAmounts: [ExactDecimal] = []
    var hasWithholding = false

    /// Digits after the point of the document's currency; sums are rounded to that.
    let scale: Int

    /// The rule of EN 16931 that the totals break, if any: BR-CO-10 to 16, which are fatal there.
    var brokenRule: TotalsRule? {
        let checks: [(TotalsRule, stated: ExactDecimal?, computed: ExactDecimal?)] = [
            (.lineTotal, lineTotal, sum(lineAmounts)),
            (.allowanceTotal, allowanceTotal ?? .zero, sum(allowances)),
            (.chargeTotal, chargeTotal ?? .zero, sum(charges)),
            (
                .taxExclusive, taxExclusive,
                lineTotal.map { $0 - (allowanceTotal ?? .zero) + (chargeTotal ?? .zero) }
            ),
            (.taxTotal, tax, taxAmounts.isEmpty ? nil : sum(taxAmounts)),
            (.taxInclusive, taxInclusive, taxExclusive.map { $0 + (tax ?? .zero) }),
            (
                .payable, payable,
                taxInclusive.map { $0 - (prepaid ?? .zero) + (rounding ?? .zero) }
            ),
        ]
        return checks.first { differ($0.stated, $0.computed) }?.0
    }

    /// Whether a document that doesn't claim to follow EN 16931 uses the totals in its sense: what
    /// is to be paid is the total without tax and the tax, with the rounding counted or not, to
    /// within one unit of the currency. Some national profiles of UBL 2.0 put the tax where the total
    /// without tax belongs; taking that for turnover would be wrong, so they are refused.
    var contradictsItself: Bool {
        guard let taxExclusive, let tax else { return false }
        let withTax: ExactDecimal
        if let taxInclusive {
            withTax = taxInclusive
        } else if let payable, !hasWithholding {
            withTax = payable + (prepaid ?? .zero)
        } else {
            return false
        }
        let difference = withTax - taxExclusive - tax
        return ![difference, difference - (rounding ?? .zero)].contains {
            -Self.tolerance <= $0 && $0 <= Self.tolerance
        }
    }

    private static let tolerance = ExactDecimal(1)

    private func sum(_ numbers: [ExactDecimal]) -> ExactDecimal { numbers.reduce(.zero, +) }

    private func differ(_ stated: ExactDecimal?, _ computed: ExactDecimal?) -> Bool {
        guard let stated, let computed else { return false }
        return stated.rounded(scale: scale) != computed.rounded(scale: scale)
    }
}
