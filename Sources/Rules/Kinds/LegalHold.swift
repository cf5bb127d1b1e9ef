import Sharing
import Wire

/// A regulator or an authority forbids the erasure of a holder's books for a while.
enum LegalHoldRule: KindRule {
    static let states: [any StateObject.Type] = [HoldsState.self]

    static func reads(_ said: Stated<LegalHold>, _ reads: inout Reads) {
        if let terms = said.selective { reads.add(holdOf: terms.holder, by: said.issuer) }
    }

    static func decide(_ said: Stated<LegalHold>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireSupervisor()
        guard let terms = said.selective else { return }
        _ = try decision.participant(terms.holder)
        let hold = HoldState(
            by: said.issuer, caseReference: terms.caseReference, books: terms.books,
            until: terms.until)
        decision.change(
            HoldsState.key(terms.holder),
            to: HoldsState(holds: decision.holds(on: terms.holder) + [hold]))
        decision.record(.supervise, of: said.issuer, with: terms.holder)
    }

    static func parties(_ said: Stated<LegalHold>, in state: Slice) -> [Handle] {
        said.selective.map { [$0.holder] } ?? []
    }
}

extension Reads {
    mutating func add(holdOf holder: Handle, by issuer: Handle) {
        add(ParticipantState.key(holder))
        add(HoldsState.key(holder))
        add(InvolvementState.key(issuer, with: holder))
    }
}

extension Decision {
    /// Only regulators and authorities lay holds and end them.
    func requireSupervisor() throws(Refusal) {
        guard
            log.charter.authorities.contains(statement.issuer) || issuer.roles.contains(.regulator)
        else {
            throw .issuer(.notPermittedToIssuer(statement.kind))
        }
        try requireNotSuspended()
    }
}
