public import Custody
import Interface
import Rules
public import Sharing
import Synchronization
public import Transparency
public import Verification
public import Wire

/// A participant at work: its home unlocked, its gateway at the other end, and its view of the log.
///
/// Several processes may have a session in one home. Who signs waits for its turn, one operation at a
/// time; who reads waits for nobody. All that is signed here goes through the outbox; all that comes is
/// verified under the home's own trust before anything follows from it.
public actor Session {
    public nonisolated let home: Home
    public nonisolated let configuration: Configuration
    public nonisolated let trust: Trust
    /// Entry 0, as it was pinned.
    public nonisolated let genesis: Statement
    public nonisolated let founding: Genesis
    public nonisolated let surroundings: Surroundings
    public nonisolated let connection: GatewayConnection
    public nonisolated let keeper: CheckpointKeeper
    /// What is signed and opened with. A new era adds to it.
    package nonisolated var keyring: Keyring { heldKeyring.withLock { $0.keyring } }
    private nonisolated let heldKeyring: Mutex<OpenKeyring>
    /// Signs in the place of the machine's own key, until that is registered.
    private nonisolated let acting: SigningKey?
    nonisolated let reader: LogReader
    /// Of what was sent from this home to be admitted; `nil` for a founder.
    nonisolated let ownFingerprint: Fingerprint?
    private var viewFile: ViewFile
    /// The outbox and the view are synced to the disk by this actor.
    private let executor = QueueExecutor("trine.session")
    /// Held from the first step of an operation that signs until it is over.
    private var lock: HomeLock?
    /// Owned by this actor, as is the view. It is on disk, and so is most of the view.
    private(set) var outbox: Outbox
    public private(set) var view: View
    /// What this device was given of the participant's keys, by era; nothing on an owner's.
    private var shares: [Int: SharedKeys]
    /// How many entries the view on disk has.
    private var kept: Int64
    /// Whether something was noted that the view on disk doesn't have.
    private var hasNotes = false
    /// The last entry that this session registered.
    private var registered: Int64 = -1
    /// Whether this session's acts are an authority's: that the host's clock is ahead is what those have
    /// to mend, and no hindrance.
    private var isGoverning = false
    /// What this session registered behind entries that it doesn't know yet, by index.
    private var unlisted: [Int64: Frame] = [:]
    /// Whether the gateway is asked for nothing, and what is known is taken as it is.
    nonisolated let isOffline: Bool
    /// How many entries one ``sync()`` reads at most.
    private let entriesPerSync: UInt64

    /// Some hundred megabytes.
    public static let usualEntriesPerSync: UInt64 = 100_000

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Opens a home. Throws ``HomeError``, ``KeyringError`` and ``LogFault``; nothing is sent yet.
    public init(
        _ home: Home, passphrase: Passphrase, cost: KeyringCost = .usual,
        surroundings: Surroundings = .system, offline: Bool = false,
        entriesPerSync: UInt64 = usualEntriesPerSync,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws {
        let open = try await BlockingWork.run { try home.unlock(passphrase, cost) }
        try self.init(
            home, open, surroundings: surroundings, offline: offline,
            entriesPerSync: entriesPerSync, transport: transport)
    }

    /// The same with a keyring that is open. Throws ``HomeError`` and ``LogFault``.
    public init(
        _ home: Home, _ open: OpenKeyring, acting: SigningKey? = nil,
        surroundings: Surroundings = .system, offline: Bool = false,
        entriesPerSync: UInt64 = usualEntriesPerSync,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) throws {
        let keyring = open.keyring
        isOffline = offline
        self.entriesPerSync = entriesPerSync
        let configuration = try home.configuration()
        let (genesis, founding) = try home.genesis(configuration)
        trust = try home.trust()
        connection = GatewayConnection(transport(configuration.gateway))
        keeper = try CheckpointKeeper(
            home: home, policy: trust.policy, clock: try home.clockKey(), connection: connection)
        var file = ViewFile(home: home, keyring: keyring)
        let handle = configuration.handle
        let seesAll = configuration.roles.contains(.regulator)
        view = try file.read(of: handle, seesAll: seesAll) ?? View(of: handle, seesAll: seesAll)
        viewFile = file
        kept = view.next
        shares = try home.shares(keyring)
        view.epochFloors = try home.devices(keyring).floors
        outbox = try Outbox(in: home, keyring: keyring)
        ownFingerprint = configuration.fingerprint
        self.home = home
        self.configuration = configuration
        heldKeyring = Mutex(open)
        self.acting = acting
        self.genesis = genesis
        self.founding = founding
        self.surroundings = surroundings
        let signer = Signer(
            origin: configuration.origin, handle: configuration.handle,
            log: configuration.genesis, key: try acting ?? keyring.signingKey(.query))
        reader = LogReader(
            handle: configuration.handle, genesis: genesis, connection: connection, keeper: keeper,
            fingerprint: ownFingerprint
        ) { from in
            Query.sign(
                .entries, from: from, limit: Int64(QueryAnswer.maximumEntries), by: signer,
                at: surroundings.now(), jti: Self.newJTI(surroundings))
        }
    }

    // MARK: Operations

    /// Waits for the turn to sign, and takes up what other processes left to send. Whoever has the turn
    /// keeps it. Throws ``HomeError/busy(path:holder:)`` where another process goes on for longer than
    /// the surroundings' patience, and `CancellationError`.
    func beginOperation() async throws {
        let deadline = ContinuousClock.now + surroundings.patience
        while true {
            do { return try takeTurn() } catch .busy where ContinuousClock.now < deadline {
                try await Task.sleep(for: HomeLock.poll)
            }
        }
    }

    /// Begins an operation unless another process is at one: throws ``HomeError/busy(path:holder:)``.
    private func takeTurn() throws(HomeError) {
        guard lock == nil else { return }
        let lock = try home.lock()
        outbox = try Outbox(in: home, keyring: keyring)
        // Another process may have given a device up meanwhile.
        view.epochFloors = try home.devices(keyring).floors
        self.lock = lock
    }

    /// Lets others have their turn: an operation is over. The next one begins by itself.
    public func endOperation() { lock = nil }

    /// The same for work that goes on at once with the next operation: whoever waits comes first.
    func yieldOperation() async throws {
        lock = nil
        try await Task.sleep(for: HomeLock.courtesy)
    }

    /// Whether nobody else has the turn to sign now; then this session has it.
    public func beginOperationIfFree() throws(HomeError) -> Bool {
        do {
            try takeTurn()
            return true
        } catch {
            guard case .busy = error else { throw error }
            return false
        }
    }

    /// Lets go of the connection and of the home. What wasn't sent stays in the outbox.
    public func close() async {
        // The view is a cache, and what can't be kept of it is read again.
        if !isOffline, hasNotes || view.next < Self.entriesKeptAlways { try? keepView() }
        await connection.shutDown()
        lock = nil
    }

    public nonisolated var now: Timestamp { surroundings.now() }
    public nonisolated var handle: Handle { configuration.handle }
    package nonisolated var log: Digest<Digested.Genesis> { configuration.genesis }

    /// The keys of the own records of all eras that the log has begun; on a device that was given only
    /// some, those. Throws ``KeyringError/eraMissing(_:)``.
    func schedule() throws(KeyringError) -> KeySchedule {
        guard keyring.eraCount == 0, !shares.isEmpty else {
            return try keyring.schedule(log: log, eras: view.era)
        }
        guard shares[view.era] != nil else { throw .eraMissing(view.era) }
        return KeySchedule(shares: shares, log: log)
    }

    /// The key that this era's records are bound to: a device that doesn't have it takes the latest
    /// that the log says. Throws ``KeyringError/eraMissing(_:)``.
    func holder() throws(KeyringError) -> NamedKey {
        guard keyring.eraCount == 0 else {
            return try keyring.holderKey(era: view.era).verificationKey.named
        }
        let keys = view.state[ParticipantState.key(handle)]?.keys ?? []
        let presenting = keys.compactMap { view.state[KeyState.key($0)] }
            .last { $0.scopes.contains(.present) && !$0.retired }
        guard let presenting else { throw .eraMissing(view.era) }
        return presenting.key.named
    }

    /// Every key to which others seal envelopes for this participant, as far as this device has them.
    func decryptionKeys() throws -> [DecryptionKey] {
        guard keyring.eraCount == 0 else { return try keyring.decryptionKeys() }
        return try shares.sorted { $0.key > $1.key }.compactMap { $1.encryption }.map {
            do { return try DecryptionKey(seed: $0) } catch { throw KeyringError.malformed }
        }
    }

    /// Whether this device may grant, and has the keys of all records.
    nonisolated var mayGrantAll: Bool {
        keyring.eraCount > 0 && (acting != nil || keyring.maySign(.grant))
    }

    /// Takes what a share gave for what this device has from now on.
    func take(_ shares: [Int: SharedKeys]) { self.shares = shares }

    /// From now on new records of these series have no lower epoch.
    func raise(_ floors: [Series: Int64]) { view.epochFloors = floors }

    package nonisolated func signer(_ scope: KeyScope) throws(KeyringError) -> Signer {
        let key = if let acting { acting } else { try keyring.signingKey(scope) }
        return Signer(origin: configuration.origin, handle: handle, log: log, key: key)
    }

    /// Puts another keyring in the place of this one, durably; what opened it opens it still. Throws
    /// ``HomeError`` and ``KeyringError``.
    func replaceKeyring(_ keyring: Keyring) throws {
        let open = OpenKeyring(
            keyring: keyring, fileKey: heldKeyring.withLock { $0.fileKey })
        try home.replaceKeyring(open, using: surroundings.random)
        heldKeyring.withLock { $0 = open }
    }

    package nonisolated func newJTI() -> JTI { Self.newJTI(surroundings) }

    /// A fresh identifier. It doesn't begin with a hyphen, so that it is a word on every command
    /// line; of the 128 random bits that costs one 64th of their values.
    private static func newJTI(_ surroundings: Surroundings) -> JTI {
        var random = surroundings.random
        while true {
            let jti = JTI(using: &random)
            if jti.text.first != "-" { return jti }
        }
    }

    public nonisolated func contacts() throws -> Contacts { try home.contacts() }

    // MARK: The view of the log

    /// Brings the view up to the log's latest checkpoint, verifying every entry. Throws
    /// ``ConnectionError``, ``LogFault`` and ``HomeError``, and ``ClientError/notAdmitted(_:)`` where
    /// no entry names this participant yet, and ``ClientError/substituted(_:)`` where what was admitted
    /// under its handle isn't what this home sent. Where there are very many
    /// it reads some, keeps them and throws ``ClientError/moreEntries(read:of:)``.
    @discardableResult
    public func sync() async throws -> View {
        if isOffline {
            guard isAdmitted else { throw ClientError.notAdmitted(handle) }
            try checkOwnAdmission()
            return view
        }
        try takeUpKeptView()
        // What the host dated before it is asked: no entry behind that may be older.
        let trail = await keeper.trail
        let newest = try await keeper.newest(at: now, freshness: charterInForce.freshness)
        let checkpoint = newest.checkpoint
        let end = min(checkpoint.size, view.edge.size + entriesPerSync)
        var changed = false
        while view.edge.size < end {
            let edge = view.edge
            let entries = try await reader.entries(
                after: edge, under: checkpoint, upTo: end, admitted: isAdmitted,
                own: unlisted)
            let texts = try await documents(of: entries, with: view.texts)
            // Nothing was awaited since they came: from here on it is one step.
            guard view.edge == edge else { continue }
            view.add(texts)
            changed = true
            for entry in entries {
                try refuseBackdated(entry, after: trail)
                do { try view.take(entry) } catch let unknown as UnknownRules {
                    try saveView()
                    throw LogFault.update(unknown)
                } catch {
                    dropView()
                    throw error
                }
            }
            unlisted = unlisted.filter { $0.key >= view.next }
        }
        // Also where it was read before, be it by another run.
        try checkOwnAdmission()
        if changed { try saveView() }
        // What this program would sign next is to be decided by these rules already.
        if let unknown = view.unknownRules { throw LogFault.update(unknown) }
        guard view.edge.size >= checkpoint.size else {
            throw ClientError.moreEntries(read: view.next, of: Int64(clamping: checkpoint.size))
        }
        // By the charter of that checkpoint, whatever was known before.
        do throws(LogFault) {
            try newest.requireCurrent(at: now, freshness: charterInForce.freshness)
        } catch {
            guard case .timeAhead = error, isGoverning else { throw error }
        }
        guard isAdmitted else { throw ClientError.notAdmitted(handle) }
        if let withheld = try view.withheld { throw LogFault.withheld(index: withheld) }
        return view
    }

    /// The documents known so far, and those of the types that `entries` publish.
    private func documents(
        of entries: [ReadEntry], with known: TextShelf
    ) async throws -> TextShelf {
        var shelf = known
        for entry in entries {
            guard case .success(let statement) = entry.statement else { continue }
            let named = statement.claims.blob?.types ?? []
            for type in named where shelf.type(type.digest) == nil {
                let found = try await recordType(type)
                if let found { shelf.add(found, of: configuration.origin) }
            }
        }
        return shelf
    }

    /// The log's checkpoint of this moment, as fresh as its charter wants. Throws what
    /// ``CheckpointKeeper/latest(at:freshness:)`` does.
    public func latest() async throws -> VerifiedCheckpoint {
        try await keeper.latest(at: now, freshness: charterInForce.freshness)
    }

    /// The host can't enter something as of a time at which the log, by its own word, didn't have it.
    /// Participants may sign long before they send. Throws ``LogFault/backdated(index:seconds:)``.
    private func refuseBackdated(_ entry: ReadEntry, after trail: DatedTrail) throws {
        let index = view.next
        guard case .success(let statement) = entry.statement,
            statement.issuer == founding.host.handle,
            let note = trail.dateBefore(index),
            let seconds = note.backdating(statement, in: view.state[LogState.key])
        else { return }
        let path = "\(home.directory)/backdated-\(index)"
        try PrivateFile.replace(path + ".note", with: note.checkpoint.note.bytes)
        try PrivateFile.replace(path + ".entry", with: entry.leaf)
        throw LogFault.backdated(index: index, seconds: seconds)
    }

    /// The charter in force as of the latest checkpoint; where no gateway answers, the last one known:
    /// what is signed under it is kept, and the rules decide when it is sent. Throws what ``sync()`` does
    /// but ``LogFault/timeAhead(dated:)``.
    public func charter() async throws -> Charter {
        do { try await sync() } catch ConnectionError.unreachable {
            return charterInForce
        } catch LogFault.timeAhead {
            return charterInForce
        }
        return charterInForce
    }

    /// From now on a clock of the host that is ahead is no hindrance.
    func govern() { isGoverning = true }

    private var charterInForce: Charter { view.charter ?? founding.charter.charter }

    /// Whether the entries read so far name this participant.
    private var isAdmitted: Bool { view.state[ParticipantState.key(handle)] != nil }

    private func checkOwnAdmission() throws(ClientError) {
        guard let ownFingerprint, let admitted = view.state[ParticipantState.key(handle)] else {
            return
        }
        guard admitted.fingerprint.map({ Fingerprint($0) }) == ownFingerprint else {
            throw .substituted(handle)
        }
    }

    /// The view with everything that this session has registered.
    func upToDate() async throws -> View {
        view.next <= registered ? try await sync() : view
    }

    /// Keeps the view, if it has enough entries that are new to the file: reading a few again costs
    /// less than writing everything.
    func saveView() throws {
        if view.next - kept >= Self.entriesUnkept { try keepView() }
    }

    func keepView() throws {
        guard hasNotes || view.next > kept else { return }
        var random = surroundings.random
        var written = view
        try viewFile.write(&written, using: &random)
        view = written
        kept = view.next
        hasNotes = false
    }

    /// Keeps what an own record says with the view.
    func note(_ summary: RecordSummary, of record: OwnRecord) {
        view.note(summary, of: record)
        hasNotes = true
    }

    /// Takes up what another process of this home read of the log meanwhile.
    private func takeUpKeptView() throws(HomeError) {
        guard viewFile.hasChanged,
            var later = try viewFile.read(of: handle, seesAll: view.seesAll),
            later.next > view.next
        else { return }
        later.epochFloors = view.epochFloors
        view = later
        kept = view.next
        unlisted = unlisted.filter { $0.key >= view.next }
    }

    /// Forgets a view that can't be read on: the log is read anew.
    private func dropView() {
        var fresh = View(of: handle, seesAll: view.seesAll)
        fresh.epochFloors = view.epochFloors
        view = fresh
        kept = 0
    }

    private static let entriesUnkept: Int64 = 64
    /// A view of so few entries is written whenever a session ends.
    private static let entriesKeptAlways: Int64 = 4096

    // MARK: The outbox

    /// Saves signed bytes before they are sent.
    func save(_ content: Outbox.Content) async throws -> Outbox.Parcel {
        try await beginOperation()
        var random = surroundings.random
        return try outbox.add(content, using: &random)
    }

    func parcel(_ number: Int) throws(HomeError) -> Outbox.Parcel? { try outbox.parcel(number) }

    func drop(_ parcel: Outbox.Parcel) throws(HomeError) { try outbox.remove(parcel.number) }

    /// Takes registered statements into the view at once, if nothing else was entered before them.
    /// What isn't taken now comes with the next ``sync()``.
    func take(_ frame: Frame, at index: Int64) {
        registered = max(registered, index)
        guard index == view.next, view.unknownRules == nil,
            !isPublishing(frame)  // Its document is read with the entry.
        else {
            // Nobody has to show this program what it said itself.
            unlisted[index] = Frame(jws: frame.jws, disclosures: frame.disclosures, blob: [])
            return
        }
        // What can't be read on is read anew, from the beginning.
        do { try view.take(reader.own(frame)) } catch { dropView() }
    }

    private func isPublishing(_ frame: Frame) -> Bool {
        (try? JWS(parsing: frame.jws))?.type == PublishType.kind.type
    }
}
