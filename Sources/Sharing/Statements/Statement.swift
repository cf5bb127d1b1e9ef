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
public struct Statement: Sendable {
    public let jws: JWS
    public let origin: Origin
    public let issuer: Handle
    public let issuedAt: Timestamp
    public let jti: JTI
    /// The genesis leaf's digest; `nil` in genesis itself and nowhere else.
    public let log: Digest<Digested.Genesis>?
    public let claims: Claims
    private let selective: [JSONValue]

    public var kind: Kind { claims.kind }
    public var digest: Digest<Digested.Statement> { jws.digest }
    /// How many selective claims the statement commits to.
    public var selectiveCount: Int { selective.count }
    /// The digests of the selective claims, in the order of the statement.
    public var selectiveDigests: [Digest<Digested.Disclosure>] {
        selective.compactMap { $0.digest() }
    }

    /// Whether `digest` is that of one of the selective claims: they ascend, so few are looked at.
    public func commits(to digest: Digest<Digested.Disclosure>) -> Bool {
        let wanted = Array(digest.text.utf8)
        var range = 0..<selective.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let found = selective[middle].rawBytes
            if found.elementsEqual(wanted) { return true }
            range =
                found.lexicographicallyPrecedes(wanted)
                ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }

    /// Parses a statement. Throws ``StatementError``.
    public init(parsing bytes: [UInt8]) throws(StatementError) {
        let jws: JWS
        do { jws = try JWS(parsing: bytes) } catch { throw .jws(error) }
        guard let kind = Kind(type: jws.type) else { throw .unknownType(jws.type) }
        do {
            var reader = try ClaimReader(JSONDocument(.canonical, jws.payload).root)
            let common = try CommonClaims(from: &reader, expectsLog: kind != .genesis)
            claims = try Claims(kind, from: &reader)
            selective = try Self.selectiveDigests(of: claims, from: &reader)
            try reader.finish()
            (origin, issuer) = (common.origin, common.issuer)
            (issuedAt, jti, log) = (common.issuedAt, common.jti, common.log)
        } catch let error as JSONError {
            throw .json(error)
        } catch let error as ClaimError {
            throw .claims(error)
        } catch let error as StatementError {
            throw error
        } catch {
            preconditionFailure("the readers throw nothing else")
        }
        self.jws = jws
    }

    /// Signs a statement; its selective claims get fresh disclosures, which are returned with it.
    public static func sign(
        _ claims: Claims, selective: [Disclosure] = [], by signer: Signer, at time: Timestamp,
        jti: JTI
    ) -> SignedStatement {
        var members = claims.members
        members["iss"] = .string(signer.origin.issuer(signer.handle))
        members["iat"] = .integer(time.seconds)
        members["jti"] = .string(jti.text)
        if let log = signer.log { members["log"] = .digest(log) }
        if !selective.isEmpty {
            let digests = selective.map(\.digest.text).sorted()
            members["_sd"] = .array(digests.map { .string($0) })
            members["_sd_alg"] = "sha-256"
        }
        let jws = JWS(
            signing: JSON.object(members).canonicalBytes, type: claims.kind.type, with: signer.key)
        do {
            return SignedStatement(
                statement: try Statement(parsing: jws.bytes), disclosures: selective)
        } catch {
            preconditionFailure("a statement made here is well-formed: \(error)")
        }
    }

    private static func selectiveDigests(
        of claims: Claims, from reader: inout ClaimReader
    ) throws -> [JSONValue] {
        let expected: ClosedRange<Int>
        if case .record = claims {
            expected = 1...(2 * Limits.fieldsPerType)
        } else {
            let count = claims.kind.selectiveNames().count
            expected = count...count
        }
        if expected.upperBound == 0 { return [] }
        let values = try reader.required("_sd")
        guard try reader.required("_sd_alg").text == "sha-256", let digests = values.elements,
            expected.contains(digests.count)
        else { throw StatementError.malformedSelectiveDigests }
        for (position, digest) in digests.enumerated() {
            guard let text = digest.plainBytes, Base64URL.isDigest(text),
                position == 0 || digests[position - 1].rawBytes.lexicographicallyPrecedes(text)
            else { throw StatementError.malformedSelectiveDigests }
        }
        return digests
    }
}

/// A statement with the disclosures of its selective claims.
public struct SignedStatement: Sendable {
    public let statement: Statement
    public let disclosures: [Disclosure]

    public init(statement: Statement, disclosures: [Disclosure]) {
        (self.statement, self.disclosures) = (statement, disclosures)
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
        (self.origin, self.handle, self.log, self.key) = (origin, handle, log, key)
    }
}

/// What every signed document carries: `iss`, `iat`, `jti` and, but for genesis, `log`.
struct CommonClaims {
    let origin: Origin
    let issuer: Handle
    let issuedAt: Timestamp
    let jti: JTI
    let log: Digest<Digested.Genesis>?

    init(from reader: inout ClaimReader, expectsLog: Bool) throws {
        issuedAt = try reader.required("iat", Read.time)
        let issuerText = try reader.required("iss") { $0.text }
        guard let split = Self.split(issuerText) else { throw StatementError.malformedIssuer }
        (origin, issuer) = split
        jti = try reader.required("jti", Read.jti)
        log = expectsLog ? try reader.required("log") { $0.digest() } : nil
    }

    private static func split(_ issuer: String) -> (Origin, Handle)? {
        let separator = Array("/participants/".utf8)
        let bytes = Array(issuer.utf8)
        guard issuer.hasPrefix("https://"), let slash = bytes.lastIndex(of: UInt8(ascii: "/")),
            slash + 1 > separator.count,
            bytes[(slash + 1 - separator.count)...slash].elementsEqual(separator)
        else { return nil }
        let originBytes = bytes[8..<max(8, slash + 1 - separator.count)]
        guard let origin = Origin(String(decoding: originBytes, as: UTF8.self)),
            let handle = Handle(String(decoding: bytes[(slash + 1)...], as: UTF8.self))
        else { return nil }
        return (origin, handle)
    }
}
