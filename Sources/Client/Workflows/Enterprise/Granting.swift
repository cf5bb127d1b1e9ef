public import Sharing
import Verification
public import Wire

extension Enterprise {
    /// Gives the grant that was planned: makes the keys or the proof, seals them to the grantee,
    /// signs, registers. A proof comes with no key of an amount.
    ///
    /// Throws ``ClientError/untrue(_:)`` before anything is signed.
    public func grant(_ plan: GrantPlan) async throws -> Registration {
        if let untrue = plan.proof?.untrueStatements, !untrue.isEmpty {
            throw ClientError.untrue(untrue)
        }
        _ = try await session.flush()
        let jti = plan.proof?.jti ?? session.newJTI()
        let schedule = try await session.schedule()
        let keys =
            if let proof = plan.proof {
                GrantedKeys(
                    listed: try listedKeys(plan, schedule),
                    proofs: [try proof.prove(using: session.surroundings.random)],
                    links: proof.links.map(\.list))
            } else {
                try grantedKeys(
                    schedule, type: plan.type, fields: plan.fields, scope: plan.terms.scope,
                    epochs: plan.terms.epochs, records: plan.records)
            }
        let envelope = try seal(keys, to: plan.grantee, plan.recipient.key, carrier: jti)
        return try await session.register(
            Grant(
                right: plan.proof == nil ? .read : .prove, purpose: plan.purpose,
                notBefore: plan.notBefore, expires: plan.expires, policies: plan.policies,
                envelope: envelope.digest, at: plan.proof?.at),
            selective: plan.terms, by: .grant, jti: jti, blob: envelope.bytes)
    }

    /// One key for each commitment that a proof is about, in the order of the scope.
    private func listedKeys(
        _ plan: GrantPlan, _ schedule: KeySchedule
    ) throws(ClientError) -> [GrantedKeys.Listed] {
        var listed: [GrantedKeys.Listed] = []
        for field in plan.fields {
            var keys: [FieldKey] = []
            for record in plan.records {
                // All versions of a name have one root; a series has types of one name.
                let type = plan.types.of(record.book.series).first ?? plan.type
                keys.append(try key(of: field, record, type, schedule))
            }
            listed.append(GrantedKeys.Listed(field: field.text, keys: keys))
        }
        return listed
    }

    private func key(
        of field: FieldName, _ record: OwnRecord, _ type: RecordType, _ schedule: KeySchedule
    ) throws(ClientError) -> FieldKey {
        let month = schedule.monthKey(
            type: type.name, field: field, epoch: record.epoch, month: record.book.month)
        guard let month else { throw .keysNotShared(record.book.series, epoch: record.epoch) }
        return month.fieldKey(record: record.jti)
    }

    /// The keys of `fields`: for a range of months the fewest nodes that cover it in every epoch; for
    /// single records one key for each.
    func grantedKeys(
        _ schedule: KeySchedule, type: RecordType, fields: [FieldName], scope: Scope,
        epochs: [SeriesEpochs], records: [OwnRecord]
    ) throws(ClientError) -> GrantedKeys {
        switch scope {
        case .months(let series, let months):
            var nodes: [GrantedKeys.Node] = []
            for field in fields {
                for epoch in epochs[series] {
                    let given = schedule.nodes(
                        type: type.name, field: field, epoch: epoch, covering: months)
                    guard let given else { throw .keysNotShared(series, epoch: epoch) }
                    nodes += given.map { .init(field: field.text, epoch: epoch, node: $0) }
                }
            }
            return GrantedKeys(nodes: nodes)
        case .records:
            var singles: [GrantedKeys.Single] = []
            for field in fields {
                for record in records {
                    let key = try key(of: field, record, type, schedule)
                    singles.append(.init(field: field.text, record: record.jti, key: key))
                }
            }
            return GrantedKeys(singles: singles)
        }
    }

    /// Throws ``ClientError/envelope(_:)`` for a key that nothing can be sealed to, and
    /// ``ClientError/envelopeTooLarge(bytes:limit:)``.
    func seal(
        _ keys: GrantedKeys, to grantee: Handle, _ recipient: EncryptionKey, carrier: JTI
    ) throws(ClientError) -> Envelope {
        let context = Envelope.Context(
            log: session.log, statement: carrier, issuer: session.handle, grantee: grantee,
            recipient: recipient)
        let envelope: Envelope
        do { envelope = try Envelope.seal(keys, context: context) } catch {
            throw .envelope(error)
        }
        guard envelope.bytes.count <= Limits.envelopeBytes else {
            throw .envelopeTooLarge(bytes: envelope.bytes.count, limit: Limits.envelopeBytes)
        }
        return envelope
    }

    /// The grants that this enterprise gave, oldest first.
    public func grants() async throws -> [KnownGrant] {
        try await session.sync().grants.values
            .filter { $0.issuer == session.handle }
            .sorted { $0.index < $1.index }
    }

    /// The accesses that the host stated under the own grants, or under one of them, at these times or
    /// at any, in the order of the log.
    public func accesses(
        under grant: JTI? = nil, in times: Range<Timestamp>? = nil
    ) async throws -> [KnownAccess] {
        let view = try await session.sync()
        if let grant {
            guard try view.grant(grant)?.issuer == session.handle else { return [] }
            return try view.accesses(under: grant).filter { times?.contains($0.at) ?? true }
        }
        let grants = try view.grants
        return try view.accesses(in: times).filter {
            grants[$0.grant]?.issuer == session.handle
        }
    }

    /// The requests that others made to this enterprise, oldest first.
    public func requests() async throws -> [KnownRequest] {
        try await session.sync().requests.values
            .filter { $0.terms.to == session.handle }
            .sorted { $0.index < $1.index }
    }

    /// Takes a grant back, and gives the grants that stand new keys for what is registered from now
    /// on, which the keys of this one won't open.
    ///
    /// Throws ``ClientError/forbidden(policies:reasons:)`` before anything is signed.
    public func revoke(
        _ grant: JTI, _ reason: Reason
    ) async throws -> (revocation: Registration, rekeyed: [Rekeying]) {
        _ = try await session.flush()
        _ = try await revoking(grant)
        let revocation = try await session.register(
            Revoke(grant: grant), selective: StatedReason(reason))
        // The revocation stands from here on, whatever becomes of the rest.
        return (revocation, try await rekeyStanding())
    }
}
