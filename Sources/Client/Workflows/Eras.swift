import Custody
import Rules
public import Sharing
import Wire

/// A new era of a participant's keys.
public struct BegunEra: Sendable {
    /// From 1.
    public let number: Int
    /// The change of the encryption key, with which the era begins on the log.
    public let registration: Registration
    /// The standing grants, with keys of the new era.
    public let rekeyed: [Rekeying]
}

/// What a new era of a participant's keys would mean.
public struct EraBeginning: Sendable {
    /// From 1.
    public let number: Int
    /// The standing grants, which would get keys of the new era.
    public let rekeyed: [KnownGrant]
    /// Whether it holds records, which are presented with a key of their era.
    public let isHolder: Bool
}

extension Session {
    /// The era as it would begin. Throws what ``beginEra(with:_:)`` does before it changes anything.
    public func beginningEra(with kit: RecoveryKit) async throws -> EraBeginning {
        try check(kit)
        let view = try await sync()
        _ = try keyring.adding(view.era + 1, of: kit.root)
        let standing = try view.grants.values.filter {
            $0.issuer == handle && $0.isLive(at: now) && $0.terms.subject.right == .read
        }
        return EraBeginning(
            number: view.era + 1, rekeyed: standing.sorted { $0.index < $1.index },
            isHolder: configuration.roles.contains(.enterprise))
    }

    private func check(_ kit: RecoveryKit) throws {
        guard kit.configuration.handle == handle, kit.configuration.genesis == log,
            kit.configuration.fingerprint == ownFingerprint
        else {
            throw RecoveryKitError.ofAnother(kit.configuration.handle)
        }
        // Who may not sign for everything gets nothing of another era here.
        _ = try signer(.all)
    }

    /// Begins a new era: what is sealed from now on, by this participant and for it, opens with none
    /// of the secrets that any of its machines had before. Only the kit leads there, and it is read
    /// and let go of.
    ///
    /// With ``Reason/keyCompromised`` the key that presents older records is retired too, and who
    /// granted something to this participant makes new envelopes at once. A machine that was stolen
    /// has a signing key besides: ``retireKey(_:_:)``.
    ///
    /// Begun again after an interruption, it goes on where that was. Throws
    /// ``RecoveryKitError/ofAnother(_:)`` and ``KeyringError/otherRoot`` before anything is changed.
    public func beginEra(
        with kit: RecoveryKit, _ reason: Reason
    ) async throws -> BegunEra {
        try check(kit)
        _ = try await flush()
        let view = try await sync()
        let era = view.era + 1
        // The keyring comes first: the log never is in an era whose keys nobody has.
        try replaceKeyring(try keyring.adding(era, of: kit.root))
        try home.note(kit.root, keyring, surroundings: surroundings)
        if configuration.roles.contains(.enterprise) { try await register(holderOf: era, view) }
        let key = try keyring.decryptionKey(era: era).encryptionKey
        // From here on the era is begun.
        let registration = try await register(ChangeEncryptionKey(key, reason))
        guard configuration.roles.contains(.enterprise) else {
            return BegunEra(number: era, registration: registration, rekeyed: [])
        }
        if reason == .keyCompromised { try await retireHolders(before: era, reason) }
        return BegunEra(
            number: era, registration: registration,
            rekeyed: try await Enterprise(self).rekeyStanding())
    }

    /// Registers the key that the records of `era` are bound to, unless an earlier run did.
    private func register(holderOf era: Int, _ view: View) async throws {
        let key = try keyring.holderKey(era: era)
        guard view.state[KeyState.key(key.verificationKey.thumbprint)] == nil else { return }
        _ = try await addKey(key, [.present])
    }

    private func retireHolders(before era: Int, _ reason: Reason) async throws {
        let view = try await upToDate()
        for earlier in 1..<era {
            let thumbprint = try keyring.holderKey(era: earlier).verificationKey.thumbprint
            guard view.state[KeyState.key(thumbprint)]?.retired == false else { continue }
            _ = try await retireKey(thumbprint, reason)
        }
    }
}
