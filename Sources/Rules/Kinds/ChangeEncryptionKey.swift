import Sharing
import Wire

/// A participant names the key to which envelopes are sealed from now on.
enum ChangeEncryptionKeyRule: KindRule {
    static func decide(
        _ said: Stated<ChangeEncryptionKey>, _ decision: inout Decision
    ) throws(Refusal) {
        try decision.requireNotSuspended()
        guard said.claims.key.isUsable else { throw .participant(.unusableEncryptionKey) }
        var participant = decision.issuer
        participant.encryptionKey = said.claims.key.digest
        decision.change(ParticipantState.key(said.issuer), to: participant)
    }
}
