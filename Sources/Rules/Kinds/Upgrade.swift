import Sharing
import Wire

/// The authorities announce the next version of the rules. A later announcement replaces one that has
/// no effect yet.
enum UpgradeRule: KindRule {
    static func decide(_ said: Stated<Upgrade>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireAuthorities()
        var log = decision.log
        guard said.claims.rules == log.rules + 1 else {
            throw .governance(.wrongRules(have: said.claims.rules, next: log.rules + 1))
        }
        guard said.claims.from > said.candidate.index else {
            throw .governance(.tooSoon(first: said.candidate.index + 1))
        }
        log.upgrade = ComingRules(
            rules: said.claims.rules, from: said.claims.from,
            notBefore: said.statement.issuedAt.advanced(by: Limits.upgradeSeconds))
        decision.change(LogState.key, to: log)
    }

    static func facts(_ said: Stated<Upgrade>) -> [AuditFact] {
        [.upgrade(rules: said.claims.rules, from: said.claims.from)]
    }
}
