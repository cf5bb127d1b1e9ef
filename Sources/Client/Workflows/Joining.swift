public import Custody
import Importing
public import Interface
import Rules
public import Sharing
public import Transparency
import Verification
public import Wire

/// What somebody who was invited says about itself.
public struct Applicant: Sendable {
    public let roles: [Role]
    /// Its handle stands for it where `nil`.
    public let legalName: String?
    /// ISO 3166-1 alpha-2.
    public let country: String
    public let identifiers: [LegalIdentifier]

    public init(
        roles: [Role], legalName: String?, country: String, identifiers: [LegalIdentifier]
    ) {
        self.roles = roles
        self.legalName = legalName
        self.country = country
        self.identifiers = identifiers
    }
}

extension Home {
    /// Joins the log that `invitation` pins: fetches entry 0, checks it against the pin, makes the
    /// keyring and the trust policy of this home, and sends an application.
    ///
    /// `keep` gets the recovery kit before anything is made, and returns once it is in safety: the
    /// home doesn't hold what is in it, and nobody can make it again.
    ///
    /// Where joining fails after the home was made, joining again with an invitation for the same
    /// handle takes up the home that is there, with the keys and proofs of its first application. Where
    /// the gateway refused the application, nothing stays, and the kit is of no use.
    /// Throws ``LogFault``, ``ConnectionError``, ``HomeError``, ``KeyringError`` and what `keep`
    /// throws.
    public func join(
        _ invitation: Invitation, as applicant: Applicant, under protection: Protection,
        keeping keep: @Sendable (RecoveryKit) throws -> Void,
        surroundings: Surroundings = .system,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> Application {
        let connection = GatewayConnection(transport(invitation.log.gateway))
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
        let random = surroundings.random
        let handle = invitation.handle
        if isInhabited {
            let known = try configuration()
            guard known.log == invitation.log, invitation.handle == known.handle,
                applicant.roles.sorted() == known.roles
            else { throw HomeError.alreadyThere(path: directory) }
            guard let earlier = try self.application(), earlier.identity == applicant.said(handle)
            else { throw HomeError.alreadyThere(path: directory) }
            // The passphrase is asked for in any case: whose home it is, nobody else carries on.
            _ = try await BlockingWork.run {
                try unlock(protection.passphrase, protection.cost)
            }
            let again = earlier.claims.application(to: invitation, disclosing: earlier.disclosures)
            try replace(.application, with: again.bytes)
            try await connection.apply(again)
            return again
        }
        let genesis = try await PinnedGenesis.fetch(invitation.log, through: connection)
        var fresh = random
        let root = Root(using: &fresh)
        let keyring = Keyring(of: root, using: &fresh)
        let disclosures = applicant.said(handle).disclosures(using: &fresh)
        let application = try Admit.applying(
            to: invitation, as: applicant.roles.sorted(), root, keyring, disclosing: disclosures
        ).application(to: invitation, disclosing: disclosures)
        let configuration = Configuration(
            gateway: invitation.log.gateway, origin: genesis.founding.origin,
            genesis: invitation.log.genesis, handle: handle, roles: applicant.roles,
            identifiers: applicant.identifiers.compactMap {
                RegisteredIdentifier(scheme: $0.scheme.rawValue, id: $0.id)
            }, fingerprint: Fingerprint(application.fingerprint(in: invitation.log.genesis)))
        // From here on the kit outlives whatever happens to this machine.
        try keep(RecoveryKit(configuration, root))
        try await settle(
            configuration, keyring, application, genesis: genesis.statement,
            logKey: genesis.logKey, under: protection, random)
        let keeper = try CheckpointKeeper(
            home: self, policy: TrustPolicy(trusting: genesis.logKey), clock: try clockKey(),
            connection: connection)
        // No entry is known that says how old it may be, but that no charter allows more than this.
        _ = try await keeper.latest(
            at: surroundings.now(), freshness: Limits.freshnessSeconds.upperBound)
        do { try await connection.apply(application) } catch {
            // Where it is refused nobody knows these keys: the next invitation begins with new ones.
            if error.isFinal { try abandon() }
            throw error
        }
        return application
    }

    /// Takes away what a run made; the keyring first, so that what is left is no home.
    func abandon() throws(HomeError) {
        try PrivateFile.remove(path(.keyring))
        for file in File.allCases { try PrivateFile.remove(path(file)) }
        ViewFile.removeTables(of: self)
    }

    /// Begins a log: makes the home of its first authority, with the entry 0 that this authority
    /// signs. The gateway's own keys are others, and in another place.
    ///
    /// Throws ``HomeError`` and ``KeyringError``.
    public func found(
        _ origin: Origin, as handle: Handle, host: FoundingParticipant, logKey: VerifierKey,
        clockKey: VerifierKey, gateway: GatewayAddress, policies: Digest<Digested.Policies>,
        types: RecordTypes = .standard, under protection: Protection,
        surroundings: Surroundings = .system
    ) async throws -> (genesis: Statement, address: LogAddress) {
        var random = surroundings.random
        let keyring = Keyring(using: &random)
        let key = try keyring.signingKey(.all)
        let signed = Statement.sign(
            Genesis(
                origin: origin, rules: Rules.version, logKey: logKey.text, clockKey: clockKey.text,
                charter: .init(authorities: [.init(handle: handle, key: key.verificationKey)]),
                host: host, policies: policies, types: types.published(origin: origin)),
            by: Signer(origin: origin, handle: handle, log: nil, key: key),
            at: surroundings.now(), jti: JTI(using: &random))
        let address = LogAddress(
            gateway: gateway, genesis: signed.statement.digest.relabelled())
        let configuration = Configuration(
            gateway: gateway, origin: origin, genesis: address.genesis, handle: handle,
            roles: [])
        try await settle(
            configuration, keyring, nil, genesis: signed.statement, logKey: logKey,
            under: protection, random)
        return (signed.statement, address)
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

extension Home {
    /// What was sent from here to be admitted; `nil` in the home of a founder. Throws ``HomeError``.
    public func application() throws(HomeError) -> Application? {
        guard let bytes = try read(.application) else { return nil }
        guard let application = try? Application(parsing: bytes) else {
            throw malformed(.application)
        }
        return application
    }
}

extension Applicant {
    /// What it says of itself.
    func said(_ handle: Handle) -> ApplicantIdentity {
        ApplicantIdentity(
            name: legalName ?? handle.text, identifiers: identifiers, country: country)
    }
}

extension Admit {
    /// What is applied for: this machine's key and the recovery key, each for everything; an
    /// enterprise's records are bound to a key that presents them and does nothing else. Each key
    /// proves that it is meant.
    fileprivate static func applying(
        to invitation: Invitation, as roles: [Role], _ root: Root, _ keyring: Keyring,
        disclosing disclosures: [Disclosure]
    ) throws(KeyringError) -> Admit {
        var keys: [(SigningKey, [KeyScope])] = [
            (try keyring.signingKey(.all), [.all]), (root.recoveryKey, [.all]),
        ]
        if roles.contains(.enterprise) {
            keys.append((try keyring.holderKey(era: 1), [.present]))
        }
        return Admit.proven(
            invitation.handle, as: roles,
            keys.map { (KeyTerms(key: $0.verificationKey, scopes: $1), $0) },
            try keyring.decryptionKey(era: 1).encryptionKey, disclosures,
            to: invitation.log.genesis)
    }

    /// The application of who was invited. A later invitation gives another token and MAC, and
    /// changes nothing of what is admitted.
    func application(
        to invitation: Invitation, disclosing disclosures: [Disclosure]
    ) -> Application {
        let log = invitation.log.genesis
        let code = invitation.secret.code(
            of: fingerprint(disclosures.map(\.digest), in: log), for: log)
        guard
            let application = Application(
                handle: handle, roles: roles, keys: keys, encryptionKey: envelopeKey,
                disclosures: disclosures, token: invitation.secret.token(for: log), mac: code)
        else { preconditionFailure("these are the disclosures of an identity") }
        return application
    }
}

/// Entry 0 as a gateway serves it, found to be the pinned one.
struct PinnedGenesis {
    let statement: Statement
    let founding: Genesis
    let logKey: VerifierKey

    /// Reads entry 0 from the tiles, and compares it with what the gateway says of itself. Throws
    /// ``LogFault`` and ``ConnectionError``.
    static func fetch(
        _ log: LogAddress, through connection: GatewayConnection
    ) async throws -> PinnedGenesis {
        // Nothing can be verified before entry 0 is known; the size only says what to ask for.
        let note = try await connection.checkpoint()
        let size = (try? Checkpoint(parsing: note.unverifiedText))?.size ?? 0
        guard size > 0 else { throw LogFault.noFounding(nil) }
        let width = Int(min(size, UInt64(TileCoordinate.fullWidth)))
        let bundle = try await connection.bundle(
            try EntryBundleCoordinate(index: 0, width: width))
        let genesis = try PinnedGenesis(Array(bundle[0]), pinned: log.genesis)
        let checkpoint: VerifiedCheckpoint
        do { checkpoint = try TrustPolicy(trusting: genesis.logKey).verify(note) } catch {
            throw LogFault.checkpoint(error)
        }
        try await genesis.checkPlace(under: checkpoint, through: connection)
        try genesis.check(try await connection.description())
        return genesis
    }

    /// Throws ``LogFault/describedOtherwise`` unless the gateway names what entry 0 does.
    private func check(_ description: ServiceDescription) throws(LogFault) {
        guard description.origin == founding.origin,
            description.genesis == statement.digest.relabelled(),
            description.logKey == founding.logKey, description.clockKey == founding.clockKey
        else { throw .describedOtherwise }
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
                texts: UnjudgedPolicies(types: TextShelf(), all: false))
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
