import Custody
public import Interface
public import Rules
public import Sharing
import Verification
public import Wire

/// What an authority does: it invites, looks at applications and admits, suspends and reinstates.
public struct Authority: Sendable {
    public let session: Session

    /// Throws ``ClientError/notAuthority`` unless the charter in force names this participant as one.
    public init(_ session: Session) async throws {
        guard try await session.charter().authorities.contains(session.handle) else {
            throw ClientError.notAuthority
        }
        await session.govern()
        self.session = session
    }

    /// The applications that wait, oldest first.
    public func pending() async throws -> [ApplicationsAnswer.Received] {
        let query = Query.sign(
            .applications, from: 0, limit: Int64(ApplicationsAnswer.maximumApplications),
            by: try session.signer(.all), at: session.now, jti: session.newJTI())
        return try await session.connection.applications(query).applications
            .sorted { ($0.received, $0.application.handle) < ($1.received, $1.application.handle) }
    }

    /// Invites somebody to apply under `handle`, a random one where `nil`, for
    /// ``InvitationClaims/validSeconds``. An earlier invitation for the handle ends.
    ///
    /// What is returned has the secret, and is nowhere else. It must reach who is meant by a way that
    /// the gateway doesn't see.
    public func invite(_ handle: Handle? = nil) async throws -> Invitation {
        var random = session.surroundings.random
        let handle = handle ?? Handle(prefix: "p", using: &random)
        let number = session.newJTI()
        let secret = secret(number)
        let call = InvitationCall.sign(
            handle, Digest(hashing: secret.token(for: session.log)), by: try session.signer(.all),
            at: session.now, jti: session.newJTI())
        var invited = try session.home.invited()
        invited.add(
            .init(
                handle: handle, secret: number,
                ends: session.now.advanced(by: InvitationClaims.validSeconds)), at: session.now)
        try session.home.replace(invited)
        try await session.connection.invite(call)
        return Invitation(to: session.configuration.log, as: handle, secret: secret)
    }

    private func secret(_ number: JTI) -> InvitationSecret {
        guard let secret = InvitationSecret(session.keyring.invitationSecret(number)) else {
            preconditionFailure("a keyring's secret of an invitation has its length")
        }
        return secret
    }

    /// Whether who was invited from this home made the application: the gateway couldn't. `nil` where
    /// this home has invited nobody under its handle.
    public func isFromInvited(_ application: Application) throws -> Bool? {
        try session.home.invited().secret(of: application.handle).map { number in
            secret(number).isCode(
                application.mac, of: application.fingerprint(in: session.log), for: session.log)
        }
    }

    /// Admits who applied as `handle`, where this authority decides alone. Throws what
    /// ``admission(of:fingerprint:reference:size:)`` and ``submit(_:with:)`` do.
    public func admit(
        _ handle: Handle, fingerprint: Fingerprint? = nil, reference: String? = nil,
        size: SizeClass? = nil
    ) async throws -> Registration {
        try await submit(
            try await admission(
                of: handle, fingerprint: fingerprint, reference: reference, size: size))
    }

    /// Proposes to admit who applied as `handle`. `fingerprint` is what the applicant said by another
    /// way than the gateway; it may be `nil` where the applicant was invited from this home.
    /// `reference` points to the authority's own file about it, `size` is what the authority found
    /// there; policies may differ by it.
    ///
    /// Throws ``ClientError/noApplication(_:)``, ``ClientError/badApplication(_:)`` where a key comes
    /// without the proof that its owner holds it, ``ClientError/substituted(_:)`` where somebody else
    /// than who is meant made the application, ``ClientError/fingerprintNeeded(_:)``, and
    /// ``ClientError/forbidden(policies:reasons:)`` before anything is signed.
    public func admission(
        of handle: Handle, fingerprint: Fingerprint? = nil, reference: String? = nil,
        size: SizeClass? = nil
    ) async throws -> Proposal {
        let application = try await application(of: handle)
        guard application.isProven(in: session.log), application.encryptionKey.isUsable else {
            throw ClientError.badApplication(handle)
        }
        try check(application, against: fingerprint)
        let own = session.handle
        let newcomer = PolicyEntity(
            handle: handle, roles: application.roles, suspended: false, isHost: false,
            isAuthority: false, found: .init(size: size, country: application.identity.country))
        try await session.permission { (known) throws(ClientError) in
            known.admitting(newcomer, by: try known.entity(own))
        }
        var random = session.surroundings.random
        let identity = LegalIdentity(application.identity, dueDiligence: reference, size: size)
        var proposal = try propose(
            application.claims,
            disclosing: identity.disclosures(
                completing: application.disclosures, using: &random))
        proposal.isVouchedFor = true
        return proposal
    }

    private func check(_ application: Application, against said: Fingerprint?) throws {
        if let said {
            guard said == Fingerprint(application.fingerprint(in: session.log)) else {
                throw ClientError.substituted(application.handle)
            }
            return
        }
        switch try isFromInvited(application) {
        case true?: return
        case false?: throw ClientError.substituted(application.handle)
        case nil: throw ClientError.fingerprintNeeded(application.handle)
        }
    }

    /// Has the gateway drop the application of `handle` that waits; whoever sent it may apply again.
    ///
    /// Throws ``ClientError/noApplication(_:)``, also where another came in its place meanwhile.
    public func reject(_ handle: Handle) async throws -> Application {
        let application = try await application(of: handle)
        let rejection = Rejection.sign(
            handle, Digest(hashing: application.bytes), by: try session.signer(.all),
            at: session.now, jti: session.newJTI())
        do { try await session.connection.reject(rejection) } catch {
            guard case .refused(let problem) = error, problem.name == "not-found" else {
                throw error
            }
            throw ClientError.noApplication(handle)
        }
        return application
    }

    private func application(of handle: Handle) async throws -> Application {
        let received = try await pending().first { $0.application.handle == handle }
        guard let received else { throw ClientError.noApplication(handle) }
        return received.application
    }

    public func suspend(_ handle: Handle, _ reason: Reason) async throws -> Registration {
        try await submit(try propose(Suspend(handle), StatedReason(reason)))
    }

    public func reinstate(_ handle: Handle, _ reason: Reason) async throws -> Registration {
        try await submit(try propose(Reinstate(handle), StatedReason(reason)))
    }

    /// Proposes to set log time to this machine's clock, from where it is.
    public func settingTime() async throws -> Proposal {
        let view = try await session.upToDate()
        return try propose(MoveTime(from: view.time, number: view.timesSet))
    }

    /// Publishes a policy set: it is in force from its entry on, for everybody.
    public func publish(_ set: CedarPolicies) async throws -> Registration {
        try await submit(try publication(of: set))
    }

    /// Proposes a policy set.
    public func publication(of set: CedarPolicies) throws -> Proposal {
        try propose(
            PublishPolicies(set: set.digest, files: set.texts.claims), blob: set.texts.bytes)
    }

    /// Proposes a version of a record type, whose document is served at its `vct` once it is entered.
    ///
    /// Throws ``ClientError/type(_:)`` where it can't follow what the log has.
    public func publication(of type: RecordType) async throws -> Proposal {
        let view = try await session.sync()
        do { try type.compatible(previous: view.types.all) } catch {
            throw ClientError.type(error)
        }
        let origin = session.configuration.origin
        return try propose(
            PublishType(type.published(origin: origin)), blob: type.document(origin: origin))
    }

    /// Publishes a version of a record type, where this authority decides alone.
    public func publish(_ type: RecordType) async throws -> Registration {
        try await submit(try await publication(of: type))
    }
}
