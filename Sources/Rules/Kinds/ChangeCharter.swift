import Sharing
import Wire

/// The authorities agree on another charter, under which there can be a quorum.
enum ChangeCharterRule: KindRule {
    static func reads(_ said: Stated<ChangeCharter>, _ reads: inout Reads) {
        for handle in said.claims.charter.authorities { reads.add(ParticipantState.key(handle)) }
    }

    static func decide(
        _ said: Stated<ChangeCharter>, _ decision: inout Decision
    ) throws(Refusal) {
        try decision.requireAuthorities()
        let charter = said.claims.charter
        var log = decision.log
        do {
            try charter.check(logKey: log.logKey, clockKey: log.clockKey, host: log.host)
        } catch { throw .governance(.charter(error)) }
        for handle in charter.authorities { _ = try decision.participant(handle) }
        try decision.requireGoverning(charter)
        log.charter = charter
        decision.change(LogState.key, to: log)
    }

    static func parties(_ said: Stated<ChangeCharter>, in state: Slice) -> [Handle] {
        said.claims.charter.authorities
    }

    static func facts(_ said: Stated<ChangeCharter>) -> [AuditFact] {
        [.charter(said.claims.charter)]
    }
}
