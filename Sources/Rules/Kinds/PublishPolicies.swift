import Sharing
import Wire

/// An authority puts a policy set in force.
enum PublishPoliciesRule: KindRule {
    static func decide(
        _ said: Stated<PublishPolicies>, _ decision: inout Decision
    ) throws(Refusal) {
        try decision.requireAuthorities()
        _ = try decision.texts.required(said.claims.set)
        var log = decision.log
        log.policies = said.claims.set
        decision.change(LogState.key, to: log)
    }

    static func facts(_ said: Stated<PublishPolicies>) -> [AuditFact] {
        [.policies(said.claims.set)]
    }
}
