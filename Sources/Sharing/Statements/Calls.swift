public import Wire

/// A call that its sender signed: what it says, and the claims that every signed document carries. It
/// isn't an entry.
@dynamicMemberLookup
public struct SignedCall<Claims: CallClaims>: Sendable {
    public let jws: JWS
    public let origin: Origin
    public let issuer: Handle
    public let issuedAt: Timestamp
    public let jti: JTI
    public let log: Digest<Digested.Genesis>
    public let claims: Claims

    public static var type: String { Claims.type }

    /// Parses a call. Throws ``StatementError``; the signature isn't checked.
    public init(parsing bytes: [UInt8]) throws(StatementError) {
        do { jws = try JWS(parsing: bytes) } catch { throw .jws(error) }
        guard jws.type == Claims.type else { throw .unknownType(jws.type) }
        let common: CommonClaims
        (common, claims) = try CommonClaims.parse(jws.payload, Claims.shape.read)
        try common.check(hasLog: true, selective: 0...0)
        guard let log = common.log else { throw .claims(.missing("log")) }
        self.log = log
        origin = common.issuer.origin
        issuer = common.issuer.handle
        issuedAt = common.issuedAt
        jti = common.jti
    }

    /// Signs a call.
    public static func sign(
        _ claims: Claims, by signer: Signer, at time: Timestamp, jti: JTI
    ) -> JWS {
        precondition(signer.log != nil, "calls speak to a log that exists")
        let common = CommonClaims(by: signer, at: time, jti: jti)
        let payload = JSONWriter.object(
            Claims.shape.bound(to: claims) + CommonClaims.shape.bound(to: common))
        return JWS(signing: payload, type: Claims.type, with: signer.key)
    }

    public subscript<Value>(dynamicMember member: KeyPath<Claims, Value>) -> Value {
        claims[keyPath: member]
    }
}

extension SignedCall: Hashable {
    /// What a call says is all in its bytes.
    public static func == (left: Self, right: Self) -> Bool { left.jws == right.jws }

    public func hash(into hasher: inout Hasher) { hasher.combine(jws) }
}

/// What a call says besides the claims that every signed document carries.
public protocol CallClaims: Shaped {
    /// The `typ` of the JWS.
    static var type: String { get }
}

/// What a call says that the host carries into the log.
public protocol CarriedClaims: CallClaims {
    /// What a key must be registered for to sign the call.
    static var scope: KeyScope { get }
}

/// A grantee's signed call for what a grant lets it read, or an enterprise's for its own records. The
/// access that answers it embeds it.
public typealias Fetch = SignedCall<FetchClaims>

/// What is fetched.
public struct FetchClaims: CarriedClaims {
    public static let type = "trine-fetch+jwt"
    public static let scope = KeyScope.fetch

    /// The grant used; `nil` where an enterprise reads its own records.
    public let grant: JTI?
    /// The fields wanted, ascending; a numeric field's commitment comes with it.
    public let fields: [FieldName]
    /// The records wanted; empty for all that the grant covers.
    public let ranges: [RecordRange]
    /// What the opener that travels beside the call has to open.
    public let lock: Digest<Digested.FetchOpener>

    /// For so many seconds after its access, the same call is answered again.
    public static let repeatSeconds: Int64 = 86_400

    public static let shape = Shape<FetchClaims>(
        FetchClaims.init(grant:fields:ranges:lock:),
        .optional("grant", \.grant, .jti),
        .required("fields", \.fields, .fieldNames(0...(2 * Limits.fieldsPerType))),
        .required("ranges", \.ranges, .ranges),
        .required("lock", \.lock, .digest()))
}

extension Fetch {
    public static func sign(
        grant: JTI?, fields: [FieldName], ranges: [RecordRange], by signer: Signer,
        at time: Timestamp, jti: JTI, opener: FetchOpener
    ) -> FetchCall {
        let claims = FetchClaims(
            grant: grant, fields: fields.sorted(), ranges: ranges, lock: opener.lock)
        return FetchCall(sign(claims, by: signer, at: time, jti: jti), opener: opener)
    }
}

/// A participant's signed question about what concerns it. It changes nothing and leaves no entry.
public typealias Query = SignedCall<QueryClaims>

/// What is asked.
public struct QueryClaims: CallClaims {
    public static let type = "trine-query+jwt"

    /// What is asked for.
    public enum Subject: String, Sendable {
        /// Statements that concern the asker, with their selective claims; all, for a regulator.
        case entries
        /// Applications for admission; for authorities.
        case applications
    }

    public let subject: Subject
    /// The first index of interest.
    public let from: Int64
    /// How many answers at most; the gateway may send fewer.
    public let limit: Int64

    public static let shape = Shape<QueryClaims>(
        QueryClaims.init(subject:from:limit:),
        .required("subject", \.subject, .word("subject")),
        .required("from", \.from, .count),
        .required("limit", \.limit, .positive))
}

extension Query {
    public static func sign(
        _ subject: QueryClaims.Subject, from: Int64, limit: Int64, by signer: Signer,
        at time: Timestamp, jti: JTI
    ) -> JWS {
        sign(
            QueryClaims(subject: subject, from: from, limit: limit), by: signer, at: time,
            jti: jti)
    }
}
