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

    /// Reads `payload` as these claims and those that `body` takes, and no others.
    /// Throws ``StatementError``.
    static func parse<Claims>(
        _ payload: [UInt8], _ body: (inout ClaimReader) throws(ClaimError) -> Claims
    ) throws(StatementError) -> (CommonClaims, Claims) {
        let document: JSONDocument
        do { document = try JSONDocument(.canonical, payload) } catch { throw .json(error) }
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
            selective: selective.isEmpty ? nil : SelectiveDigests(selective))
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

/// The digests of selective claims in the order of their names, 43 characters each.
///
/// All names of a kind or record type are always there, so a digest's place says whose it is, and a
/// statement can't commit to two values of one name.
struct SelectiveDigests: Sendable {
    private static let width = 43
    private let texts: [UInt8]

    var count: Int { texts.count / Self.width }

    init(_ disclosures: [Disclosure]) {
        texts = disclosures.sorted { $0.name < $1.name }
            .flatMap { Base64URL.encodedBytes($0.digest.bytes) }
    }

    /// `nil` unless all of `values` are digests, each there once (RFC 9901 §4.1).
    fileprivate init?(_ values: [JSONValue]) {
        var texts: [UInt8] = []
        texts.reserveCapacity(values.count * Self.width)
        for value in values {
            guard let text = value.plainBytes, Base64URL.isDigest(text) else { return nil }
            texts += text
        }
        self.texts = texts
        guard isWithoutRepetition else { return nil }
    }

    /// Digests hardly ever begin alike, so that their order by the first eight characters says which
    /// ones have to be compared.
    private var isWithoutRepetition: Bool {
        let starts = texts.withUnsafeBytes { texts in
            (0..<count).map {
                texts.loadUnaligned(fromByteOffset: $0 * Self.width, as: UInt64.self)
            }
        }
        let ordered = starts.sorted()
        guard zip(ordered, ordered.dropFirst()).contains(where: { $0 == $1 }) else { return true }
        let digests = (0..<count).map { self[$0] }
        return Set(digests).count == digests.count
    }

    /// The digest at `position`; `nil` beyond the last.
    func digest(at position: Int) -> Digest<Digested.Disclosure>? {
        position < count ? Digest(text: String(decoding: self[position], as: UTF8.self)) : nil
    }

    fileprivate subscript(position: Int) -> ArraySlice<UInt8> {
        texts[(position * Self.width)..<((position + 1) * Self.width)]
    }

    /// The disclosed values by name; each disclosure is the one that stands at the place of its name
    /// among `names`, which ascend.
    ///
    /// Throws ``StatementError/disclosureNotInStatement(name:)`` or
    /// ``StatementError/disclosureTwice(name:)``.
    func matched(
        _ disclosures: [Disclosure], as names: [String]
    ) throws(StatementError) -> [String: JSON] {
        var values: [String: JSON] = [:]
        for disclosure in disclosures {
            guard let position = names.firstIndex(of: disclosure.name),
                has(disclosure.digest, at: position)
            else { throw .disclosureNotInStatement(name: disclosure.name) }
            guard values.updateValue(disclosure.value, forKey: disclosure.name) == nil else {
                throw .disclosureTwice(name: disclosure.name)
            }
        }
        return values
    }

    /// Whether `digest` stands at `position`.
    func has(_ digest: Digest<Digested.Disclosure>, at position: Int) -> Bool {
        position < count && self[position].elementsEqual(Base64URL.encodedBytes(digest.bytes))
    }
}

extension Codec where Value == SelectiveDigests {
    fileprivate static let selectiveDigests = Codec(
        "list of digest, in the order of their names",
        read: { (value) throws(ClaimError) in value.elements.flatMap { SelectiveDigests($0) } },
        write: { digests, writer in
            writer.array(0..<digests.count) { $1.plain(digests[$0]) }
        })
}
