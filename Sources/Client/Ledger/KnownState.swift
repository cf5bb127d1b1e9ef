public import Rules
import Sharing
import Verification
public import Wire

/// What a participant's client knows of the state that policies are asked about: what concerns the
/// participant, as far as the gateway showed it.
///
/// Complete for its own books: every hold on them and every access under its grants concerns it. Of
/// another's books it knows what it did there itself, and the holds that it laid.
struct KnownState: PolicyKnowledge {
    let view: View
    let time: Timestamp
    /// Whose holds count: regulators and authorities.
    let supervisors: Set<Handle>

    func holds(on holder: Handle) -> [HoldState] {
        (view.holds[holder] ?? []).filter { supervisors.contains($0.by) }
    }

    func past(of user: Handle, with owner: Handle) -> [Involvement] {
        var past: Set<Involvement> = []
        for access in view.accesses {
            guard let grant = view.grants[access.grant], grant.statement.issuer == owner else {
                continue
            }
            if user == view.host { past.insert(.operate) }
            guard user == grant.terms.to, access.terms != nil else { continue }
            past.insert(grant.claims.right == .read ? .read : .prove)
        }
        if view.supervisors[owner]?.contains(user) == true, supervisors.contains(user) {
            past.insert(.supervise)
        }
        return past.sorted()
    }

    func asked(_ request: JTI) -> RequestState? {
        view.requests[request].map {
            RequestState(by: $0.statement.issuer, purpose: $0.purpose, terms: $0.terms)
        }
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
}

extension Session {
    /// Asks the policies in force, and those that an older grant was given under, as the gateway will:
    /// before anything is signed.
    ///
    /// Throws ``ClientError/forbidden(policies:reasons:)``, ``ClientError/policiesWrong(_:)``, and what
    /// ``participant(_:)`` does.
    @discardableResult
    func permission(
        alsoUnder older: Digest<Digested.Policies>? = nil,
        _ question: @Sendable (KnownState) -> PolicyRequest
    ) async throws -> Permission {
        let request = question(try await known())
        let inForce = try await policiesInForce()
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

    /// What is known now. Who laid holds is looked up: nobody's word but a regulator's or an
    /// authority's binds anybody.
    private func known() async throws -> KnownState {
        let view = view
        var supervisors: Set<Handle> = []
        for holder in Set(view.supervisors.values.joined()) {
            let known = try await entity(holder)
            if known.isAuthority || known.roles.contains(.regulator) { supervisors.insert(holder) }
        }
        return KnownState(view: view, time: max(now, view.time), supervisors: supervisors)
    }

    /// Throws ``ClientError/forbidden(policies:reasons:)`` where policy doesn't let a grant be taken or
    /// given back.
    func mayRevoke(_ grant: KnownGrant) async throws {
        let own = try await entity(handle)
        let owner = try await entity(grant.statement.issuer)
        try await permission {
            $0.revoking(grant.claims, of: owner.handle, owner, by: own)
        }
    }

    /// The participant as policies see it, as far as this home knows.
    public func entity(_ handle: Handle) async throws -> PolicyEntity {
        entity(try await participant(handle))
    }

    /// Its size is known to itself, to regulators and to the authority that admitted it.
    func entity(_ participant: KnownParticipant) -> PolicyEntity {
        let authorities = founding.authorities.map(\.handle)
        let stated = view.sizes[participant.handle]
        return PolicyEntity(
            handle: participant.handle, roles: participant.roles,
            suspended: participant.suspended,
            size: stated.flatMap { authorities.contains($0.by) ? $0.size : nil },
            host: founding.host.handle, authorities: authorities)
    }
}
