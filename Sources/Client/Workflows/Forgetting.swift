import Rules
public import Sharing
public import Wire

extension Session {
    /// Has the selective claims of a statement erased; the log keeps salted digests.
    ///
    /// Throws ``ClientError/forbidden(policies:reasons:)`` before anything is signed.
    fileprivate func forget(_ target: Erase.Target, _ reason: Reason) async throws -> Registration {
        try await requireForgettable(target.jti)
        return try await register(Erase(target), selective: StatedReason(reason), by: .erase)
    }

    fileprivate func requireForgettable(_ jti: JTI) async throws {
        guard let statement = try view.state.kept(StatementState.key(jti)) else {
            throw ClientError.noGrant(jti.text)
        }
        let handle = handle
        try await permission { (known) throws(ClientError) in
            known.forgetting(jti, statement, by: try known.entity(handle))
        }
    }
}

extension Enterprise {
    /// Has the terms of a grant that has ended erased, and with them what its accesses, new envelopes
    /// and its end say confidentially. From then on no record has an epoch that it, or any grant that
    /// ended before, could open: without its terms nobody could tell. The grants that stand get new keys
    /// where they need them.
    public func forget(
        _ grant: JTI, _ reason: Reason
    ) async throws -> (erasure: Registration, rekeyed: [Rekeying]) {
        let view = try await prepareToSign()
        guard let known = try view.grant(grant) else { throw ClientError.noGrant(grant.text) }
        guard known.issuer == session.handle else { throw ClientError.notYourGrant(grant) }
        let time = max(session.now, view.time).advanced(by: Self.epochMarginSeconds)
        let erasure = try await session.forget(
            .grant(grant, epoch: try view.requiredEpoch(at: time)), reason)
        return (erasure, try await rekeyStanding())
    }
}

extension Lender {
    /// Has an own request erased: whom was asked, and for what.
    public func forget(_ request: JTI, _ reason: Reason) async throws -> Registration {
        _ = try await session.flush()
        let view = try await session.sync()
        guard try view.request(request)?.by == session.handle else {
            throw ClientError.noRequest(request.text)
        }
        return try await session.forget(.request(request), reason)
    }
}

extension Authority {
    /// Has the identity of a participant erased that was suspended for good, where this authority
    /// decides alone. It doesn't come back.
    public func forget(_ handle: Handle, _ reason: Reason) async throws -> Registration {
        try await submit(try await forgetting(handle, reason))
    }

    /// Proposes that.
    public func forgetting(_ handle: Handle, _ reason: Reason) async throws -> Proposal {
        _ = try await session.flush()
        let state = try await session.sync().state.all()
        let admission = state.first { ($0.value.object as? StatementState)?.admitted == handle }
        guard case .jti(let jti)? = admission?.key.name else {
            throw ClientError.noParticipant(handle)
        }
        try await session.requireForgettable(jti)
        return try propose(Erase(.admission(jti, of: handle)), StatedReason(reason))
    }
}
