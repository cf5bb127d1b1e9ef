public import Custody
import Importing
public import Interface
import Rules
public import Sharing
public import Transparency
import Verification
public import Wire

/// Who wants to be admitted.
public struct Applicant: Sendable {
    /// A random one, where `nil`.
    public let handle: Handle?
    public let roles: [Role]
    /// Its handle stands for it where `nil`.
    public let legalName: String?
    /// ISO 3166-1 alpha-2.
    public let country: String
    public let identifiers: [LegalIdentifier]

    public init(
        handle: Handle? = nil, roles: [Role], legalName: String?, country: String,
        identifiers: [LegalIdentifier]
    ) {
        (self.handle, self.roles, self.legalName) = (handle, roles, legalName)
        (self.country, self.identifiers) = (country, identifiers)
    }
}

extension Home {
    /// Joins the log that `invitation` pins: fetches entry 0, checks it against the pin, makes the
    /// keyring and the trust policy of this home, and sends an application.
    ///
    /// `keep` gets the recovery kit before anything is made, and returns once it is in safety: the
    /// home doesn't hold what is in it, and nobody can make it again.
    ///
    /// Where joining fails after the home was made, joining again with the same invitation takes up
    /// the home that is there, and sends the same application. Throws ``LogFault``,
    /// ``ConnectionError``, ``HomeError``, ``KeyringError`` and what `keep` throws.
    public func join(
        _ invitation: Invitation, as applicant: Applicant, under protection: Protection,
        keeping keep: @Sendable (RecoveryKit) throws -> Void,
        surroundings: Surroundings = .system,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> Application {
        let connection = GatewayConnection(transport(invitation.gateway))
        do {
            let application = try await join(
                invitation, as: applicant, under: protection, keeping: keep,
                surroundings: surroundings, through: connection)
            await connection.shutDown()
            return application
        } catch {
            await connection.shutDown()
            throw error
        }
    }

    private func join(
        _ invitation: Invitation, as applicant: Applicant, under protection: Protection,
        keeping keep: @Sendable (RecoveryKit) throws -> Void, surroundings: Surroundings,
        through connection: GatewayConnection
    ) async throws -> Application {
        if isInhabited {
            let known = try configuration()
            guard known.invitation == invitation,
                applicant.handle == nil || applicant.handle == known.handle,
                applicant.roles.sorted() == known.roles
            else { throw HomeError.alreadyThere(path: directory) }
            return try await applyAgain(under: protection, through: connection)
        }
        let genesis = try await PinnedGenesis.fetch(invitation, through: connection)
        var random = surroundings.random
        let handle =
            applicant.handle
            ?? Handle(prefix: applicant.roles.sorted().first?.rawValue.first ?? "p", using: &random)
        let configuration = Configuration(
            gateway: invitation.gateway, origin: genesis.founding.origin,
            genesis: invitation.genesis, handle: handle, roles: applicant.roles,
            identifiers: applicant.identifiers.compactMap {
                RegisteredIdentifier(scheme: $0.scheme.rawValue, id: $0.id)
            })
        let kit = RecoveryKit(configuration, Root(using: &random))
        let keyring = Keyring(of: kit.root, using: &random)
        let application = try applicant.application(kit, keyring)
        // From here on the kit outlives whatever happens to this machine.
        try keep(kit)
        try await settle(
            configuration, keyring, application, genesis: genesis.statement,
            logKey: genesis.logKey, under: protection, random)
        let keeper = try CheckpointKeeper(
            home: self, policy: TrustPolicy(trusting: genesis.logKey), connection: connection)
        _ = try await keeper.latest()
        try await connection.apply(application)
        return application
    }

    /// Sends the application of an earlier run. Throws as ``KeyringFile`` does for another passphrase.
    private func applyAgain(
        under protection: Protection, through connection: GatewayConnection
    ) async throws -> Application {
        _ = try await BlockingWork.run {
            try KeyringFile.open(
                try required(.keyring), with: protection.passphrase, allowing: protection.cost)
        }
        guard let application = try? Application(parsing: try required(.application)) else {
            throw malformed(.application)
        }
        try await connection.apply(application)
        return application
    }

    /// Begins a log: makes the home of its first authority, with the entry 0 that this authority
    /// signs. The gateway's own keys are others, and in another place.
    ///
    /// Throws ``HomeError`` and ``KeyringError``.
    public func found(
        _ origin: Origin, as handle: Handle, host: FoundingParticipant, logKey: VerifierKey,
        gateway: GatewayAddress, policies: Digest<Digested.Policies>,
        under protection: Protection, surroundings: Surroundings = .system
    ) async throws -> (genesis: Statement, invitation: Invitation) {
        var random = surroundings.random
        let keyring = Keyring(using: &random)
        let key = try keyring.signingKey(.all)
        let signed = Statement.sign(
            Genesis(
                origin: origin, rules: Rules.version, logKey: logKey.text,
                authorities: [.init(handle: handle, key: key.verificationKey)], threshold: 1,
                host: host, policies: policies),
            by: Signer(origin: origin, handle: handle, log: nil, key: key),
            at: surroundings.now(), jti: JTI(using: &random))
        let invitation = Invitation(
            gateway: gateway, genesis: signed.statement.digest.relabelled())
        let configuration = Configuration(
            gateway: gateway, origin: origin, genesis: invitation.genesis, handle: handle,
            roles: [])
        try await settle(
            configuration, keyring, nil, genesis: signed.statement, logKey: logKey,
            under: protection, random)
        return (signed.statement, invitation)
    }

    /// Writes a new home; the keyring comes last, so that what is without one was never complete.
    func settle(
        _ configuration: Configuration, _ keyring: Keyring, _ application: Application?,
        genesis: Statement, logKey: VerifierKey, under protection: Protection, _ random: Randomness
    ) async throws {
        try await BlockingWork.run {
            var random = random
            let sealed = try KeyringFile.seal(
                keyring, under: protection.passphrase, cost: protection.cost, using: &random)
            try make()
            let lock = try self.lock()
            try withExtendedLifetime(lock) {
                try replace(.trustPolicy, with: TrustPolicy(trusting: logKey).file)
                try replace(.genesis, with: genesis.jws.bytes)
                try replace(.config, with: configuration.bytes)
                if let application { try replace(.application, with: application.bytes) }
                try replace(.keyring, with: sealed)
            }
        }
    }
}

extension Applicant {
    /// What is sent: this machine's key and the recovery key, each for everything; an enterprise's
    /// records are bound to a key that presents them and does nothing else.
    fileprivate func application(
        _ kit: RecoveryKit, _ keyring: Keyring
    ) throws(KeyringError) -> Application {
        var keys: [(SigningKey, [KeyScope])] = [
            (try keyring.signingKey(.all), [.all]), (kit.root.recoveryKey, [.all]),
        ]
        if roles.contains(.enterprise) {
            keys.append((try keyring.holderKey(era: 1), [.present]))
        }
        let configuration = kit.configuration
        return Application(
            handle: configuration.handle, roles: configuration.roles,
            legalName: legalName ?? configuration.handle.text, legalIdentifiers: identifiers,
            country: country,
            keys: keys.map { key, scopes in
                KeyOffer(
                    key: key.verificationKey, scopes: scopes,
                    pop: ProofOfPossession.sign(
                        log: configuration.genesis, handle: configuration.handle,
                        introducer: nil, with: key))
            },
            encryptionKey: try keyring.decryptionKey(era: 1).encryptionKey)
    }
}

/// Entry 0 as a gateway serves it, found to be the pinned one.
struct PinnedGenesis {
    let statement: Statement
    let founding: Genesis
    let logKey: VerifierKey

    /// Reads entry 0 from the tiles. Throws ``LogFault`` and ``ConnectionError``.
    static func fetch(
        _ invitation: Invitation, through connection: GatewayConnection
    ) async throws -> PinnedGenesis {
        // Nothing can be verified before entry 0 is known; the size only says what to ask for.
        let note = try await connection.checkpoint()
        let size = (try? Checkpoint(parsing: note.unverifiedText))?.size ?? 0
        guard size > 0 else { throw LogFault.noFounding(nil) }
        let width = Int(min(size, UInt64(TileCoordinate.fullWidth)))
        let bundle = try await connection.bundle(
            try EntryBundleCoordinate(index: 0, width: width))
        let genesis = try PinnedGenesis(Array(bundle[0]), pinned: invitation.genesis)
        let checkpoint: VerifiedCheckpoint
        do { checkpoint = try TrustPolicy(trusting: genesis.logKey).verify(note) } catch {
            throw LogFault.checkpoint(error)
        }
        try await genesis.checkPlace(under: checkpoint, through: connection)
        return genesis
    }

    /// Throws ``LogFault`` unless `leaf` has the pinned digest and founds a log by the rules.
    private init(_ leaf: [UInt8], pinned: Digest<Digested.Genesis>) throws(LogFault) {
        let digest = Digest<Digested.Genesis>(hashing: leaf)
        guard digest == pinned else { throw .otherGenesis(have: digest, pinned: pinned) }
        do { statement = try Statement(parsing: leaf) } catch { throw .entry(index: 0, error) }
        guard let founding = statement.claims as? Genesis,
            let logKey = try? VerifierKey(parsing: founding.logKey)
        else { throw .noFounding(nil) }
        do {
            _ = try Rules.decide(
                Candidate(statement, selective: NoSelectiveClaims(), index: 0), in: Slice(),
                policies: UnjudgedPolicies())
        } catch { throw .noFounding(error) }
        (self.founding, self.logKey) = (founding, logKey)
    }

    private func checkPlace(
        under checkpoint: VerifiedCheckpoint, through connection: GatewayConnection
    ) async throws {
        var tiles = TileSet()
        for coordinate in try InclusionProof.tiles(index: 0, size: checkpoint.size) {
            tiles.insert(try await connection.tile(coordinate))
        }
        do {
            let proof = try InclusionProof.build(
                index: 0, size: checkpoint.size, reading: tiles)
            _ = try checkpoint.including(
                Hash.leaf(statement.jws.bytes), at: 0, proof: proof.hashes)
        } catch let error as TileError {
            throw LogFault.tile(error)
        } catch let error as ProofError {
            throw LogFault.notIncluded(index: 0, error)
        }
    }
}
