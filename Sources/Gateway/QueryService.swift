import Interface
import Rules
import Sharing
import Storage
import Wire

/// Answers signed queries, each with what its asker is entitled to and nothing else.
struct QueryService: Sendable {
    let store: any Store
    let gate: CallGate
    let sequencer: Sequencer
    let applications: Applications

    /// What is sent back, as its bytes. Throws ``CallFault`` and ``StoreError``.
    func answer(_ bytes: [UInt8]) async throws -> [UInt8] {
        let query: Query
        do { query = try Query(parsing: bytes) } catch { throw CallFault.malformed(error) }
        let caller = try await gate.caller(
            of: query, scope: query.subject == .entries ? .query : .all)
        switch query.subject {
        case .entries: return try await entries(query, caller).bytes
        case .applications: return try await applications(caller).bytes
        }
    }

    /// The selective claims that the caller may see. A regulator that isn't suspended audits:
    /// everything concerns it.
    private func entries(_ query: Query, _ caller: Caller) async throws -> QueryAnswer {
        let assembly = try await Assembly(sequencer)
        let limit = Int(min(query.limit, Int64(GatewayLimits.entriesPerQuery)))
        let size = assembly.size
        let indices: [Int64]
        if caller.state.roles.contains(.regulator) {
            guard !caller.state.suspended else { throw CallFault.suspended(caller.handle) }
            try await requireAudit(caller)
            let end = min(size, query.from.addingReportingOverflow(Int64(limit)).partialValue)
            indices = query.from < end ? Array(query.from..<end) : []
        } else {
            indices = try await store.indices(
                concerning: caller.handle, kinds: Self.selectiveKinds, from: query.from,
                limit: limit
            ).filter { $0 < size }
        }
        let next = indices.count == limit ? indices.last.map { $0 + 1 } : nil
        return QueryAnswer(
            entries: try await assembly.shown(indices),
            next: next.flatMap { $0 < size ? $0 : nil })
    }

    /// The kinds that have selective claims. A record's are its fields, which aren't shown here.
    private static let selectiveKinds = Set(Kind.allCases.filter { $0.form.hasSelectiveClaims })

    /// The policies in force let the caller audit. It makes no entry, so no replay can check it.
    private func requireAudit(_ caller: Caller) async throws {
        let request = PolicyRequest(
            principal: PolicyEntity(caller.handle, caller.state, in: caller.log), action: .audit,
            time: caller.log.time)
        guard let set = sequencer.policies(caller.log.policies) else {
            throw Refusal.policy(.policyUnknown)
        }
        let decision = set.decide(request)
        guard decision.failed.isEmpty else {
            throw Refusal.policy(.policyFailed(policies: decision.failed))
        }
        guard decision.permitted else {
            throw Refusal.policy(.forbidden(policies: decision.determining))
        }
    }

    private func applications(_ caller: Caller) async throws -> ApplicationsAnswer {
        guard caller.log.charter.authorities.contains(caller.handle) else {
            throw CallFault.notEntitled
        }
        return ApplicationsAnswer(applications: try await applications.waiting())
    }
}
