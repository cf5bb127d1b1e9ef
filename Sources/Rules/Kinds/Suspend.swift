import Sharing
import Wire

/// An authority suspends a participant. Nobody suspends itself, so that an authority that can
/// reinstate others always remains.
enum SuspendRule: KindRule {
    static func reads(_ said: Stated<Suspend>, _ reads: inout Reads) {
        reads.add(ParticipantState.key(said.claims.handle))
    }

    static func decide(_ said: Stated<Suspend>, _ decision: inout Decision) throws(Refusal) {
        let handle = said.claims.handle
        try decision.requireAuthority()
        guard handle != said.issuer else { throw .issuer(.notPermittedToIssuer(.suspend)) }
        var participant = try decision.participant(handle)
        guard !participant.suspended else { throw .participant(.alreadySuspended(handle)) }
        participant.suspended = true
        decision.change(ParticipantState.key(handle), to: participant)
    }

    static func parties(_ said: Stated<Suspend>, in state: Slice) -> [Handle] {
        [said.claims.handle]
    }

    static func facts(_ said: Stated<Suspend>) -> [AuditFact] { [.suspended(said.claims.handle)] }
}
