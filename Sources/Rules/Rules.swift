public import Sharing
public import Wire

/// A statement at the place in the log that it asks for, with its selective claims as far as known.
public struct Candidate: Sendable {
    public let statement: Statement
    /// `nil` where the disclosures are withheld or erased; the rules then check what they can. So are
    /// those of another kind of statement.
    public let selective: Selective?
    public let index: Int64
    /// An access's embedded fetch, parsed.
    let fetch: Result<Fetch, StatementError>?
    private let checked: VerifiedJWS?

    /// `checked` is the statement's signature, where somebody looked at it before; the rules believe
    /// it if it was checked with the key that they would have taken.
    public init(
        _ statement: Statement, selective: Selective?, index: Int64, checked: VerifiedJWS? = nil
    ) {
        self.checked = checked
        let selective = selective.flatMap { $0.fits(statement.claims) ? $0 : nil }
        (self.statement, self.selective, self.index) = (statement, selective, index)
        if case .access(let terms) = selective {
            fetch = Result { () throws(StatementError) in try Fetch(parsing: terms.fetch.bytes) }
        } else {
            fetch = nil
        }
    }
}

extension Candidate {
    /// Whether the signature is one of `key`, which was found under the thumbprint in the header.
    func isSigned(with key: VerificationKey) -> Bool {
        if let checked, checked.key == key, checked.jws == statement.jws { return true }
        return (try? statement.jws.verified(byKeyNamed: key)) != nil
    }
}

extension Selective {
    /// Whether these are the selective claims of a statement of this kind.
    fileprivate func fits(_ claims: Claims) -> Bool {
        switch (self, claims) {
        case (.admit, .admit), (.request, .request), (.grant, .grant), (.rekey, .rekey),
            (.access, .access), (.hold, .legalHold), (.hold, .release):
            true
        case (.none, _): claims.kind.selectiveNames().isEmpty
        default: false
        }
    }
}

/// The pieces of state a decision was given. What isn't in it doesn't exist.
public struct Slice: Sendable {
    public private(set) var values: [StateKey: StateValue]

    public init(_ values: [StateKey: StateValue] = [:]) { self.values = values }

    public subscript(key: StateKey) -> StateValue? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// Lays a decision's changes over what was there.
    public mutating func apply(_ changes: Changes) {
        for (key, value) in changes.values { values[key] = value }
    }
}

/// What an admitted statement changes; `nil` removes.
public struct Changes: Sendable {
    public private(set) var values: [StateKey: StateValue?] = [:]

    subscript(key: StateKey) -> StateValue? {
        get { values[key] ?? nil }
        set { values[key] = .some(newValue) }
    }
}

/// A statement that the rules admit at its index, and what follows. Only ``Rules`` makes one.
public struct Admission: Sendable {
    public let candidate: Candidate
    public let changes: Changes
    /// Log time at this index.
    public let time: Timestamp
    /// Whether every rule could be checked: false where selective claims were withheld.
    public let complete: Bool

    init(candidate: Candidate, changes: Changes, time: Timestamp, complete: Bool) {
        (self.candidate, self.changes) = (candidate, changes)
        (self.time, self.complete) = (time, complete)
    }
}

/// The rules of the log, version 1: pure functions from state and statement to changes or refusal.
///
/// The gateway admits by them; the auditor, the parties and a validating witness run the same code
/// to check. State changes in no other way.
public enum Rules {
    public static let version: Int64 = 1

    /// The state that deciding `candidate` needs, as far as the statement itself names it.
    public static func keys(of candidate: Candidate) -> [StateKey] {
        let statement = candidate.statement
        var keys: [StateKey] = [
            .log, .key(statement.jws.kid), .participant(statement.issuer),
            .statement(statement.jti),
        ]
        switch statement.claims {
        case .genesis, .retireKey, .encryptionKey, .policy, .request, .legalHold, .release: break
        case .admit(let admit):
            keys.append(.participant(admit.handle))
            keys += admit.keys.map { .key($0.key.thumbprint) }
        case .suspend(let handle, _), .reinstate(let handle, _): keys.append(.participant(handle))
        case .key(let offer): keys.append(.key(offer.key.thumbprint))
        case .record(let record):
            keys += [
                .book(statement.issuer, record.book), .source(statement.issuer, record.source),
                .epochs(statement.issuer, record.book.series), .key(record.holder.thumbprint),
            ]
            if let replaced = record.replaces { keys.append(.statement(replaced)) }
        case .closeBook(let book, _, _): keys.append(.book(statement.issuer, book))
        case .erase(let erasure, _):
            keys += [
                .statement(erasure.target), .grant(erasure.target), .request(erasure.target),
                .holds(statement.issuer),
            ]
        case .grant, .rekey(_, _), .revoke(_, _), .access: break
        }
        keys += grantKeys(of: candidate)
        if case .retireKey(let kid) = statement.claims { keys.append(.key(kid)) }
        return keys
    }

    private static func grantKeys(of candidate: Candidate) -> [StateKey] {
        var keys: [StateKey] = []
        switch candidate.statement.claims {
        case .rekey(let grant, _), .revoke(let grant, _), .access(let grant):
            keys.append(.grant(grant))
        default: break
        }
        switch candidate.selective {
        case .grant(let terms):
            let issuer = candidate.statement.issuer
            keys += [.participant(terms.to), .holds(issuer), .dealings(terms.to, issuer)]
            if let series = terms.scope.series {
                keys.append(.epochs(candidate.statement.issuer, series))
            }
            if let request = terms.request { keys += [.statement(request), .request(request)] }
            if case .statements = terms.subject {
                keys += terms.scope.listedBooks.map { .book(issuer, $0) }
            }
        case .request(let terms):
            keys += [
                .participant(terms.to), .holds(terms.to),
                .dealings(candidate.statement.issuer, terms.to),
            ]
        case .hold(let terms):
            keys += [
                .participant(terms.holder), .holds(terms.holder),
                .dealings(candidate.statement.issuer, terms.holder),
            ]
        default: break
        }
        if case .success(let fetch) = candidate.fetch {
            keys += [.key(fetch.jws.kid), .participant(fetch.issuer), .fetch(fetch.jti)]
        }
        return keys
    }

    /// The state that can only be named once the first round is known: whose grant it is, which book
    /// an erased record was in.
    public static func furtherKeys(of candidate: Candidate, in slice: Slice) -> [StateKey] {
        var keys: [StateKey] = []
        let state = View(candidate, slice)
        switch candidate.statement.claims {
        case .rekey(let jti, _), .revoke(let jti, _), .access(let jti):
            guard let grant = state.grant(jti) else { break }
            keys += [.participant(grant.issuer), .holds(grant.issuer)]
            if let terms = grant.terms {
                keys += [.participant(terms.to), .dealings(terms.to, grant.issuer)]
                if let series = terms.scope.series { keys.append(.epochs(grant.issuer, series)) }
            }
            if case .access = candidate.statement.claims, grant.claims.right == .prove,
                let scope = grant.terms?.scope
            {
                keys += scope.listedBooks.map { .book(grant.issuer, $0) }
            }
            if case .access = candidate.statement.claims {
                keys.append(.dealings(candidate.statement.issuer, grant.issuer))
            }
            if case .success(let fetch) = candidate.fetch {
                keys.append(.dealings(fetch.issuer, grant.issuer))
            }
            if case .access(let terms) = candidate.selective {
                keys += terms.served.books.map { .book(grant.issuer, $0.book) }
                keys += terms.served.ranges.map { .book(grant.issuer, $0.book) }
                if let scope = grant.terms?.scope, case .success(let fetch) = candidate.fetch {
                    keys += scope.books(askedBy: fetch.ranges).map { .book(grant.issuer, $0) }
                }
            }
        case .record(let record):
            guard let replaced = record.replaces.flatMap({ state.statement($0)?.record }) else {
                break
            }
            keys.append(.book(candidate.statement.issuer, replaced.book))
        case .erase(let erasure, _):
            if let record = state.statement(erasure.target)?.record {
                keys.append(.book(candidate.statement.issuer, record.book))
                keys.append(.source(candidate.statement.issuer, record.source))
            }
        default: break
        }
        return keys
    }

    /// Decides `candidate` on the state in `slice`, which must hold what ``keys(of:)`` and
    /// ``furtherKeys(of:in:)`` name. Throws ``Refusal``; then nothing changes.
    public static func decide(
        _ candidate: Candidate, in slice: Slice, policies: some PolicyLibrary
    ) throws(Refusal) -> Admission {
        if case .genesis(let genesis) = candidate.statement.claims {
            return try Founding.decide(genesis, candidate, slice, policies)
        }
        var view = View(candidate, slice)
        guard case .log(var log) = slice[.log] else { throw .genesisExpected }
        try view.checkPlace(in: log)
        log.time = try view.advance(log)
        view.changes[.log] = .log(log)
        let issuer = try view.checkIssuer(in: log)
        var context = Decision(view: view, log: log, issuer: issuer, policies: policies)
        try context.decide()
        context.view.register()
        return Admission(
            candidate: candidate, changes: context.view.changes, time: log.time,
            complete: candidate.statement.kind.selectiveNames().isEmpty
                || candidate.selective != nil)
    }
}

/// Typed access to a slice for one candidate, and the changes made so far.
struct View {
    let candidate: Candidate
    let slice: Slice
    var changes = Changes()
    var detail: StatementState.RecordDetail?

    init(_ candidate: Candidate, _ slice: Slice) {
        (self.candidate, self.slice) = (candidate, slice)
    }

    var statement: Statement { candidate.statement }

    func participant(_ handle: Handle) -> ParticipantState? {
        if case .participant(let state) = slice[.participant(handle)] { state } else { nil }
    }
    func key(_ thumbprint: Digest<Digested.Key>) -> KeyState? {
        if case .key(let state) = slice[.key(thumbprint)] { state } else { nil }
    }
    func statement(_ jti: JTI) -> StatementState? {
        if case .statement(let state) = slice[.statement(jti)] { state } else { nil }
    }
    func book(_ handle: Handle, _ book: BookName) -> BookState? {
        if case .book(let state) = slice[.book(handle, book)] { state } else { nil }
    }
    func grant(_ jti: JTI) -> GrantState? {
        if case .grant(let state) = slice[.grant(jti)] { state } else { nil }
    }
    func epochs(_ handle: Handle, _ series: Series) -> EpochState? {
        if case .epochs(let state) = slice[.epochs(handle, series)] { state } else { nil }
    }
    func holds(_ handle: Handle) -> [HoldState] {
        if case .holds(let state) = slice[.holds(handle)] { state } else { [] }
    }
    func past(_ user: Handle, with owner: Handle) -> [Involvement] {
        if case .dealings(let past) = slice[.dealings(user, owner)] { past } else { [] }
    }
    func request(_ jti: JTI) -> RequestState? {
        if case .request(let state) = slice[.request(jti)] { state } else { nil }
    }

    /// Remembers that `user` did this with the books of `owner`.
    mutating func note(_ involvement: Involvement, of user: Handle, with owner: Handle) {
        let past = past(user, with: owner)
        guard !past.contains(involvement) else { return }
        changes[.dealings(user, owner)] = .dealings((past + [involvement]).sorted())
    }

    /// The statement belongs to this log, and isn't in it yet.
    func checkPlace(in log: LogState) throws(Refusal) {
        guard statement.origin == log.origin else { throw .otherOrigin }
        guard statement.log == log.genesis else { throw .otherLog }
        guard let existing = statement(statement.jti) else { return }
        if existing.digest == statement.digest { throw .alreadyRegistered(index: existing.index) }
        throw .jtiTaken
    }

    /// Tᵢ = max(Tᵢ₋₁, iatᵢ), and nothing is backdated by more than the limit.
    func advance(_ log: LogState) throws(Refusal) -> Timestamp {
        guard statement.issuedAt.seconds >= log.time.seconds - Limits.backdatingSeconds else {
            throw .tooOld(issuedAt: statement.issuedAt, logTime: log.time)
        }
        return max(log.time, statement.issuedAt)
    }

    /// The signing key is current, belongs to the issuer, may sign this kind, and did sign.
    func checkIssuer(in log: LogState) throws(Refusal) -> ParticipantState {
        guard let key = key(statement.jws.kid) else { throw .unknownKey }
        guard key.handle == statement.issuer else { throw .keyOfAnother }
        guard !key.retired else { throw .keyRetired }
        if let scope = Self.scope(for: statement.kind) {
            guard key.scopes.contains(scope) || key.scopes.contains(.all) else {
                throw .scopeMissing(scope)
            }
        }
        guard candidate.isSigned(with: key.key) else { throw .badSignature }
        guard let participant = participant(statement.issuer) else {
            throw .unknownParticipant(statement.issuer)
        }
        return participant
    }

    /// The key scope that a kind demands.
    static func scope(for kind: Kind) -> KeyScope? {
        switch kind {
        case .record: .seal
        case .closeBook: .close
        case .grant, .rekey: .grant
        default: .all
        }
    }

    /// Enters the statement itself into the state.
    mutating func register() {
        changes[.statement(statement.jti)] = .statement(
            StatementState(
                index: candidate.index, digest: statement.digest, kind: statement.kind,
                issuer: statement.issuer, record: detail))
    }
}
