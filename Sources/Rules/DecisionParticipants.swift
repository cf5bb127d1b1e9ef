import Sharing
import Wire

extension Decision {
    /// An authority admits a participant: a fresh handle, fresh keys whose owner proved to hold them.
    mutating func admit(_ admit: Claims.Admit) throws(Refusal) {
        try requireAuthority()
        guard view.participant(admit.handle) == nil else { throw .handleTaken(admit.handle) }
        guard admit.keys.contains(where: { $0.scopes.contains(.all) }) else {
            throw .scopeMissing(.all)
        }
        guard admit.encryptionKey.isUsable else { throw .unusableEncryptionKey }
        var thumbprints: [Digest<Digested.Key>] = []
        for offer in admit.keys {
            let thumbprint = offer.key.thumbprint
            guard !thumbprints.contains(thumbprint) else { throw .keyAlreadyUsed }
            try checkOffer(offer, for: admit.handle, introducedBy: nil)
            thumbprints.append(thumbprint)
            view.changes[.key(thumbprint)] = .key(
                KeyState(handle: admit.handle, key: offer.key, scopes: offer.scopes))
        }
        var state = ParticipantState(
            roles: admit.roles, keys: thumbprints, encryptionKey: admit.encryptionKey.digest,
            admittedAt: view.candidate.index)
        if case .admit(let identity) = view.candidate.selective { state.size = identity.size }
        try requirePermission(admitting(entity(admit.handle, state), by: issuerEntity))
        view.changes[.participant(admit.handle)] = .participant(state)
    }

    /// Nobody suspends itself, so that an authority that can reinstate others always remains.
    mutating func suspend(_ handle: Handle) throws(Refusal) {
        try requireAuthority()
        guard handle != statement.issuer else { throw .notPermittedToIssuer(.suspend) }
        guard var state = view.participant(handle) else { throw .unknownParticipant(handle) }
        guard !state.suspended else { throw .alreadySuspended(handle) }
        state.suspended = true
        view.changes[.participant(handle)] = .participant(state)
    }

    mutating func reinstate(_ handle: Handle) throws(Refusal) {
        try requireAuthority()
        guard var state = view.participant(handle) else { throw .unknownParticipant(handle) }
        guard state.suspended else { throw .notSuspended(handle) }
        state.suspended = false
        view.changes[.participant(handle)] = .participant(state)
    }

    mutating func addKey(_ offer: KeyOffer) throws(Refusal) {
        try requireNotSuspended()
        guard issuer.keys.count < Limits.keysPerParticipant else {
            throw .tooManyKeys(limit: Limits.keysPerParticipant)
        }
        try checkOffer(offer, for: statement.issuer, introducedBy: statement.jws.kid)
        var state = issuer
        state.keys.append(offer.key.thumbprint)
        view.changes[.participant(statement.issuer)] = .participant(state)
        view.changes[.key(offer.key.thumbprint)] = .key(
            KeyState(handle: statement.issuer, key: offer.key, scopes: offer.scopes))
    }

    /// A key may retire any of its owner's keys but itself: so one with scope `all` always remains.
    mutating func retireKey(_ kid: Digest<Digested.Key>) throws(Refusal) {
        guard var key = view.key(kid), key.handle == statement.issuer else { throw .unknownKey }
        guard !key.retired else { throw .keyRetired }
        guard kid != statement.jws.kid else { throw .lastKey }
        key.retired = true
        view.changes[.key(kid)] = .key(key)
    }

    mutating func changeEncryptionKey(_ key: EncryptionKey) throws(Refusal) {
        try requireNotSuspended()
        guard key.isUsable else { throw .unusableEncryptionKey }
        var state = issuer
        state.encryptionKey = key.digest
        view.changes[.participant(statement.issuer)] = .participant(state)
    }

    mutating func publish(_ set: Digest<Digested.Policies>) throws(Refusal) {
        try requireAuthority()
        guard policies.policies(set) != nil else { throw .policyUnknown }
        var log = self.log
        log.policies = set
        view.changes[.log] = .log(log)
    }

    /// A thumbprint is used once, ever; and the new key signed for this log, handle and introducer.
    private func checkOffer(
        _ offer: KeyOffer, for handle: Handle, introducedBy introducer: Digest<Digested.Key>?
    ) throws(Refusal) {
        guard view.key(offer.key.thumbprint) == nil else { throw .keyAlreadyUsed }
        guard let proof = try? ProofOfPossession(parsing: offer.pop),
            proof.log == log.genesis, proof.handle == handle, proof.key == offer.key,
            proof.introducer == introducer ?? offer.key.thumbprint,
            (try? offer.pop.verified(by: offer.key)) != nil
        else { throw .badProofOfPossession }
    }
}
