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
    /// Where that fails after the home was made, joining again with the same invitation takes up the
    /// home that is there. Throws ``LogFault``, ``ConnectionError``, ``HomeError`` and
    /// ``KeyringError``.
    public func join(
        _ invitation: Invitation, as applicant: Applicant, under protection: Protection,
        surroundings: Surroundings = .system,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> Application {
        let connection = GatewayConnection(transport(invitation.gateway))
        do {
            let application = try await join(
                invitation, as: applicant, under: protection, surroundings: surroundings,
                through: connection)
            await connection.shutDown()
            return application
        } catch {
            await connection.shutDown()
            throw error
        }
    }

    private func join(
        _ invitation: Invitation, as applicant: Applicant, under protection: Protection,
        surroundings: Surroundings, through connection: GatewayConnection
    ) async throws -> Application {
        if isInhabited {
            let known = try configuration()
            guard known.invitation == invitation,
                applicant.handle == nil || applicant.handle == known.handle,
                applicant.roles.sorted() == known.roles
            else { throw HomeError.alreadyThere(path: directory) }
            let keyring = try await BlockingWork.run {
                try KeyringFile.open(
                    try required(.keyring), with: protection.passphrase,
                    allowing: protection.cost)
            }
            return try await apply(as: applicant, known, keyring, through: connection)
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
        let keyring = Keyring(using: &random)
        try await settle(
            configuration, keyring, genesis: genesis.statement, logKey: genesis.logKey,
            under: protection, random)
        let keeper = try CheckpointKeeper(
            home: self, policy: TrustPolicy(trusting: genesis.logKey), connection: connection)
        _ = try await keeper.latest()
        return try await apply(as: applicant, configuration, keyring, through: connection)
    }

    /// Begins a log: makes the home of its first authority, with the entry 0 that this authority
    /// signs. The gateway's own keys are others, and in another place.
    ///
    /// Throws ``HomeError`` and ``KeyringError``.
    public func found(
        _ origin: Origin, as handle: Handle, host: FoundingParticipant, logKey: VerifierKey,
        clockKey: VerifierKey, gateway: GatewayAddress, policies: Digest<Digested.Policies>,
        under protection: Protection, surroundings: Surroundings = .system
    ) async throws -> (genesis: Statement, invitation: Invitation) {
        var random = surroundings.random
        let keyring = Keyring(using: &random)
        let key = try keyring.signingKey(.all)
        let signed = Statement.sign(
            Genesis(
                origin: origin, rules: Rules.version, logKey: logKey.text, clockKey: clockKey.text,
                charter: .init(authorities: [.init(handle: handle, key: key.verificationKey)]),
                host: host, policies: policies),
            by: Signer(origin: origin, handle: handle, log: nil, key: key),
            at: surroundings.now(), jti: JTI(using: &random))
        let invitation = Invitation(
            gateway: gateway, genesis: signed.statement.digest.relabelled())
        let configuration = Configuration(
            gateway: gateway, origin: origin, genesis: invitation.genesis, handle: handle,
            roles: [])
        try await settle(
            configuration, keyring, genesis: signed.statement, logKey: logKey, under: protection,
            random)
        return (signed.statement, invitation)
    }

    /// Writes a new home; the keyring comes last, so that what is without one was never complete.
    private func settle(
        _ configuration: Configuration, _ keyring: Keyring, genesis: Statement,
        logKey: VerifierKey, under protection: Protection, _ random: Randomness
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
                try replace(.keyring, with: sealed)
            }
        }
    }

    private func apply(
        as applicant: Applicant, _ configuration: Configuration, _ keyring: Keyring,
        through connection: GatewayConnection
    ) async throws -> Application {
        let key = try keyring.signingKey(.all)
        let offer = KeyOffer(
            key: key.verificationKey, scopes: [.all],
            pop: ProofOfPossession.sign(
                log: configuration.genesis, handle: configuration.handle, introducer: nil,
                with: key))
        let application = Application(
            handle: configuration.handle, roles: configuration.roles,
            legalName: applicant.legalName ?? configuration.handle.text,
            legalIdentifiers: applicant.identifiers, country: applicant.country,
            keys: [offer],
            encryptionKey: try keyring.decryptionKey().encryptionKey)
        try await connection.apply(application)
        return application
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
        } catch {
            if case .place(.rulesUnknown(let unknown)) = error { throw .update(unknown) }
            throw .noFounding(error)
        }
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
