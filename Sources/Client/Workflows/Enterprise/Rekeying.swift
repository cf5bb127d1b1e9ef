import Rules
public import Sharing
import Wire

/// A standing grant that needed a new envelope.
public struct Rekeying: Sendable {
    public enum Outcome: Sendable {
        case registered(Registration)
        /// Policy forbids to give its grantee anything more: what is registered from now on stays out
        /// of its reach. Nothing was signed.
        case forbidden(policies: [String], reasons: [String])
    }

    public let grant: KnownGrant
    /// Whose keys the new envelope adds, or would.
    public let epochs: [SeriesEpochs]
    public let outcome: Outcome

    public var isRegistered: Bool { if case .registered = outcome { true } else { false } }
}

extension Enterprise {
    /// Grants that end within this time count as dead already where an epoch is chosen, so that no
    /// record is refused for one that ends while it is on its way.
    static var epochMarginSeconds: Int64 { 120 }

    /// Gives every standing grant the keys of the epochs that new records will have in its months.
    ///
    /// After a grant ended, by revocation or by time, new records get keys of a later epoch, which
    /// the ended grant doesn't open; those that stand would not either. A grant whose grantee said that
    /// its key was in wrong hands gets a new envelope too; another change of its key is no reason for
    /// one, since many at once would show who its enterprises are. One that policy forbids to give
    /// more is left as it is, and named.
    @discardableResult
    public func rekeyStanding() async throws -> [Rekeying] {
        let view = try await prepareToSign()
        // A device that may not grant leaves it to one that may.
        guard session.mayGrantAll else { return [] }
        let time = max(session.now, view.time).advanced(by: Self.epochMarginSeconds)
        var rekeyed: [Rekeying] = []
        for series in Set(try view.grants.values.flatMap(\.terms.scope.series)).sorted() {
            for grant in try view.standingGrants(series, at: time) {
                guard case .months = grant.terms.scope else { continue }
                let epochs = try epochs(grant.terms.scope, in: view, at: session.now)
                let missing = epochs.subtracting(grant.epochs)
                let isInWrongHands =
                    view.compromised[grant.terms.to].map { grant.sealedAt < $0 } ?? false
                guard !missing.isEmpty || isInWrongHands,
                    let rekeying = try await rekey(grant, adding: missing, of: view.types)
                else { continue }
                rekeyed.append(rekeying)
            }
        }
        return rekeyed
    }

    /// `nil` for a grantee that is suspended now: it may fetch nothing anyway.
    private func rekey(
        _ grant: KnownGrant, adding missing: [SeriesEpochs], of types: RecordTypes
    ) async throws -> Rekeying? {
        guard case .fields(let names) = grant.terms.subject,
            let known = types.fields(of: grant.terms.scope),
            let fields = known.withCommitments(names)
        else { return nil }
        let grantee = try await session.entity(grant.terms.to)
        guard !grantee.suspended else { return nil }
        let recipient = try await recipient(grantee.handle).key
        let handle = session.handle
        let use = PolicyUse(grant.terms, grant.claims)
        do {
            for part in use.bySeries {
                try await session.permission(alsoUnder: grant.claims.policies) {
                    (known) throws(ClientError) in
                    known.rekeying(part, to: grantee, by: try known.entity(handle))
                }
            }
        } catch ClientError.forbidden(let policies, let reasons) {
            return Rekeying(
                grant: grant, epochs: missing,
                outcome: .forbidden(policies: policies, reasons: reasons))
        }
        let epochs = grant.epochs.union(missing)
        guard epochs.allSatisfy({ $0.counts.count <= Limits.epochsPerGrant }) else {
            throw ClientError.tooManyEpochs(limit: Limits.epochsPerGrant)
        }
        let jti = session.newJTI()
        let keys = try grantedKeys(
            try await session.schedule(), type: known.newest, fields: fields,
            scope: grant.terms.scope, epochs: epochs,
            records: [])
        let envelope = try seal(keys, to: grantee.handle, recipient, carrier: jti)
        let registration = try await session.register(
            Rekey(grant: grant.jti, envelope: envelope.digest),
            selective: RekeyTerms(epochs: epochs, recipientKey: recipient.digest), by: .grant,
            jti: jti, blob: envelope.bytes)
        return Rekeying(grant: grant, epochs: missing, outcome: .registered(registration))
    }
}
