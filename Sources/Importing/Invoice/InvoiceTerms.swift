import Sharing
import Wire

/// The terms of EN 16931 as they are read out of one document, in whatever syntax it is written.
struct InvoiceTerms {
    /// What record types call them by: `ubl`, the name of the first syntax that was read. It stands for
    /// the terms and not for the syntax, so a type that takes it takes them in every syntax.
    static let format = "ubl"

    let root: Element
    let numbers: PrintedNumbers
    /// Whether the document says that it follows the standard, and so is held to its mandatory terms
    /// and rules on totals.
    let followsEN16931: Bool
    private(set) var values: [FieldName: FieldValue] = [:]
    var totals: Totals

    /// For a document in `currency`. Throws where that is none.
    init(
        root: Element, currency: String, at place: ImportRefusal.Place, negated: Bool,
        followsEN16931: Bool
    ) throws(Finding) {
        guard let scale = Currency.scale(of: currency) else {
            throw Finding(.invalidAmount(.init("currency"), .unknownCurrency), at: place)
        }
        self.root = root
        self.followsEN16931 = followsEN16931
        numbers = PrintedNumbers(currency: currency, scale: scale, negated: negated)
        totals = Totals(scale: scale)
        values["currency"] = .text(currency)
    }

    func missing(_ term: FieldName, _ path: String) -> Finding {
        Finding(.missing(.init(term)), at: root.place(ofMissing: path))
    }

    // MARK: Texts, dates and lists

    /// The one text at `path`.
    mutating func setText(_ term: FieldName, _ path: String) throws(Finding) {
        if let text = try root.single(path, .init(term))?.text { values[term] = .text(text) }
    }

    /// The first text at `path`, where the standard's one term can be several elements.
    mutating func setFirst(_ term: FieldName, _ path: String) {
        if let text = root.text(path) { values[term] = .text(text) }
    }

    /// All texts at `path`, one below the other.
    mutating func setJoined(_ term: FieldName, _ path: String) {
        let texts = root.all(path).compactMap(\.text)
        if !texts.isEmpty { values[term] = .text(texts.joined(separator: "\n")) }
    }

    /// The first date at one of `paths`, read by the syntax's `reading`.
    mutating func setDate(
        _ term: FieldName, _ paths: String...,
        reading: (Element, ImportRefusal.Term) throws(Finding) -> CalendarDate
    ) throws(Finding) {
        for path in paths {
            if let element = root.filled(path) {
                values[term] = .date(try reading(element, .init(term)))
                return
            }
        }
    }

    mutating func setList(_ term: FieldName, _ list: [JSON]) {
        if !list.isEmpty { values[term] = .json(.array(list)) }
    }

    // MARK: Totals

    /// One of the monetary totals.
    struct Total {
        let term: FieldName
        let path: String
        let place: any WritableKeyPath<Totals, ExactDecimal?> & Sendable
        var isNeeded = Need.never

        /// `byStandard` is needed in documents that follow EN 16931.
        enum Need { case never, byStandard, always }
    }

    mutating func read(_ total: Total) throws(Finding) {
        guard let element = try root.single(total.path, .init(total.term)) else {
            if total.isNeeded == .always || (total.isNeeded == .byStandard && followsEN16931) {
                throw missing(total.term, total.path)
            }
            return
        }
        let printed = try numbers.printed(element, .init(total.term))
        try setAmount(total.term, printed, at: element.place)
        totals[keyPath: total.place] = printed
    }

    /// A printed value as an amount of the record, in the record's sign.
    mutating func setAmount(
        _ term: FieldName, _ printed: ExactDecimal, at place: ImportRefusal.Place
    ) throws(Finding) {
        values[term] = .amount(try numbers.amount(printed, .init(term), at: place))
    }

    /// Adds what is printed in `element` to a list of the totals, if it has anything.
    mutating func count(
        _ element: Element?, as term: FieldName,
        in list: WritableKeyPath<Totals, [ExactDecimal]>
    ) throws(Finding) {
        guard let element else { return }
        totals[keyPath: list].append(try numbers.printed(element, .init(term)))
    }

    /// Holds the totals against each other. `isCreditNoteByCode` where only the type code says that an
    /// invoice is a credit note, so that a negative total could mean either sign.
    func check(at place: ImportRefusal.Place, isCreditNoteByCode: Bool) throws(Finding) {
        if isCreditNoteByCode, let total = totals.taxExclusive, total < .zero {
            throw Finding(.ambiguousSign, at: place)
        }
        if followsEN16931, let rule = totals.brokenRule {
            throw Finding(.inconsistent(rule), at: place)
        }
        if !followsEN16931 && totals.contradictsItself {
            throw Finding(.inconsistent(.taxInclusive), at: place)
        }
    }
}
