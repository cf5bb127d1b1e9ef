public import Wire

/// The host carries a lender's, guarantor's or regulator's call for a grant. Publicly it says nothing
/// but that somebody asked somebody.
public struct Request: KindForm {
    public typealias Selective = CarriedCall<RequestTerms>
    public static let isSubmitted = false
    public static let kind = Kind.request
    public static let scope = KeyScope.serve

    public init() {}

    public static let shape = Shape<Request>(Request.init)

    public var pointers: Set<Reference> { [] }
}

/// A signed call for a grant.
public typealias RequestCall = SignedCall<RequestTerms>

/// Whom is asked, what for, and for what.
public struct RequestTerms: CarriedClaims, Hashable {
    public static let type = "trine-request-call+jwt"
    public static let scope = KeyScope.request

    public let purpose: Purpose
    public let to: Handle
    public let right: Right
    public let scope: Scope
    /// Field names for `read`, statements for `prove`.
    public let subject: GrantSubject
    public let notBefore: Timestamp
    public let expires: Timestamp
    /// How many accesses.
    public let fetches: Int64
    /// For how many seconds what was read is kept.
    public let dataLife: Int64

    public init(
        _ purpose: Purpose, to: Handle, right: Right, scope: Scope, subject: GrantSubject,
        notBefore: Timestamp, expires: Timestamp, fetches: Int64, dataLife: Int64
    ) {
        self.purpose = purpose
        self.to = to
        self.right = right
        self.scope = scope
        self.subject = subject
        self.notBefore = notBefore
        self.expires = expires
        self.fetches = fetches
        self.dataLife = dataLife
    }

    public static let shape = Shape<RequestTerms>(
        {
            (purpose, to, right, scope, subject, notBefore, expires, fetches, life)
                throws(ClaimError) in
            guard subject.right == right else { throw .malformed(subject.right.foreignMember) }
            return RequestTerms(
                purpose, to: to, right: right, scope: scope, subject: subject,
                notBefore: notBefore, expires: expires, fetches: fetches, dataLife: life)
        },
        .required("purpose", \.purpose, .code),
        .required("to", \.to, .handle),
        .required("right", \.right, .code),
        .required("scope", \.scope, .object),
        .part(\.subject, GrantSubject.shape),
        .required("nbf", \.notBefore, .time),
        .required("exp", \.expires, .time),
        .required("fetches", \.fetches, .fetches),
        .required("data_life", \.dataLife, .dataLife))
}

/// What a grant is about: fields to read, or statements that are proven.
public enum GrantSubject: Shaped, Hashable {
    case fields([FieldName])
    /// Statements in their text form, which the proving module gives a meaning.
    case statements([String])

    /// The right that is about this.
    public var right: Right {
        switch self {
        case .fields: .read
        case .statements: .prove
        }
    }

    private var names: [FieldName]? {
        if case .fields(let names) = self { names.sorted() } else { nil }
    }
    private var texts: [String]? { if case .statements(let texts) = self { texts } else { nil } }

    public static let shape = Shape<GrantSubject>(
        { (fields, statements) throws(ClaimError) in
            switch (fields, statements) {
            case (.some(let names), nil): .fields(names)
            case (nil, .some(let texts)): .statements(texts)
            case (nil, nil), (.some, .some): throw .malformed("fields")
            }
        },
        .nullable("fields", \.names, .fieldNames(1...Limits.fieldsPerType)),
        .nullable("statements", \.texts, .list(of: .text(0...1000), 1...32)))
}

extension Right {
    /// The member that belongs to the other right.
    var foreignMember: String {
        switch self {
        case .read: "statements"
        case .prove: "fields"
        }
    }
}

extension Codec where Value == Int64 {
    /// How many accesses a grant allows.
    static let fetches = Codec.integer(1...Limits.fetches)
    /// Seconds for which a grantee keeps what it read.
    static let dataLife = Codec.integer(0...Limits.dataLifeSeconds)
}
