import Sharing
import Wire

/// A key without an end may retire any of its owner's keys but itself: so one with scope `all` always
/// remains.
enum RetireKeyRule: KindRule {
    static func reads(_ said: Stated<RetireKey>, _ reads: inout Reads) {
        reads.add(KeyState.key(said.claims.key))
    }

    static func decide(_ said: Stated<RetireKey>, _ decision: inout Decision) throws(Refusal) {
        let name = KeyState.key(said.claims.key)
        guard var key = decision.state[name], key.handle == said.issuer else {
            throw .issuer(.unknownKey)
        }
        guard !key.retired else { throw .issuer(.keyRetired) }
        guard said.claims.key != said.statement.jws.kid else { throw .participant(.lastKey) }
        guard decision.state[KeyState.key(said.statement.jws.kid)]?.until == nil else {
            throw .participant(.lastKey)
        }
        key.retired = true
        decision.change(name, to: key)
        var participant = decision.issuer
        participant.keys.removeAll { $0 == said.claims.key }
        decision.change(ParticipantState.key(said.issuer), to: participant)
    }
}
