public import Rules
public import Sharing
public import Transparency
public import Wire

/// Something an audit found wrong: where, what, and what shows it to others.
public struct AuditFinding: Equatable, Sendable {
    public enum What: Equatable, Sendable {
        // An entry.
        /// Entry 0 isn't the one that was pinned.
        case genesisNotPinned(Digest<Digested.Genesis>)
        case malformed(StatementError)
        /// The rules don't admit it at its index.
        case refused(Refusal)
        /// The policies in force at its index forbid it, or give no answer.
        case againstPolicy(Refusal)
        /// Its selective claims were kept from who has a right to them; `saidErased` where they
        /// were said to be erased, but no entry erases them.
        case disclosuresWithheld(saidErased: Bool)
        case disclosuresWrong(StatementError)
        /// The host made it, and a checkpoint that the host dated `seconds` after its `iat` doesn't have
        /// it yet.
        case backdated(seconds: Int64)

        // A checkpoint.
        case checkpointRefused(PolicyError)
        /// The entries before don't give the root that the log signed.
        case rootWrong(computed: Hash)
        /// The log signed two histories: another one is the auditor's own last checkpoint, or
        /// another checkpoint of the same size.
        case fork
        /// The log signed, or the auditor once saw, more entries than there are.
        case entriesMissing(have: UInt64)
        /// By the host's own dates the log was larger before.
        case rolledBack(from: UInt64)
        /// A checkpoint smaller than what was replayed before it came; it can't be compared any
        /// more.
        case unplaced
    }

    /// What can be shown to others: the entry's bytes, the log's own signatures.
    public struct Evidence: Hashable, Sendable {
        public let entry: [UInt8]?
        public let checkpoints: [Note]

        init(entry: [UInt8]? = nil, checkpoints: [Note] = []) {
            (self.entry, self.checkpoints) = (entry, checkpoints)
        }
    }

    /// The entry's index; of a checkpoint, its size; `nil` where not even that can be read.
    public let index: Int64?
    public let what: What
    public let evidence: Evidence

    init(_ index: Int64?, _ what: What, _ evidence: Evidence) {
        (self.index, self.what, self.evidence) = (index, what, evidence)
    }
}

/// The findings so far. A log that is wrong throughout is described well enough by the first ten
/// thousand, and by the numbers of all.
struct FindingList: Sendable {
    static let maximumKept = 10_000

    private(set) var kept: [AuditFinding] = []
    /// All of them by name, those that aren't kept too.
    private(set) var counts: [String: Int] = [:]

    mutating func add(
        _ index: Int64?, _ what: AuditFinding.What, _ evidence: AuditFinding.Evidence
    ) {
        counts[what.name, default: 0] += 1
        if kept.count < Self.maximumKept { kept.append(AuditFinding(index, what, evidence)) }
    }
}

extension AuditFinding.What {
    /// A stable name, for reports.
    public var name: String {
        switch self {
        case .genesisNotPinned: "genesis-not-pinned"
        case .malformed: "malformed"
        case .refused: "refused"
        case .againstPolicy: "against-policy"
        case .disclosuresWithheld: "disclosures-withheld"
        case .disclosuresWrong: "disclosures-wrong"
        case .backdated: "backdated"
        case .checkpointRefused: "checkpoint-refused"
        case .rootWrong: "root-wrong"
        case .fork: "fork"
        case .entriesMissing: "entries-missing"
        case .rolledBack: "rolled-back"
        case .unplaced: "unplaced"
        }
    }

    /// The facts in short, as the names of the cases: `wrongNumber(have: 3, next: 2)`.
    public var detail: String {
        switch self {
        case .genesisNotPinned(let digest): "\(digest)"
        case .malformed(let error), .disclosuresWrong(let error): "\(error)"
        case .refused(let refusal), .againstPolicy(let refusal): "\(refusal)"
        case .disclosuresWithheld(let saidErased): saidErased ? "said to be erased" : ""
        case .backdated(let seconds): "\(seconds) s"
        case .checkpointRefused(let error): "\(error)"
        case .rootWrong(let computed): "computed \(computed)"
        case .entriesMissing(let have): "have \(have)"
        case .rolledBack(let before): "from \(before)"
        case .fork, .unplaced: ""
        }
    }
}
