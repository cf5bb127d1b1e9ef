import Sharing
import Wire

/// The host carries the grantee's call that gives a grant back. The grantee's suspension doesn't
/// hinder it, nor the host's.
enum ReturnRule: KindRule {
    static func reads(_ said: Stated<Return>, _ reads: inout Reads) {
        reads.add(GrantState.key(said.claims.grant))
        if let call = said.call { reads.add(call) }
    }

    static func furtherReads(_ said: Stated<Return>, in state: Slice, _ reads: inout Reads) {
        if let grant = state[GrantState.key(said.claims.grant)] { reads.add(useOf: grant) }
    }

    static func decide(_ said: Stated<Return>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireHost()
        let grant = try decision.notDead(said.claims.grant)
        if let carried = said.selective {
            let call = try decision.carry(carried.parsed)
            guard call.grant == said.claims.grant, grant.terms.map({ $0.to == call.issuer }) ?? true
            else { throw .call(.foreign) }
            let grantee = try decision.participant(call.issuer)
            try decision.requireMayRevoke(grant, by: decision.entity(call.issuer, grantee))
        }
        decision.end(said.claims.grant, grant)
    }

    static func parties(_ said: Stated<Return>, in state: Slice) -> [Handle] {
        GrantState.parties(said.claims.grant, in: state)
    }

    static func facts(_ said: Stated<Return>) -> [AuditFact] { [.revoked(said.claims.grant)] }
}

extension Stated<Return> {
    /// The carried call, where it is disclosed and well-formed.
    fileprivate var call: ReturnCall? { try? selective?.parsed.get() }
}
