import Sharing
import Wire

/// A participant adds a signing key.
enum AddKeyRule: KindRule {
    static func reads(_ said: Stated<AddKey>, _ reads: inout Reads) {
        reads.add(KeyState.key(said.claims.offer.key.thumbprint))
    }

    static func decide(_ said: Stated<AddKey>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireNotSuspended()
        var participant = decision.issuer
        guard participant.keys.count < Limits.keysPerParticipant else {
            throw .participant(.tooManyKeys(limit: Limits.keysPerParticipant))
        }
        guard participant.keysEver < Limits.keysEver else {
            throw .participant(.tooManyKeys(limit: Limits.keysEver))
        }
        try decision.add(said.claims.offer, to: said.issuer, .by(said.statement.jws.kid))
        participant.keys.append(said.claims.offer.key.thumbprint)
        participant.keysEver += 1
        decision.change(ParticipantState.key(said.issuer), to: participant)
    }
}
