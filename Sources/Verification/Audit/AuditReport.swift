public import Rules
public import Transparency
import Wire

/// What an audit found, and what it counted.
public struct AuditReport: Sendable {
    /// How many entries were replayed, and the root they give.
    public let size: UInt64
    public let root: Hash
    /// The largest checkpoint whose root was found right: the auditor's own last state for the next
    /// audit. Entries behind it are replayed, but nobody has signed for them yet.
    public let newest: VerifiedCheckpoint?
    public let facts: AuditFacts
    /// In the order in which they were found; at most ten thousand.
    public let findings: [AuditFinding]
    /// All findings by name, those that were not kept too.
    public let findingCounts: [String: Int]

    /// Where the audit ended because the entries from there on are under rules that aren't known.
    public let stopped: UnknownRules?

    public var findingCount: Int { findingCounts.values.reduce(0, +) }
    public var isClean: Bool { findingCounts.isEmpty }

    init(
        size: UInt64, root: Hash, newest: VerifiedCheckpoint?, facts: AuditFacts,
        findings: FindingList, stopped: UnknownRules?
    ) {
        (self.size, self.root, self.newest) = (size, root, newest)
        self.stopped = stopped
        var facts = facts
        if let time = facts.time { facts.expire(at: time) }
        self.facts = facts
        (self.findings, findingCounts) = (findings.kept, findings.counts)
    }
}
