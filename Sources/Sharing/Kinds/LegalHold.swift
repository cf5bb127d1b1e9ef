public import Wire

/// A regulator or an authority forbids that a holder's books are erased.
public struct LegalHold: KindForm {
    public typealias Selective = HoldTerms
    public static let kind = Kind.legalHold

    public init() {}

    public static let shape = Shape<LegalHold>(LegalHold.init)

    public var pointers: Set<Reference> { [] }
}

/// What may not be erased, and until when: the selective claims of `legal-hold` and `release`.
public struct HoldTerms: SelectiveClaims {
    public let holder: Handle
    /// All books, where `nil`.
    public let books: Scope?
    public let until: Timestamp?
    public let caseReference: String

    public init(holder: Handle, books: Scope?, until: Timestamp?, caseReference: String) {
        self.holder = holder
        self.books = books
        self.until = until
        self.caseReference = caseReference
    }

    public static let shape = Shape<HoldTerms>(
        HoldTerms.init(holder:books:until:caseReference:),
        .required("holder", \.holder, .handle),
        .nullable("books", \.books, .object),
        .nullable("until", \.until, .time),
        .required("case", \.caseReference, .reference))
}
