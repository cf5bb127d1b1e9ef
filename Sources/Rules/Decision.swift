import Sharing
import Wire

/// The decision on one statement whose place, time and signature are already found good.
struct Decision: PolicyKnowledge {
    var view: View
    let log: LogState
    let issuer: ParticipantState
    let policies: any PolicyLibrary

    var statement: Statement { view.statement }
    var now: Timestamp { log.time }

    var time: Timestamp { now }
    func holds(on holder: Handle) -> [HoldState] { view.holds(holder) }
    func past(of user: Handle, with owner: Handle) -> [Involvement] {
        view.past(user, with: owner)
    }
    func asked(_ request: JTI) -> RequestState? { view.request(request) }

    mutating func decide() throws(Refusal) {
        switch statement.claims {
        case .genesis: throw .genesisAlreadyThere
        case .admit(let admit): try self.admit(admit)
        case .suspend(let handle, _): try suspend(handle)
        case .reinstate(let handle, _): try reinstate(handle)
        case .key(let offer): try addKey(offer)
        case .retireKey(let kid): try retireKey(kid)
        case .encryptionKey(let key): try changeEncryptionKey(key)
        case .policy(let set, _): try publish(set)
        case .record(let record): try register(record)
        case .closeBook(let book, let count, let root): try close(book, count: count, root: root)
        case .erase(let erasure, _): try erase(erasure)
        case .request: try request()
        case .grant(let grant): try self.grant(grant)
        case .rekey(let grant, let envelope): try rekey(grant, envelope)
        case .revoke(let grant, _): try revoke(grant)
        case .access(let grant): try access(grant)
        case .legalHold: try hold()
        case .release: try releaseHold()
        }
    }

    func requireAuthority() throws(Refusal) {
        guard log.authorities.contains(statement.issuer) else { throw .notAuthority }
        try requireNotSuspended()
    }

    func requireEnterprise() throws(Refusal) {
        guard issuer.roles.contains(.enterprise) else {
            throw .notPermittedToIssuer(statement.kind)
        }
    }

    func requireNotSuspended() throws(Refusal) {
        guard !issuer.suspended else { throw .suspended(statement.issuer) }
    }

    func entity(_ handle: Handle, _ state: ParticipantState) -> PolicyEntity {
        PolicyEntity(handle, state, in: log)
    }

    var issuerEntity: PolicyEntity { entity(statement.issuer, issuer) }

    /// Asks the policies in force and, for a use of an older grant, those it was given under: a new
    /// forbid bites at once, a new permit never widens a grant.
    func requirePermission(
        _ request: PolicyRequest, alsoUnder older: Digest<Digested.Policies>? = nil
    ) throws(Refusal) {
        var sets = [log.policies]
        if let older, older != log.policies { sets.append(older) }
        for digest in sets {
            guard let set = policies.policies(digest) else { throw .policyUnknown }
            let decision = set.decide(request)
            guard decision.failed.isEmpty else { throw .policyFailed(policies: decision.failed) }
            guard decision.permitted else { throw .forbidden(policies: decision.determining) }
        }
    }
}
