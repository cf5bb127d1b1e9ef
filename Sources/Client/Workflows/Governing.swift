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
        let motion = Motion(
            claims, selective: selective.disclosures(using: &random),
            by: try session.signer(.approve), at: session.now, jti: session.newJTI())
        return Proposal(motion, blob: blob)
    }

    /// Approves a motion for 14 days, whoever proposed it. Throws ``ClientError/notAMotion`` where it
    /// is for another log, or where what comes with it isn't what it names.
    public func approve(_ proposal: Proposal) throws -> Approval {
        try check(proposal)
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
