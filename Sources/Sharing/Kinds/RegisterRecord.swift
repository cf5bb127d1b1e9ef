public import Wire

/// An enterprise registers a record as the next one of a book. The fields are its selective claims.
public struct RegisterRecord: KindForm {
    public static let kind = Kind.record
    public static let scope = KeyScope.seal
    public static let selectiveCounts = 1...(2 * Limits.fieldsPerType)

    /// The record's type (SD-JWT VC §3.2.2.1).
    public let vct: String
    /// Of the type's document; the rules want its own digest.
    public let integrity: TypeIntegrity
    public let book: BookName
    public let number: Int64
    public let epoch: Int64
    public let source: Digest<Digested.Source>
    public let replaces: JTI?
    public let fieldsRoot: Digest<Digested.Fields>
    /// Whom the record is bound to; the rules want a key of the issuer registered under this name.
    public let holder: NamedKey
    /// Where others see whether it was replaced or erased; the rules want it as it follows from the
    /// record's place.
    public let status: StatusReference

    public init(
        vct: String, integrity: TypeIntegrity, book: BookName, number: Int64, epoch: Int64,
        source: Digest<Digested.Source>,
        replaces: JTI?, fieldsRoot: Digest<Digested.Fields>, holder: NamedKey,
        status: StatusReference
    ) {
        self.vct = vct
        self.integrity = integrity
        self.book = book
        self.number = number
        self.epoch = epoch
        self.source = source
        self.replaces = replaces
        self.fieldsRoot = fieldsRoot
        self.holder = holder
        self.status = status
    }

    public static let shape = Shape<RegisterRecord>(
        RegisterRecord.init(
            vct:integrity:book:number:epoch:source:replaces:fieldsRoot:holder:status:),
        .required("vct", \.vct, .text),
        .required("vct#integrity", \.integrity, .integrity),
        .required("book", \.book, .book),
        .required("record_number", \.number, .positive),
        .required("epoch", \.epoch, .count),
        .required("source", \.source, .digest()),
        .optional("replaces", \.replaces, .jti),
        .required("fields_root", \.fieldsRoot, .digest()),
        .required("cnf", \.holder, .confirmation),
        .required("status", \.status, .object))

    public var blob: BlobCommitment? { .fields(root: fieldsRoot) }

    public var pointers: Set<Reference> {
        Set(replaces.map { [.record($0)] } ?? []).union([.key(holder.thumbprint)])
    }
}

extension Codec where Value == NamedKey {
    /// `cnf` with a `jwk` alone (RFC 7800 §3.2). Whether it is a point of the group isn't checked.
    static let confirmation = Codec.mapped(
        .object(Confirmation.shape, "object with a JWK"), from: { $0.key },
        to: { Confirmation(key: $0) })
}

private struct Confirmation {
    let key: NamedKey

    static let shape = Shape<Confirmation>(
        Confirmation.init(key:),
        .required(
            "jwk", \.key,
            Codec(
                "JWK", read: { (value) throws(ClaimError) in NamedKey(jwk: value) },
                write: { $1.json($0.jwk) })))
}
