import Custody
public import Rules
import Sharing
import Synchronization
public import Wire

/// What a participant's client knows of the state that policies are asked about.
///
/// All that public claims make of it is known. Of what selective claims make, the client knows what
/// the gateway showed the participant: for its own books that is every hold, and every access under
/// its grants; of another's books what it did there itself, and the holds that it laid.
final class KnownState: PolicyKnowledge {
    let state: KeptState
    let types: RecordTypes
    let time: Timestamp
    private let unread = Mutex<HomeError?>(nil)

    init(state: KeptState, types: RecordTypes, time: Timestamp) {
        self.state = state
        self.types = types
        self.time = time
    }

    func known<Object>(_ key: StateKey.Of<Object>) -> Object? {
        do { return try state.kept(key) } catch {
            unread.withLock { $0 = $0 ?? error }
            return nil
        }
    }

    /// Throws the ``HomeError`` for which something was answered as if it weren't there.
    func requireRead() throws(HomeError) {
        if let error = unread.withLock({ $0 }) { throw error }
    }
}

/// That the policies in force permit something, as far as the client can know.
struct Permission: Sendable {
    /// The set in force.
    let policies: Digest<Digested.Policies>
    /// The policies of it that permit.
    let permitting: [String]
    /// What they were asked.
    let asked: PolicyRequest

    /// The same with what permits another part of it.
    func adding(_ other: Permission) -> Permission {
        let more = other.permitting.filter { !permitting.contains($0) }
        return Permission(policies: policies, permitting: permitting + more, asked: asked)
    }
}

extension Session {
    /// Asks the policies in force, and those that an older grant was given under, as the gateway will:
    /// before anything is signed.
    ///
    /// Throws ``ClientError/forbidden(policies:reasons:)``, ``ClientError/policiesWrong(_:)``, and what
    /// ``sync()`` does.
    @discardableResult
    func permission(
        alsoUnder older: Digest<Digested.Policies>? = nil,
        _ question: @Sendable (KnownState) throws(ClientError) -> PolicyRequest
    ) async throws -> Permission {
        let inForce = try await policiesInForce()
        let known = KnownState(state: view.state, types: view.types, time: max(now, view.time))
        let request = try question(known)
        try known.requireRead()
        let permitting = try await permitting(request, under: inForce)
        if let older, older != inForce { _ = try await self.permitting(request, under: older) }
        return Permission(policies: inForce, permitting: permitting, asked: request)
    }

    private nonisolated func permitting(
        _ request: PolicyRequest, under digest: Digest<Digested.Policies>
    ) async throws -> [String] {
        let set = try await policies(digest)
        let decision = set.decide(request)
        guard decision.failed.isEmpty, decision.permitted else {
            let ids = decision.failed + decision.determining
            throw ClientError.forbidden(
                policies: ids, reasons: ids.compactMap { set.reason(of: $0) })
        }
        return decision.determining
    }

    /// Throws ``ClientError/forbidden(policies:reasons:)`` where policy doesn't let a grant be taken or
    /// given back.
    func mayRevoke(_ grant: KnownGrant) async throws {
        let handle = handle
        try await permission { (known) throws(ClientError) in
            known.revoking(
                grant.claims, of: grant.issuer, try known.entity(grant.issuer),
                by: try known.entity(handle))
        }
    }

    /// The participant as policies see it, as of the latest checkpoint. Throws
    /// ``ClientError/noParticipant(_:)``, and what ``sync()`` does.
    public func entity(_ handle: Handle) async throws -> PolicyEntity {
        let view = try await sync()
        return try KnownState(state: view.state, types: view.types, time: view.time).entity(handle)
    }
}

extension KnownState {
    /// The participant as policies see it. Its size is known to itself, to regulators and to the
    /// authority that admitted it. Throws ``ClientError/noParticipant(_:)``.
    func entity(_ handle: Handle) throws(ClientError) -> PolicyEntity {
        guard let log = state[LogState.key], let state = state[ParticipantState.key(handle)] else {
            throw .noParticipant(handle)
        }
        return PolicyEntity(handle, state, in: log)
    }
}
