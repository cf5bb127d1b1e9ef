public import Sharing
public import Wire

/// Why a record or a closing doesn't fit its book.
public enum BookRefusal: Error, Equatable, Sendable {
    case unknownRecordType
    /// `vct#integrity` isn't of the type's document.
    case wrongTypeDocument
    case wrongSeries
    case wrongFieldCount(have: Int, want: Int)
    case bookClosed(BookName)
    case wrongNumber(have: Int64, next: Int64)
    case epochTooLow(have: Int64, required: Int64)
    /// The epoch belongs to a later era of the issuer's keys.
    case epochTooHigh(have: Int64, limit: Int64)
    case duplicateDocument(existing: JTI)
    case cannotReplace(JTI)
    case wrongCount(have: Int64, want: Int64)
    case wrongRoot
    case holderNotIssuer
    /// `status` isn't the one that follows from the record's place.
    case wrongStatus

    var entry: ProblemEntry {
        switch self {
        case .unknownRecordType: ProblemEntry("unknown-type", 422, "No such record type")
        case .wrongTypeDocument:
            ProblemEntry(
                "wrong-type-document", 422, "The record names another document of its type")
        case .wrongSeries: ProblemEntry("wrong-series", 422, "The record belongs in another book")
        case .wrongFieldCount(let have, let want):
            ProblemEntry(
                "wrong-field-count", 422, "The record lacks fields of its type, or has others", nil,
                ["have": .integer(Int64(have)), "want": .integer(Int64(want))])
        case .bookClosed(let book):
            ProblemEntry(
                "book-closed", 409, "The book is closed", nil,
                ["book": .string(book.description)])
        case .wrongNumber(let have, let next):
            ProblemEntry(
                "wrong-number", 409, "The book's next number is another",
                "Seal the record again under the next number.",
                ["have": .integer(have), "next": .integer(next)])
        case .epochTooLow(let have, let required):
            ProblemEntry(
                "epoch-too-low", 409, "A grant that has ended could read this epoch", nil,
                ["have": .integer(have), "required": .integer(required)])
        case .epochTooHigh(let have, let limit):
            ProblemEntry(
                "epoch-too-high", 422, "The epoch belongs to a later era", nil,
                ["have": .integer(have), "limit": .integer(limit)])
        case .duplicateDocument(let existing):
            ProblemEntry(
                "duplicate-document", 409, "This document is registered already", nil,
                ["existing": .string(existing.text)])
        case .cannotReplace(let jti):
            ProblemEntry(
                "cannot-replace", 409, "That record can't be replaced", nil,
                ["record": .string(jti.text)])
        case .wrongCount(let have, let want):
            ProblemEntry(
                "wrong-count", 409, "The book has another number of records", nil,
                ["have": .integer(have), "want": .integer(want)])
        case .wrongRoot: ProblemEntry("wrong-root", 409, "The book's root is another")
        case .holderNotIssuer:
            ProblemEntry("holder-not-issuer", 422, "The holder's key isn't the issuer's")
        case .wrongStatus:
            ProblemEntry("wrong-status", 422, "The record points to another list of statuses")
        }
    }
}
