import Interface
import Rules
import Sharing
import Storage
import Wire

/// Takes applications for admission, one after the other: whoever asked first under a handle holds it
/// until an authority decides or the time for it is over, also against one who asks in the same
/// moment.
actor Applications {
    private let store: any Store
    private let clock: @Sendable () -> Timestamp
    /// Ends when all work that was begun has ended.
    private var turn: Task<Void, Never>?

    init(store: any Store, clock: @escaping @Sendable () -> Timestamp) {
        (self.store, self.clock) = (store, clock)
    }

    /// Keeps it for an authority to see. Throws ``GatewayFault`` and ``StoreError``.
    func keep(_ application: Application) async throws {
        try await inTurn { store, now in try await Self.keep(application, in: store, now) }
    }

    /// Does `work` when all that came before is done: it awaits the store, and another call must not
    /// come in between.
    private func inTurn<Result: Sendable>(
        _ work: @escaping @Sendable (any Store, Timestamp) async throws -> Result
    ) async throws -> Result {
        let (before, store, now) = (turn, store, clock())
        let task = Task {
            await before?.value
            return try await work(store, now)
        }
        turn = Task { _ = await task.result }
        return try await task.value
    }

    private static func keep(
        _ application: Application, in store: any Store, _ received: Timestamp
    ) async throws {
        let slice = try await store.state([
            LogState.key.untyped, ParticipantState.key(application.handle).untyped,
        ])
        guard let log = slice[LogState.key] else { throw GatewayFault.notFound }
        guard slice[ParticipantState.key(application.handle)] == nil else {
            throw GatewayFault.handleTaken
        }
        for offer in application.keys {
            guard
                ProofOfPossession.isGiven(
                    by: offer, for: application.handle, of: log.genesis, introducedBy: nil)
            else { throw GatewayFault.badProofOfPossession }
        }
        let waiting = try await Self.waiting(in: store, at: received)
        if let same = waiting.first(where: { $0.handle == application.handle }) {
            guard let earlier = try? Application(parsing: same.bytes),
                earlier.keys.map(\.key) == application.keys.map(\.key)
            else { throw GatewayFault.handleTaken }
        }
        guard waiting.count < GatewayLimits.applications else {
            throw GatewayFault.tooManyApplications(limit: GatewayLimits.applications)
        }
        try await store.keep(
            StoredApplication(
                handle: application.handle, received: received, bytes: application.bytes))
    }

    /// The applications that wait; those that nobody decided about in time are gone. Throws
    /// ``StoreError``.
    func waiting() async throws -> [StoredApplication] {
        try await inTurn { store, now in try await Self.waiting(in: store, at: now) }
    }

    private static func waiting(
        in store: any Store, at now: Timestamp
    ) async throws -> [StoredApplication] {
        var waiting: [StoredApplication] = []
        for application in try await store.applications() {
            let end = application.received.advanced(by: GatewayLimits.applicationSeconds)
            if now < end {
                waiting.append(application)
            } else {
                try await store.dropApplication(application.handle)
            }
        }
        return waiting
    }

    /// Drops the application that an authority rejects, if it is still the one that was meant.
    /// Throws ``CallFault``, ``GatewayFault`` and ``StoreError``.
    func reject(_ bytes: [UInt8], through gate: CallGate) async throws {
        let rejection: Rejection
        do { rejection = try Rejection(parsing: bytes) } catch { throw CallFault.malformed(error) }
        let caller = try await gate.caller(of: rejection, scope: .all)
        guard caller.log.charter.authorities.contains(caller.handle) else {
            throw CallFault.notEntitled
        }
        guard !caller.state.suspended else { throw CallFault.suspended(caller.handle) }
        try await inTurn { store, now in
            let waiting = try await Self.waiting(in: store, at: now)
            guard
                waiting.contains(where: {
                    $0.handle == rejection.handle
                        && Digest<Digested.Blob>(hashing: $0.bytes) == rejection.application
                })
            else { throw GatewayFault.notFound }
            try await store.dropApplication(rejection.handle)
        }
    }

    /// An application is done with once its handle is admitted. Failing to tidy up fails nothing.
    func drop(after statement: Statement) async {
        if let admit = statement.claims as? Admit {
            try? await store.dropApplication(admit.handle)
        }
    }
}
