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
    nonisolated let reader: LogReader
    private let viewFile: ViewFile
    /// The outbox and the view are synced to the disk by this actor.
    private let executor = QueueExecutor("trine.session")
    /// Held until the session is closed.
    private var lock: HomeLock?
    /// Owned by this actor, as is the view. It is on disk, and so is most of the view.
    private(set) var outbox: Outbox
    public private(set) var view: View
    /// How many entries the view on disk has.
    private var kept: Int64
    /// The last entry that this session registered.
    private var registered: Int64 = -1

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
        viewFile = ViewFile(home: home, keyring: keyring)
        view = try viewFile.read(of: configuration.handle) ?? View(of: configuration.handle)
        kept = view.next
        outbox = try Outbox(in: home, keyring: keyring)
        (self.home, self.configuration, self.keyring, self.lock) = (
            home, configuration, keyring, lock
        )
        (self.genesis, self.founding, self.surroundings) = (genesis, founding, surroundings)
        let signer = Signer(
            origin: configuration.origin, handle: configuration.handle,
            log: configuration.genesis, key: try keyring.signingKey(.all))
        reader = LogReader(
            handle: configuration.handle, genesis: genesis, connection: connection, keeper: keeper
        ) { from in
            Query.sign(
                .entries, from: from, limit: Int64(QueryAnswer.maximumEntries), by: signer,
                at: surroundings.now(), jti: Self.newJTI(surroundings))
        }
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
    /// no entry names this participant yet.
    @discardableResult
    public func sync() async throws -> View {
        let checkpoint = try await keeper.latest()
        var changed = false
        while view.edge.size < checkpoint.size {
            let edge = view.edge
            let entries = try await reader.entries(
                after: edge, under: checkpoint, admitted: isAdmitted)
            // Nothing was awaited since they came: from here on it is one step.
            guard view.edge == edge else { continue }
            changed = true
            do throws(UnknownRules) {
                for entry in entries { try view.take(entry) }
            } catch {
                try saveView()
                throw LogFault.update(error)
            }
        }
        if changed { try saveView() }
        // What this program would sign next is to be decided by these rules already.
        if let unknown = view.unknownRules { throw LogFault.update(unknown) }
        guard isAdmitted else { throw ClientError.notAdmitted(handle) }
        return view
    }

    /// The charter in force as of the latest checkpoint; where no gateway answers, the last one known:
    /// what is signed under it is kept, and the rules decide when it is sent. Throws what ``sync()``
    /// does.
    public func charter() async throws -> Charter {
        do { try await sync() } catch ConnectionError.unreachable {
            return view.charter ?? founding.charter.charter
        }
        return view.charter ?? founding.charter.charter
    }

    /// Whether the entries read so far name this participant.
    private var isAdmitted: Bool { view.state[ParticipantState.key(handle)] != nil }

    /// The view with everything that this session has registered.
    func upToDate() async throws -> View {
        view.next <= registered ? try await sync() : view
    }

    /// Keeps the view, if it has enough entries that are new to the file: reading a few again costs
    /// less than writing everything.
    func saveView() throws(HomeError) {
        guard view.next - kept >= Self.entriesUnkept else { return }
        var random = surroundings.random
        try viewFile.write(view, using: &random)
        kept = view.next
    }

    private static let entriesUnkept: Int64 = 64

    // MARK: The outbox

    /// Saves signed bytes before they are sent.
    func save(_ content: Outbox.Content) throws(HomeError) -> Outbox.Parcel {
        var random = surroundings.random
        return try outbox.add(content, using: &random)
    }

    func parcel(_ number: Int) throws(HomeError) -> Outbox.Parcel { try outbox.parcel(number) }

    func drop(_ parcel: Outbox.Parcel) throws(HomeError) { try outbox.remove(parcel.number) }

    /// Takes registered statements into the view at once, if nothing else was entered before them.
    /// What isn't taken now comes with the next ``sync()``.
    func take(_ frame: Frame, at index: Int64) {
        registered = max(registered, index)
        guard index == view.next, view.unknownRules == nil else { return }
        do throws(UnknownRules) { try view.take(reader.own(frame)) } catch {
            preconditionFailure("its rules are known: \(error)")
        }
    }
}
