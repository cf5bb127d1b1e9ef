import Sharing
import Transparency
import Wire

/// Entry 0 makes the first participants, their keys and the log.
enum GenesisRule: KindRule {
    static func decide(_ said: Stated<Genesis>, _ decision: inout Decision) throws(Refusal) {
        throw .place(.genesisAlreadyThere)
    }

    static func admit(
        _ said: Stated<Genesis>, in slice: Slice, texts: any PublishedTexts
    ) throws(Refusal) -> Admission {
        let (statement, genesis) = (said.statement, said.claims)
        guard slice[LogState.key] == nil, said.candidate.index == 0 else {
            throw .place(.genesisAlreadyThere)
        }
        try check(genesis, statement)
        _ = try texts.required(genesis.policies)
        if texts.hasAllTypes {
            var types = RecordTypes()
            for type in genesis.types { try types.publish(type, texts) }
        }

        var changes = Changes()
        for founder in genesis.founders {
            let roles: [Role] = founder.handle == genesis.host.handle ? [.operator] : []
            changes.set(
                ParticipantState.key(founder.handle),
                ParticipantState(
                    roles: roles, keys: [founder.key.thumbprint], encryptionKey: nil,
                    admittedAt: 0))
            changes.set(
                KeyState.key(founder.key.thumbprint),
                KeyState(handle: founder.handle, key: founder.key, scopes: [.all]))
        }
        changes.set(
            LogState.key,
            LogState(
                origin: genesis.origin, genesis: statement.digest.relabelled(),
                rules: genesis.rules, logKey: genesis.logKey, clockKey: genesis.clockKey,
                charter: genesis.charter.charter, host: genesis.host.handle,
                policies: genesis.policies, time: statement.issuedAt))
        changes.set(TypesState.key, TypesState(list: genesis.types))
        changes.set(
            StatementState.key(statement.jti),
            StatementState(
                index: 0, digest: statement.digest, kind: .genesis, issuer: statement.issuer,
                time: statement.issuedAt))
        return Admission(candidate: said.candidate, changes: changes, time: statement.issuedAt)
    }

    static func parties(_ said: Stated<Genesis>, in state: Slice) -> [Handle] {
        said.claims.founders.map(\.handle)
    }

    static func facts(_ said: Stated<Genesis>) -> [AuditFact] {
        [
            .participants(said.claims.founders.count), .policies(said.claims.policies),
            .charter(said.claims.charter.charter),
        ] + said.claims.types.map { .type($0) }
    }

    private static func check(
        _ genesis: Genesis, _ statement: Statement
    ) throws(Refusal) {
        guard Rules.known.contains(genesis.rules) else {
            throw .place(.rulesUnknown(UnknownRules(rules: genesis.rules, index: 0)))
        }
        guard genesis.origin == statement.origin else { throw .place(.malformedGenesis(.issuer)) }
        guard let logKey = try? VerifierKey(parsing: genesis.logKey),
            logKey.name.text == genesis.origin.text, logKey.kind == .ed25519
        else { throw .place(.malformedGenesis(.logKey)) }
        guard let clockKey = try? VerifierKey(parsing: genesis.clockKey),
            clockKey.name == logKey.name, clockKey.kind == .ed25519Cosignature,
            clockKey.publicKey != logKey.publicKey
        else { throw .place(.malformedGenesis(.clockKey)) }
        try checkFounders(genesis, statement)
        do {
            try genesis.charter.charter.check(
                logKey: genesis.logKey, clockKey: genesis.clockKey, host: genesis.host.handle)
        } catch { throw .governance(.charter(error)) }
    }

    /// Everybody named has a handle and a key of its own, and the first authority signed.
    private static func checkFounders(
        _ genesis: Genesis, _ statement: Statement
    ) throws(Refusal) {
        let handles = genesis.founders.map(\.handle)
        let keys = genesis.founders.map(\.key.thumbprint)
        guard Set(handles).count == handles.count, Set(keys).count == keys.count else {
            throw .place(.malformedGenesis(.authorities))
        }
        let first = genesis.charter.authorities[0]
        guard first.handle == statement.issuer, first.key.thumbprint == statement.jws.kid else {
            throw .place(.malformedGenesis(.notFirstAuthority))
        }
        guard (try? statement.jws.verified(by: first.key)) != nil else {
            throw .issuer(.badSignature)
        }
    }
}
