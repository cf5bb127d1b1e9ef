public import Custody
import Rules
public import Sharing
import Verification
public import Wire

/// What became of a participant that was brought back.
public struct Restored: Sendable {
    /// The era that the log is in.
    public let era: Int
    /// The keys of lost machines that were retired.
    public let retired: [Digest<Digested.Key>]
}

/// The machines that a participant gives up when it is brought back.
public struct MachinesLost: Sendable {
    public struct Key: Sendable {
        public let thumbprint: Digest<Digested.Key>
        public let scopes: [KeyScope]
        public let lastAct: LastAct?
    }

    public let handle: Handle
    /// Those that would be retired.
    public let keys: [Key]
}

extension Home {
    /// Makes the home of a participant anew, on a machine that has nothing but the recovery kit.
    ///
    /// The log says how many eras there are, and the root gives the keys of them all, so every record
    /// opens again. The recovery key signs for the new machine's key, and with `retiring` for the end
    /// of every other machine's; it stays off this machine, too. Where a machine was stolen, a new era
    /// comes next: ``Session/beginEra(with:_:)``.
    ///
    /// With `retiring`, `agree` is asked before anything is signed. Where it throws, the files of a home
    /// that this run made are removed again; its empty folder stays.
    ///
    /// Begun again after an interruption, it goes on where that was. Throws
    /// ``HomeError/alreadyThere(path:)`` for a home of somebody else,
    /// ``ClientError/substituted(_:)`` where the log admitted somebody else under the kit's handle,
    /// ``KeyringError/otherRoot`` where the log knows another encryption key than the root's,
    /// ``LogFault`` and ``ConnectionError``.
    public func restore(
        from kit: RecoveryKit, retiring reason: Reason?, under protection: Protection,
        agreeing agree: @Sendable (MachinesLost) async throws -> Void = { _ in },
        surroundings: Surroundings = .system,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> Restored {
        let isNew = !isInhabited
        if isNew {
            let connection = GatewayConnection(transport(kit.configuration.gateway))
            do {
                let genesis = try await PinnedGenesis.fetch(
                    kit.configuration.log, through: connection)
                var random = surroundings.random
                try await settle(
                    kit.configuration, Keyring(of: kit.root, using: &random), nil,
                    genesis: genesis.statement, logKey: genesis.logKey, under: protection, random)
            } catch {
                await connection.shutDown()
                throw error
            }
            await connection.shutDown()
        }
        guard try configuration().handle == kit.configuration.handle,
            try configuration().genesis == kit.configuration.genesis,
            try configuration().fingerprint == kit.configuration.fingerprint
        else { throw HomeError.alreadyThere(path: directory) }
        let open = try await BlockingWork.run { try unlock(protection.passphrase, protection.cost) }
        let session = try Session(
            self, open, acting: kit.root.recoveryKey, surroundings: surroundings,
            transport: transport)
        do {
            let restored = try await session.takeOver(kit, retiring: reason, agreeing: agree)
            await session.close()
            return restored
        } catch let disagreement as Disagreement {
            await session.close()
            if isNew { try abandon() }
            throw disagreement.cause
        } catch {
            await session.close()
            throw error
        }
    }
}

/// Nothing was signed, because a person didn't agree.
private struct Disagreement: Error {
    let cause: any Error
}

extension Home {
    /// Notes the roles that the log says, where the kit was typed and said none.
    fileprivate func completeRoles(_ roles: [Role]) throws {
        let known = try configuration()
        guard known.roles.isEmpty else { return }
        let complete = Configuration(
            gateway: known.gateway, origin: known.origin, genesis: known.genesis,
            handle: known.handle, roles: roles, identifiers: known.identifiers,
            fingerprint: known.fingerprint)
        try replace(.config, with: complete.bytes)
    }

    /// The name of the log at an address, for who types a kit: entry 0 says it, and the address pins
    /// that. Throws ``LogFault`` and ``ConnectionError``.
    public static func origin(
        of log: LogAddress,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> Origin {
        let connection = GatewayConnection(transport(log.gateway))
        let fetched: Result<PinnedGenesis, any Error>
        do {
            fetched = .success(try await PinnedGenesis.fetch(log, through: connection))
        } catch { fetched = .failure(error) }
        await connection.shutDown()
        return try fetched.get().founding.origin
    }
}

extension Session {
    /// Brings the keyring to the log's era and registers this machine's key, signed by the recovery
    /// key.
    fileprivate func takeOver(
        _ kit: RecoveryKit, retiring reason: Reason?,
        agreeing agree: @Sendable (MachinesLost) async throws -> Void
    ) async throws -> Restored {
        _ = try await flush()
        let view = try await sync()
        let current = try kit.root.secrets(ofEra: Int64(view.era)).decryptionKey()
        guard let participant = view.state[ParticipantState.key(handle)],
            participant.encryptionKey == current.encryptionKey.digest
        else { throw KeyringError.otherRoot }
        let era = try keyring.adding(view.era, of: kit.root)
        let own = try keyring.signingKey(.all)
        let thumbprint = own.verificationKey.thumbprint
        let lost = try lost(participant.keys, but: kit.root, era, view)
        if reason != nil {
            do { try await agree(lost) } catch { throw Disagreement(cause: error) }
        }
        // From here on something is signed.
        try home.completeRoles(participant.roles)
        try replaceKeyring(era)
        try home.note(kit.root, era, surroundings: surroundings)
        if view.state[KeyState.key(thumbprint)] == nil { _ = try await addKey(own, [.all]) }
        guard let reason else { return Restored(era: view.era, retired: []) }
        for key in lost.keys { _ = try await retireKey(key.thumbprint, reason) }
        return Restored(era: view.era, retired: lost.keys.map(\.thumbprint))
    }

    /// Of `keys` those that neither this machine nor the kit has.
    private func lost(
        _ keys: [Digest<Digested.Key>], but root: Root, _ keyring: Keyring, _ view: View
    ) throws -> MachinesLost {
        var kept: Set = [
            try keyring.signingKey(.all).verificationKey.thumbprint,
            root.recoveryKey.verificationKey.thumbprint,
        ]
        for era in 1...view.era {
            kept.insert(try keyring.holderKey(era: era).verificationKey.thumbprint)
        }
        var lost: [MachinesLost.Key] = []
        for key in keys where !kept.contains(key) {
            guard let state = view.state[KeyState.key(key)], !state.retired else { continue }
            lost.append(.init(thumbprint: key, scopes: state.scopes, lastAct: view.acts[key]))
        }
        return MachinesLost(handle: handle, keys: lost)
    }
}
