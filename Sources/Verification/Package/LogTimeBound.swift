import Rules
import Sharing
import Wire

/// How early log time can have been at some entries of a log, by those that are known: an entry moves
/// it on, and only a `time` of the authorities sets it otherwise.
struct LogTimeBound: Sendable {
    /// By index: log time was at least that before the entry, and after it.
    private var times: [Int64: (before: Timestamp, after: Timestamp)] = [:]

    /// Throws ``PackageRefusal`` for an entry that is older than it can have been when it was entered.
    init(genesis: LocatedEntry, host: Handle, _ others: [LocatedEntry]) throws(PackageRefusal) {
        var bound = genesis.statement.issuedAt
        for entry in others.sorted(by: { $0.index < $1.index }) {
            let issued = entry.statement.issuedAt
            var before = bound
            if let move = entry.statement.claims as? MoveTime { before = max(before, move.from) }
            let isSet = entry.statement.kind == .time && entry.statement.issuer != host
            guard isSet || issued.seconds >= before.seconds - Limits.backdatingSeconds else {
                throw entry.refusal(
                    .notAdmitted(.place(.tooOld(issuedAt: issued, logTime: before))))
            }
            bound = isSet ? issued : max(before, issued)
            times[entry.index] = (before, bound)
        }
    }

    /// Before a known entry.
    func before(_ entry: LocatedEntry) -> Timestamp {
        times[entry.index]?.before ?? entry.statement.issuedAt
    }

    /// After a known entry, by which the dates of what it says are judged.
    func after(_ entry: LocatedEntry) -> Timestamp {
        times[entry.index]?.after ?? entry.statement.issuedAt
    }

    /// When the key of a known entry has to stand: who sets log time back doesn't choose by it whether
    /// its own key has ended.
    func ofKeys(_ entry: LocatedEntry) -> Timestamp { max(before(entry), after(entry)) }
}
