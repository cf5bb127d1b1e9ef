public import Sharing
public import Wire

/// Why an access can't be stated.
public enum AccessRefusal: Error, Equatable, Sendable {
    case foreignFetch
    case staleFetch
    case fetchAlreadyAnswered(access: JTI)
    case notGranted
    case recordsNotLive
    case bookStateWrong(BookName)
    case budgetSpent(limit: Int64)

    var entry: ProblemEntry {
        switch self {
        case .foreignFetch: ProblemEntry("foreign-fetch", 422, "The call isn't for this")
        case .staleFetch: ProblemEntry("stale", 422, "The call is too old", "Sign a new one.")
        case .fetchAlreadyAnswered(let access):
            ProblemEntry(
                "already-answered", 409, "The call was answered", nil,
                ["access": .string(access.text)])
        case .notGranted: ProblemEntry("not-granted", 403, "Beyond what was granted")
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
