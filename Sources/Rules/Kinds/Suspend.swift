import Sharing
import Wire

/// The authorities suspend a participant, be it one of them; but always as many remain as have to
/// agree.
enum SuspendRule: KindRule {
    static func reads(_ said: Stated<Suspend>, _ reads: inout Reads) {
        reads.add(ParticipantState.key(said.claims.handle))
    }

    static func furtherReads(
        _ said: Stated<Suspend>, in state: Slice, _ reads: inout Reads
    ) {
        guard let charter = state[LogState.key]?.charter,
            charter.authorities.contains(said.claims.handle)
        else { return }
        for handle in charter.authorities { reads.add(ParticipantState.key(handle)) }
    }

    static func decide(_ said: Stated<Suspend>, _ decision: inout Decision) throws(Refusal) {
        let handle = said.claims.handle
        try decision.requireAuthorities()
        var participant = try decision.participant(handle)
        guard !participant.suspended else { throw .participant(.alreadySuspended(handle)) }
        if decision.log.charter.authorities.contains(handle) {
            try decision.requireGoverning(decision.log.charter, without: handle)
        }
        participant.suspended = true
        decision.change(ParticipantState.key(handle), to: participant)
    }

    static func parties(_ said: Stated<Suspend>, in state: Slice) -> [Handle] {
        [said.claims.handle]
    }

    static func facts(_ said: Stated<Suspend>) -> [AuditFact] { [.suspended(said.claims.handle)] }
}
