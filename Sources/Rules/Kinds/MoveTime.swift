import Sharing
import Wire

/// Log time becomes the `iat` of the statement. The host moves it on in bounded steps, so that a log
/// that was silent goes on; an authority sets it anywhere, also back, where it was moved too far.
enum MoveTimeRule: KindRule {
    static func time(
        _ said: Stated<MoveTime>, in log: LogState
    ) throws(Refusal) -> Timestamp {
        let issued = said.statement.issuedAt
        if log.charter.authorities.contains(said.issuer) { return issued }
        guard issued > log.time else {
            throw .place(.tooOld(issuedAt: issued, logTime: log.time))
        }
        guard issued.seconds <= log.time.seconds + Limits.timeStepSeconds else {
            throw .place(.tooFarAhead(issuedAt: issued, logTime: log.time))
        }
        return issued
    }

    static func decide(_ said: Stated<MoveTime>, _ decision: inout Decision) throws(Refusal) {
        let isAuthority = decision.log.charter.authorities.contains(said.issuer)
        guard isAuthority || said.issuer == decision.log.host else { throw .issuer(.notHost) }
        try decision.requireNotSuspended()
    }
}
