import Rules
import Sharing
import Wire

/// How early log time can have been at some entries of a log, by those that are known: an entry moves
/// it on, and only a `time` of the authorities sets it otherwise.
struct LogTimeBound: Sendable {
    /// By index: log time was at least that before the entry, and after it.
    private var times: [Int64: (before: Timestamp, after: Timestamp)] = [:]
    /// Entries that are older than the rules let them be when they were entered.
    private var tooOld: Set<Int64> = []

    init(genesis: LocatedEntry, host: Handle, _ others: [LocatedEntry]) {
        var bound = genesis.statement.issuedAt
        for entry in others.sorted(by: { $0.index < $1.index }) {
            let issued = entry.statement.issuedAt
            var before = bound
            if let move = entry.statement.claims as? MoveTime { before = max(before, move.from) }
            let isSet = entry.statement.kind == .time && entry.statement.issuer != host
            if !isSet, issued.seconds < before.seconds - Limits.backdatingSeconds {
                tooOld.insert(entry.index)
            }
            bound = isSet ? issued : max(before, issued)
            times[entry.index] = (before, bound)
        }
    }

    /// Throws ``PackageRefusal`` for an entry that is too old.
    func check(_ entry: LocatedEntry) throws(PackageRefusal) {
        guard tooOld.contains(entry.index) else { return }
        let place = PlaceRefusal.tooOld(
            issuedAt: entry.statement.issuedAt, logTime: before(entry))
        throw entry.refusal(.notAdmitted(.place(place)))
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
