import Sharing
import Wire

/// The authorities end a suspension.
enum ReinstateRule: KindRule {
    static func reads(_ said: Stated<Reinstate>, _ reads: inout Reads) {
        reads.add(ParticipantState.key(said.claims.handle))
    }

    static func decide(_ said: Stated<Reinstate>, _ decision: inout Decision) throws(Refusal) {
        let handle = said.claims.handle
        try decision.requireAuthorities()
        var participant = try decision.participant(handle)
        guard participant.suspended else { throw .participant(.notSuspended(handle)) }
        guard !participant.forgotten else { throw .participant(.forgotten(handle)) }
        participant.suspended = false
        decision.change(ParticipantState.key(handle), to: participant)
    }

    static func parties(_ said: Stated<Reinstate>, in state: Slice) -> [Handle] {
        [said.claims.handle]
    }

    static func facts(_ said: Stated<Reinstate>) -> [AuditFact] {
        [.reinstated(said.claims.handle)]
    }
}
