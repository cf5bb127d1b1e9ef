public import Sharing
public import Wire

/// What must be known of every statement: that it is there, and what may refer to it.
public struct StatementState: StateObject {
    public static let family = "statement"
    public static let pattern = StateName.Pattern.jti
    public static let origin = StateOrigin.publicClaims
    public static func key(_ jti: JTI) -> StateKey.Of<StatementState> { .init(.jti(jti)) }

    public var index: Int64
    public var digest: Digest<Digested.Statement>
    public var kind: Kind
    public var issuer: Handle
    /// Log time at its index.
    public var time: Timestamp
    /// Whom it admitted.
    public var admitted: Handle?
    /// Its disclosures, or a record's fields, were erased.
    public var erased: Bool
    public var record: RecordDetail?

    /// What must be known of a record besides.
    public struct RecordDetail: Shaped, Hashable {
        public var book: BookName
        public var number: Int64
        public var epoch: Int64
        public var source: Digest<Digested.Source>
        public var replacedBy: JTI?

        public static let shape = Shape<RecordDetail>(
            RecordDetail.init(book:number:epoch:source:replacedBy:),
            .required("book", \.book, .book),
            .required("number", \.number, .count),
            .required("epoch", \.epoch, .count),
            .required("source", \.source, .digest()),
            .optional("replaced_by", \.replacedBy, .jti))
    }

    public init(
        index: Int64, digest: Digest<Digested.Statement>, kind: Kind, issuer: Handle,
        time: Timestamp, admitted: Handle? = nil, erased: Bool = false,
        record: RecordDetail? = nil
    ) {
        self.index = index
        self.digest = digest
        self.kind = kind
        self.issuer = issuer
        self.time = time
        self.admitted = admitted
        self.erased = erased
        self.record = record
    }

    public static let shape = Shape<StatementState>(
        StatementState.init(index:digest:kind:issuer:time:admitted:erased:record:),
        .required("index", \.index, .count),
        .required("digest", \.digest, .digest()),
        .required("kind", \.kind, .word("kind")),
        .required("issuer", \.issuer, .handle),
        .required("time", \.time, .time),
        .optional("admitted", \.admitted, .handle),
        .flag("erased", \.erased),
        .optional("record", \.record, .object))
}
