public import Sharing
public import Transparency
import Wire

// What the authorities decide together.
extension Decision {
    /// The issuer is an authority, and so are those whose approvals the statement embeds; together
    /// they are as many as the charter in force demands. The issuer's signature is its approval.
    ///
    /// One approval that doesn't count refuses the statement.
    func requireAuthorities() throws(Refusal) {
        guard let governed = statement.claims as? any GovernanceForm else {
            preconditionFailure("\(statement.kind) isn't decided by authorities")
        }
        guard log.charter.authorities.contains(statement.issuer) else {
            throw .issuer(.notAuthority)
        }
        try requireNotSuspended()
        guard state[KeyState.key(statement.jws.kid)]?.covers(.approve) == true else {
            throw .issuer(.scopeMissing(.approve))
        }
        if !governed.approvals.isEmpty {
            let motion = statement.motion
            for approval in governed.approvals {
                do throws(ApprovalFault) { try check(approval, of: motion) } catch {
                    throw .governance(.badApproval(by: approval.issuer, error))
                }
            }
        }
        let have = Int64(1 + governed.approvals.count)
        guard have >= log.charter.threshold else {
            throw .governance(.approvalsMissing(have: have, need: log.charter.threshold))
        }
    }

    /// The form has no two approvals by one authority.
    private func check(
        _ approval: Approval, of motion: Digest<Digested.Motion>
    ) throws(ApprovalFault) {
        guard approval.log == log.genesis, approval.origin == log.origin else { throw .otherLog }
        guard approval.motion == motion else { throw .otherMotion }
        guard approval.issuer != statement.issuer else { throw .ofTheIssuer }
        guard log.charter.authorities.contains(approval.issuer) else { throw .notAuthority }
        guard approval.expires <= approval.issuedAt.advanced(by: Limits.approvalSeconds) else {
            throw .tooLong
        }
        guard approval.issuedAt <= now.advanced(by: Limits.aheadSeconds) else { throw .notYet }
        guard now < approval.expires else { throw .ended }
        do throws(IssuerRefusal) {
            let (key, participant) = try Self.signer(
                approval.issuer, approval.jws.kid, scope: .approve, at: keyTime, state)
            guard !participant.suspended else { throw .suspended(approval.issuer) }
            guard (try? approval.jws.verified(byKeyNamed: key.key)) != nil else {
                throw .badSignature
            }
        } catch { throw .issuer(error) }
    }

    /// As many of the charter's authorities aren't suspended as have to agree, also once `suspended`
    /// is: else nobody could ever decide anything again.
    func requireGoverning(
        _ charter: Charter, without suspended: Handle? = nil
    ) throws(Refusal) {
        let standing = charter.authorities.count { handle in
            handle != suspended && state[ParticipantState.key(handle)]?.suspended == false
        }
        guard standing >= charter.threshold else {
            throw .governance(.tooFewAuthorities(have: Int64(standing), need: charter.threshold))
        }
    }
}

extension Reads {
    /// What it takes to check the approvals of a statement that the authorities decide.
    mutating func add(approvalsOf statement: Statement) {
        guard let governed = statement.claims as? any GovernanceForm else { return }
        for approval in governed.approvals {
            add(KeyState.key(approval.jws.kid))
            add(ParticipantState.key(approval.issuer))
        }
    }
}

extension Charter {
    /// The trust policy that its lines and the log's key make. Throws
    /// ``Transparency/PolicyFileError``, whose lines count the log's as the first.
    public func policy(of logKey: VerifierKey) throws(PolicyFileError) -> TrustPolicy {
        let lines = ["log \(logKey)"] + (witnesses.isEmpty ? ["quorum none"] : witnesses)
        return try TrustPolicy(parsing: lines.map { $0 + "\n" }.joined().utf8)
    }

    /// Checks that there can be a quorum of authorities and one of witnesses. Throws
    /// ``CharterFault``.
    func check(logKey: String, clockKey: String, host: Handle) throws(CharterFault) {
        guard threshold <= authorities.count else {
            throw .threshold(of: Int64(authorities.count))
        }
        guard !authorities.contains(host) else { throw .host }
        for (number, line) in witnesses.enumerated() {
            let keyword = line.split(separator: " ").first.map(String.init)
            guard let keyword, ["witness", "group", "quorum"].contains(keyword) else {
                throw .witnesses(line: number + 1)
            }
        }
        guard let log = try? VerifierKey(parsing: logKey),
            let clock = try? VerifierKey(parsing: clockKey)
        else { throw .hostAsWitness }
        let policy: TrustPolicy
        do { policy = try self.policy(of: log) } catch {
            throw .witnesses(line: max(0, error.line - 1))
        }
        let own = [log.publicKey, clock.publicKey]
        guard !policy.witnesses.contains(where: { own.contains($0.key.publicKey) }) else {
            throw .hostAsWitness
        }
    }
}
