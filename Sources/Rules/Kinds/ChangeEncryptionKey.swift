import Sharing
import Wire

/// A participant names the key to which envelopes are sealed from now on. A new era of its keys begins:
/// no new record of it has an epoch of an earlier one.
enum ChangeEncryptionKeyRule: KindRule {
    static func decide(
        _ said: Stated<ChangeEncryptionKey>, _ decision: inout Decision
    ) throws(Refusal) {
        try decision.requireNotSuspended()
        guard said.claims.key.isUsable else { throw .participant(.unusableEncryptionKey) }
        var participant = decision.issuer
        guard participant.era.number < Limits.eras else {
            throw .participant(.tooManyKeys(limit: Limits.eras))
        }
        participant.leastEpoch = participant.era.endEpoch
        participant.encryptionKey = said.claims.key.digest
        decision.change(ParticipantState.key(said.issuer), to: participant)
    }
}
