public import Rules
public import Sharing
public import Storage
import Transparency
public import Wire

/// Why the gateway turned a submission away before asking the rules.
public enum SubmissionFault: Error, Equatable, Sendable {
    case malformed(StatementError)
    /// The kind is one that only the gateway itself, or the log's founding, enters.
    case notSubmittable(Kind)
    case fromTheFuture(issuedAt: Timestamp, now: Timestamp)
    case disclosures(StatementError)
    case disclosuresTooLarge(limit: Int)
    /// The blob isn't what the statement carries the digest of, or the kind has none.
    case blob(BlobFault)
    /// A grant to prove lists its records as of a tree that isn't the log's.
    case otherTree(size: Int64)
    /// It lists one that was no entry of that tree yet.
    case recordAfterPoint(RecordRange)

    public enum BlobFault: Equatable, Sendable {
        case unexpected
        case tooLarge(limit: Int)
        case malformedFields
        case wrongFields
        case wrongDigest
        /// A policy set that isn't one, and why.
        case policies(PolicySetRefusal)
        /// The statement names other files than the set has.
        case wrongFiles
        /// The document of a record type that isn't one, and why.
        case type(RecordTypeError)
    }
}

/// A statement with everything that belongs to it: its selective claims opened, its blob compared
/// with the digest it signs. What the sequencer is given is always one of these.
public final class Submission: Sendable {
    public let statement: Statement
    public let selective: any SelectiveClaims
    public let attachments: Attachments
    /// The set that a `policy` or the genesis brings, compiled.
    let policies: CedarPolicies?
    /// The record types that a `type` or the genesis brings.
    let types: [RecordType]
    /// The statement's hash as a leaf.
    let leaf: Hash
    /// Its signature, where somebody checked that. The rules believe it if it was checked with the key
    /// that they find.
    let checked: VerifiedJWS?
    /// The signature of the call that it carries, in the same way.
    private let checkedCall: VerifiedJWS?
    /// The state that deciding it needs, as far as it says so itself, where that was read already.
    let readAhead: [StateKey]?
    /// Whose it is, where a signature says so.
    var signer: Handle? { checked.map { _ in statement.issuer } }

    /// Parses and compares the three parts of a frame. `known` are the log's record types so far.
    /// Throws ``SubmissionFault``.
    public init(
        statement bytes: [UInt8], disclosures text: [UInt8], blob: [UInt8], types known: RecordTypes
    ) throws(SubmissionFault) {
        do { statement = try Statement(parsing: bytes) } catch { throw .malformed(error) }
        leaf = Hash.leaf(bytes)
        checked = nil
        checkedCall = nil
        readAhead = nil
        guard type(of: statement.claims).isSubmitted else {
            throw .notSubmittable(statement.kind)
        }
        guard text.count <= Limits.disclosureBytes else {
            throw .disclosuresTooLarge(limit: Limits.disclosureBytes)
        }
        let brought = try Self.brought(by: statement, blob, known)
        attachments = Attachments(disclosures: text, sections: brought.sections)
        policies = brought.policies
        types = brought.types
        guard !statement.hasFields else {
            // A record's disclosures are its fields: they never come here in the clear.
            guard text.isEmpty else { throw .disclosures(.disclosuresIncomplete(missing: 0)) }
            selective = NoSelectiveClaims()
            return
        }
        guard let disclosures = Disclosure.split(text) else {
            throw .disclosures(.malformedSelectiveDigests)
        }
        do { selective = try statement.opened(with: disclosures) } catch {
            throw .disclosures(error)
        }
    }

    /// A statement the gateway or its operator made here; genesis comes with policies and types.
    init(
        _ signed: SignedStatement, selective: any SelectiveClaims, policies: CedarPolicies? = nil,
        types: RecordTypes = RecordTypes(), of call: VerifiedJWS? = nil
    ) {
        statement = signed.statement
        leaf = Hash.leaf(statement.jws.bytes)
        checked = nil
        checkedCall = call
        readAhead = nil
        self.selective = selective
        self.policies = policies
        self.types = types.all
        let origin = signed.statement.origin
        var sections = types.all.map { type in
            Attachments.Section(
                name: SectionName.type(type.published(origin: origin)),
                bytes: type.document(origin: origin))
        }
        if let policies {
            sections.append(.init(name: SectionName.policies, bytes: policies.texts.bytes))
        }
        attachments = Attachments(
            disclosures: Disclosure.join(signed.disclosures), sections: sections)
    }

    private init(_ other: Submission, checked: VerifiedJWS?, readAhead: [StateKey]?) {
        statement = other.statement
        selective = other.selective
        attachments = other.attachments
        policies = other.policies
        types = other.types
        leaf = other.leaf
        self.checked = checked
        checkedCall = other.checkedCall
        self.readAhead = readAhead
    }

    /// Itself with what was found out about it since: `checked` is its signature, where somebody checked
    /// that, and `readAhead` the state that was read for it.
    func prepared(_ checked: VerifiedJWS?, readAhead: [StateKey]?) -> Submission {
        Submission(self, checked: checked, readAhead: readAhead)
    }

    /// The state that deciding it needs, as far as it says so itself.
    var stateKeys: [StateKey] { readAhead ?? Rules.keys(of: candidate(at: 0)) }

    /// Itself at the index that it asks for.
    func candidate(at index: Int64) -> Candidate {
        Candidate(
            statement, selective: selective, index: index, checked: checked,
            checkedCall: checkedCall)
    }

    var byteCount: Int { statement.jws.bytes.count + attachments.byteCount }

    /// Refuses what claims to be from the future. Throws ``SubmissionFault``.
    func checkTime(at now: Timestamp) throws(SubmissionFault) {
        guard statement.issuedAt.seconds <= now.seconds + GatewayLimits.clockSkewSeconds else {
            throw .fromTheFuture(issuedAt: statement.issuedAt, now: now)
        }
    }

    /// What comes with a statement besides its disclosures.
    private struct Brought {
        var sections: [Attachments.Section] = []
        var policies: CedarPolicies?
        var types: [RecordType] = []
    }

    /// The blob, where it is what the statement commits to.
    private static func brought(
        by statement: Statement, _ blob: [UInt8], _ known: RecordTypes
    ) throws(SubmissionFault) -> Brought {
        switch statement.claims.blob {
        case nil:
            guard blob.isEmpty else { throw .blob(.unexpected) }
            return Brought()
        case .fields(let root):
            return Brought(sections: try fields(blob, root, of: statement, known))
        case .envelope(let digest): return Brought(sections: try envelope(blob, digest))
        case .policies(let digest, let files):
            return Brought(
                sections: [.init(name: SectionName.policies, bytes: blob)],
                policies: try policies(blob, digest, files))
        case .types(let named):
            guard named.count == 1 else { throw .notSubmittable(statement.kind) }
            return Brought(
                sections: [.init(name: SectionName.type(named[0]), bytes: blob)],
                types: [try recordType(blob, named[0], of: statement)])
        case .founding: throw .notSubmittable(statement.kind)
        }
    }

    private static func fields(
        _ blob: [UInt8], _ root: Digest<Digested.Fields>, of statement: Statement,
        _ known: RecordTypes
    ) throws(SubmissionFault) -> [Attachments.Section] {
        guard blob.count <= Limits.sealedRecordBytes + GatewayLimits.fieldOverheadBytes else {
            throw .blob(.tooLarge(limit: Limits.sealedRecordBytes))
        }
        guard let fields = SealedFields(encoded: blob) else { throw .blob(.malformedFields) }
        guard let record = statement.claims as? RegisterRecord,
            let type = known.type(vct: record.vct, origin: statement.origin),
            fields.fields.map(\.name) == type.sealedNames
        else { throw .blob(.wrongFields) }
        guard fields.root == root else { throw .blob(.wrongDigest) }
        return fields.fields.map { .init(name: $0.name.text, bytes: $0.bytes) }
    }

    /// The set that a statement brings: within the limits, and the one it names.
    private static func policies(
        _ blob: [UInt8], _ digest: Digest<Digested.Policies>, _ files: [PolicyFile]
    ) throws(SubmissionFault) -> CedarPolicies {
        let set: CedarPolicies
        do { set = try CedarPolicies(parsing: blob) } catch { throw .blob(.policies(error)) }
        guard set.digest == digest else { throw .blob(.wrongDigest) }
        guard set.texts.claims == files else { throw .blob(.wrongFiles) }
        return set
    }

    /// The record type that a statement brings: a document of this log, and the one it names.
    private static func recordType(
        _ blob: [UInt8], _ named: TypeVersion, of statement: Statement
    ) throws(SubmissionFault) -> RecordType {
        guard Digest<Digested.RecordType>(hashing: blob) == named.digest else {
            throw .blob(.wrongDigest)
        }
        do { return try RecordType(document: blob, origin: statement.origin) } catch {
            throw .blob(.type(error))
        }
    }

    private static func envelope(
        _ blob: [UInt8], _ digest: Digest<Digested.Envelope>
    ) throws(SubmissionFault) -> [Attachments.Section] {
        guard blob.count <= Limits.envelopeBytes else {
            throw .blob(.tooLarge(limit: Limits.envelopeBytes))
        }
        guard Envelope(bytes: blob).digest == digest else { throw .blob(.wrongDigest) }
        return [.init(name: SectionName.envelope, bytes: blob)]
    }
}

/// The names of the sections that aren't fields.
enum SectionName {
    static let envelope = "envelope"
    static let policies = "policies"
    /// `type/invoice/1`.
    static func type(_ type: TypeVersion) -> String { "type/\(type.name)/\(type.version)" }
}

/// What the gateway allows itself and others.
public enum GatewayLimits {
    /// How far ahead of the gateway's clock an `iat` may be, in seconds.
    public static let clockSkewSeconds: Int64 = 60
    /// Names and lengths in an encoded record, in bytes.
    static let fieldOverheadBytes = 16 << 10
    /// Statements in one commit: more would make the first of them wait for the last.
    public static let batchStatements = 256
    /// Attachment bytes in one commit.
    public static let batchBytes = 16 << 20
    /// Batches that are decided and not yet stored: one is written while the next is decided.
    static let batchesInFlight = 2
    /// So many statements are worth a batch of their own while another is on its way: each batch waits
    /// for the disk once.
    static let worthOfBatch = 32
    /// Statements waiting for the sequencer; beyond it the gateway says it is busy.
    public static let waitingStatements = 4096
    /// Those of one participant: who sends more waits, and the others have room.
    public static let waitingStatementsOfOne = 1024
    /// Bytes of what waits, attachments included.
    public static let waitingBytes = 64 << 20
    /// When to ask again while the gateway stops, in seconds: until another runs.
    static let stoppingSeconds = 5
    /// Pieces of state that are kept decoded: some dozens of megabytes.
    static let cachedState = 1 << 16
    /// Bytes in which it is known which state there is: that of two million entries at least.
    static let presenceBytes = 24 << 20
    /// How often it is looked whether that has to be learned anew.
    static let learningPause: Duration = .seconds(60)
    /// Bytes of tiles that are kept with their subtrees: proofs are made from those.
    static let cachedTileBytes = 16 << 20
    /// Bytes of full tiles that are kept as they are served: those of one and a half million entries.
    static let servedTileBytes = 48 << 20
    /// Bytes of entries that are kept as they were read.
    static let cachedEntryBytes = 32 << 20
    /// Bytes of records' fields that are kept as they were served.
    static let cachedFieldBytes = 16 << 20
    /// Bytes of disclosures that are kept, and of envelopes.
    static let cachedSecretBytes = 4 << 20
    /// Bytes of entries that are kept with their proofs under the newest checkpoint.
    static let cachedProvenBytes = 8 << 20
    /// Books whose state is kept as fetches list them.
    static let cachedBooks = 1 << 14
    /// For how long the store isn't asked whether another gateway has committed.
    static let headIsCertain: Duration = .seconds(1)
    /// How long after a failed commit the gateway calls itself unwell.
    static let pauseAfterFault: Duration = .seconds(30)
    /// Records in one fetch answer: a proof's come in one, and 10 000 are to be possible. Without
    /// fields they take about 5 kB each.
    public static let recordsPerFetch = 16_384
    /// Bytes of ciphertext in one fetch answer.
    public static let fetchBytes = 64 << 20
    /// Entries in one answer to a query.
    public static let entriesPerQuery = 256
    /// Participants in one page.
    public static let participantsPerPage = 256
    /// Applications kept; a gateway isn't a place to store things.
    public static let applications = 1000
    /// Bytes of an application.
    public static let applicationBytes = 64 << 10
    /// How often a fetch is tried again when its books moved under it.
    static let fetchAttempts = 8
}
