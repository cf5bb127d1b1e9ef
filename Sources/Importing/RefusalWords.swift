import Sharing

extension ImportRefusal: CustomStringConvertible {
    /// `file.xml, line 12, /Invoice/DueDate: not a date (due_date, BT-9)`.
    public var description: String {
        var words = file
        if let place {
            words += ", line \(place.line)"
            if !place.path.isEmpty { words += ", \(place.path)" }
        }
        return words + ": \(reason)"
    }
}

extension ImportRefusal.Term: CustomStringConvertible {
    public var description: String { businessTerm.map { "\(name), \($0)" } ?? name }
}

extension ImportRefusal.Limit: CustomStringConvertible {
    public var description: String {
        switch self {
        case .depth: "elements nested in one another"
        case .elements: "elements"
        case .attributes: "attributes on an element"
        case .attributeLength: "bytes in an attribute"
        case .textLength: "bytes of text in an element"
        case .cells: "cells in a row"
        case .rows: "rows"
        }
    }
}

extension ImportRefusal.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty: "the file is empty"
        case .tooLarge(let bytes, let limit): "\(bytes) bytes, and at most \(limit) fit a record"
        case .unsupportedFormat(.pdf): "a PDF without an invoice inside"
        case .unsupportedFormat(let format):
            "\(format), which is not imported"
        case .unsupportedEncoding(let name): "the encoding “\(name)” is not supported; use UTF-8"
        case .contradictoryEncoding(let name):
            "declared as “\(name)” but written in another encoding"
        case .invalidText: "bytes that are no text in its encoding"
        case .documentTypeDeclaration: "has a <!DOCTYPE, which is never accepted"
        case .undefinedEntity: "refers to an entity that is not defined"
        case .malformed: "not well-formed XML"
        case .malformedField(let tag): "field \(tag) isn't written as SWIFT writes it"
        case .malformedRow: "not as many cells as the header has, or a quote that isn't closed"
        case .rowBehindEnd:
            "a row like those above, behind the line at which the mapping's table ends"
        case .noType(let format): "the log has no record type that takes \(format)"
        case .notFromTables(let type): "records of the type \(type) aren't made of tables"
        case .encrypted: "an encrypted PDF"
        case .damaged: "a PDF that is damaged, or costs more to read than one may"
        case .ambiguousAttachment: "a PDF with several invoices inside"
        case .mappingNeeded: "a table, and no mapping has its header"
        case .unknownType(let type): "for records of the type \(type), which the log doesn't have"
        case .limitExceeded(let limit, let count): "more than \(count) \(limit)"
        case .missing(let term): "missing (\(term))"
        case .repeated(let term): "there more than once (\(term))"
        case .invalidDate(let term): "not a date (\(term))"
        case .invalidAmount(let term, let error): "\(error.words) (\(term))"
        case .foreignCurrency(let term): "in another currency than the document (\(term))"
        case .notAParty(let schemes):
            "neither seller nor buyer has a registered identifier of this enterprise"
                + (schemes.isEmpty
                    ? "; they have none" : "; theirs are of \(schemes.joined(separator: ", "))")
        case .anotherEntity(let schemes):
            "somebody else's, by the \(schemes.joined(separator: ", ")) number in it"
        case .bothParties: "seller and buyer both have registered identifiers of this enterprise"
        case .notOwnAccount: "an account that isn't registered as this enterprise's"
        case .ambiguousSign: "a credit note written as an invoice with a negative total"
        case .inconsistent(let rule): "the totals disagree: \(rule.words) (\(rule.rawValue))"
        case .balancesDisagree:
            "the opening balance and the entries don't come to the closing balance"
        case .dateOutOfRange: "issued before 2000 or after April 2341"
        case .recordTooLarge(let bytes, let limit):
            "\(bytes) bytes as a record, and at most \(limit) can be sealed"
        case .unfit(let term, let type): "nothing that the type \(type) takes (\(term))"
        }
    }
}

extension AmountError {
    fileprivate var words: String {
        switch self {
        case .notADecimal: "not a decimal number"
        case .unknownCurrency: "no currency of ISO 4217"
        case .tooPrecise(let scale): "more than \(scale) digits after the point; nothing is rounded"
        case .tooLarge: "too large an amount"
        }
    }
}

extension TotalsRule {
    fileprivate var words: String {
        switch self {
        case .lineTotal: "the line total is not the sum of the lines"
        case .allowanceTotal: "the allowance total is not the sum of the allowances"
        case .chargeTotal: "the charge total is not the sum of the charges"
        case .taxExclusive: "the total without tax is not lines − allowances + charges"
        case .taxTotal: "the total tax is not the sum of the tax breakdown"
        case .taxInclusive: "the total with tax is not the total without tax + tax"
        case .payable: "the amount to pay is not the total with tax − prepaid + rounding"
        }
    }
}
