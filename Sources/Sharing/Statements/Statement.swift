public import Wire

/// Why a JWS isn't a well-formed statement.
public enum StatementError: Error, Equatable, Sendable {
    case jws(JWSError)
    case json(JSONError)
    case claims(ClaimError)
    case unknownType(String)
    case malformedIssuer
    case malformedSelectiveDigests
    case disclosureNotInStatement(name: String)
    case disclosureTwice(name: String)
    case disclosuresIncomplete(missing: Int)
    case malformedSelectiveClaim(String)
}

/// One signed JSON document: who says what about which log, when. Everything that happens is one.
///
/// Parsing checks the form completely (canonical bytes, closed schema, limits) and nothing else:
/// the signature and the right to say it are for ``Rules`` to decide at an index.
///
/// It is made once and handed on often, so it is a reference to what never changes.
public final class Statement: Sendable {
    public let jws: JWS
    public let origin: Origin
    public let issuer: Handle
    public let issuedAt: Timestamp
    public let jti: JTI
    /// The genesis leaf's digest; `nil` in genesis itself and nowhere else.
    public let log: Digest<Digested.Genesis>?
    public let kind: Kind
    /// What the statement says publicly, as the form of its kind.
    public let claims: any KindForm
    private let selective: SelectiveDigests

    public var digest: Digest<Digested.Statement> { jws.digest }
    /// How many selective claims the statement commits to.
    public var selectiveCount: Int { selective.count }

    /// Whether the selective digests are those of a record's fields, which nobody but its enterprise
    /// and grantees is shown.
    public var hasFields: Bool { selectiveCount > 0 && !type(of: claims).hasSelectiveClaims }

    /// Whether `digest` is that of the selective claim whose name is at `position` among all names
    /// of the kind or record type, ascending.
    public func commits(to digest: Digest<Digested.Disclosure>, at position: Int) -> Bool {
        selective.has(digest, at: position)
    }

    /// The digest of the selective claim whose name is at `position` among all names of the kind,
    /// ascending; `nil` where there is none.
    func commitment(at position: Int) -> Digest<Digested.Disclosure>? {
        selective.digest(at: position)
    }

    /// Parses a statement. Throws ``StatementError``.
    public init(parsing bytes: [UInt8]) throws(StatementError) {
        let jws: JWS
        do { jws = try JWS(parsing: bytes) } catch { throw .jws(error) }
        guard let kind = Kind(type: jws.type) else { throw .unknownType(jws.type) }
        let (common, claims) = try CommonClaims.parse(jws.payload) { reader throws(ClaimError) in
            try kind.form.read(&reader)
        }
        try common.check(hasLog: kind != .genesis, selective: kind.form.selectiveCounts)
        self.jws = jws
        self.kind = kind
        self.claims = claims
        origin = common.issuer.origin
        issuer = common.issuer.handle
        issuedAt = common.issuedAt
        jti = common.jti
        log = common.log
        selective = common.selective ?? SelectiveDigests([])
    }

    /// Signs a statement that commits to the selective claims of `selective`.
    public static func sign(
        _ claims: any KindForm, selective: [Disclosure] = [], by signer: Signer,
        at time: Timestamp, jti: JTI
    ) -> SignedStatement {
        let common = CommonClaims(by: signer, at: time, jti: jti, selective: selective)
        let payload = JSONWriter.object(claims.boundMembers + CommonClaims.shape.bound(to: common))
        let jws = JWS(signing: payload, type: type(of: claims).kind.type, with: signer.key)
        do {
            return SignedStatement(
                statement: try Statement(parsing: jws.bytes), disclosures: selective)
        } catch {
            preconditionFailure("a statement made here is well-formed: \(error)")
        }
    }
}

extension Statement {
    /// Matches `disclosures` with the statement's digests and reads them as the selective claims of
    /// its kind. All of them must be there, each once. A record's fields aren't read here.
    /// Throws ``StatementError``.
    public func opened(with disclosures: [Disclosure]) throws(StatementError) -> any SelectiveClaims
    {
        let values = try matched(disclosures)
        guard disclosures.count == selectiveCount else {
            throw .disclosuresIncomplete(missing: selectiveCount - disclosures.count)
        }
        return type(of: claims).hasSelectiveClaims
            ? try claims.opened(values) : NoSelectiveClaims()
    }

    /// The disclosed values by name; each disclosure is the one that the statement has at the place
    /// of its name.
    /// Throws ``StatementError/disclosureNotInStatement(name:)`` or
    /// ``StatementError/disclosureTwice(name:)``.
    @discardableResult
    public func matched(_ disclosures: [Disclosure]) throws(StatementError) -> [String: JSON] {
        try selective.matched(disclosures, as: type(of: claims).selectiveNames)
    }
}

/// A statement with the disclosures of its selective claims.
public struct SignedStatement: Sendable {
    public let statement: Statement
    public let disclosures: [Disclosure]

    public init(statement: Statement, disclosures: [Disclosure]) {
        self.statement = statement
        self.disclosures = disclosures
    }
}

/// Who signs: a participant, one of its keys, and the log it speaks to.
public struct Signer: Sendable {
    public let origin: Origin
    public let handle: Handle
    public let log: Digest<Digested.Genesis>?
    public let key: SigningKey

    /// `log` is `nil` only for genesis.
    public init(origin: Origin, handle: Handle, log: Digest<Digested.Genesis>?, key: SigningKey) {
        self.origin = origin
        self.handle = handle
        self.log = log
        self.key = key
    }
}
