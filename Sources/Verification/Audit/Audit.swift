public import Rules
import Sharing
public import Transparency
import Wire

/// What an auditor was given of an entry's selective claims.
public enum ShownDisclosures: Sendable {
    /// Each followed by `~`; empty for an entry without selective claims.
    case shown([UInt8])
    case withheld
    case erased
}

/// A replay of a whole log: rebuilds the tree, checks every signature, rule and policy decision in
/// order, and compares with every checkpoint. It reads no field of any record.
///
/// Feed checkpoints before the entries that follow them, and entries one after another. Memory is
/// that of the state source, of live grants and of what is found.
public struct Audit<State: StateSource, Policies: PublishedTexts> {
    private let trust: Trust
    private let policies: Policies
    private let seesDisclosures: Bool
    /// What the entries so far offered: later ones are signed with these.
    let keys = OfferedKeys()
    private var state: State
    private var edge = RightEdge()
    /// As entry 0 names it.
    private var host: Handle?
    private var checkpoints: CheckpointTrail
    private var erasures = ErasureClaims()
    /// The participants of whose admission no selective claims were shown.
    private var unidentified: Set<Handle> = []
    private var facts = AuditFacts()
    private var findings = FindingList()
    /// The first index that announced rules can decide.
    private var announced: Int64 = 0
    /// From there on nothing can be judged here; the tree is still rebuilt.
    private var stopped: UnknownRules?

    /// `seesDisclosures`: whether the auditor has a right to all of them, as a regulator does, so
    /// that a withheld one is a finding. `last` is the newest checkpoint of the auditor's previous
    /// audit.
    public init(
        under trust: Trust, policies: Policies, state: State, seesDisclosures: Bool,
        last: VerifiedCheckpoint? = nil
    ) {
        self.trust = trust
        self.policies = policies
        self.state = state
        self.seesDisclosures = seesDisclosures
        checkpoints = CheckpointTrail(last: last)
    }

    /// How many entries were replayed; the next one has this index.
    public var size: UInt64 { edge.size }

    /// Takes a checkpoint into account: its signatures now, its root when all its entries are in. When
    /// it was the newest one the line of the host's clock says.
    public mutating func checkpoint(_ note: Note) {
        do {
            let checkpoint = try trust.policy.verify(note)
            checkpoints.add(checkpoint, replayed: edge.size, into: &findings)
            checkpoints.reach(edge, into: &findings)
        } catch {
            let claimed = (try? Checkpoint(parsing: note.unverifiedText))?.size
            findings.add(
                claimed.map { Int64(clamping: $0) }, .checkpointRefused(error),
                .init(checkpoints: [note]))
        }
    }

    /// Replays the next entry. Throws what the state source throws.
    public mutating func entry(_ entry: ReadEntry) throws(State.Failure) {
        try judge(entry, at: Int64(clamping: edge.size))
        edge.append(entry.hash)
        checkpoints.reach(edge, into: &findings)
    }

    /// Ends the replay. What was said to be erased and wasn't, and what a checkpoint promised and
    /// didn't come, is found now.
    public func finish() -> AuditReport {
        var (findings, checkpoints) = (findings, checkpoints)
        for index in erasures.unproven {
            findings.add(index, .disclosuresWithheld(saidErased: true), .init())
        }
        checkpoints.finish(replayed: edge.size, into: &findings)
        return AuditReport(
            size: edge.size, root: edge.root, newest: checkpoints.newest, facts: facts,
            findings: findings, stopped: stopped)
    }
}

extension Audit {
    private mutating func judge(_ entry: ReadEntry, at index: Int64) throws(State.Failure) {
        guard stopped == nil else { return }
        if announced > 0, index >= announced {
            stopped = try log()?.unknownRules(at: index)
            guard stopped == nil else { return }
        }
        switch entry.statement {
        case .success(let statement): try replay(statement, entry, at: index)
        case .failure(let error): findings.add(index, .malformed(error), .init(entry: entry.leaf))
        }
    }

    private mutating func replay(
        _ statement: Statement, _ entry: ReadEntry, at index: Int64
    ) throws(State.Failure) {
        let evidence = AuditFinding.Evidence(entry: statement.jws.bytes)
        if index == 0, statement.digest.relabelled() != trust.genesis {
            findings.add(
                0, .genesisNotPinned(statement.digest.relabelled()), evidence)
        }
        try findBackdating(of: statement, at: index)
        let candidate = Candidate(
            statement, selective: selective(of: statement, entry, at: index), index: index,
            checked: entry.checked)
        guard let admission = try admit(candidate, evidence) else { return }
        facts.count(admission)
        if let upgrade = statement.claims as? Upgrade { announced = upgrade.from }
        if let erased = statement.claims.erases { erasures.prove(erased) }
    }

    private mutating func findBackdating(
        of statement: Statement, at index: Int64
    ) throws(State.Failure) {
        guard isHosts(statement), let dated = checkpoints.dated, dated.isAfter(statement) else {
            return
        }
        guard let seconds = dated.backdating(statement, in: try log()) else { return }
        findings.add(
            index, .backdated(seconds: seconds),
            .init(entry: statement.jws.bytes, checkpoints: [dated.checkpoint.note]))
    }

    private mutating func log() throws(State.Failure) -> LogState? {
        try state.values(of: [LogState.key.untyped])[LogState.key.untyped]?.object as? LogState
    }

    private mutating func isHosts(_ statement: Statement) -> Bool {
        if let genesis = statement.claims as? Genesis {
            host = genesis.host.handle
            checkpoints.clock = try? VerifierKey(parsing: genesis.clockKey)
        }
        return statement.issuer == host
    }

    /// The selective claims as far as they were shown; what was shown wrongly counts as not shown.
    private mutating func selective(
        of statement: Statement, _ entry: ReadEntry, at index: Int64
    ) -> (any SelectiveClaims)? {
        guard !statement.hasFields else { return nil }
        let evidence = AuditFinding.Evidence(entry: entry.leaf)
        switch (entry.disclosures, entry.selective) {
        case (.shown, .success(let selective)): return selective
        case (.shown, .failure(let error)):
            findings.add(index, .disclosuresWrong(error), evidence)
        case (.erased, _) where statement.selectiveCount > 0:
            erasures.claim(statement, at: index)
        case (.withheld, _) where statement.selectiveCount > 0 && seesDisclosures:
            findings.add(index, .disclosuresWithheld(saidErased: false), evidence)
        default: break
        }
        return nil
    }

    /// Decides as the gateway should have. Where only the policies are against it, what it did
    /// anyway is taken over, so that what follows from it isn't reported again. Where they would permit
    /// it for what isn't known of a participant any more, nobody can decide it.
    private mutating func admit(
        _ candidate: Candidate, _ evidence: AuditFinding.Evidence
    ) throws(State.Failure) -> Admission? {
        var decision = try state.admit(candidate, under: policies)
        if let admit = candidate.statement.claims as? Admit, candidate.selective == nil {
            unidentified.insert(admit.handle)
        }
        if case .failure(.policy(let refusal)) = decision {
            decision = try state.admit(
                candidate, under: PoliciesLackingFacts(policies, about: unidentified))
            if case .failure(.policy) = decision {
                findings.add(candidate.index, .againstPolicy(.policy(refusal)), evidence)
                decision = try state.admit(candidate, under: UnjudgedPolicies(types: policies))
            } else {
                facts.countUndecided()
            }
        }
        switch decision {
        case .success(let admission): return admission
        case .failure(.place(.rulesUnknown(let unknown))):
            stopped = unknown
            return nil
        case .failure(let refusal):
            findings.add(candidate.index, .refused(refusal), evidence)
            return nil
        }
    }
}
