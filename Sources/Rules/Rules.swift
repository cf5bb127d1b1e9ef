import Sharing
public import Wire

/// A statement that the rules admit at its index, and what follows. Only ``Rules`` makes one.
public struct Admission: Sendable {
    public let candidate: Candidate
    public let changes: Changes
    /// Log time at this index.
    public let time: Timestamp
    /// Whether every rule could be checked: false where selective claims were withheld.
    public var complete: Bool { candidate.isComplete }

    /// What an audit counts of it, besides its kind.
    public var facts: [AuditFact] {
        func open<Rule: KindRule>(_ rule: Rule.Type) -> [AuditFact] {
            Stated<Rule.Form>(candidate).map(rule.facts) ?? []
        }
        let rule = candidate.statement.kind.rule
        return open(rule)
    }
}

/// The rules of the log, version 1: pure functions from state and statement to changes or refusal.
///
/// The gateway admits by them; the auditor, the parties and a validating witness run the same code
/// to check. State changes in no other way.
public enum Rules {
    /// The version that a new log begins with.
    public static let version: Int64 = 1

    /// The versions that this program knows. Tests make it know more.
    @TaskLocal package static var known: ClosedRange<Int64> = 1...version

    /// The state that deciding `candidate` needs, as far as the statement itself names it.
    public static func keys(of candidate: Candidate) -> [StateKey] {
        let statement = candidate.statement
        var reads = Reads()
        reads.add(LogState.key)
        reads.add(KeyState.key(statement.jws.kid))
        reads.add(ParticipantState.key(statement.issuer))
        reads.add(StatementState.key(statement.jti))
        reads.add(approvalsOf: statement)
        func open<Rule: KindRule>(_ rule: Rule.Type) {
            if let said = Stated<Rule.Form>(candidate) { rule.reads(said, &reads) }
        }
        let rule = statement.kind.rule
        open(rule)
        return reads.keys
    }

    /// The state that can only be named once the first round is known.
    public static func furtherKeys(of candidate: Candidate, in slice: Slice) -> [StateKey] {
        var reads = Reads()
        func open<Rule: KindRule>(_ rule: Rule.Type) {
            if let said = Stated<Rule.Form>(candidate) {
                rule.furtherReads(said, in: slice, &reads)
            }
        }
        let rule = candidate.statement.kind.rule
        open(rule)
        return reads.keys
    }

    /// Decides `candidate` on the state in `slice`, which must hold what ``keys(of:)`` and
    /// ``furtherKeys(of:in:)`` name. Throws ``Refusal``; then nothing changes.
    public static func decide(
        _ candidate: Candidate, in slice: Slice, texts: some PublishedTexts
    ) throws(Refusal) -> Admission {
        if let unknown = slice[LogState.key]?.unknownRules(at: candidate.index) {
            throw .place(.rulesUnknown(unknown))
        }
        func open<Rule: KindRule>(_ rule: Rule.Type) throws(Refusal) -> Admission {
            guard let said = Stated<Rule.Form>(candidate) else {
                preconditionFailure("a statement has the form of its kind")
            }
            return try rule.admit(
                said, in: declaring(candidate, in: slice), texts: texts)
        }
        let rule = candidate.statement.kind.rule
        return try open(rule)
    }

    /// Whom an admitted statement concerns: those who may later ask for its selective claims.
    /// `slice` is as for ``decide(_:in:texts:)``.
    public static func parties(to candidate: Candidate, in slice: Slice) -> Set<Handle> {
        func open<Rule: KindRule>(_ rule: Rule.Type) -> [Handle] {
            Stated<Rule.Form>(candidate).map { rule.parties($0, in: slice) } ?? []
        }
        let rule = candidate.statement.kind.rule
        return Set([candidate.statement.issuer] + open(rule))
    }

    /// The slice, which in a debug build traps where a rule reads what it didn't declare.
    private static func declaring(_ candidate: Candidate, in slice: Slice) -> Slice {
        #if DEBUG
            var first = slice
            first.declared = Set(keys(of: candidate))
            let further = furtherKeys(of: candidate, in: first)
            first.declared?.formUnion(further)
            return first
        #else
            return slice
        #endif
    }
}
