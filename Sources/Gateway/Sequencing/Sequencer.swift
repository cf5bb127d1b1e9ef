public import Rules
import Sharing
public import Storage
import Synchronization
public import Transparency
public import Wire

/// What became of a submission.
public enum Outcome: Sendable {
    /// It is durable at this index, under the checkpoint of this batch.
    case registered(index: Int64, in: PublishedBatch)
    /// The very same statement was already there.
    case already(index: Int64)
    case refused(Refusal)
    /// Nothing was stored, and nobody is to blame but the gateway.
    case unavailable(StoreError)
    /// Whether it was stored isn't known: a commit gave no answer, and the store couldn't be read
    /// after it. The same bytes, submitted again, find out.
    case unknown(StoreError)
    /// Too much waits; there will be room in so many seconds.
    case busy(seconds: Int)
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
/// While one batch is committed the next is decided, on what the one before it will have made. Where a
/// commit fails, everything that was decided after it is decided anew: nothing is acknowledged from a
/// batch that isn't in the store, nor from one behind such a batch.
///
/// Several gateways may share a store; the commit's compare-and-swap decides whose batch it is, and
/// the others reload and decide anew.
public actor Sequencer {
    nonisolated let store: any Store
    nonisolated let keys: HostKeys
    private let hostKey: VerificationKey
    private let clock: HostClock
    private var watch: ClockWatch?
    /// Which library is asked, given the sets that were published: those themselves.
    private let library: @Sendable (TextShelf) -> any PublishedTexts

    nonisolated let intake: Intake
    private nonisolated let presence: StatePresence
    nonisolated let state: StateCache
    nonisolated let reader: StateReader
    nonisolated let unchanging: Unchanging
    nonisolated let served = ServedLately()
    /// Where the log stands after the last commit.
    private nonisolated let settled = Mutex(Settled(LogPoint()))
    /// The right to commit; `nil` before the first commit, and after another gateway got ahead.
    private nonisolated let tenure = Mutex<Tenure?>(nil)
    /// Where it will stand when all that is decided is committed.
    private var tip = LogPoint()
    /// The batches that are decided and whose commits aren't over, or weren't looked at yet.
    private var flights: [Flight] = []
    private var lastBatch: Int64 = 0

    private init(
        store: any Store, keys: HostKeys, clock: HostClock, bounds: FairQueue.Bounds,
        presence: StatePresence, library: @escaping @Sendable (TextShelf) -> any PublishedTexts
    ) {
        self.store = store
        self.keys = keys
        hostKey = keys.host.verificationKey
        self.clock = clock
        self.library = library
        intake = Intake(bounds)
        self.presence = presence
        state = StateCache(capacity: GatewayLimits.cachedState, presence: presence)
        reader = StateReader(store, into: state)
        unchanging = Unchanging(store)
    }

    /// A sequencer that continues what `store` holds. Throws ``Storage/StoreError``.
    public static func load(
        store: any Store, keys: HostKeys, clock: HostClock
    ) async throws(StoreError) -> Sequencer {
        try await load(store: store, keys: keys, clock: clock, library: { $0 })
    }

    /// One that asks another library than the published sets, a gateway that was patched, or lets other
    /// amounts wait: in tests.
    static func load(
        store: any Store, keys: HostKeys, clock: HostClock, bounds: FairQueue.Bounds = .init(),
        library: @escaping @Sendable (TextShelf) -> any PublishedTexts = { $0 }
    ) async throws(StoreError) -> Sequencer {
        let presence = try await StatePresence(
            of: store, maximumBytes: GatewayLimits.presenceBytes)
        let sequencer = Sequencer(
            store: store, keys: keys, clock: clock, bounds: bounds, presence: presence,
            library: library)
        try await sequencer.begin()
        return sequencer
    }

    private func begin() async throws(StoreError) {
        try await reload()
        try await requireHostKey()
        // While it served it dated what it published by this clock, however silent the log was.
        let last = [tip.log?.time, tip.dated].compactMap(\.self).max()
        watch = ClockWatch(clock, last: last)
        // Whoever gets a damaged checkpoint takes it for a forgery. The tree is whole: it is signed anew.
        guard tip.head != nil, tip.note == nil else { return }
        await renewDate()
        guard point.note != nil else { throw .corrupt(.checkpoint, .changed) }
    }

    /// The host signs with the key that the log knows as its own.
    private func requireHostKey() async throws(StoreError) {
        guard let log = tip.log else { return }
        let known = try await store.value(of: KeyState.key(hostKey.thumbprint))
        guard let known, known.handle == log.host, !known.retired else {
            throw .unreadable(.otherKeyring)
        }
    }

    /// Enters `submission` and returns once that is durable, or certain not to be.
    public nonisolated func submit(_ submission: Submission) async -> Outcome {
        await enqueue(.statements([submission]), for: submission.signer)[0]
    }

    /// Enters `submissions` one after another, in this order, up to the first that isn't admitted, whose
    /// outcome is then the last of those returned. They share one batch.
    public nonisolated func submit(inOrder submissions: [Submission]) async -> [Outcome] {
        guard let first = submissions.first else { return [] }
        return await enqueue(.statements(submissions), for: first.signer)
    }

    /// Makes and enters a statement of the host, because of a call of `caller`. Its time is that of its
    /// turn, so that what an access says about the books is true at its index.
    nonisolated func submit(_ draft: HostDraft, for caller: Handle) async -> Outcome {
        var draft = draft
        if let log = point.log {
            draft = draft.ahead(by: keys.host, log: log, at: max(clock.now(), log.time))
        }
        return await enqueue(.draft(draft), for: caller)[0]
    }

    private nonisolated func enqueue(
        _ content: Work.Content, for account: Handle?
    ) async -> [Outcome] {
        await withCheckedContinuation { continuation in
            switch intake.add(Work(content, for: account, continuation)) {
            case .waits: break
            case .begins: Task(priority: .sequencing) { await run() }
            case .full(let seconds): continuation.resume(returning: [.busy(seconds: seconds)])
            case .stopped:
                continuation.resume(returning: [.busy(seconds: GatewayLimits.stoppingSeconds)])
            }
        }
    }

    // MARK: What was published

    /// Where the log stood at this sequencer's last commit, or when it was loaded.
    nonisolated var point: LogPoint { settled.withLock { $0 }.point }

    /// What stands at the published checkpoint. The store is asked from time to time, whether another
    /// gateway has committed; `nil` before genesis. Throws ``StoreError``.
    nonisolated func current() async throws(StoreError) -> (head: Head, log: LogState)? {
        let settled = settled.withLock { $0 }
        if let since = settled.since, ContinuousClock.now - since < GatewayLimits.headIsCertain,
            let head = settled.point.head, let log = settled.point.log
        {
            return (head, log)
        }
        guard let head = try await store.head() else { return nil }
        if head == settled.point.head, let log = settled.point.log {
            self.settled.withLock { if $0 === settled { $0 = Settled(settled.point) } }
            return (head, log)
        }
        // Another gateway may have erased something, or changed a book.
        served.forget()
        guard let log = try await store.value(of: LogState.key) else { return nil }
        return (head, log)
    }

    /// Whether the log stands where this sequencer brought it: then what is in memory is so. Throws
    /// ``StoreError``.
    nonisolated func isOurs() async throws(StoreError) -> Bool {
        try await current()?.head == point.head
    }

    /// State as the store has it, from memory where that is certain. Throws ``StoreError``.
    nonisolated func stored(_ keys: Set<StateKey>) async throws(StoreError) -> Slice {
        var slice = Slice()
        guard try await isOurs() else { return try await store.state(keys) }
        var missing = state.fill(&slice, keys, stored: true)
        guard !missing.isEmpty else { return slice }
        try await reader.load(missing)
        missing = state.fill(&slice, missing, stored: true)
        guard !missing.isEmpty else { return slice }
        // A batch that isn't stored yet changes these, and nobody had read them before.
        for (key, value) in try await store.state(Set(missing)).values { slice[key] = value }
        return slice
    }

    /// One piece of state as the store has it. Throws ``StoreError``.
    nonisolated func stored<Object>(
        _ key: StateKey.Of<Object>
    ) async throws(StoreError) -> Object? {
        try await stored([key.untyped])[key]
    }

    /// The texts of a set that this log is or was under. Throws ``StoreError``.
    nonisolated func policyTexts(
        _ digest: Digest<Digested.Policies>
    ) async throws(StoreError) -> PolicyTexts? {
        let known = point
        if let set = known.sets[digest] { return set.texts }
        // Another gateway may have published it.
        guard let size = try await current()?.head.size, size > known.shelved else { return nil }
        return try await PublishedPolicies.read(from: store, known.shelved..<size)
            .first { $0.digest == digest }?.texts
    }

    /// The record types of this log.
    nonisolated var published: PublishedTypes { settled.withLock { $0 }.point.published }

    /// What this log published, as far as it was read or entered here.
    nonisolated var texts: any PublishedTexts { library(point.shelf) }

    /// The record types of this log. One that another gateway entered in the shared store is read there:
    /// this one may not have committed anything since.
    nonisolated func types() async throws(StoreError) -> PublishedTypes {
        let published = self.published
        let listed = try await stored(TypesState.key)?.list.count ?? 0
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
    nonisolated func policies(_ digest: Digest<Digested.Policies>) -> (any Policies)? {
        texts.policies(digest)
    }

    /// Learns which state there is, so that nobody looks for what is new. Until then, and where the store
    /// can't be read, everything is looked for.
    nonisolated func learnState() async { try? await presence.learn() }

    /// Finishes what waits, then refuses.
    public nonisolated func stop() async { await intake.stop() }

    /// Whether it makes sense to send something: not while it stops, and not for a while after a
    /// commit failed. Then it is worth trying again.
    nonisolated var canCommit: Bool { intake.isWell }

    // MARK: Time

    /// Dates the newest checkpoint anew, where its date is old: nobody is to take a log for frozen
    /// because nothing is entered. A clock that isn't to be believed dates nothing.
    public nonisolated func renewDate() async {
        let dated = point.dated
        guard dated.map({ clock.now().seconds - $0.seconds >= dateLasts }) ?? true else { return }
        if await isDateDue { _ = await enqueue(.statements([]), for: nil) }
    }

    /// How many seconds a date lasts: half of the time within which it has to be renewed.
    public nonisolated var dateLasts: Int64 {
        max(1, (point.log?.charter.freshness ?? 0) / Self.datesInFreshness)
    }

    private static let datesInFreshness: Int64 = 8

    private var isDateDue: Bool {
        guard tip.log != nil, tip.head != nil, let now = watch?.time() else { return false }
        return tip.dated.map { now.seconds - $0.seconds >= dateLasts } ?? true
    }

    /// The time of the host's statements: what the clock shows, and never before what it was seen to
    /// show, or an entry would look backdated. What the authorities set back since doesn't count.
    private var now: Timestamp {
        let time = clock.now()
        guard let dated = tip.dated, tip.log?.hasSetBack(dated) != true else { return time }
        return max(time, dated)
    }

    /// Whether statements of now can be entered: log time can stay where it is, or the clock may move
    /// it on.
    public func isTimely() -> Bool {
        let time = watch?.time()
        guard let log = tip.log, needsStep(log, now) else { return true }
        return time != nil
    }

    private func needsStep(_ log: LogState, _ now: Timestamp) -> Bool {
        now.seconds - log.time.seconds > Limits.aheadSeconds / 2
    }

    /// The date of the next note: the time, where the clock is to be believed, else that of the last
    /// one. Dates never go back: two notes of which the later one is smaller prove a rollback.
    private func nextDate() -> Timestamp {
        [watch?.time(), tip.dated].compactMap(\.self).max() ?? tip.log?.time ?? clock.now()
    }

    // MARK: One batch after another

    /// Decides as long as something waits. Only one of these runs at a time.
    private func run() async {
        while true {
            await land()
            // What is few waits for the others, while a batch is on its way anyway.
            let wanted = flights.isEmpty ? 0 : GatewayLimits.worthOfBatch
            let hasRoom = flights.count < GatewayLimits.batchesInFlight
            if hasRoom {
                let works = intake.take(atLeast: wanted)
                guard works.isEmpty else {
                    await decide(works)
                    continue
                }
                if flights.isEmpty, intake.rest() { return }
                if flights.isEmpty { continue }
            }
            await intake.sleep(wanting: hasRoom ? wanted : nil)
        }
    }

    /// Takes note of the commits that are over. One that failed takes everything behind it along.
    private func land() async {
        while let first = flights.first, let end = first.end {
            guard case .failed(let error) = end else {
                flights.removeFirst()
                continue
            }
            let (failed, dropped) = (first, flights.dropFirst())
            for flight in dropped { await flight.settle() }
            flights = []
            await recover(from: error, failed.works, dropped.flatMap(\.works))
        }
    }

    /// Decides anew what can be, on the state that is in the store.
    private func recover(from error: StoreError, _ failed: [Work], _ dropped: [Work]) async {
        var again = failed
        switch error {
        // A batch that another gateway overtook is decided anew on the state it left.
        case .superseded: break
        // What is stored decides: after the reload, whatever of this batch did get in answers as
        // already registered.
        case .outcomeUnknown:
            for place in again.indices { again[place].doubt = again[place].doubt ?? error }
        case .failed, .corrupt, .unreadable:
            putOff(failed, error)
            goBack()
            return intake.putBack(dropped)
        }
        for place in again.indices { again[place].attempts += 1 }
        do { try await reload() } catch let unreadable {
            goBack()
            putOff(again, error)
            return putOff(dropped, unreadable)
        }
        let hopeless = again.filter { $0.attempts >= Self.attempts }
        putOff(hopeless, .superseded)
        intake.putBack(again.filter { $0.attempts < Self.attempts } + dropped)
    }

    private static let attempts = 8

    /// To where the log stood after the last commit.
    private func goBack() {
        tip = settled.withLock { settled in
            settled = Settled(settled.point, isCertain: false)
            return settled.point
        }
        state.clear()
    }

    private func putOff(_ works: [Work], _ error: StoreError) {
        guard !works.isEmpty else { return }
        intake.failed()
        works.forEach { $0.putOff(error) }
    }

    /// All of it or nothing is taken over: a new head with the old edge would be another tree.
    private func reload() async throws(StoreError) {
        tenure.withLock { $0 = nil }
        // After the head is known: what was read before may be older than it.
        defer { served.forget() }
        let point = try await self.point.reloaded(
            from: store, signedBy: keys)
        settled.withLock { $0 = Settled(point) }
        tip = point
        // As above; where the head can't be read the cache is cleared by whoever goes back.
        state.forget()
    }

    // MARK: Deciding

    private func decide(_ works: [Work]) async {
        guard isTimely() else { return works.forEach { $0.end(.clockUnsure) } }
        let plan: BatchPlan
        do { plan = try await self.plan(works) } catch {
            // What was decided before it goes on, and nothing of this is stored.
            return putOff(works, error)
        }
        lastBatch += 1
        let next: DecidedBatch?
        if plan.isWorthwhile {
            next = close(plan)
        } else {
            next = isDateDue ? close(BatchPlan(after: tip.head)) : nil
        }
        if let next { state.apply(next.batch.changes, of: lastBatch) }
        let flight = Flight(works, decisions: plan.decisions, next, number: lastBatch)
        flight.begin(behind: flights.last, of: self)
        flights.append(flight)
    }

    /// Decides each statement on the state that the ones before it left. Nothing is kept yet.
    private func plan(_ works: [Work]) async throws(StoreError) -> BatchPlan {
        var plan = BatchPlan(after: tip.head)
        let now = now
        let steps = timeSteps(to: now)
        let groups = statements(of: works, at: now)
        let all = steps + groups.joined()
        plan.state = try await read(all.map(\.stateKeys), of: all)
        var shelf = tip.shelf
        for step in steps {
            let (admission, parties) = try await decide(step, &plan, shelf)
            if case .success(let admission) = admission {
                plan.lead(admission, step, parties: parties)
            }
        }
        for group in groups {
            plan.beginGroup()
            statements: for submission in group {
                shelf.add(broughtBy: submission)
                let (admission, parties) = try await decide(submission, &plan, shelf)
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
        _ submission: Submission, _ plan: inout BatchPlan, _ shelf: TextShelf
    ) async throws(StoreError) -> (Result<Admission, Refusal>, Set<Handle>) {
        let candidate = submission.candidate(at: plan.nextIndex)
        // What it names itself was read with all others. The rest may follow from those before it.
        let further = Rules.furtherKeys(of: candidate, in: plan.state)
            .filter { plan.changes[$0] == nil }
        if !further.isEmpty { try await reader.fill(&plan.state, further) }
        do {
            let admission = try Rules.decide(candidate, in: plan.state, texts: library(shelf))
            return (.success(admission), Rules.parties(to: candidate, in: plan.state))
        } catch { return (.failure(error), []) }
    }

    /// What brings log time up to `now`, where it lies so far behind that statements of now would be
    /// refused.
    private func timeSteps(to now: Timestamp) -> [Submission] {
        guard let log = tip.log, needsStep(log, now) else { return [] }
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

    /// What each work enters. Statements of the host have the time of their turn, and never one before log
    /// time. Most were made ahead; the signatures of the others are checked together.
    private func statements(of works: [Work], at now: Timestamp) -> [[Submission]] {
        var groups: [[Submission]] = []
        var own: [(group: Int, made: Submission)] = []
        for work in works {
            switch work.content {
            case .statements(let submissions): groups.append(submissions)
            case .draft(let draft):
                guard let log = tip.log else {
                    preconditionFailure("there is no call before genesis")
                }
                // What was decided in vain may be stored all the same; then it isn't this statement.
                let draft = work.attempts == 0 ? draft : draft.anew
                let time = max(now, log.time)
                if let made = draft.madeAhead(log: log, at: time) {
                    groups.append([made])
                    continue
                }
                let made = draft.stated(by: keys.host, log: log, at: time)
                own.append((groups.count, made))
                groups.append([made])
            }
        }
        let checked = JWS.verified(own.map { ($0.made.statement.jws, hostKey) })
        for ((group, made), checked) in zip(own, checked) {
            groups[group] = [made.prepared(checked, readAhead: nil)]
        }
        return groups
    }

    /// Makes the batch that enters what `plan` has, under a new checkpoint, and goes on from it.
    private func close(_ plan: BatchPlan) -> DecidedBatch {
        let previous = tip.head
        let growth = GrowthProofs(tip.rightEdge, adding: plan.leaves)
        let tiles = tip.edge.append(plan.leaves)
        if let log = plan.log { tip.log = log }
        guard let origin = tip.log?.origin,
            let checkpoint = try? Checkpoint(
                origin: origin.text, size: growth.edge.size, root: growth.edge.root)
        else { preconditionFailure("an origin is a valid checkpoint origin") }
        let date = nextDate()
        let bytes = checkpoint.signed(by: keys.log, at: UInt64(date.seconds), by: keys.clock)
        guard let note = try? Note(parsing: bytes) else {
            preconditionFailure("what was signed is a note")
        }
        let head = Head(edge: growth.edge, checkpoint: bytes)
        tip.head = head
        tip.note = note
        tip.dated = date
        tip.shelve(plan.policies, plan.types, upTo: head.size)
        if plan.changesKeys { tip.keysChanged = head.size }
        return DecidedBatch(
            batch: Batch(
                entries: plan.entries,
                tiles: tiles.map {
                    StoredTile(
                        level: $0.coordinate.level, index: $0.coordinate.index, hashes: $0.hashes)
                },
                changes: plan.changes, erased: plan.erased, head: head),
            previous: previous, point: tip,
            published: PublishedBatch(
                head: head, note: note, growth: growth, entries: plan.entries))
    }

    // MARK: Committing

    /// Stores the batch, and takes it for where the log stands. Throws ``StoreError``.
    nonisolated func commit(
        _ next: DecidedBatch, _ staged: StagedEntries, number: Int64
    ) async throws(StoreError) {
        let held = try await store.commit(
            staged, after: next.previous?.position, in: tenure.withLock { $0 })
        tenure.withLock { $0 = held }
        served.take(next.batch)
        // From here on the batch is committed and published, which is one while no witness is asked:
        // a crash loses the acknowledgements, not the entries.
        settled.withLock { $0 = Settled(next.point) }
        state.committed(number)
        try await destroyErased()
    }

    /// That nobody else has committed since, and nothing is left of what was erased: whoever sends an
    /// erasure again is told that it was entered. Throws ``StoreError``.
    nonisolated func confirm() async throws(StoreError) {
        guard try await store.head()?.edge == point.head?.edge else { throw .superseded }
        try await destroyErased()
    }

    /// What isn't published may still be taken back, so nothing is destroyed before. A crash here is
    /// recovered by ``reload()``. Throws ``StoreError/outcomeUnknown(_:)`` only.
    nonisolated private func destroyErased() async throws(StoreError) {
        try await store.destroyErased(before: point.size)
    }
}

extension TextShelf {
    /// Takes in the texts that come with a submission.
    fileprivate mutating func add(broughtBy submission: Submission) {
        if let set = submission.policies { add(set) }
        for type in submission.types { add(type, of: submission.statement.origin) }
    }
}
