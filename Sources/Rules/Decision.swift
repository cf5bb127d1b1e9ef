import Sharing
import Wire

/// The decision on one statement whose place, time and signature are good: the state it may read,
/// and what it changes so far.
struct Decision: PolicyKnowledge {
    let candidate: Candidate
    let state: Slice
    let log: LogState
    let issuer: ParticipantState
    let texts: any PublishedTexts
    /// The log time at which keys are judged: the later one of before and after the statement.
    let keyTime: Timestamp
    private(set) var changes = Changes()
    /// Set for a record.
    var detail: StatementState.RecordDetail?

    var statement: Statement { candidate.statement }
    /// Log time at this index.
    var now: Timestamp { log.time }

    /// Checks what every statement but genesis must satisfy: it belongs to this log and isn't in it
    /// yet, its `iat` is one that `time` accepts, and is signed by a current key of its issuer that has `scope`.
    /// Throws ``Refusal``.
    init(
        _ candidate: Candidate, in slice: Slice, scope: KeyScope, _ texts: any PublishedTexts,
        time: (LogState) throws(Refusal) -> Timestamp
    ) throws(Refusal) {
        guard var log = slice[LogState.key] else { throw .place(.genesisExpected) }
        try Self.checkPlace(candidate.statement, in: log, slice)
        log.reach(candidate.index)
        let before = log.time
        log.time = try time(log)
        // Who sets log time back doesn't choose by it whether its own keys have ended.
        keyTime = max(before, log.time)
        issuer = try Self.issuer(of: candidate, scope: scope, at: keyTime, slice)
        self.candidate = candidate
        self.log = log
        self.texts = texts
        state = slice
        change(LogState.key, to: log)
    }

    mutating func change<Object>(_ key: StateKey.Of<Object>, to object: Object?) {
        changes.set(key, object)
    }

    /// Enters the statement itself into the state.
    func admission() -> Admission {
        var changes = changes
        changes.set(
            StatementState.key(statement.jti),
            StatementState(
                index: candidate.index, digest: statement.digest, kind: statement.kind,
                issuer: statement.issuer, time: now,
                admitted: (statement.claims as? Admit)?.handle, record: detail))
        return Admission(candidate: candidate, changes: changes, time: now)
    }

    private static func checkPlace(
        _ statement: Statement, in log: LogState, _ state: Slice
    ) throws(Refusal) {
        guard statement.origin == log.origin else { throw .place(.otherOrigin) }
        guard statement.log == log.genesis else { throw .place(.otherLog) }
        guard let existing = state[StatementState.key(statement.jti)] else { return }
        if existing.digest == statement.digest {
            throw .place(.alreadyRegistered(index: existing.index))
        }
        throw .place(.jtiTaken)
    }

    private static func issuer(
        of candidate: Candidate, scope: KeyScope, at time: Timestamp, _ state: Slice
    ) throws(Refusal) -> ParticipantState {
        do throws(IssuerRefusal) {
            let statement = candidate.statement
            let (key, participant) = try signer(
                statement.issuer, statement.jws.kid, scope: scope, at: time, state)
            guard candidate.isSigned(with: key.key) else { throw .badSignature }
            return participant
        } catch { throw .issuer(error) }
    }

    /// The key of `handle` that is named by its thumbprint, stands at `time` and has `scope`, and whose
    /// it is. The signature isn't checked.
    static func signer(
        _ handle: Handle, _ thumbprint: Digest<Digested.Key>, scope: KeyScope, at time: Timestamp,
        _ state: Slice
    ) throws(IssuerRefusal) -> (key: KeyState, participant: ParticipantState) {
        guard let key = state[KeyState.key(thumbprint)] else { throw .unknownKey }
        guard key.handle == handle else { throw .keyOfAnother }
        guard !key.retired else { throw .keyRetired }
        guard !key.isExpired(at: time) else { throw .keyExpired }
        guard key.covers(scope) else { throw .scopeMissing(scope) }
        guard let participant = state[ParticipantState.key(handle)] else {
            throw .unknownParticipant(handle)
        }
        return (key, participant)
    }
}

// What rules of several kinds ask for.
extension Decision {
    func requireEnterprise() throws(Refusal) {
        guard issuer.roles.contains(.enterprise) else {
            throw .issuer(.notPermittedToIssuer(statement.kind))
        }
        try requireNotSuspended()
    }

    func requireNotSuspended() throws(Refusal) {
        guard !issuer.suspended else { throw .issuer(.suspended(statement.issuer)) }
    }

    /// An epoch of the issuer is of this era or an earlier one.
    func requireEpoch(_ epoch: Int64, from required: Int64 = 0) throws(Refusal) {
        guard epoch >= required else {
            throw .book(.epochTooLow(have: epoch, required: required))
        }
        guard epoch < issuer.era.endEpoch else {
            throw .book(.epochTooHigh(have: epoch, limit: issuer.era.endEpoch))
        }
    }

    func participant(_ handle: Handle) throws(Refusal) -> ParticipantState {
        guard let state = state[ParticipantState.key(handle)] else {
            throw .issuer(.unknownParticipant(handle))
        }
        return state
    }

    func grant(_ jti: JTI) throws(Refusal) -> GrantState {
        guard let grant = state[GrantState.key(jti)] else { throw .grant(.unknownGrant(jti)) }
        return grant
    }

    func book(_ name: BookName, of handle: Handle) -> BookState {
        state[BookState.key(handle, name)] ?? BookState()
    }

    func epochs(_ series: Series, of handle: Handle) -> EpochState {
        state[EpochState.key(handle, series)] ?? EpochState()
    }

    /// Records that `user` did this with the books of `owner`.
    mutating func record(_ involvement: Involvement, of user: Handle, with owner: Handle) {
        let past = past(of: user, with: owner)
        guard !past.contains(involvement) else { return }
        change(
            InvolvementState.key(user, with: owner),
            to: InvolvementState(past: (past + [involvement]).sorted()))
    }
}

// What policies are asked.
extension Decision {
    var time: Timestamp { now }
    var types: RecordTypes { texts.types(state[TypesState.key]?.list ?? []) }
    func known<Object>(_ key: StateKey.Of<Object>) -> Object? { state[key] }

    func entity(_ handle: Handle, _ state: ParticipantState) -> PolicyEntity {
        PolicyEntity(handle, state, in: log)
    }

    var issuerEntity: PolicyEntity { entity(statement.issuer, issuer) }

    /// Asks the policies in force and, for a use of an older grant, those it was given under: a new
    /// forbid bites at once, a new permit never widens a grant.
    func requirePermission(
        _ request: PolicyRequest, alsoUnder older: Digest<Digested.Policies>? = nil
    ) throws(Refusal) {
        var sets = [log.policies]
        if let older, older != log.policies { sets.append(older) }
        for digest in sets {
            let decision = try texts.required(digest).decide(request)
            guard decision.failed.isEmpty else {
                throw .policy(.policyFailed(policies: decision.failed))
            }
            guard decision.permitted else {
                throw .policy(.forbidden(policies: decision.determining))
            }
        }
    }
}
