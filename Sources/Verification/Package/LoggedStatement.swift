public import Sharing
public import Transparency
public import Wire

/// A statement as an entry: its bytes, its place in the log, and what proves that place.
///
/// Nothing in it is checked beyond its form as JSON; ``Package/verify(under:)`` does that. The
/// bytes are those of the log, so that sending one on costs no parsing.
public struct LoggedStatement: Shaped, Hashable {
    /// The entry's place in the log.
    public let index: Int64
    /// The entry: the ASCII of the statement's JWS, at most 65 535 bytes.
    public let jws: [UInt8]
    /// The disclosures that the receiver may see, each followed by `~`.
    public let disclosures: [UInt8]
    /// The inclusion proof, from the leaf to the root, for the checkpoint beside it.
    public let proof: [Hash]
    /// Whether the selective claims were erased.
    public let erased: Bool
    /// The same as JSON, where it was made ready to be written.
    private var written = WrittenJSON()

    /// A record's disclosures hold at most what was sealed, in base64url.
    public static let maximumDisclosureBytes = Limits.sealedRecordBytes / 3 * 4 + 4096

    public init(
        index: Int64, jws: [UInt8], disclosures: [UInt8] = [], proof: [Hash], erased: Bool = false
    ) {
        self.index = index
        self.jws = jws
        self.disclosures = disclosures
        self.proof = proof
        self.erased = erased
    }

    public static let shape = Shape<LoggedStatement>(
        { (index, text, proof, erased) throws(ClaimError) in
            LoggedStatement(
                index: index, jws: text.jws, disclosures: text.disclosures, proof: proof,
                erased: erased)
        },
        .required("index", \.index, .count),
        .required("sd_jwt", \.text, .sdJWT),
        .required("proof", \.proof, .hashes),
        .flag("erased", \.erased))

    /// The same, made ready to be written more than once.
    package var ready: LoggedStatement {
        var ready = self
        ready.written = WrittenJSON(Self.shape.bytes(of: self, reserving: estimatedBytes))
        return ready
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.written(written) { Self.shape.write(self, to: &$0) }
    }

    /// The JWS, `~`, the disclosures: an SD-JWT (RFC 9901 §4), of a record an SD-JWT VC.
    public var sdJWT: [UInt8] { text.joined }

    private var text: SDJWT { SDJWT(jws: jws, disclosures: disclosures) }

    /// The hash under which the entry stands in the tree.
    public var leafHash: Hash { Hash.leaf(jws) }

    /// Parses the statement. Throws ``Sharing/StatementError``.
    public func statement() throws(StatementError) -> Statement { try Statement(parsing: jws) }

    /// About how many bytes it takes as JSON.
    public var estimatedBytes: Int { jws.count + disclosures.count + proof.count * 47 + 64 }
}

extension Codec where Value == LoggedStatement {
    /// A statement, as it was made ready to be written or anew.
    public static let logged = Codec(
        object.words, read: object.read, write: { $0.write(to: &$1) })
}

/// A JWS and the disclosures that follow it.
private struct SDJWT {
    static let tilde = UInt8(ascii: "~")

    let jws: [UInt8]
    let disclosures: [UInt8]

    var joined: [UInt8] { jws + [Self.tilde] + disclosures }
}

extension Codec where Value == SDJWT {
    /// The part before the first `~`, and what follows, which ends in one unless it is empty.
    fileprivate static let sdJWT = Codec(
        "SD-JWT",
        read: { (value) throws(ClaimError) in
            guard let text = value.plainBytes, let first = text.firstIndex(of: SDJWT.tilde),
                text.last == SDJWT.tilde, first - text.startIndex <= JWS.maximumBytes,
                text.endIndex - first - 1 <= LoggedStatement.maximumDisclosureBytes
            else { return nil }
            return SDJWT(jws: Array(text[..<first]), disclosures: Array(text[(first + 1)...]))
        },
        write: { text, writer in
            writer.plain { output in
                output += text.jws
                output.append(SDJWT.tilde)
                output += text.disclosures
            }
        })
}

extension Codec where Value == [Hash] {
    /// The hashes of a proof, in its order.
    public static let hashes = Codec.list(
        of: Codec<Hash>(
            "hash",
            read: { (value) throws(ClaimError) in value.plainBytes.flatMap { Hash(base64: $0) } },
            write: { hash, writer in writer.plain { hash.appendBase64(to: &$0) } }),
        0...InclusionProof.maximumHashes)
}

extension Codec where Value == Note {
    /// A signed note as text.
    public static let note = Codec(
        "note",
        read: { (value) throws(ClaimError) in
            value.text.flatMap { try? Note(parsing: Array($0.utf8)) }
        },
        write: { $1.string(String(decoding: $0.bytes, as: UTF8.self)) })
}
