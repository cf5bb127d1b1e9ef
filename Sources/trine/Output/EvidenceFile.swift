import Client
import Sharing
import Verification
import Wire

/// A file that proves something to somebody, by what stands in its member `format`.
enum EvidenceFile {
    case package(Package)
    case contradiction(Contradiction)
    case certificate(Certificate)
    case paper(SignedPaper)

    /// What is in a file, or in a page that carries it.
    struct Read {
        let evidence: EvidenceFile
        /// The page that has to be the one that the evidence makes.
        let page: [UInt8]?
    }

    /// Throws ``Complaint`` and ``MessageError`` for what is neither.
    static func read(_ bytes: [UInt8]) throws -> Read {
        guard bytes.starts(with: Array("<!doctype html>".utf8)) else {
            return Read(evidence: try EvidenceFile(parsing: bytes), page: nil)
        }
        guard let carried = EvidencePage.evidence(in: bytes) else {
            throw Complaint.refused("this page carries nothing that could be verified")
                .named("page-without-evidence")
                .hint("a page that was signed has its signature beside it, in a file .signed")
        }
        return Read(evidence: try EvidenceFile(parsing: carried), page: bytes)
    }

    init(parsing bytes: [UInt8]) throws {
        switch Self.format(bytes) {
        case Contradiction.format: self = .contradiction(try Contradiction(parsing: bytes))
        case Certificate.format: self = .certificate(try Certificate(parsing: bytes))
        case SignedPaper.format: self = .paper(try SignedPaper(parsing: bytes))
        default: self = .package(try Package(parsing: bytes))
        }
    }

    private static func format(_ bytes: [UInt8]) -> String? {
        guard bytes.count <= Package.maximumBytes,
            let document = try? JSONDocument(.canonical, bytes),
            var members = try? ClaimReader(document.root)
        else { return nil }
        return members.optional("format")?.text
    }

    /// Entry 0, as the file has it.
    var genesis: LoggedStatement {
        switch self {
        case .package(let package): package.genesis
        case .contradiction(let contradiction): contradiction.genesis
        case .certificate(let certificate): certificate.genesis
        case .paper(let paper): paper.genesis
        }
    }
}

/// What a stranger needs to verify what this log's participants hand out: one file that is no secret.
struct TrustFile: Message, Hashable {
    let origin: Origin
    let genesis: Digest<Digested.Genesis>
    /// The text of a trust policy (C2SP tlog-policy).
    let policy: String

    static let maximumBytes = 1 << 20
    private static let format = "trine-trust/1"
    private var formatName: String { Self.format }

    static let shape = Shape<TrustFile>(
        { (_, genesis, origin, policy) throws(ClaimError) in
            TrustFile(origin: origin, genesis: genesis, policy: policy)
        },
        .required("format", \.formatName, .format(format)),
        .required("genesis", \.genesis, .digest()),
        .required("origin", \.origin, .origin),
        .required("policy", \.policy, .text))
}
