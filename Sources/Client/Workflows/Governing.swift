import Interface
import Rules
public import Sharing
import Wire

// What authorities decide together: one proposes, others approve, one submits.
extension Authority {
    /// Proposes `claims` in the name of this authority. Nothing is sent.
    public func propose(
        _ claims: some GovernanceForm, _ selective: some SelectiveClaims = NoSelectiveClaims(),
        blob: [UInt8] = []
    ) throws -> Proposal {
        var random = session.surroundings.random
        return try propose(claims, disclosing: selective.disclosures(using: &random), blob: blob)
    }

    /// Proposes `claims` with these disclosures.
    func propose(
        _ claims: some GovernanceForm, disclosing disclosures: [Disclosure], blob: [UInt8] = []
    ) throws -> Proposal {
        let motion = Motion(
            claims, selective: disclosures,
            by: try session.signer(.approve), at: session.now, jti: session.newJTI())
        return Proposal(motion, blob: blob)
    }

    /// Approves a motion for 14 days, whoever proposed it. Who approves an admission gives the
    /// fingerprint that the applicant said by another way.
    ///
    /// Throws ``ClientError/notAMotion`` where it is for another log, or where what comes with it isn't
    /// what it names, ``ClientError/fingerprintNeeded(_:)`` and ``ClientError/substituted(_:)``.
    public func approve(
        _ proposal: Proposal, fingerprint: Fingerprint? = nil
    ) throws -> Approval {
        try check(proposal)
        try checkIdentity(in: proposal, told: fingerprint)
        return proposal.motion.approved(
            by: try session.signer(.approve), at: session.now, jti: session.newJTI())
    }

    /// Issues a motion, with the approvals that others gave. The issuer's signature is its own approval,
    /// so for an admission it gives the fingerprint as ``approve(_:fingerprint:)`` does, unless this home
    /// looked at the application when it made the motion.
    ///
    /// Throws ``ClientError/approvalOfAnotherMotion(_:)``, and
    /// ``ClientError/approvalsMissing(have:need:others:)`` before anything is sent.
    public func submit(
        _ proposal: Proposal, fingerprint: Fingerprint? = nil, with approvals: [Approval] = []
    ) async throws -> Registration {
        try check(proposal)
        try await checkOwnLook(at: proposal, told: fingerprint)
        let motion = proposal.motion
        var counted: [Handle: Approval] = [:]
        for approval in approvals where approval.issuer != session.handle {
            guard approval.motion == motion.digest else {
                throw ClientError.approvalOfAnotherMotion(approval.issuer)
            }
            counted[approval.issuer] = approval
        }
        let charter = try await session.charter()
        let have = Int64(1 + counted.count)
        guard have >= charter.threshold else {
            let others = Set(charter.authorities).subtracting(counted.keys)
                .subtracting([session.handle])
            throw ClientError.approvalsMissing(
                have: have, need: charter.threshold, others: others.sorted())
        }
        let signed = motion.issued(
            by: try session.signer(.all), at: session.now, with: Array(counted.values))
        let registration = try await session.register(signed, blob: proposal.blob)
        try await session.saveView()
        return registration
    }

    /// An application that this home's invitation vouches for needs no fingerprint; a file that came
    /// from somebody else does.
    private func checkOwnLook(at proposal: Proposal, told: Fingerprint?) async throws {
        guard let admit = proposal.motion.claims as? Admit, !proposal.isVouchedFor else { return }
        if told == nil {
            let application = try await pending().first {
                $0.application.handle == admit.handle
            }?.application
            if let application, try isFromInvited(application) == true,
                application.fingerprint(in: session.log) == proposal.motion.fingerprint
            {
                return
            }
        }
        try checkIdentity(in: proposal, told: told)
    }

    private func checkIdentity(
        in proposal: Proposal, told fingerprint: Fingerprint?
    ) throws(ClientError) {
        guard let admit = proposal.motion.claims as? Admit else { return }
        guard let admitted = proposal.motion.fingerprint else { throw .notAMotion }
        guard let fingerprint else { throw .fingerprintNeeded(admit.handle) }
        guard fingerprint == Fingerprint(admitted) else { throw .substituted(admit.handle) }
    }

    private func check(_ proposal: Proposal) throws(ClientError) {
        let motion = proposal.motion
        guard motion.log == session.log, motion.origin == session.configuration.origin else {
            throw .notAMotion
        }
        if let published = motion.claims as? PublishType {
            let origin = session.configuration.origin
            let type = try? RecordType(document: proposal.blob, origin: origin)
            guard type?.published(origin: origin) == published.type else { throw .notAMotion }
        }
        guard let policies = motion.claims as? PublishPolicies else { return }
        let set: CedarPolicies
        do { set = try CedarPolicies(parsing: proposal.blob) } catch { throw .policySet(error) }
        guard set.digest == policies.set, set.texts.claims == policies.files else {
            throw .notAMotion
        }
    }
}
