import Sharing
import Wire

/// Log time becomes the `iat` of the statement. The host moves it on in bounded steps, so that a log
/// that was silent goes on; the authorities set it anywhere, also back, where it was moved too far.
enum MoveTimeRule: KindRule {
    static func time(
        _ said: Stated<MoveTime>, in log: LogState
    ) throws(Refusal) -> Timestamp {
        let issued = said.statement.issuedAt
        if !isHost(said, log) {
            if let since = log.rulesSince, issued < since {
                throw .place(.tooOld(issuedAt: issued, logTime: since))
            }
            return issued
        }
        guard issued > log.time else {
            throw .place(.tooOld(issuedAt: issued, logTime: log.time))
        }
        guard issued.seconds <= log.time.seconds + Limits.timeStepSeconds else {
            throw .place(.tooFarAhead(issuedAt: issued, logTime: log.time))
        }
        return issued
    }

    static func decide(_ said: Stated<MoveTime>, _ decision: inout Decision) throws(Refusal) {
        guard isHost(said, decision.log) else { return try decision.requireAuthorities() }
        try decision.requireNotSuspended()
    }

    /// Who brings approvals speaks as an authority.
    private static func isHost(_ said: Stated<MoveTime>, _ log: LogState) -> Bool {
        said.issuer == log.host && said.claims.approvals.isEmpty
    }
}
