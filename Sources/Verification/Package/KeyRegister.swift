public import Rules
public import Sharing
public import Wire

/// Participants by their own statements: their roles, and which keys stood at which index.
///
/// The statements are decided by the rules of the log themselves, so that what is an admission here
/// is one there. Whether the policies of the day permitted it is for whoever replays the whole log:
/// their texts aren't at hand.
public struct KeyRegister: Sendable {
    /// A key, and between which entries it was one.
    struct Standing: Sendable {
        let handle: Handle
        let key: VerificationKey
        let scopes: [KeyScope]
        let from: Int64
        var until: Int64?
        /// The end that it was registered with, in log time.
        let ends: Timestamp?
    }

    private var state = StateInMemory()
    private let texts: UnjudgedPolicies
    private var keys: [Digest<Digested.Key>: Standing] = [:]
    private var encryptionKeys: [Digest<Digested.EncryptionKey>: EncryptionKey] = [:]
    /// Ascending by index.
    private var suspensions: [Handle: [(index: Int64, suspended: Bool)]] = [:]

    /// A register that knows those whom `genesis` names. `texts` has the record types that are to be
    /// known. Throws ``Rules/Refusal``.
    public init(genesis: Statement, texts: TextShelf = TextShelf()) throws(Refusal) {
        self.texts = UnjudgedPolicies(types: texts, all: false)
        try admit(genesis, at: 0)
    }

    /// The record types that are known, of those that genesis and the statements so far name.
    public private(set) var types = RecordTypes()

    /// Takes in the next statement about keys or types, entry `index`, before which log time was at least
    /// `logTime`. Throws ``Rules/Refusal`` for what the rules don't admit, and for a statement that is
    /// about neither participants nor the log.
    public mutating func admit(
        _ statement: Statement, at index: Int64, logTime: Timestamp? = nil
    ) throws(Refusal) {
        guard index == 0 || Self.takes(statement) else {
            throw .issuer(.notPermittedToIssuer(statement.kind))
        }
        if let unknown = unknownRules(of: statement, at: index, logTime: logTime) {
            throw .place(.rulesUnknown(unknown))
        }
        let candidate = Candidate(statement, selective: nil, index: index)
        // A `time` says itself where log time was. Of others it isn't known how much later it was.
        let isTime = statement.claims is MoveTime
        state.assume(
            isTime
                ? logTime ?? statement.issuedAt
                : max(logTime ?? statement.issuedAt, statement.issuedAt, statement.soonest))
        let admission = try state.admit(candidate, under: texts).get()
        if let published = admission.changes[TypesState.key] {
            types = texts.types(published.list)
        }
        for (_, key) in admission.changes.all(KeyState.self) {
            if key.retired {
                keys[key.key.thumbprint]?.until = index
            } else {
                // Entry 0 itself is signed by a key it names.
                keys[key.key.thumbprint] = Standing(
                    handle: key.handle, key: key.key, scopes: key.scopes, from: index,
                    ends: key.until)
            }
        }
        for (name, participant) in admission.changes.all(ParticipantState.self) {
            guard let handle = name.handle else { continue }
            suspensions[handle, default: []].append((index, participant.suspended))
        }
        if let key = statement.claims.encryptionKey { encryptionKeys[key.digest] = key }
    }

    /// Whether a statement is about participants, about who governs, or about a record type.
    static func takes(_ statement: Statement) -> Bool {
        type(of: statement.claims).isAboutKeys || statement.kind == .recordType
    }

    /// The rules that may decide `statement`, entry `index`, where they aren't known.
    ///
    /// Log time isn't known here, only that it was at least `logTime`, and else at most so much later than
    /// the statement's own.
    func unknownRules(
        of statement: Statement, at index: Int64, logTime: Timestamp? = nil
    ) -> UnknownRules? {
        guard var log = state[LogState.key] else { return nil }
        let latest = statement.issuedAt.advanced(by: Limits.backdatingSeconds)
        log.time = max(latest, logTime ?? latest)
        return log.unknownRules(at: index)
    }

    /// What is known of a participant after the last statement; `nil` for somebody unknown.
    public func participant(_ handle: Handle) -> ParticipantState? {
        state[ParticipantState.key(handle)]
    }

    /// The key with this thumbprint, whether it still stands or not.
    public func key(_ thumbprint: Digest<Digested.Key>) -> VerificationKey? {
        keys[thumbprint]?.key
    }

    /// To which envelopes for the participant are sealed; `nil` for those named at genesis.
    public func encryptionKey(of handle: Handle) -> EncryptionKey? {
        participant(handle)?.encryptionKey.flatMap { encryptionKeys[$0] }
    }

    public func isSuspended(_ handle: Handle, at index: Int64) -> Bool {
        suspensions[handle]?.last { $0.index < index }?.suspended ?? false
    }

    /// Checks that `jws` is signed by a key of `handle` that stood at `index` and hadn't come to its
    /// end at `time`, and has the scope. Throws ``KeyFault``.
    public func check(
        _ jws: JWS, by handle: Handle, at index: Int64, _ time: Timestamp, scope: KeyScope
    ) throws(KeyFault) {
        guard let standing = keys[jws.kid] else { throw .unknownKey }
        guard standing.handle == handle else { throw .keyOfAnother }
        guard standing.from < index || index == 0, standing.until.map({ index < $0 }) ?? true
        else { throw .keyNotStanding }
        guard standing.ends.map({ time < $0 }) ?? true else { throw .keyNotStanding }
        guard standing.scopes.contains(scope) || standing.scopes.contains(.all) else {
            throw .scopeMissing(scope)
        }
        guard (try? jws.verified(byKeyNamed: standing.key)) != nil else { throw .badSignature }
    }

}

/// Why something isn't signed by a key that stood.
public enum KeyFault: Error, Equatable, Sendable {
    case unknownKey
    case keyOfAnother
    case keyNotStanding
    case scopeMissing(KeyScope)
    case badSignature
}

extension [LocatedEntry] {
    /// The entries ascend, and each is of a kind that belongs there. Throws ``PackageRefusal``.
    fileprivate func checkOrder(
        after first: LocatedEntry, _ belongs: (any KindForm.Type) -> Bool
    ) throws(PackageRefusal) {
        var previous = first
        for entry in self {
            try entry.requireAfter(previous)
            guard belongs(type(of: entry.statement.claims)) else {
                throw entry.refusal(.unexpectedKind(entry.statement.kind))
            }
            previous = entry
        }
    }
}

extension KeyRegister {
    /// Step 4 of a package's verification. Throws ``PackageRefusal``.
    init(_ entries: LocatedEntries) throws(PackageRefusal) {
        let texts = TextShelf(types: RecordTypes(entries.types), of: entries.founding.origin)
        do { try self.init(genesis: entries.genesis.statement, texts: texts) } catch {
            throw entries.genesis.refusal(.init(error))
        }
        try entries.participants.checkOrder(after: entries.genesis) { $0.isAboutKeys }
        try entries.typeEntries.checkOrder(after: entries.genesis) { $0.kind == .recordType }
        // What rules decide that aren't known isn't judged, nor is what comes behind it.
        for entry in entries.others.sorted(by: { $0.index < $1.index }) {
            let time = entries.logTime.before(entry)
            if let unknown = unknownRules(of: entry.statement, at: entry.index, logTime: time) {
                throw entry.refusal(.rulesUnknown(unknown))
            }
            try entries.logTime.check(entry)
            switch entry.part {
            case .participant, .type: try admit(entry, logTime: time)
            default: break
            }
        }
        for entry in entries.erasures { try entry.checkDisclosures() }
    }

    private mutating func admit(
        _ entry: LocatedEntry, logTime: Timestamp
    ) throws(PackageRefusal) {
        try entry.checkDisclosures()
        do { try admit(entry.statement, at: entry.index, logTime: logTime) } catch {
            throw entry.refusal(.init(error))
        }
    }

    /// Checks the signature of an entry, with the scope that its kind demands, by a key that stood at
    /// `time` or later. Throws ``PackageRefusal``.
    func checkSignature(
        of entry: LocatedEntry, at time: LogTimeBound
    ) throws(PackageRefusal) {
        let statement = entry.statement
        do {
            try check(
                statement.jws, by: statement.issuer, at: entry.index, time.ofKeys(entry),
                scope: type(of: statement.claims).scope)
        } catch { throw entry.refusal(.init(error)) }
    }
}

extension PackageRefusal.Reason {
    init(_ refusal: Refusal) {
        if case .place(.rulesUnknown(let unknown)) = refusal {
            self = .rulesUnknown(unknown)
        } else {
            self = .notAdmitted(refusal)
        }
    }

    init(_ fault: KeyFault) {
        self =
            switch fault {
            case .unknownKey: .unknownKey
            case .keyOfAnother: .keyOfAnother
            case .keyNotStanding: .keyNotStanding
            case .scopeMissing(let scope): .scopeMissing(scope)
            case .badSignature: .badSignature
            }
    }
}

extension Statement {
    /// Before which log time its approvals weren't yet valid, as far as log time can have been that much
    /// later than its own.
    fileprivate var soonest: Timestamp {
        let approvals = (claims as? any GovernanceForm)?.approvals ?? []
        guard let last = approvals.map(\.issuedAt).max() else { return issuedAt }
        return min(
            last.advanced(by: -Limits.aheadSeconds),
            issuedAt.advanced(by: Limits.backdatingSeconds))
    }
}
