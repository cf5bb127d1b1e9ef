public import Wire

/// A grantee's signed call for what a grant lets it read, or an enterprise's for its own records.
/// It isn't an entry; the access that answers it embeds it.
public struct Fetch: Sendable, Hashable {
    public static let type = "trine-fetch+jwt"

    public let jws: JWS
    public let origin: Origin
    public let issuer: Handle
    public let issuedAt: Timestamp
    public let jti: JTI
    public let log: Digest<Digested.Genesis>
    /// The grant used; `nil` where an enterprise reads its own records.
    public let grant: JTI?
    /// The fields wanted, ascending; a numeric field's commitment comes with it.
    public let fields: [String]
    /// The records wanted; empty for all that the grant covers.
    public let ranges: [RecordRange]

    /// Parses a fetch. Throws ``StatementError``; the signature isn't checked.
    public init(parsing bytes: [UInt8]) throws(StatementError) {
        var call = try SignedCall(parsing: bytes, type: Self.type)
        grant = try call.read { reader throws(ClaimError) in
            try reader.optional("grant", Read.jti)
        }
        fields = try call.read { reader throws(ClaimError) in
            try reader.required("fields") {
                SelectiveClaims.names($0, 0...(2 * Limits.fieldsPerType))
            }
        }
        ranges = try call.read { reader throws(ClaimError) in
            try reader.required("ranges", RecordRange.list(json:))
        }
        try call.finish()
        (jws, origin, issuer) = (call.jws, call.common.origin, call.common.issuer)
        (issuedAt, jti, log) = (call.common.issuedAt, call.common.jti, call.log)
    }

    public static func sign(
        grant: JTI?, fields: [String], ranges: [RecordRange], by signer: Signer,
        at time: Timestamp, jti: JTI
    ) -> JWS {
        var members: [String: JSON] = [
            "fields": .array(fields.sorted().map { .string($0) }),
            "ranges": .array(ranges.map(\.json)),
        ]
        if let grant { members["grant"] = .string(grant.text) }
        return SignedCall.sign(members, type: type, by: signer, at: time, jti: jti)
    }
}

/// A participant's signed question about what concerns it. It changes nothing and leaves no entry.
public struct Query: Sendable {
    public static let type = "trine-query+jwt"

    /// What is asked for.
    public enum Subject: String, Sendable {
        /// Statements that concern the asker, with their selective claims; all, for a regulator.
        case entries
        /// Applications for admission; for authorities.
        case applications
    }

    public let jws: JWS
    public let origin: Origin
    public let issuer: Handle
    public let issuedAt: Timestamp
    public let jti: JTI
    public let log: Digest<Digested.Genesis>
    public let subject: Subject
    /// The first index of interest.
    public let from: Int64
    /// How many answers at most; the gateway may send fewer.
    public let limit: Int64

    public init(parsing bytes: [UInt8]) throws(StatementError) {
        var call = try SignedCall(parsing: bytes, type: Self.type)
        subject = try call.read { reader throws(ClaimError) in
            try reader.required("subject") { $0.text.flatMap { Subject(rawValue: $0) } }
        }
        from = try call.read { reader throws(ClaimError) in
            try reader.required("from", Read.count)
        }
        limit = try call.read { reader throws(ClaimError) in
            try reader.required("limit", Read.positive)
        }
        try call.finish()
        (jws, origin, issuer) = (call.jws, call.common.origin, call.common.issuer)
        (issuedAt, jti, log) = (call.common.issuedAt, call.common.jti, call.log)
    }

    public static func sign(
        _ subject: Subject, from: Int64, limit: Int64, by signer: Signer, at time: Timestamp,
        jti: JTI
    ) -> JWS {
        SignedCall.sign(
            [
                "subject": .string(subject.rawValue), "from": .integer(from),
                "limit": .integer(limit),
            ], type: type, by: signer, at: time, jti: jti)
    }
}

/// A new key's own signature over whom it will sign for: nobody can register another's key.
public struct ProofOfPossession: Sendable {
    public static let type = "trine-pop+jwt"

    public let jws: JWS
    public let log: Digest<Digested.Genesis>
    public let handle: Handle
    /// The key that introduces the new one; the new key itself at admission.
    public let introducer: Digest<Digested.Key>
    public let key: VerificationKey

    public init(parsing jws: JWS) throws(StatementError) {
        guard jws.type == Self.type else { throw .unknownType(jws.type) }
        do {
            var reader = try ClaimReader(JSONDocument(.canonical, jws.payload).root)
            log = try reader.required("log") { $0.digest() }
            handle = try reader.required("handle", Read.handle)
            introducer = try reader.required("kid") { $0.digest() }
            key = try reader.required("jwk") { VerificationKey(jwk: $0) }
            try reader.finish()
        } catch let error as JSONError {
            throw .json(error)
        } catch let error as ClaimError {
            throw .claims(error)
        } catch {
            preconditionFailure("the readers throw nothing else")
        }
        self.jws = jws
    }

    public static func sign(
        log: Digest<Digested.Genesis>, handle: Handle, introducer: Digest<Digested.Key>?,
        with key: SigningKey
    ) -> JWS {
        let members: JSON = [
            "log": .digest(log), "handle": .string(handle.text),
            "kid": .digest(introducer ?? key.verificationKey.thumbprint),
            "jwk": key.verificationKey.jwk,
        ]
        return JWS(signing: members.canonicalBytes, type: type, with: key)
    }
}

/// The parts that signed calls share.
private struct SignedCall {
    let jws: JWS
    let common: CommonClaims
    let log: Digest<Digested.Genesis>
    private var reader: ClaimReader

    init(parsing bytes: [UInt8], type: String) throws(StatementError) {
        do {
            let jws = try JWS(parsing: bytes)
            guard jws.type == type else { throw StatementError.unknownType(jws.type) }
            var reader = try ClaimReader(JSONDocument(.canonical, jws.payload).root)
            common = try CommonClaims(from: &reader, expectsLog: true)
            guard let log = common.log else { throw ClaimError.missing("log") }
            (self.jws, self.log, self.reader) = (jws, log, reader)
        } catch let error as JWSError {
            throw .jws(error)
        } catch let error as JSONError {
            throw .json(error)
        } catch let error as ClaimError {
            throw .claims(error)
        } catch let error as StatementError {
            throw error
        } catch {
            preconditionFailure("the readers throw nothing else")
        }
    }

    mutating func read<Value>(
        _ body: (inout ClaimReader) throws(ClaimError) -> Value
    ) throws(StatementError) -> Value {
        do { return try body(&reader) } catch { throw .claims(error) }
    }

    func finish() throws(StatementError) {
        do { try reader.finish() } catch { throw .claims(error) }
    }

    static func sign(
        _ members: [String: JSON], type: String, by signer: Signer, at time: Timestamp, jti: JTI
    ) -> JWS {
        guard let log = signer.log else { preconditionFailure("calls speak to a log that exists") }
        var members = members
        members["iss"] = .string(signer.origin.issuer(signer.handle))
        members["iat"] = .integer(time.seconds)
        members["jti"] = .string(jti.text)
        members["log"] = .digest(log)
        return JWS(
            signing: JSON.object(members).canonicalBytes, type: type, with: signer.key)
    }
}
