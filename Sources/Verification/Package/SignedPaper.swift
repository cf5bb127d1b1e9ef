import Rules
public import Sharing
public import Transparency
public import Wire

/// A participant's signature of a file that isn't part of the log, such as an audit's page: a JWS beside
/// it, with what shows whose key signed. It verifies offline.
public struct SignedPaper: Message, Hashable {
    public static let format = "trine-signed-paper/1"
    public static let maximumBytes = 16 << 20

    /// To which all proofs lead.
    public let checkpoint: Note
    /// Entry 0.
    public let genesis: LoggedStatement
    /// What defines the signer's keys, ascending by index.
    public let participants: [LoggedStatement]
    public let signature: JWS

    public init(
        checkpoint: Note, genesis: LoggedStatement, participants: [LoggedStatement],
        signature: JWS
    ) {
        self.checkpoint = checkpoint
        self.genesis = genesis
        self.participants = participants
        self.signature = signature
    }

    private var formatName: String { Self.format }

    public static let shape = Shape<SignedPaper>(
        { (_, checkpoint, genesis, participants, signature) throws(ClaimError) in
            SignedPaper(
                checkpoint: checkpoint, genesis: genesis, participants: participants,
                signature: signature)
        },
        .required("format", \.formatName, .format(format)),
        .required("checkpoint", \.checkpoint, .note),
        .required("genesis", \.genesis, .object),
        .required("participants", \.participants, .participantStatements),
        .required("signature", \.signature, .jws))

    /// Verifies that `file` is what was signed, by a key that the signer had on the log.
    ///
    /// Throws ``PackageRefusal``.
    public func verify(
        _ file: [UInt8], under trust: Trust
    ) throws(PackageRefusal) -> VerifiedPaper {
        let entries = try LocatedEntries(
            checkpoint: checkpoint, genesis: genesis, participants: participants, types: [],
            grant: nil, rekey: nil, access: nil, records: [], erasures: [], under: trust)
        let keys = try KeyRegister(entries)
        let paper: SignedCall<PaperClaims>
        do { paper = try SignedCall<PaperClaims>(parsing: signature.bytes) } catch {
            throw PackageRefusal(.signature, .form(error))
        }
        guard paper.log == trust.genesis, paper.origin == entries.founding.origin else {
            throw PackageRefusal(.signature, .otherLog)
        }
        do {
            try keys.check(
                paper.jws, by: paper.issuer, at: Int64(clamping: entries.checkpoint.size),
                paper.issuedAt, scope: .all)
        } catch { throw PackageRefusal(.signature, .init(error)) }
        guard paper.claims.file == Digest(hashing: file) else {
            throw PackageRefusal(.signature, .otherFile)
        }
        return VerifiedPaper(
            signer: paper.issuer, roles: keys.participant(paper.issuer)?.roles ?? [],
            signedAt: paper.issuedAt, about: paper.claims.about, origin: paper.origin,
            size: entries.checkpoint.size)
    }
}

/// What is signed about a file.
public struct PaperClaims: CallClaims {
    public static let type = "trine-paper+jwt"
    public static let maximumAboutBytes = 200

    /// Of the file's bytes.
    public let file: Digest<Digested.Blob>
    /// What the file is, in words.
    public let about: String

    public init(file: Digest<Digested.Blob>, about: String) {
        self.file = file
        self.about = about
    }

    public static let shape = Shape<PaperClaims>(
        PaperClaims.init(file:about:),
        .required("file", \.file, .digest()),
        .required("about", \.about, .text(1...maximumAboutBytes).withoutControls))
}

/// That a participant signed a file. Only verification makes it.
public struct VerifiedPaper: Hashable, Sendable {
    public let signer: Handle
    public let roles: [Role]
    public let signedAt: Timestamp
    public let about: String
    public let origin: Origin
    /// How many entries the log had at least.
    public let size: UInt64

    public func lines(naming name: (Handle) -> String = { $0.text }) -> [String] {
        let role = roles.isEmpty ? "" : ", \(roles.map(\.rawValue).joined(separator: ", "))"
        return [
            "\(name(signer))\(role) on \(origin), signed this file on \(signedAt): \(about).",
            "It is as it was then, to the last byte. That what it says is true is the signer's word.",
        ]
    }

    public var json: JSON {
        [
            "about": .string(about), "origin": .string(origin.text),
            "roles": .array(roles.map { .string($0.rawValue) }),
            "signed_at": .integer(signedAt.seconds), "signer": .string(signer.text),
            "size": .integer(Int64(clamping: size)),
        ]
    }
}
