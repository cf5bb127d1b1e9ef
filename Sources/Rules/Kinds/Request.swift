import Sharing
import Wire

/// A lender, guarantor or regulator asks an enterprise for a grant.
enum RequestRule: KindRule {
    static let states: [any StateObject.Type] = [RequestState.self]
    static let actions: [PolicyAction] = [.request]
    static let isErasable = true

    static func reads(_ said: Stated<Request>, _ reads: inout Reads) {
        guard let terms = said.selective else { return }
        reads.add(ParticipantState.key(terms.to))
    }

    static func decide(_ said: Stated<Request>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireNotSuspended()
        guard let terms = said.selective else { return }
        let holder = try decision.participant(terms.to)
        guard holder.roles.contains(.enterprise) else {
            throw .issuer(.notPermittedToIssuer(.request))
        }
        guard terms.notBefore < terms.expires else { throw .grant(.periodEmpty) }
        try GrantSubjectRule.check(terms.subject, scope: terms.scope)
        let purpose = said.claims.purpose
        for part in PolicyUse(terms, for: purpose).bySeries {
            try decision.requirePermission(
                decision.requesting(
                    part, of: decision.entity(terms.to, holder), by: decision.issuerEntity))
        }
        decision.change(
            RequestState.key(said.jti),
            to: RequestState(by: said.issuer, purpose: purpose, terms: terms))
    }

    static func parties(_ said: Stated<Request>, in state: Slice) -> [Handle] {
        said.selective.map { [$0.to] } ?? []
    }
}

extension PolicyAction {
    public static let request = PolicyAction(
        "request", "ask for a grant of the BOOKS", about: .othersBooks, with: [.wish])
}
