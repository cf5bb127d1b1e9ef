import Interface
import Rules
import Sharing
import Storage
import Wire

/// Takes applications for admission, one after the other: whoever asked first under a handle holds it
/// until an authority decides, also against one who asks in the same moment.
actor Applications {
    private let store: any Store
    private let clock: @Sendable () -> Timestamp
    private var turn: Task<Void, any Error>?

    init(store: any Store, clock: @escaping @Sendable () -> Timestamp) {
        (self.store, self.clock) = (store, clock)
    }

    /// Keeps it for an authority to see. Throws ``GatewayFault`` and ``StoreError``.
    func keep(_ application: Application) async throws {
        let (before, store, received) = (turn, store, clock())
        // It awaits the store, and another call must not come in between.
        let task = Task {
            _ = await before?.result
            try await Self.keep(application, in: store, received)
        }
        turn = task
        try await task.value
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
        let kept = try await store.applications()
        if let same = kept.first(where: { $0.handle == application.handle }) {
            guard let earlier = try? Application(parsing: same.bytes),
                earlier.keys.map(\.key) == application.keys.map(\.key)
            else { throw GatewayFault.handleTaken }
        }
        guard kept.count < GatewayLimits.applications else {
            throw GatewayFault.tooManyApplications(limit: GatewayLimits.applications)
        }
        try await store.keep(
            StoredApplication(
                handle: application.handle, received: received, bytes: application.bytes))
    }

    /// An application is done with once its handle is admitted. Failing to tidy up fails nothing.
    func drop(after statement: Statement) async {
        if let admit = statement.claims as? Admit {
            try? await store.dropApplication(admit.handle)
        }
    }
}
