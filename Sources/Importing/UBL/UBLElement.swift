import Sharing
import Wire

extension Markup {
    /// The namespaces of UBL's components; all of 2.0 to 2.3 have the same.
    private static let componentNamespaces: Set<String> = [
        "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    ]

    /// Appends the UBL components called `name` inside the element at `index`.
    fileprivate func appendComponents(of index: Int, named name: String, to found: inout [Int]) {
        var position = index + 1
        while position < nodes[index].end {
            if nodes[position].name == name
                && Self.componentNamespaces.contains(nodes[position].namespace)
            {
                found.append(position)
            }
            position = nodes[position].end
        }
    }
}

extension Element {
    /// The UBL components at the end of `path`, such as `PartyTaxScheme/TaxScheme/ID`.
    func all(_ path: String) -> [Element] {
        var found = [index]
        for name in path.utf8.split(separator: UInt8(ascii: "/")) {
            let parents = found
            found = []
            for parent in parents {
                markup.appendComponents(of: parent, named: String(Substring(name)), to: &found)
            }
        }
        return found.map { Element(markup: markup, index: $0) }
    }

    func first(_ path: String) -> Element? { all(path).first }

    /// The first component at `path` that has text; empty elements are as good as none.
    func filled(_ path: String) -> Element? { all(path).first { $0.text != nil } }

    /// The text of the first component at `path` that has any.
    func text(_ path: String) -> String? { filled(path)?.text }

    /// The one component at `path` that has text, or `nil`. Throws where there are several.
    func single(_ path: String, _ term: FieldName) throws(Finding) -> Element? {
        let found = all(path).filter { $0.text != nil }
        if found.count > 1 { throw Finding(.repeated(.init(term)), at: found[1].place) }
        return found.first
    }

    /// This element's text as a date (`xs:date`, whose time zone doesn't change the day).
    func date(_ term: FieldName) throws(Finding) -> CalendarDate {
        let text = text ?? ""
        guard let date = CalendarDate(String(text.prefix(10))),
            Self.isTimeZone(text.dropFirst(10))
        else { throw Finding(.invalidDate(.init(term)), at: place) }
        return date
    }

    private static func isTimeZone(_ text: Substring) -> Bool {
        if text.isEmpty || text == "Z" { return true }
        let bytes = Array(text.utf8)
        return bytes.count == 6 && (bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"))
            && bytes[3] == UInt8(ascii: ":")
            && [1, 2, 4, 5].allSatisfy { (0x30...0x39).contains(bytes[$0]) }
    }
}

/// Amounts and other numbers as printed, in the sign of the record and the document's currency.
struct UBLNumbers {
    let currency: String
    let scale: Int
    /// Whether amounts and quantities change their sign: in credit notes.
    let negated: Bool

    /// The amount in `element`, as printed. Throws where it is in another currency or no number that
    /// can be computed with.
    func printed(_ element: Element, _ term: FieldName) throws(Finding) -> ExactDecimal {
        if let unit = element.attribute("currencyID"), unit != currency {
            throw Finding(.foreignCurrency(.init(term)), at: element.place)
        }
        guard let value = ExactDecimal(element.text ?? "") else {
            throw Finding(.invalidAmount(.init(term), .notADecimal), at: element.place)
        }
        return value
    }

    /// A printed value as an amount of the record. Throws where it doesn't fit.
    func amount(
        _ printed: ExactDecimal, _ term: FieldName, at place: ImportRefusal.Place
    ) throws(Finding) -> Amount {
        do {
            return try Amount(negated ? -printed : printed, currency: currency)
        } catch {
            throw Finding(.invalidAmount(.init(term), error), at: place)
        }
    }

    /// An amount inside a group: as exact as printed, with at least the currency's digits.
    func text(amount element: Element, _ term: FieldName) throws(Finding) -> String {
        let value = try printed(element, term)
        return (negated ? -value : value).text(minimumFractionDigits: scale)
    }

    /// A number inside a group, of any precision; `turning` for quantities, which follow the sign.
    func text(
        number element: Element, _ term: FieldName, turning: Bool = false
    ) throws(Finding) -> String {
        guard let text = ExactDecimal.canonicalText(element.text ?? "") else {
            throw Finding(.invalidAmount(.init(term), .notADecimal), at: element.place)
        }
        guard turning && negated && text != "0" else { return text }
        return text.hasPrefix("-") ? String(text.dropFirst()) : "-" + text
    }
}
