public import Custody
import Interface
import Rules
public import Sharing
import Transparency
public import Verification
public import Wire

/// A participant at work: its home unlocked, its gateway at the other end, and its view of the log.
///
/// A home has one session at a time. All that is signed here goes through the outbox; all that comes
/// is verified under the home's own trust before anything follows from it.
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
    package nonisolated let keyring: Keyring
    nonisolated let participants: ParticipantRegister
    private let viewFile: ViewFile
    /// The outbox and the view are synced to the disk by this actor.
    private let executor = QueueExecutor("trine.session")
    /// Held until the session is closed.
    private var lock: HomeLock?
    /// Owned by this actor, as is the view; both are on disk.
    private(set) var outbox: Outbox
    public private(set) var view: View

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Opens a home. Throws ``HomeError``, ``KeyringError`` and ``LogFault``; nothing is sent yet.
    public init(
        _ home: Home, passphrase: Passphrase, cost: KeyringCost = .usual,
        surroundings: Surroundings = .system,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws {
        let (keyring, lock) = try await BlockingWork.run {
            try home.check()
            let lock = try home.lock()
            return (
                try KeyringFile.open(
                    try home.required(.keyring), with: passphrase, allowing: cost), lock
            )
        }
        try self.init(
            home, keyring: keyring, lock: lock, surroundings: surroundings, transport: transport)
    }

    init(
        _ home: Home, keyring: Keyring, lock: HomeLock, surroundings: Surroundings,
        transport: @Sendable (GatewayAddress) -> any Transport
    ) throws {
        let configuration = try home.configuration()
        let (genesis, founding) = try home.genesis(configuration)
        trust = try home.trust()
        connection = GatewayConnection(transport(configuration.gateway))
        keeper = try CheckpointKeeper(home: home, policy: trust.policy, connection: connection)
        participants = ParticipantRegister(
            genesis: genesis, founding: founding, keeper: keeper, connection: connection)
        viewFile = ViewFile(home: home, keyring: keyring)
        view = try viewFile.read(of: configuration.handle, host: founding.host.handle)
        outbox = try Outbox(in: home, keyring: keyring)
        (self.home, self.configuration, self.keyring, self.lock) = (
            home, configuration, keyring, lock
        )
        (self.genesis, self.founding, self.surroundings) = (genesis, founding, surroundings)
    }

    /// Lets go of the connection and of the home. What wasn't sent stays in the outbox.
    public func close() async {
        await connection.shutDown()
        lock = nil
    }

    public nonisolated var now: Timestamp { surroundings.now() }
    public nonisolated var handle: Handle { configuration.handle }
    package nonisolated var log: Digest<Digested.Genesis> { configuration.genesis }
    nonisolated var schedule: KeySchedule { keyring.schedule(log: log) }

    package nonisolated func signer(_ scope: KeyScope) throws(KeyringError) -> Signer {
        Signer(
            origin: configuration.origin, handle: handle, log: log,
            key: try keyring.signingKey(scope))
    }

    /// A fresh identifier. It doesn't begin with a hyphen, so that it is a word on every command
    /// line; of the 128 random bits that costs one 64th of their values.
    package nonisolated func newJTI() -> JTI {
        var random = surroundings.random
        while true {
            let jti = JTI(using: &random)
            if jti.text.first != "-" { return jti }
        }
    }

    public nonisolated func contacts() throws -> Contacts { try home.contacts() }

    /// The participant, verified up to the gateway's latest checkpoint.
    public nonisolated func participant(_ handle: Handle) async throws -> KnownParticipant {
        try await participants.participant(handle)
    }

    // MARK: What concerns this participant

    /// Brings the view up to the log's latest checkpoint, verifying every entry. Throws
    /// ``ConnectionError``, ``LogFault`` and ``HomeError``.
    @discardableResult
    public func sync() async throws -> View {
        var checked = IssuerCheck(self)
        var changed = false
        while true {
            let from = view.next
            let query = Query.sign(
                .entries, from: from, limit: Int64(QueryAnswer.maximumEntries),
                by: try signer(.all), at: now, jti: newJTI())
            let answer = try await connection.entries(query)
            let checkpoint = try await keeper.accept(answer.checkpoint)
            var entries: [ViewEntry] = []
            var previous = from - 1
            for logged in answer.entries {
                guard logged.index > previous else {
                    throw LogFault.outOfOrder(index: logged.index)
                }
                previous = logged.index
                entries.append(try await checked.entry(logged, under: checkpoint))
            }
            // Nothing was awaited since the last of them: from here on it is one step.
            guard view.next == from else { continue }
            for entry in entries { try view.apply(entry) }
            changed = changed || !entries.isEmpty
            if let next = answer.next {
                guard next > from else { throw LogFault.outOfOrder(index: next) }
                view.next = next
            } else {
                view.next = max(from, Int64(clamping: checkpoint.size))
                break
            }
        }
        if changed { try saveView() }
        return view
    }

    func saveView() throws(HomeError) {
        var random = surroundings.random
        try viewFile.write(view, using: &random)
    }

    // MARK: The outbox

    /// Saves signed bytes before they are sent.
    func save(_ content: Outbox.Content) throws(HomeError) -> Outbox.Parcel {
        var random = surroundings.random
        return try outbox.add(content, using: &random)
    }

    func parcel(_ number: Int) throws(HomeError) -> Outbox.Parcel { try outbox.parcel(number) }

    func drop(_ parcel: Outbox.Parcel) throws(HomeError) { try outbox.remove(parcel.number) }

    /// Takes a registered statement into the view at once. One that doesn't follow what is known yet
    /// comes with the next ``sync()``.
    func note(_ entry: ViewEntry) {
        var updated = view
        guard (try? updated.apply(entry)) != nil else { return }
        view = updated
    }
}
