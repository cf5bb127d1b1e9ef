public import Sharing
public import Wire

/// The legal holds on an enterprise's books.
public struct HoldsState: StateObject {
    public static let family = "holds"
    public static let pattern = StateName.Pattern.handle
    public static let origin = StateOrigin.selectiveClaims
    public static func key(_ holder: Handle) -> StateKey.Of<HoldsState> { .init(.handle(holder)) }

    public var holds: [HoldState]

    public static let shape = Shape<HoldsState>(
        HoldsState.init(holds:), .required("holds", \.holds, .list(of: .object)))
}

/// Books that may not be erased.
public struct HoldState: Shaped, Hashable {
    public var by: Handle
    public var caseReference: String
    /// All books, where `nil`.
    public var books: Scope?
    public var until: Timestamp?

    public init(by: Handle, caseReference: String, books: Scope?, until: Timestamp?) {
        self.by = by
        self.caseReference = caseReference
        self.books = books
        self.until = until
    }

    public func stands(at time: Timestamp) -> Bool { until.map { time < $0 } ?? true }

    public static let shape = Shape<HoldState>(
        HoldState.init(by:caseReference:books:until:),
        .required("by", \.by, .handle),
        .required("case", \.caseReference, .text),
        .optional("books", \.books, .object),
        .optional("until", \.until, .time))
}
