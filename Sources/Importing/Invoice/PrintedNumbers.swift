import Sharing

/// Amounts and other numbers as printed, in the sign of the record and the document's currency.
struct PrintedNumbers {
    let currency: String
    let scale: Int
    /// Whether amounts and quantities change their sign: in credit notes.
    let negated: Bool

    /// The amount in `element`, as printed. Throws where it is in another currency or no number that
    /// can be computed with.
    func printed(_ element: Element, _ term: ImportRefusal.Term) throws(Finding) -> ExactDecimal {
        if let unit = element.attribute("currencyID"), unit != currency {
            throw Finding(.foreignCurrency(term), at: element.place)
        }
        guard let value = ExactDecimal(element.text ?? "") else {
            throw Finding(.invalidAmount(term, .notADecimal), at: element.place)
        }
        return value
    }

    /// A printed value as an amount of the record. Throws where it doesn't fit.
    func amount(
        _ printed: ExactDecimal, _ term: ImportRefusal.Term, at place: ImportRefusal.Place
    ) throws(Finding) -> Amount {
        do {
            return try Amount(negated ? -printed : printed, currency: currency)
        } catch {
            throw Finding(.invalidAmount(term, error), at: place)
        }
    }

    /// An amount inside a group: as exact as printed, with at least the currency's digits.
    func text(amount element: Element, _ term: ImportRefusal.Term) throws(Finding) -> String {
        let value = try printed(element, term)
        return (negated ? -value : value).text(minimumFractionDigits: scale)
    }

    /// A number inside a group, of any precision; `turning` for quantities, which follow the sign.
    func text(
        number element: Element, _ term: ImportRefusal.Term, turning: Bool = false
    ) throws(Finding) -> String {
        guard let text = ExactDecimal.canonicalText(element.text ?? "") else {
            throw Finding(.invalidAmount(term, .notADecimal), at: element.place)
        }
        guard turning && negated && text != "0" else { return text }
        return text.hasPrefix("-") ? String(text.dropFirst()) : "-" + text
    }
}
