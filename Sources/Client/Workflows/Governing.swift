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
        if let admit = proposal.motion.claims as? Admit {
            guard let admitted = proposal.motion.fingerprint else { throw ClientError.notAMotion }
            guard let fingerprint else { throw ClientError.fingerprintNeeded(admit.handle) }
            guard fingerprint == Fingerprint(admitted) else {
                throw ClientError.substituted(admit.handle)
            }
        }
        return proposal.motion.approved(
            by: try session.signer(.approve), at: session.now, jti: session.newJTI())
    }

    /// Issues a motion, with the approvals that others gave. The issuer's signature is its own.
    ///
    /// Throws ``ClientError/approvalOfAnotherMotion(_:)``, and
    /// ``ClientError/approvalsMissing(have:need:others:)`` before anything is sent.
    public func submit(
        _ proposal: Proposal, with approvals: [Approval] = []
    ) async throws -> Registration {
        try check(proposal)
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

    private func check(_ proposal: Proposal) throws(ClientError) {
        let motion = proposal.motion
        guard motion.log == session.log, motion.origin == session.configuration.origin else {
            throw .notAMotion
        }
        guard let policies = motion.claims as? PublishPolicies else { return }
        let set: CedarPolicies
        do { set = try CedarPolicies(parsing: proposal.blob) } catch { throw .policySet(error) }
        guard set.digest == policies.set, set.texts.claims == policies.files else {
            throw .notAMotion
        }
    }
}
