import Sharing
import Wire

/// Log time becomes the `iat` of the statement. The host moves it on in bounded steps, so that a log
/// that was silent goes on; the authorities set it anywhere, also back, where it was moved too far.
///
/// What the authorities decided is good for one place: from the log time that they saw, for as long as
/// an approval counts, and until they set log time otherwise.
enum MoveTimeRule: KindRule {
    static func time(
        _ said: Stated<MoveTime>, in log: LogState
    ) throws(Refusal) -> Timestamp {
        let issued = said.statement.issuedAt
        let isHost = isHost(said, log)
        let from = said.claims.from
        let latest = isHost ? from : from.advanced(by: Limits.approvalSeconds)
        guard said.claims.number == log.timesSet, from <= log.time, log.time <= latest else {
            throw .place(.logTimeMoved(to: log.time, timesSet: log.timesSet))
        }
        if !isHost {
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
        guard !isHost(said, decision.log) else { return try decision.requireNotSuspended() }
        try decision.requireAuthorities()
        var log = decision.log
        log.timesSet += 1
        // The time at which keys are judged is the one before, where it is set back.
        if decision.keyTime > log.time {
            log.setBackFrom = max(log.setBackFrom ?? decision.keyTime, decision.keyTime)
        }
        decision.change(LogState.key, to: log)
    }

    /// Who brings approvals speaks as an authority.
    private static func isHost(_ said: Stated<MoveTime>, _ log: LogState) -> Bool {
        said.issuer == log.host && said.claims.approvals.isEmpty
    }
}
