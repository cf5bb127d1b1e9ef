import Sharing
import Wire

/// The host carries a lender's, guarantor's or regulator's call for a grant.
enum RequestRule: KindRule {
    static let states: [any StateObject.Type] = [RequestState.self]
    static let actions: [PolicyAction] = [.request]

    static func reads(_ said: Stated<Request>, _ reads: inout Reads) {
        guard let call = said.call else { return }
        reads.add(TypesState.key)
        reads.add(call)
        reads.add(ParticipantState.key(call.to))
    }

    static func decide(_ said: Stated<Request>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireHost()
        try decision.requireNotSuspended()
        guard let carried = said.selective else { return }
        let call = try decision.carry(carried.parsed)
        let terms = call.claims
        let asker = try decision.participant(call.issuer)
        guard !asker.suspended else { throw .issuer(.suspended(call.issuer)) }
        let holder = try decision.participant(terms.to)
        guard holder.roles.contains(.enterprise) else {
            throw .issuer(.notPermittedToIssuer(.request))
        }
        guard terms.notBefore < terms.expires else { throw .grant(.periodEmpty) }
        try GrantSubjectRule.check(terms.subject, scope: terms.scope, decision.types)
        for part in PolicyUse(terms).bySeries {
            try decision.requirePermission(
                decision.requesting(
                    part, of: decision.entity(terms.to, holder),
                    by: decision.entity(call.issuer, asker)))
        }
        decision.change(RequestState.key(said.jti), to: RequestState(call))
    }

    static func parties(_ said: Stated<Request>, in state: Slice) -> [Handle] {
        said.call.map { [$0.issuer, $0.to] } ?? []
    }
}

extension Stated<Request> {
    /// The carried call, where it is disclosed and well-formed.
    var call: RequestCall? { try? selective?.parsed.get() }
}

extension PolicyAction {
    public static let request = PolicyAction(
        "request", "ask for a grant of the BOOKS", about: .othersBooks, with: [.wish])
}
