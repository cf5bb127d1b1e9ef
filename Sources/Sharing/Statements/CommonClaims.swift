import Wire

/// What every signed document carries: `iss`, `iat`, `jti`, but for genesis `log`, and the digests of
/// its selective claims where it has any.
struct CommonClaims {
    struct Issuer {
        let origin: Origin
        let handle: Handle
    }

    let issuer: Issuer
    let issuedAt: Timestamp
    let jti: JTI
    let log: Digest<Digested.Genesis>?
    let selective: SelectiveDigests?

    static let shape = Shape<CommonClaims>(
        { (issuer, time, jti, log, digests, algorithm) throws(ClaimError) in
            guard (digests == nil) == (algorithm == nil) else { throw .malformed("_sd_alg") }
            return CommonClaims(
                issuer: issuer, issuedAt: time, jti: jti, log: log, selective: digests)
        },
        .required("iss", \.issuer, .issuer),
        .required("iat", \.issuedAt, .time),
        .required("jti", \.jti, .jti),
        .optional("log", \.log, .digest()),
        .optional("_sd", \.selective, .selectiveDigests),
        .optional("_sd_alg", \.algorithm, .word("sha-256")))

    private enum Algorithm: String { case sha256 = "sha-256" }
    private var algorithm: Algorithm? { selective == nil ? nil : .sha256 }

    /// Reads the payload of `jws` as these claims and those that `body` takes, and no others.
    /// Throws ``StatementError``.
    static func parse<Claims>(
        _ jws: JWS, _ body: (inout ClaimReader) throws(ClaimError) -> Claims
    ) throws(StatementError) -> (CommonClaims, Claims) {
        let document: JSONDocument
        do { document = try JSONDocument(.canonical, jws.payload) } catch { throw .json(error) }
        do throws(ClaimError) {
            var reader = try ClaimReader(document.root)
            let claims = try body(&reader)
            let common = try shape.read(&reader)
            try reader.finish()
            return (common, claims)
        } catch {
            switch error {
            case .malformed("iss"): throw .malformedIssuer
            case .malformed("_sd"), .malformed("_sd_alg"): throw .malformedSelectiveDigests
            default: throw .claims(error)
            }
        }
    }

    /// Checks that there is a log where there must be one, and as many selective digests as `counts`
    /// allows. Throws ``StatementError``.
    func check(hasLog: Bool, selective counts: ClosedRange<Int>) throws(StatementError) {
        if hasLog && log == nil { throw .claims(.missing("log")) }
        if !hasLog && log != nil { throw .claims(.unexpected("log")) }
        guard let selective else {
            if counts.lowerBound > 0 { throw .claims(.missing("_sd")) }
            return
        }
        if counts.upperBound == 0 { throw .claims(.unexpected("_sd")) }
        guard counts.contains(selective.count) else { throw .malformedSelectiveDigests }
    }
}

extension CommonClaims {
    init(by signer: Signer, at time: Timestamp, jti: JTI, selective: [Disclosure] = []) {
        self.init(
            issuer: Issuer(origin: signer.origin, handle: signer.handle), issuedAt: time, jti: jti,
            log: signer.log,
            selective: selective.isEmpty ? nil : SelectiveDigests(selective.map(\.digest)))
    }
}

extension CommonClaims.Issuer: PlainText {
    /// `https://<origin>/participants/<handle>`.
    init?(plain: ArraySlice<UInt8>) {
        let scheme = Array("https://".utf8)
        let separator = Array("/participants/".utf8)
        guard plain.starts(with: scheme), let slash = plain.lastIndex(of: UInt8(ascii: "/")),
            slash + 1 - separator.count >= plain.startIndex + scheme.count,
            plain[(slash + 1 - separator.count)...slash].elementsEqual(separator)
        else { return nil }
        let name = plain[(plain.startIndex + scheme.count)..<(slash + 1 - separator.count)]
        guard let origin = Origin(plain: name), let handle = Handle(plain: plain[(slash + 1)...])
        else { return nil }
        self.init(origin: origin, handle: handle)
    }

    var plainText: String { origin.issuer(handle) }
}

extension Codec where Value == CommonClaims.Issuer {
    fileprivate static let issuer = plain("issuer")
}

/// The digests of selective claims, ascending as text, 43 characters each.
struct SelectiveDigests: Sendable {
    private static let width = 43
    private let texts: [UInt8]

    var count: Int { texts.count / Self.width }

    init(_ digests: [Digest<Digested.Disclosure>]) {
        texts = digests.map { Base64URL.encodedBytes($0.bytes) }
            .sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
    }

    /// `nil` unless all of `values` are digests in strictly ascending order.
    fileprivate init?(_ values: [JSONValue]) {
        var texts: [UInt8] = []
        texts.reserveCapacity(values.count * Self.width)
        for value in values {
            guard let text = value.plainBytes, Base64URL.isDigest(text),
                texts.isEmpty || texts.suffix(Self.width).lexicographicallyPrecedes(text)
            else { return nil }
            texts += text
        }
        self.texts = texts
    }

    fileprivate subscript(position: Int) -> ArraySlice<UInt8> {
        texts[(position * Self.width)..<((position + 1) * Self.width)]
    }

    /// Whether `digest` is among them: they ascend, so few are looked at.
    func contains(_ digest: Digest<Digested.Disclosure>) -> Bool {
        let wanted = Base64URL.encodedBytes(digest.bytes)
        var range = 0..<count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let found = self[middle]
            if found.elementsEqual(wanted) { return true }
            range =
                found.lexicographicallyPrecedes(wanted)
                ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return false
    }
}

extension Codec where Value == SelectiveDigests {
    fileprivate static let selectiveDigests = Codec(
        "ascending list of digest",
        read: { (value) throws(ClaimError) in value.elements.flatMap { SelectiveDigests($0) } },
        write: { digests, writer in
            writer.array(0..<digests.count) { $1.plain(digests[$0]) }
        })
}
