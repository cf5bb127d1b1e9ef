import Custody
import Interface
import Rules
public import Sharing
import Transparency
public import Verification
public import Wire

/// What a grantee does: ask for grants, read under them, give them back.
///
/// A regulator with an inspection grant reads in the same way.
public struct Lender: Sendable {
    public let session: Session

    /// Throws ``ClientError/notInRole(_:have:)``.
    public init(_ session: Session) throws(ClientError) {
        let roles = session.configuration.roles
        guard !Set(roles).isDisjoint(with: [.lender, .regulator, .guarantor]) else {
            throw .notInRole(.lender, have: roles)
        }
        self.session = session
    }

    /// The grants that this participant got, oldest first.
    public func grants() async throws -> [KnownGrant] {
        try await session.sync().grants.values
            .filter { $0.terms.to == session.handle }
            .sorted { $0.index < $1.index }
    }

    /// The requests that this participant made, oldest first.
    public func requests() async throws -> [KnownRequest] {
        try await session.sync().requests.values
            .filter { $0.by == session.handle }
            .sorted { $0.index < $1.index }
    }

    /// Asks an enterprise for a grant. The host carries the call: only that somebody asked somebody is
    /// public.
    ///
    /// Throws ``ClientError/statement(_:_:)`` and ``ClientError/notProvable(_:_:)`` for what can't be
    /// proven and ``ClientError/forbidden(policies:reasons:)``, before anything is signed. Holds that
    /// others laid on the enterprise's books aren't known here: about those the gateway decides.
    public func request(_ terms: RequestTerms) async throws -> Registration {
        _ = try await session.flush()
        let view = try await session.sync()
        if case .statements(let texts) = terms.subject {
            guard let known = view.types.fields(of: terms.scope) else {
                throw ClientError.nothingCovered
            }
            for text in texts {
                let statement: ProofStatement
                do { statement = try ProofStatement(canonical: text) } catch {
                    throw ClientError.statement(text, error)
                }
                if let field = statement.foreignField(to: known) {
                    throw ClientError.notProvable(field, known.newest)
                }
            }
        }
        let handle = session.handle
        for part in PolicyUse(terms).bySeries {
            try await session.permission { (known) throws(ClientError) in
                guard let holder = try? known.entity(terms.to) else { throw .notAHolder(terms.to) }
                return known.requesting(part, of: holder, by: try known.entity(handle))
            }
        }
        return try await session.carry(terms)
    }

    /// Gives a grant back. The host carries the call, which stays the proof that it was given back.
    /// `reason` is part of it: that what was read was deleted is
    /// ``Sharing/Reason/retentionEnded``.
    public func giveBack(
        _ grant: JTI, _ reason: Reason = .givenBack
    ) async throws -> Registration {
        _ = try await session.flush()
        let ending = try await givingBack(grant)
        return try await session.carry(ReturnTerms(grant: ending.grant.jti, reason))
    }

    /// The grant as it would be given back. Throws what ``giveBack(_:_:)`` does before it signs.
    public func givingBack(_ grant: JTI) async throws -> GrantEnding {
        let view = try await session.sync()
        guard let known = try view.grant(grant) else { throw ClientError.noGrant(grant.text) }
        guard known.isLive(at: session.now) else { throw ClientError.grantOver(grant) }
        try await session.mayRevoke(known)
        return GrantEnding(
            grant: known, lastRead: known.lastRead, rekeyed: [])
    }

    /// Reads what a grant lets read: signs a fetch, and verifies and opens what comes, completely,
    /// before any of it is returned.
    ///
    /// The gateway enters the access in the log, which is charged to the grant. The call is saved
    /// before it is sent: if the answer is lost, the next fetch of the same asks again with the same
    /// call, and isn't charged again. `fields` are all that were granted where `nil`, `ranges` all
    /// that the grant covers where empty.
    ///
    /// Throws ``ClientError/fieldsNotGranted(_:granted:)`` and
    /// ``ClientError/forbidden(policies:reasons:)`` before anything is signed, ``ConnectionError``, also for a grant that is over, ``LogFault``, and
    /// ``ClientError/package(_:)`` for an answer that isn't what it should be.
    ///
    /// `keep` gets the package before the call is let go of. Where it throws, the next fetch of the same
    /// asks again with the same call, for a day, and isn't charged again.
    public func fetch(
        _ grant: JTI, fields: [FieldName]? = nil, ranges: [RecordRange] = [],
        keeping keep: (VerifiedPackage) throws -> Void = { _ in }
    ) async throws -> VerifiedPackage {
        let view = try await session.sync()
        guard let known = try view.grant(grant) else { throw ClientError.noGrant(grant.text) }
        guard known.terms.to == session.handle else { throw ClientError.notYourGrant(grant) }
        let wanted = try fields ?? known.granted(of: view.types)
        try known.requireGranted(wanted, of: view.types)
        try await session.mayAccess(known, wanted)
        let (call, parcel) = try await session.call(
            grant: grant, fields: wanted, ranges: ranges)
        let answer: FetchAnswer
        do { answer = try await session.connection.fetch(call) } catch {
            if error.isFinal { try await session.drop(parcel) }
            // A saved call that came too late was never charged: a new one takes its place.
            guard case .refused(let problem) = error, problem.name == "stale",
                await session.isOld(call)
            else { throw error }
            return try await fetch(grant, fields: fields, ranges: ranges, keeping: keep)
        }
        let checkpoint = try await session.keeper.accept(answer.checkpoint)
        var consistency: [Hash] = []
        if let at = known.claims.at {
            consistency = try await session.keeper.consistency(
                from: UInt64(clamping: at.size), to: checkpoint.size)
        }
        do {
            let package = try answer.open(
                with: try await session.decryptionKeys(), under: session.trust,
                expecting: call.jws,
                consistency: consistency)
            try keep(package)
            try await session.drop(parcel)
            return package
        } catch let refusal as PackageRefusal { throw ClientError.package(refusal) }
    }
}

extension KnownGrant {
    /// Throws ``ClientError/fieldsNotGranted(_:granted:)`` where the gateway would refuse.
    fileprivate func requireGranted(
        _ wanted: [FieldName], of types: RecordTypes
    ) throws(ClientError) {
        let servable = terms.servable(of: types) ?? []
        let missing = wanted.filter { !servable.contains($0) }
        guard missing.isEmpty else {
            throw .fieldsNotGranted(missing, granted: try granted(of: types))
        }
    }

    /// The fields that a fetch asks for: those granted, or the commitments that the statements are
    /// about. Throws ``ClientError/package(_:)`` for a statement that isn't one.
    fileprivate func granted(of types: RecordTypes) throws(ClientError) -> [FieldName] {
        switch terms.subject {
        case .fields(let names): return names
        case .statements(let texts):
            guard let fields = types.fields(of: terms.scope) else { throw .noFields }
            var names: Set<String> = []
            for (number, text) in texts.enumerated() {
                let statement: ProofStatement
                do { statement = try ProofStatement(canonical: text) } catch {
                    throw .package(PackageRefusal(.grant, .statement(number, error)))
                }
                names.formUnion(statement.fields)
            }
            return fields.commitments(beside: names)
        }
    }
}

extension Session {
    /// Throws ``ClientError/forbidden(policies:reasons:)`` for what policy doesn't let a grantee use,
    /// under the set in force or under the one that the grant was given under.
    fileprivate func mayAccess(_ grant: KnownGrant, _ fields: [FieldName]) async throws {
        let known = view.types.fields(of: grant.terms.scope)
        let use = PolicyUse(
            grant.terms, grant.claims,
            fields: (known?.withCommitments(fields) ?? fields).map(\.text))
        let handle = handle
        for part in use.bySeries {
            try await permission(alsoUnder: grant.claims.policies) { (known) throws(ClientError) in
                known.accessing(
                    part, of: try known.entity(grant.issuer), by: try known.entity(handle))
            }
        }
    }

    /// Whether a call is older than one that wasn't answered before may be.
    fileprivate func isOld(_ call: FetchCall) -> Bool {
        guard let fetch = try? Fetch(parsing: call.jws.bytes) else { return false }
        return now.seconds - fetch.issuedAt.seconds >= Limits.callSeconds
    }

    /// The call for a fetch, saved: an earlier one for the same that got no answer and may still get
    /// one, or a new one.
    fileprivate func call(
        grant: JTI, fields: [FieldName], ranges: [RecordRange]
    ) async throws -> (FetchCall, Outbox.Parcel) {
        try await beginOperation()
        // Saved is all that has to be done alone: several processes fetch side by side.
        defer { endOperation() }
        for number in outbox.numbers {
            guard let parcel = try parcel(number), case .fetch(let bytes) = parcel.content else {
                continue
            }
            guard let parts = FetchCall.parts(of: bytes),
                let earlier = try? Fetch(parsing: parts.call),
                now.seconds - earlier.issuedAt.seconds < FetchClaims.repeatSeconds
            else {
                // Nobody answers it any more.
                try drop(parcel)
                continue
            }
            if earlier.grant == grant, earlier.fields == fields.sorted(), earlier.ranges == ranges {
                return (FetchCall(earlier.jws, opener: parts.opener), parcel)
            }
        }
        let call = Fetch.sign(
            grant: grant, fields: fields, ranges: ranges, by: try signer(.fetch), at: now,
            jti: newJTI(), opener: .random())
        return (call, try await save(.fetch(call.bytes)))
    }
}
