import Sharing
import Transparency
import Wire

/// Entry 0.
enum Founding {
    static func decide(
        _ genesis: Claims.Genesis, _ candidate: Candidate, _ slice: Slice,
        _ policies: some PolicyLibrary
    ) throws(Refusal) -> Admission {
        let statement = candidate.statement
        guard slice[.log] == nil, candidate.index == 0 else { throw .genesisAlreadyThere }
        try check(genesis, statement)
        guard policies.policies(genesis.policies) != nil else { throw .policyUnknown }

        var changes = Changes()
        let founders = genesis.authorities + [genesis.host]
        for founder in founders {
            let roles: [Role] = founder.handle == genesis.host.handle ? [.operator] : []
            changes[.participant(founder.handle)] = .participant(
                ParticipantState(
                    roles: roles, keys: [founder.key.thumbprint], encryptionKey: nil,
                    admittedAt: 0))
            changes[.key(founder.key.thumbprint)] = .key(
                KeyState(handle: founder.handle, key: founder.key, scopes: [.all]))
        }
        changes[.log] = .log(
            LogState(
                origin: genesis.origin, genesis: statement.digest.relabelled(),
                rules: genesis.rules, authorities: genesis.authorities.map(\.handle),
                threshold: genesis.threshold, host: genesis.host.handle,
                policies: genesis.policies, time: statement.issuedAt))
        changes[.statement(statement.jti)] = .statement(
            StatementState(
                index: 0, digest: statement.digest, kind: .genesis, issuer: statement.issuer))
        return Admission(
            candidate: candidate, changes: changes, time: statement.issuedAt, complete: true)
    }

    private static func check(
        _ genesis: Claims.Genesis, _ statement: Statement
    ) throws(Refusal) {
        guard genesis.rules == Rules.version else { throw .malformedGenesis(.rulesUnknown) }
        guard genesis.threshold == 1 else { throw .thresholdUnsupported }
        guard genesis.origin == statement.origin else { throw .malformedGenesis(.issuer) }
        guard let logKey = try? VerifierKey(parsing: genesis.logKey),
            logKey.name.text == genesis.origin.text, logKey.kind == .ed25519
        else { throw .malformedGenesis(.logKey) }
        let handles = genesis.authorities.map(\.handle) + [genesis.host.handle]
        let keys = genesis.authorities.map(\.key.thumbprint) + [genesis.host.key.thumbprint]
        guard Set(handles).count == handles.count, Set(keys).count == keys.count else {
            throw .malformedGenesis(.authorities)
        }
        let first = genesis.authorities[0]
        guard first.handle == statement.issuer, first.key.thumbprint == statement.jws.kid else {
            throw .malformedGenesis(.notFirstAuthority)
        }
        guard (try? statement.jws.verified(by: first.key)) != nil else { throw .badSignature }
    }
}
