public import Sharing
import Wire

/// Why an access can't be stated.
public enum AccessRefusal: Error, Equatable, Sendable {
    case notGranted
    case notAskedFor
    case recordsNotLive
    case bookStateWrong(BookName)
    case budgetSpent(limit: Int64)

    var entry: ProblemEntry {
        switch self {
        case .notGranted: ProblemEntry("not-granted", 403, "Beyond what was granted")
        case .notAskedFor: ProblemEntry("not-asked-for", 422, "Beyond what was asked for")
        case .recordsNotLive: ProblemEntry("records-not-live", 409, "Records were erased")
        case .bookStateWrong(let book):
            ProblemEntry(
                "books-moved", 409, "The book has moved on", nil,
                ["book": .string(book.description)])
        case .budgetSpent(let limit):
            ProblemEntry(
                "budget-spent", 403, "The grant's fetches are used up", nil,
                ["limit": .integer(limit)])
        }
    }
}
