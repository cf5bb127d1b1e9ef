public import Interface
public import Rules
public import Sharing
import Verification
public import Wire

/// What an authority does: it looks at applications and admits, suspends and reinstates.
public struct Authority: Sendable {
    public let session: Session

    /// Throws ``ClientError/notAuthority`` unless the charter in force names this participant as one.
    public init(_ session: Session) async throws {
        guard try await session.charter().authorities.contains(session.handle) else {
            throw ClientError.notAuthority
        }
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

    /// Admits who applied as `handle`, where this authority decides alone. Throws what
    /// ``admission(of:reference:size:)`` and ``submit(_:with:)`` do.
    public func admit(
        _ handle: Handle, reference: String? = nil, size: SizeClass? = nil
    ) async throws -> Registration {
        try await submit(try await admission(of: handle, reference: reference, size: size))
    }

    /// Proposes to admit who applied as `handle`. `reference` points to the authority's own file about it, `size`
    /// is what the authority found there; policies may differ by it.
    ///
    /// Throws ``ClientError/noApplication(_:)``, ``ClientError/badApplication(_:)`` where a key comes
    /// without the proof that its owner holds it, and ``ClientError/forbidden(policies:reasons:)``
    /// before anything is signed.
    public func admission(
        of handle: Handle, reference: String? = nil, size: SizeClass? = nil
    ) async throws -> Proposal {
        let application = try await application(of: handle)
        guard application.keys.allSatisfy({ isProven($0, handle) }),
            application.encryptionKey.isUsable
        else { throw ClientError.badApplication(handle) }
        let own = session.handle
        let newcomer = PolicyEntity(
            handle: handle, roles: application.roles, suspended: false, isHost: false,
            isAuthority: false, size: size)
        try await session.permission { (known) throws(ClientError) in
            known.admitting(newcomer, by: try known.entity(own))
        }
        return try propose(
            application.claims, application.identity(dueDiligence: reference, size: size))
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
        try await submit(try propose(Suspend(handle, reason)))
    }

    public func reinstate(_ handle: Handle, _ reason: Reason) async throws -> Registration {
        try await submit(try propose(Reinstate(handle, reason)))
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

    private func isProven(_ offer: KeyOffer, _ handle: Handle) -> Bool {
        ProofOfPossession.isGiven(by: offer, for: handle, of: session.log, introducedBy: nil)
    }
}
