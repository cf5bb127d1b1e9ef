public import Sharing
public import Transparency
import Wire

/// A statement as an entry: its bytes, its place in the log, and what proves that place.
///
/// Nothing in it is checked beyond its form as JSON; ``Package/verify(under:)`` does that. The
/// bytes are those of the log, so that sending one on costs no parsing.
public struct LoggedStatement: Hashable, Sendable {
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

    /// A record's disclosures hold at most what was sealed, in base64url.
    public static let maximumDisclosureBytes = Limits.sealedRecordBytes / 3 * 4 + 4096

    public init(
        index: Int64, jws: [UInt8], disclosures: [UInt8] = [], proof: [Hash], erased: Bool = false
    ) {
        (self.index, self.jws, self.disclosures) = (index, jws, disclosures)
        (self.proof, self.erased) = (proof, erased)
    }

    /// The JWS, `~`, the disclosures: an SD-JWT (RFC 9901 §4), of a record an SD-JWT VC.
    public var sdJWT: [UInt8] { jws + [Self.tilde] + disclosures }

    /// The hash under which the entry stands in the tree.
    public var leafHash: Hash { Hash.leaf(jws) }

    /// Parses the statement. Throws ``Sharing/StatementError``.
    public func statement() throws(StatementError) -> Statement { try Statement(parsing: jws) }

    static let tilde = UInt8(ascii: "~")
}

extension LoggedStatement {
    init(json value: JSONValue, at place: Place) throws(InterfaceError) {
        var members = try Members(value, at: place)
        index = try members.required("index", Value.count)
        (jws, disclosures) = try members.required("sd_jwt", Self.split)
        proof = try members.required("proof", Value.proof)
        erased = try members.optional("erased") { $0.bool == true ? true : nil } ?? false
        try members.finish()
    }

    /// The part before the first `~`, and what follows, which ends in one unless it is empty.
    private static func split(_ value: JSONValue) -> ([UInt8], [UInt8])? {
        guard let text = value.plainBytes, let first = text.firstIndex(of: tilde),
            text.last == tilde, first - text.startIndex <= JWS.maximumBytes,
            text.endIndex - first - 1 <= maximumDisclosureBytes
        else { return nil }
        return (Array(text[..<first]), Array(text[(first + 1)...]))
    }

    func write(to writer: inout CanonicalWriter) {
        writer.object {
            if erased {
                $0.key("erased")
                $0.bool(true)
            }
            $0.key("index")
            $0.integer(index)
            $0.key("proof")
            $0.proof(proof)
            $0.key("sd_jwt")
            $0.plain(sdJWT)
        }
    }

    /// About how many bytes it takes as JSON.
    var jsonBytes: Int { jws.count + disclosures.count + proof.count * 47 + 64 }
}
