import Rules
public import Sharing
public import Wire

/// What an audit counted. Everything in it follows from public claims, but for who accessed.
public struct AuditFacts: Hashable, Sendable {
    /// Entries by kind, malformed and refused ones not among them.
    public private(set) var kinds: [Kind: Int] = [:]
    /// The same day by day, and the books opened and closed.
    public private(set) var calendar = AuditCalendar()
    public private(set) var participants = 0
    public private(set) var suspended: Set<Handle> = []
    public private(set) var purposes: [Purpose: Int] = [:]
    public private(set) var revoked = 0
    public private(set) var expired = 0
    /// The policy sets that came into force, and the entry that brought each.
    public private(set) var policies: [Entered<Digest<Digested.Policies>>] = []
    /// The record types that were published.
    public private(set) var types: [Entered<TypeVersion>] = []
    /// The charters that came into force.
    public private(set) var charters: [Entered<Charter>] = []
    /// The later rules that were announced.
    public private(set) var upgrades: [Entered<Announced>] = []
    public private(set) var booksOpened = 0
    public private(set) var booksClosed = 0
    /// What else the rules count, by its name.
    public private(set) var counts: [String: Int] = [:]
    /// By grantee, where the access was disclosed.
    public private(set) var accesses: [Handle: Int] = [:]
    public private(set) var accessesOfUnknown = 0
    /// Log time after the last entry.
    public private(set) var time: Timestamp?
    /// Decisions of which every rule could be checked.
    public private(set) var complete = 0
    /// Grants that stand, with their ends.
    private var standing: [JTI: Timestamp] = [:]
    private var sweep = 1024

    /// Something, and the entry that brought it.
    public struct Entered<What: Hashable & Sendable>: Hashable, Sendable {
        public let index: Int64
        public let what: What
    }

    /// A version of the rules, and the first entry that it can decide.
    public struct Announced: Hashable, Sendable {
        public let rules: Int64
        public let from: Int64
    }

    public var erasedRecords: Int { counts[AuditFact.erasedRecords] ?? 0 }
    public var erasedStatements: Int { counts[AuditFact.erasedStatements] ?? 0 }
    /// The counts that have no place of their own in a report.
    public var otherCounts: [String: Int] {
        counts.filter { ![AuditFact.erasedRecords, AuditFact.erasedStatements].contains($0.key) }
    }
    public var grants: Int { kinds[.grant] ?? 0 }
    public var liveGrants: Int { standing.count }
    public var booksOpen: Int { booksOpened - booksClosed }

    /// Counts a decision of the policies about a participant of whom they ask what isn't shown.
    mutating func countUndecided() { counts[Self.undecided, default: 0] += 1 }

    static let undecided = "decisions that depend on what isn't shown of a participant"

    mutating func count(_ admission: Admission) {
        let statement = admission.candidate.statement
        let kind = statement.kind
        time = admission.time
        kinds[kind, default: 0] += 1
        calendar.count(statement.issuedAt) { $0.kinds[kind, default: 0] += 1 }
        if admission.complete { complete += 1 }
        for fact in admission.facts { count(fact, admission) }
    }

    private mutating func count(_ fact: AuditFact, _ admission: Admission) {
        let day = admission.candidate.statement.issuedAt
        switch fact {
        case .participants(let count): participants += count
        case .suspended(let handle): suspended.insert(handle)
        case .reinstated(let handle): suspended.remove(handle)
        case .policies(let set): policies.add(set, at: admission.candidate.index)
        case .type(let type): types.add(type, at: admission.candidate.index)
        case .charter(let charter): charters.add(charter, at: admission.candidate.index)
        case .upgrade(let rules, let from):
            upgrades.add(Announced(rules: rules, from: from), at: admission.candidate.index)
        case .bookOpened:
            booksOpened += 1
            calendar.count(day) { $0.booksOpened += 1 }
        case .bookClosed:
            booksClosed += 1
            calendar.count(day) { $0.booksClosed += 1 }
        case .counted(let name): counts[name, default: 0] += 1
        case .granted(let jti, let purpose, let end):
            purposes[purpose, default: 0] += 1
            standing[jti] = end
            if standing.count > sweep { expire(at: admission.time) }
        case .revoked(let jti): if standing.removeValue(forKey: jti) != nil { revoked += 1 }
        case .accessed(.some(let grantee)): accesses[grantee, default: 0] += 1
        case .accessed(nil): accessesOfUnknown += 1
        }
    }

    /// Moves the grants that ended to the expired ones, now and then, so that only live ones cost
    /// memory.
    mutating func expire(at time: Timestamp) {
        let ended = standing.filter { $0.value <= time }.keys
        expired += ended.count
        for grant in ended { standing[grant] = nil }
        sweep = max(1024, 2 * standing.count)
    }
}

extension Array {
    /// The first and the newest ones are kept.
    fileprivate mutating func add<What>(
        _ what: What, at index: Int64
    ) where Element == AuditFacts.Entered<What> {
        if count == 100 { remove(at: 1) }
        append(AuditFacts.Entered(index: index, what: what))
    }
}
