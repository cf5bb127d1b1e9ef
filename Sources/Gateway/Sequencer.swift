public import Rules
import Sharing
public import Storage
public import Transparency
public import Wire

/// What became of a submission.
public enum Outcome: Sendable {
    /// It is durable at this index, under this checkpoint.
    case registered(index: Int64, head: Head)
    /// The very same statement was already there.
    case already(index: Int64)
    case refused(Refusal)
    /// Nothing was stored, and nobody is to blame but the gateway.
    case unavailable(StoreError)
    /// Whether it was stored isn't known: a commit gave no answer, and the store couldn't be read
    /// after it. The same bytes, submitted again, find out.
    case unknown(StoreError)
    case busy
    /// Log time has to move on, and the host's clock isn't to be believed.
    case clockUnsure
}

/// The keys a gateway works with: the log's, for checkpoints only, the clock's, which dates them, and
/// the host's, for accesses.
public struct HostKeys: Sendable {
    public let log: NoteSigner
    public let clock: Cosigner
    public let host: SigningKey

    public init(log: NoteSigner, clock: Cosigner, host: SigningKey) {
        self.log = log
        self.clock = clock
        self.host = host
    }
}

/// The one who decides the order: it owns the tree's right edge, groups what arrives, commits once,
/// and acknowledges after the commit.
///
/// Several gateways may share a store; the commit's compare-and-swap decides whose batch it is, and
/// the others reload and decide anew.
public actor Sequencer {
    private let store: any Store
    let keys: HostKeys
    private let clock: HostClock
    private var watch: ClockWatch?
    /// Which library is asked, given the sets that were published: those themselves.
    private let library: @Sendable (TextShelf) -> any PublishedTexts

    /// Where the tree stands after the last commit; reloaded when another gateway got ahead.
    private var head: Head?
    /// The last time that the clock's key signed for what is stored.
    private var dated: Timestamp?
    private var edge = TileEdge()
    private var log: LogState?
    /// The record types of this log, up to the same index as the shelf.
    private(set) var published = PublishedTypes()
    /// Every set that this log was ever under and all its types, and the index up to which they were
    /// looked for.
    private var shelf = TextShelf()
    private var shelved: Int64 = 0
    private var waiting: [Work] = []
    /// Works while anything waits.
    private var running: Task<Void, Never>?
    private var stopping = false
    /// When a commit last failed, if none has succeeded since.
    private var failed: ContinuousClock.Instant?

    /// What waits for its turn: statements that belong together, in their order, or one that the host
    /// is to make.
    struct Work {
        enum Content {
            case statements([Submission])
            case draft(HostDraft)
        }

        let content: Content
        let continuation: CheckedContinuation<[Outcome], Never>
    }

    private init(
        store: any Store, keys: HostKeys, clock: HostClock,
        library: @escaping @Sendable (TextShelf) -> any PublishedTexts
    ) {
        (self.store, self.keys, self.clock, self.library) = (store, keys, clock, library)
    }

    /// A sequencer that continues what `store` holds. Throws ``Storage/StoreError``.
    public static func load(
        store: any Store, keys: HostKeys, clock: HostClock
    ) async throws(StoreError) -> Sequencer {
        try await load(store: store, keys: keys, clock: clock, library: { $0 })
    }

    /// One that asks another library than the published sets: a gateway that was patched, in tests.
    static func load(
        store: any Store, keys: HostKeys, clock: HostClock,
        library: @escaping @Sendable (TextShelf) -> any PublishedTexts
    ) async throws(StoreError) -> Sequencer {
        let sequencer = Sequencer(store: store, keys: keys, clock: clock, library: library)
        try await sequencer.begin()
        return sequencer
    }

    private func begin() async throws(StoreError) {
        try await reload()
        // While it served it dated what it published by this clock, however silent the log was.
        let last = [log?.time, dated].compactMap(\.self).max()
        watch = ClockWatch(clock, last: last)
    }

    /// Enters `submission` and returns once that is durable, or certain not to be.
    public func submit(_ submission: Submission) async -> Outcome {
        await enqueue(.statements([submission]))[0]
    }

    /// Enters `submissions` one after another, in this order, up to the first that isn't admitted, whose
    /// outcome is then the last of those returned. They share one batch.
    public func submit(inOrder submissions: [Submission]) async -> [Outcome] {
        submissions.isEmpty ? [] : await enqueue(.statements(submissions))
    }

    /// Makes and enters a statement of the host. Its time and signature are made at its turn, so that
    /// what an access says about the books is true at its index.
    func submit(_ draft: HostDraft) async -> Outcome {
        await enqueue(.draft(draft))[0]
    }

    /// What this log published, as far as it was read or entered here.
    var texts: any PublishedTexts { library(shelf) }

    /// The record types of this log. One that another gateway entered in the shared store is read there:
    /// this one may not have committed anything since.
    func types() async throws(StoreError) -> PublishedTypes {
        let listed = try await store.value(of: TypesState.key)?.list.count ?? 0
        guard listed > published.documents.count, let head = try await store.head() else {
            return published
        }
        var types = PublishedTypes()
        for document in try await PublishedTypes.read(from: store, 0..<head.size) {
            types.add(document)
        }
        return types
    }

    /// A set that this log is or was under, compiled.
    func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? {
        library(shelf).policies(digest)
    }

    /// Finishes what waits, then refuses.
    public func stop() async {
        stopping = true
        while let running { await running.value }
    }

    /// Whether it makes sense to send something: not while it stops, and not for a while after a
    /// commit failed. Then it is worth trying again.
    var canCommit: Bool {
        guard !stopping else { return false }
        return failed.map { ContinuousClock.now - $0 > GatewayLimits.pauseAfterFault } ?? true
    }

    private func enqueue(_ content: Work.Content) async -> [Outcome] {
        guard !stopping, waitingCount < GatewayLimits.waitingStatements else { return [.busy] }
        return await withCheckedContinuation { continuation in
            waiting.append(Work(content: content, continuation: continuation))
            if running == nil { running = Task { await run() } }
        }
    }

    private var waitingCount: Int { waiting.reduce(0) { $0 + $1.count } }

    /// One batch after another until nothing waits. Only one of these runs at a time.
    private func run() async {
        while !waiting.isEmpty {
            let batch = takeBatch()
            await process(batch)
        }
        running = nil
    }

    private func takeBatch() -> [Work] {
        var bytes = 0
        var statements = 0
        var taken = 0
        for work in waiting {
            bytes += work.byteCount
            statements += work.count
            let fits =
                statements <= GatewayLimits.batchStatements && bytes <= GatewayLimits.batchBytes
            guard taken == 0 || fits else { break }
            taken += 1
        }
        defer { waiting.removeFirst(taken) }
        return Array(waiting.prefix(taken))
    }

    private func process(_ works: [Work]) async {
        guard isTimely() else {
            works.forEach { $0.continuation.resume(returning: [.clockUnsure]) }
            return
        }
        // The error of a commit whose outcome isn't known. Once there was one, this batch may be
        // stored, whatever fails after it.
        var doubt: StoreError?
        // A batch that another gateway overtook is decided anew on the state it left.
        for _ in 0..<8 {
            let error: StoreError
            do {
                let plan = try await plan(works)
                if plan.isWorthwhile {
                    try await commit(plan)
                } else if isDateDue {
                    try await commit(BatchPlan(after: head))
                }
                failed = nil
                return answer(works, plan)
            } catch let caught {
                error = caught
            }
            switch error {
            case .superseded: break
            case .outcomeUnknown: doubt = doubt ?? error
            case .failed, .corrupt, .unreadable: return putOff(works, error, doubt)
            }
            // What is stored decides: after the reload, whatever of this batch did get in answers
            // as already registered.
            do { try await reload() } catch { return putOff(works, error, doubt) }
        }
        putOff(works, .superseded, doubt)
    }

    /// Dates the newest checkpoint anew, where its date is old: nobody is to take a log for frozen
    /// because nothing is entered. A clock that isn't to be believed dates nothing.
    public func renewDate() async {
        if isDateDue { _ = await enqueue(.statements([])) }
    }

    /// How many seconds a date lasts: half of the time within which it has to be renewed.
    public var dateLasts: Int64 { max(1, (log?.charter.freshness ?? 0) / Self.datesInFreshness) }

    private static let datesInFreshness: Int64 = 8

    private var isDateDue: Bool {
        guard log != nil, head != nil, let now = watch?.time() else { return false }
        return dated.map { now.seconds - $0.seconds >= dateLasts } ?? true
    }

    /// The time of the host's statements: what the clock shows, and never before what it was seen to
    /// show, or an entry would look backdated. What the authorities set back since doesn't count.
    private var now: Timestamp {
        let time = clock.now()
        guard let dated, log?.hasSetBack(dated) != true else { return time }
        return max(time, dated)
    }

    /// Whether statements of now can be entered: log time can stay where it is, or the clock may move
    /// it on.
    public func isTimely() -> Bool {
        let time = watch?.time()
        guard let log, needsStep(log, now) else { return true }
        return time != nil
    }

    private func needsStep(_ log: LogState, _ now: Timestamp) -> Bool {
        now.seconds - log.time.seconds > Limits.aheadSeconds / 2
    }

    private func putOff(_ works: [Work], _ error: StoreError, _ doubt: StoreError?) {
        failed = .now
        let outcome = doubt.map { Outcome.unknown($0) } ?? .unavailable(error)
        works.forEach { $0.continuation.resume(returning: [outcome]) }
    }

    /// All of it or nothing is taken over: a new head with the old edge would be another tree.
    private func reload() async throws(StoreError) {
        let head = try await store.head()
        // A crash may have come before the keys of what was published as erased were destroyed.
        if let head { try await store.destroyErased(before: head.size) }
        let edge = try await TileEdge.load(size: UInt64(head?.size ?? 0), from: store)
        if let head, edge.root != head.edge.root {
            throw .corrupt(.tree, .otherRoot)
        }
        var log: LogState?
        if let state = try await store.value(of: LogState.key) { log = state }
        let size = head?.size ?? 0
        let policies = try await PublishedPolicies.read(from: store, shelved..<size)
        let types = try await PublishedTypes.read(from: store, shelved..<size)
        self.head = head
        self.edge = edge
        self.log = log
        dated = head.flatMap { try? Note(parsing: $0.checkpoint) }.flatMap { date(of: $0) }
        for set in policies { shelf.add(set) }
        for document in types { add(document) }
        shelved = size
    }

    private func add(_ document: PublishedTypes.Document) {
        guard let origin = log?.origin else { return }
        published.add(document)
        shelf.add(document.type, of: origin)
    }

    // MARK: Deciding

    /// Decides each statement on the state that the ones before it left. Nothing is kept yet.
    private func plan(_ works: [Work]) async throws(StoreError) -> BatchPlan {
        var plan = BatchPlan(after: head)
        var state = LoadedState(store: store)
        var shelf = self.shelf
        let now = now
        var groups: [[Submission]] = []
        for work in works { groups.append(submissions(of: work, at: now)) }
        // The state that the whole batch names is read at once; what only turns up on the way
        // (a grant made earlier in this very batch) is read when it does.
        let candidates = groups.joined().map { $0.candidate(at: 0) }
        try await state.load(candidates.flatMap { Rules.keys(of: $0) })
        try await state.load(candidates.flatMap { Rules.furtherKeys(of: $0, in: state.slice) })
        for step in timeSteps(to: now) {
            let (admission, parties) = try await decide(step, plan, &state, shelf)
            if case .success(let admission) = admission {
                plan.lead(admission, step, parties: parties)
            }
        }
        for group in groups {
            plan.beginGroup()
            statements: for submission in group {
                shelf.add(broughtBy: submission)
                let (admission, parties) = try await decide(submission, plan, &state, shelf)
                switch admission {
                case .success(let admission): plan.admit(admission, submission, parties: parties)
                case .failure(let error):
                    // Which policy refused says what it was told of another's books.
                    plan.refuse(
                        submission.statement.kind.isAboutOthersBooks ? error.withoutNames : error)
                    guard case .place(.alreadyRegistered) = error else { break statements }
                }
            }
        }
        return plan
    }

    /// Decides a statement at the next index of `plan`, and says whom it concerns.
    private func decide(
        _ submission: Submission, _ plan: BatchPlan, _ state: inout LoadedState,
        _ shelf: TextShelf
    ) async throws(StoreError) -> (Result<Admission, Refusal>, Set<Handle>) {
        let candidate = submission.candidate(at: plan.nextIndex)
        try await state.load(Rules.keys(of: candidate))
        try await state.load(Rules.furtherKeys(of: candidate, in: state.slice))
        do {
            let admission = try Rules.decide(
                candidate, in: state.slice, texts: library(shelf))
            let parties = Rules.parties(to: candidate, in: state.slice)
            state.apply(admission.changes)
            return (.success(admission), parties)
        } catch { return (.failure(error), []) }
    }

    /// What brings log time up to `now`, where it lies so far behind that statements of now would be
    /// refused.
    private func timeSteps(to now: Timestamp) -> [Submission] {
        guard let log, needsStep(log, now) else { return [] }
        let signer = Signer(
            origin: log.origin, handle: log.host, log: log.genesis, key: keys.host)
        var random = SystemRandomNumberGenerator()
        var time = log.time
        var steps: [Submission] = []
        while time < now {
            let step = MoveTime(from: time, number: log.timesSet)
            time = min(now, time.advanced(by: Limits.timeStepSeconds))
            steps.append(
                Submission(
                    Statement.sign(step, by: signer, at: time, jti: JTI(using: &random)),
                    selective: NoSelectiveClaims()))
        }
        return steps
    }

    /// A statement of the host is stamped and signed when its turn comes, never before log time.
    private func submissions(of work: Work, at now: Timestamp) -> [Submission] {
        switch work.content {
        case .statements(let submissions): return submissions
        case .draft(let draft):
            guard let log else { preconditionFailure("there is no call before genesis") }
            return [draft.stated(by: keys.host, log: log, at: max(now, log.time))]
        }
    }

    // MARK: Committing

    private func commit(_ plan: BatchPlan) async throws(StoreError) {
        var edge = self.edge
        let tiles = edge.append(plan.leaves)
        guard let origin = (plan.log ?? log)?.origin,
            let checkpoint = try? Checkpoint(
                origin: origin.text, size: edge.size, root: edge.root)
        else { preconditionFailure("an origin is a valid checkpoint origin") }
        let date = nextDate()
        let head = Head(
            edge: edge.rightEdge,
            checkpoint: checkpoint.signed(
                by: keys.log, at: UInt64(date.seconds), by: keys.clock))
        try await store.commit(
            Batch(
                entries: plan.entries,
                tiles: tiles.map {
                    StoredTile(
                        level: $0.coordinate.level, index: $0.coordinate.index, hashes: $0.hashes)
                },
                changes: plan.changes, erased: plan.erased, head: head),
            after: self.head)
        // From here on the batch is committed and published, which is one while no witness is asked:
        // a crash loses the acknowledgements, not the entries.
        self.head = head
        self.edge = edge
        dated = date
        if let state = plan.log { log = state }
        for set in plan.policies { shelf.add(set) }
        for document in plan.types { add(document) }
        shelved = head.size
        // What isn't published may still be taken back, so nothing is destroyed before. A crash here
        // is recovered by reload().
        try await store.destroyErased(before: head.size)
    }

    /// The date of the next note: the time, where the clock is to be believed, else that of the last
    /// one. Dates never go back: two notes of which the later one is smaller prove a rollback.
    private func nextDate() -> Timestamp {
        [watch?.time(), dated].compactMap(\.self).max() ?? log?.time ?? clock.now()
    }

    private func date(of note: Note) -> Timestamp? {
        note.unverifiedTime(under: keys.clock.verifierKey.name).map {
            Timestamp(clamping: Int64(clamping: $0))
        }
    }

    private func answer(_ works: [Work], _ plan: BatchPlan) {
        for (work, decisions) in zip(works, plan.decisions) {
            let outcomes = decisions.map { decision -> Outcome in
                switch decision {
                case .admitted(let index):
                    guard let head else { preconditionFailure("a commit made a head") }
                    return .registered(index: index, head: head)
                case .refused(.place(.alreadyRegistered(let index))): return .already(index: index)
                case .refused(let refusal): return .refused(refusal)
                }
            }
            work.continuation.resume(returning: outcomes)
        }
    }
}

extension Sequencer.Work {
    var count: Int {
        switch content {
        case .statements(let submissions): submissions.count
        case .draft: 1
        }
    }

    var byteCount: Int {
        switch content {
        case .statements(let submissions): submissions.reduce(0) { $0 + $1.byteCount }
        case .draft: JWS.maximumBytes
        }
    }
}

extension Submission {
    fileprivate var byteCount: Int {
        statement.jws.bytes.count + attachments.byteCount
    }
}

extension TextShelf {
    /// Takes in the texts that come with a submission.
    fileprivate mutating func add(broughtBy submission: Submission) {
        if let set = submission.policies { add(set) }
        for type in submission.types { add(type, of: submission.statement.origin) }
    }
}
