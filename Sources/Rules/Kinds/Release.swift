import Sharing
import Wire

/// The holds that the same issuer laid in the same case end.
enum ReleaseRule: KindRule {
    static func reads(_ said: Stated<Release>, _ reads: inout Reads) {
        if let terms = said.selective { reads.add(holdOf: terms.holder, by: said.issuer) }
    }

    static func decide(_ said: Stated<Release>, _ decision: inout Decision) throws(Refusal) {
        try decision.requireSupervisor()
        guard let terms = said.selective else { return }
        let holds = decision.holds(on: terms.holder)
        let remaining = holds.filter {
            $0.by != said.issuer || $0.caseReference != terms.caseReference
        }
        guard remaining.count < holds.count else { throw .erasure(.noSuchHold) }
        decision.change(HoldsState.key(terms.holder), to: HoldsState(holds: remaining))
    }

    static func parties(_ said: Stated<Release>, in state: Slice) -> [Handle] {
        said.selective.map { [$0.holder] } ?? []
    }
}
