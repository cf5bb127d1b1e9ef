import Rules
import Sharing
import Storage
import Transparency
import Wire

/// A batch that is decided but not yet stored.
struct BatchPlan {
    enum Decision {
        case admitted(index: Int64)
        case refused(Refusal)
    }

    /// The state that the statements so far have made, as far as deciding all of them needs it.
    var state = Slice()
    /// The decisions by group; a group ends at its first refusal.
    private(set) var decisions: [[Decision]] = []
    private(set) var entries: [NewEntry] = []
    private(set) var leaves: [Hash] = []
    private(set) var changes: [StateKey: StateValue?] = [:]
    private(set) var erased: [JTI] = []
    /// The sets that statements of this batch brought.
    private(set) var policies: [CedarPolicies] = []
    private(set) var types: [PublishedTypes.Document] = []
    /// The log's own state after the batch; `nil` where it admits nothing.
    private(set) var log: LogState?
    private(set) var nextIndex: Int64
    /// Whether something is entered that says who may sign what, or when.
    private(set) var changesKeys = false
    /// Entries of the host's own that only serve those which follow.
    private var leading = 0

    init(after head: Head?) { nextIndex = head?.size ?? 0 }

    /// Whether something of what was submitted is entered.
    var isWorthwhile: Bool { entries.count > leading }

    /// Enters a statement of the host's own, for which nobody waits.
    mutating func lead(_ admission: Admission, _ submission: Submission, parties: Set<Handle>) {
        enter(admission, submission, parties: parties)
        leading += 1
    }

    mutating func admit(_ admission: Admission, _ submission: Submission, parties: Set<Handle>) {
        decisions[decisions.count - 1].append(.admitted(index: nextIndex))
        enter(admission, submission, parties: parties)
    }

    private mutating func enter(
        _ admission: Admission, _ submission: Submission, parties: Set<Handle>
    ) {
        let statement = submission.statement
        if type(of: statement.claims).isAboutKeys { changesKeys = true }
        entries.append(
            NewEntry(
                index: nextIndex, statement: statement, parties: parties,
                attachments: submission.attachments))
        leaves.append(submission.leaf)
        for (key, value) in admission.changes.values { changes[key] = .some(value) }
        state.apply(admission.changes)
        if let set = submission.policies { policies.append(set) }
        types += submission.types.map { type in
            PublishedTypes.Document(
                index: nextIndex, type: type, bytes: type.document(origin: statement.origin))
        }
        if let target = statement.claims.erases { erased.append(target) }
        log = admission.changes[LogState.key] ?? log
        nextIndex += 1
    }

    mutating func refuse(_ refusal: Refusal) {
        decisions[decisions.count - 1].append(.refused(refusal))
    }

    mutating func beginGroup() { decisions.append([]) }
}
