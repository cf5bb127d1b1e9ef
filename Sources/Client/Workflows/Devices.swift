import Custody
import Rules
public import Sharing
public import Wire

/// Which of an era's keys a device gets.
public enum DeviceOpens: Sendable {
    /// All: an owner's device.
    case everything
    /// The records of these types in these months, as far as the epochs of now reach, and whether a
    /// document of them is registered already.
    case months([RecordType], ClosedRange<Month>)
}

extension Session {
    /// Makes the share that gives a device keys of this era. The device's key is registered by an
    /// ordinary `key` statement, with the scopes of what it is for.
    ///
    /// Throws ``KeyringError`` and ``ClientError/envelope(_:)``.
    public func share(
        _ opens: DeviceOpens, with device: Digest<Digested.Key>, _ deviceKey: EncryptionKey
    ) async throws -> SealedShare {
        let view = try await sync()
        let keys: SharedKeys
        switch opens {
        case .everything: keys = try keyring.secrets(ofEra: view.era).shared
        case .months(let types, let months):
            keys = try SharedKeys(
                types, months, ofEra: view.era, of: try schedule(), in: view, at: now)
        }
        do {
            return try SealedShare(
                keys, ofEra: Int64(view.era), to: device, deviceKey, by: try signer(.all), at: now,
                jti: newJTI())
        } catch let error as OpeningError { throw ClientError.envelope(error) }
    }

    /// Reads a share for this machine. Whoever carried it, the log says whose key signed it.
    ///
    /// Throws ``ClientError/share(_:)``.
    public func open(_ share: SealedShare) async throws -> SharedKeys {
        try await open(share, ofEra: Int64(try await sync().era))
    }

    /// The same for one that has to be of `era`.
    func open(_ share: SealedShare, ofEra era: Int64) async throws -> SharedKeys {
        let view = try await sync()
        let participant = handle
        let expected = SealedShare.Expectation(
            log: log, participant: participant, fingerprint: ownFingerprint,
            admitted: view.state[ParticipantState.key(participant)]?.fingerprint
                .map { Fingerprint($0) },
            device: keyring.signingKey(generation: 1).verificationKey.thumbprint,
            era: era
        ) { view.keyForAll($0, of: participant) }
        do {
            return try share.open(with: try keyring.deviceKey(), expecting: expected)
        } catch let refusal as ShareRefusal { throw ClientError.share(refusal) }
    }
}

extension View {
    /// The participant's key with this thumbprint, where it signs everything now.
    func keyForAll(
        _ thumbprint: Digest<Digested.Key>, of participant: Handle
    ) -> VerificationKey? {
        guard let key = state[KeyState.key(thumbprint)], key.handle == participant, !key.retired,
            !key.isExpired(at: time), key.scopes.contains(.all)
        else { return nil }
        return key.key
    }
}

extension SharedKeys {
    /// The nodes that cover `months` in the epochs of an era: those that records there have, and in
    /// the era of now those that new records will have.
    init(
        _ types: [RecordType], _ months: ClosedRange<Month>, ofEra era: Int,
        of schedule: KeySchedule, in view: View, at now: Timestamp
    ) throws(HomeError) {
        var epochsOfType: [Set<Int64>] = []
        for type in types {
            let records = try view.records {
                $0.series == type.series && months.contains($0.month)
            }
            var epochs = Set(records.map(\.epoch))
            for month in months {
                epochs.insert(try view.requiredEpoch(type.series, month, at: now))
            }
            epochsOfType.append(epochs)
        }
        let nodes = zip(types, epochsOfType).flatMap { type, epochs in
            let ofEra = epochs.filter { KeyEra(of: $0).number == era }.sorted()
            return type.sealedNames.flatMap { field in
                ofEra.flatMap { epoch in
                    (schedule.nodes(
                        type: type.name, field: field, epoch: epoch, covering: months) ?? [])
                        .map { Node(type: type.name, field: field, epoch: epoch, node: $0) }
                }
            }
        }
        self.init(nodes: nodes, sources: schedule.sources(ofEra: era, covering: months))
    }
}
