import Interface
import Rules
import Sharing
import Storage
import Wire

/// Takes applications for admission from those whom an authority invited, one after the other: the
/// first application with an invitation is the only one, until an authority decides or the time for it
/// is over, also against one that comes in the same moment.
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
        let handle = application.handle
        let slice = try await store.state([
            LogState.key.untyped, ParticipantState.key(handle).untyped,
        ])
        guard let log = slice[LogState.key] else { throw GatewayFault.notFound }
        guard slice[ParticipantState.key(handle)] == nil else { throw GatewayFault.handleTaken }
        let guest = try await waiting(in: store, at: received)
            .first { $0.handle == handle }?.guest
        guard let guest, guest.admits(application.token) else { throw GatewayFault.notInvited }
        if let earlier = guest.application, earlier != application {
            throw GatewayFault.invitationUsed
        }
        guard application.isProven(in: log.genesis) else {
            throw GatewayFault.badProofOfPossession
        }
        guard guest.application == nil else { return }
        try await store.keep(
            Guest(token: guest.token, issued: guest.issued, application: application)
                .stored(handle, received))
    }

    /// Expects an application for which an authority made an invitation. Throws ``CallFault``,
    /// ``GatewayFault`` and ``StoreError``.
    func expect(_ bytes: [UInt8], through gate: CallGate) async throws {
        let call: InvitationCall
        do { call = try InvitationCall(parsing: bytes) } catch { throw CallFault.malformed(error) }
        try Self.requireAuthority(try await gate.caller(of: call, scope: .all))
        try await inTurn { store, now in
            guard try await store.value(of: ParticipantState.key(call.handle)) == nil else {
                throw GatewayFault.handleTaken
            }
            let waiting = try await Self.waiting(in: store, at: now)
            let same = waiting.first { $0.handle == call.handle }
            // The same call again, or an earlier one, changes nothing.
            if let guest = same?.guest, !guest.isBefore(call) {
                if guest.token == call.token, !guest.isRejected { return }
                throw CallFault.stale(issuedAt: call.issuedAt, now: now)
            }
            guard same?.guest.application == nil else { throw GatewayFault.handleTaken }
            guard same != nil || waiting.count < GatewayLimits.applications else {
                throw GatewayFault.tooManyApplications(limit: GatewayLimits.applications)
            }
            try await store.keep(
                Guest(token: call.token, issued: call.issuedAt).stored(call.handle, now))
        }
    }

    private static func requireAuthority(_ caller: Caller) throws {
        guard caller.log.charter.authorities.contains(caller.handle) else {
            throw CallFault.notEntitled
        }
        guard !caller.state.suspended else { throw CallFault.suspended(caller.handle) }
    }

    /// The applications that wait; those that nobody decided about in time are gone. Throws
    /// ``StoreError``.
    func waiting() async throws -> [ApplicationsAnswer.Received] {
        try await inTurn { store, now in
            try await Self.waiting(in: store, at: now).compactMap { waiting in
                waiting.guest.application.map { application in
                    ApplicationsAnswer.Received(
                        application: application, received: waiting.received)
                }
            }
        }
    }

    /// Who is invited, and who applied.
    private static func waiting(
        in store: any Store, at now: Timestamp
    ) async throws -> [(handle: Handle, received: Timestamp, guest: Guest)] {
        var waiting: [(handle: Handle, received: Timestamp, guest: Guest)] = []
        for stored in try await store.applications() {
            guard let guest = try? Guest(parsing: stored.bytes) else {
                throw StoreError.corrupt(.application(stored.handle.text), .malformed)
            }
            guard now < guest.ends else {
                try await store.dropApplication(stored.handle)
                continue
            }
            waiting.append((stored.handle, stored.received, guest))
        }
        return waiting
    }

    /// Drops the application that an authority rejects, if it is still the one that was meant.
    /// Throws ``CallFault``, ``GatewayFault`` and ``StoreError``.
    func reject(_ bytes: [UInt8], through gate: CallGate) async throws {
        let rejection: Rejection
        do { rejection = try Rejection(parsing: bytes) } catch { throw CallFault.malformed(error) }
        try Self.requireAuthority(try await gate.caller(of: rejection, scope: .all))
        try await inTurn { store, now in
            let waiting = try await Self.waiting(in: store, at: now).first { waiting in
                waiting.handle == rejection.handle
                    && waiting.guest.application.map { Digest(hashing: $0.bytes) }
                        == rejection.application
            }
            guard var guest = waiting?.guest else { throw GatewayFault.notFound }
            // Whoever has the call could make the invitation good again for as long as it is fresh.
            guest.reject()
            guard now < guest.ends else { return try await store.dropApplication(rejection.handle) }
            try await store.keep(guest.stored(rejection.handle, now))
        }
    }

    /// An application is done with once its handle is admitted. Failing to tidy up fails nothing.
    nonisolated func drop(after statement: Statement) async {
        if let admit = statement.claims as? Admit {
            try? await store.dropApplication(admit.handle)
        }
    }
}

/// Somebody who was invited, as the gateway keeps it: how its invitation is recognised, and what came
/// with it.
private struct Guest: Message, Hashable {
    let token: Digest<Digested.InvitationToken>
    /// When the authority signed the call.
    let issued: Timestamp
    private(set) var application: Application?
    /// Whether an authority rejected the application. Nobody applies with this invitation any more.
    private(set) var isRejected = false

    static let maximumBytes = 1 << 10 + Application.maximumBytes

    static let shape = Shape<Guest>(
        Guest.init(token:issued:application:isRejected:),
        .required("token", \.token, .digest()), .required("issued", \.issued, .time),
        .optional("application", \.application, .object), .flag("rejected", \.isRejected))

    /// From when on it is forgotten: an invitation lives for its time, with an application or without;
    /// a rejected one for as long as its call is fresh.
    var ends: Timestamp {
        issued.advanced(by: isRejected ? Limits.callSeconds + 1 : InvitationClaims.validSeconds)
    }

    func admits(_ token: [UInt8]) -> Bool {
        !isRejected && Digest(hashing: token) == self.token
    }

    /// Whether the call is another one, and not an earlier one.
    func isBefore(_ call: InvitationCall) -> Bool {
        call.token != token && call.issuedAt >= issued
    }

    mutating func reject() {
        application = nil
        isRejected = true
    }

    func stored(_ handle: Handle, _ received: Timestamp) -> StoredApplication {
        StoredApplication(handle: handle, received: received, bytes: bytes)
    }
}

extension Guest {
    init(
        token: Digest<Digested.InvitationToken>, issued: Timestamp, application: Application? = nil
    ) {
        self.init(token: token, issued: issued, application: application, isRejected: false)
    }
}
