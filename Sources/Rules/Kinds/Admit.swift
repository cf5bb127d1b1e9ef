import Sharing
import Wire

/// An authority admits a participant: a fresh handle, fresh keys whose owner proved to hold them.
enum AdmitRule: KindRule {
    static let actions: [PolicyAction] = [.admit]

    static func reads(_ said: Stated<Admit>, _ reads: inout Reads) {
        reads.add(ParticipantState.key(said.claims.handle))
        for offer in said.claims.keys { reads.add(KeyState.key(offer.key.thumbprint)) }
    }

    static func decide(_ said: Stated<Admit>, _ decision: inout Decision) throws(Refusal) {
        let admit = said.claims
        try decision.requireAuthorities()
        guard decision.state[ParticipantState.key(admit.handle)] == nil else {
            throw .participant(.handleTaken(admit.handle))
        }
        guard admit.envelopeKey.isUsable else { throw .participant(.unusableEncryptionKey) }
        guard let fingerprint = said.statement.fingerprint else {
            preconditionFailure("an admission has a fingerprint")
        }
        var thumbprints: [Digest<Digested.Key>] = []
        for offer in admit.keys {
            let thumbprint = offer.key.thumbprint
            guard !thumbprints.contains(thumbprint) else { throw .participant(.keyAlreadyUsed) }
            try decision.add(offer, to: admit.handle, .admission(fingerprint))
            thumbprints.append(thumbprint)
        }
        // One for everything without an end, so that nobody is left without keys.
        guard admit.keys.contains(where: { $0.scopes.contains(.all) && $0.until == nil }) else {
            throw .issuer(.scopeMissing(.all))
        }
        let state = ParticipantState(
            roles: admit.roles, keys: thumbprints, encryptionKey: admit.envelopeKey.digest,
            admittedAt: said.candidate.index, fingerprint: fingerprint, size: said.selective?.size,
            country: said.selective?.country)
        try decision.requirePermission(
            decision.admitting(
                decision.entity(admit.handle, state), by: decision.issuerEntity))
        decision.change(ParticipantState.key(admit.handle), to: state)
    }

    static func parties(_ said: Stated<Admit>, in state: Slice) -> [Handle] {
        [said.claims.handle]
    }

    static func facts(_ said: Stated<Admit>) -> [AuditFact] { [.participants(1)] }
}

extension Decision {
    /// Registers a new key. A thumbprint is used once, ever; and the new key signed for this log,
    /// handle and introduction.
    mutating func add(
        _ offer: KeyOffer, to handle: Handle, _ introduction: ProofOfPossession.Introduction
    ) throws(Refusal) {
        let key = KeyState.key(offer.key.thumbprint)
        guard state[key] == nil else { throw .participant(.keyAlreadyUsed) }
        guard
            ProofOfPossession.isGiven(by: offer, for: handle, of: log.genesis, introduction)
        else { throw .participant(.badProofOfPossession) }
        let added = KeyState(
            handle: handle, key: offer.key, scopes: offer.scopes, until: offer.until)
        guard !added.isExpired(at: now) else { throw .issuer(.keyExpired) }
        change(key, to: added)
    }
}

extension PolicyAction {
    public static let admit = PolicyAction(
        "admit", "admit OTHER", about: .newcomer, with: [.time, .newcomer])
}
