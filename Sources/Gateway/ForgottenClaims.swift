import Rules
import Sharing
import Wire

/// What erased selective claims may have made of the state. A replay isn't shown them, so the state may
/// have more than the replay makes, but only where, and only what, such claims could have made.
struct ForgottenClaims {
    /// Erased entries of the host's: each carries a participant's call, whose identifier was erased with
    /// it.
    private var carriers: Set<JTI> = []
    /// The erased entries, and in place of those that follow a grant the grant.
    private var leaders: Set<JTI> = []
    /// Whose identity was erased: policies may have asked for it.
    private(set) var identities: Set<Handle> = []

    /// Takes note of an erased entry.
    mutating func add(_ statement: Statement, isHosts: Bool) {
        if let admit = statement.claims as? Admit { identities.insert(admit.handle) }
        if isHosts { carriers.insert(statement.jti) }
        leaders.insert(statement.claims.follows ?? statement.jti)
    }

    /// Whose books erased grants, and what followed them, were about.
    func owners(in state: StateInMemory) -> Set<Handle> {
        Set(leaders.compactMap { state[GrantState.key($0)]?.issuer })
    }

    /// Whether a piece of state that is `stored` under `key` may be there where the replay made
    /// `replayed`, or nothing. Each erased call explains one piece.
    mutating func explain(
        _ stored: StateValue, under key: StateKey, for replayed: StateValue?,
        owners: Set<Handle>, in state: StateInMemory, at time: Timestamp
    ) -> Bool {
        switch (stored.object, key.name) {
        case (let call as CallState, _):
            return replayed == nil && carriers.remove(call.entry) != nil
        case (let involvement as InvolvementState, .handles(_, let owner)):
            let known = (replayed?.object as? InvolvementState)?.past ?? []
            let more = Set(involvement.past).subtracting(known)
            return owners.contains(owner) && more.isSubset(of: [.read, .prove])
                && Set(known).isSubset(of: involvement.past)
        case (let epochs as EpochState, .series(let owner, _)):
            let known = replayed?.object as? EpochState ?? EpochState()
            let least = state[ParticipantState.key(owner)]?.leastEpoch ?? 0
            return owners.contains(owner) && epochs.covers(known, at: time, from: least)
        default: return false
        }
    }
}

extension EpochState {
    /// Whether this is `known` with what ended grants made of it besides: no other grant can be used, and
    /// no epoch that is lost is open again. No record has an epoch below `least` any more.
    fileprivate func covers(
        _ known: EpochState, at time: Timestamp, from least: Int64
    ) -> Bool {
        var own = self
        var known = known
        own.retireEnded(at: time)
        known.retireEnded(at: time)
        let expected = Dictionary(known.live.map { ($0.grant, $0) }) { $1 }
        let found = Dictionary(own.live.map { ($0.grant, $0) }) { $1 }
        let hasOthers = found.values.contains { live in
            guard let expected = expected[live.grant] else { return true }
            return live.months != expected.months || live.expires != expected.expires
                || live.epoch < expected.epoch
        }
        // Log time may have gone back since a grant was found to have expired.
        let lost =
            known.ended.map { ($0.months, $0.epoch) }
            + expected.values.filter { found[$0.grant] == nil }.map { ($0.months, $0.epoch) }
        // What is lost changes from month to month only where a range begins or ends.
        let changes = (own.ended.map(\.months) + lost.map(\.0)).flatMap {
            [$0.lowerBound.number, $0.upperBound.number, $0.upperBound.number + 1]
        }.compactMap { Month(number: $0) }
        return !hasOthers
            && changes.allSatisfy { month in
                let needed = lost.filter { $0.0.contains(month) }.map(\.1).max() ?? -1
                return max(own.required(for: month, at: time), least) > needed
            }
    }
}
