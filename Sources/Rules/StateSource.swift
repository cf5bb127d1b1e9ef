public import Wire

/// Where a replay keeps the state that the entries so far have made. In memory it grows with the
/// log; a source with its own storage bounds it.
public protocol StateSource {
    associatedtype Failure: Error

    /// The values of these keys; a key that isn't in the result has none.
    mutating func values(of keys: [StateKey]) throws(Failure) -> [StateKey: StateValue]

    /// Takes over what an admitted statement changes.
    mutating func apply(_ changes: Changes) throws(Failure)

    /// What deciding `candidate` needs. The default asks for the keys that the rules name, in two
    /// rounds; a source that has everything at hand may return more.
    mutating func slice(for candidate: Candidate) throws(Failure) -> Slice
}

extension StateSource {
    public mutating func slice(for candidate: Candidate) throws(Failure) -> Slice {
        var slice = Slice(try values(of: Rules.keys(of: candidate)))
        let further = Rules.furtherKeys(of: candidate, in: slice)
        if !further.isEmpty {
            for (key, value) in try values(of: further) { slice[key] = value }
        }
        return slice
    }

    /// Decides the next entry of a log and takes over what it changes. What the rules refuse changes
    /// nothing. Throws what the source throws.
    public mutating func admit(
        _ candidate: Candidate, under texts: some PublishedTexts
    ) throws(Failure) -> Result<Admission, Refusal> {
        let decision = try decision(on: candidate, under: texts)
        if case .success(let admission) = decision { try apply(admission.changes) }
        return decision
    }

    /// The slice ends with this: as long as it is there, state in memory is copied when it is changed.
    private mutating func decision(
        on candidate: Candidate, under texts: some PublishedTexts
    ) throws(Failure) -> Result<Admission, Refusal> {
        let slice = try slice(for: candidate)
        return Result { () throws(Refusal) in
            try Rules.decide(candidate, in: slice, texts: texts)
        }
    }
}

/// All state in memory: some hundred bytes an entry.
public struct StateInMemory: StateSource, Sendable {
    private var everything = Slice()

    public var all: [StateKey: StateValue] { everything.values }

    public init() {}

    /// State that somebody kept.
    public init(_ rows: [StateRow]) {
        everything = Slice(Dictionary(rows.map { ($0.key, $0.value) }) { $1 })
    }

    /// Takes it that log time is `time`: for who has only some of the entries, and so doesn't know
    /// how the others moved it.
    public mutating func assume(_ time: Timestamp) {
        guard var log = everything[LogState.key] else { return }
        log.time = time
        everything[LogState.key] = log
    }

    /// All of it, in no order.
    public var rows: [StateRow] { all.map { StateRow(key: $0.key, value: $0.value) } }

    public subscript<Object>(key: StateKey.Of<Object>) -> Object? { everything[key] }

    public func values(of keys: [StateKey]) throws(Never) -> [StateKey: StateValue] {
        var values: [StateKey: StateValue] = [:]
        for key in keys { values[key] = everything[key] }
        return values
    }

    public mutating func apply(_ changes: Changes) throws(Never) { everything.apply(changes) }

    public func slice(for candidate: Candidate) throws(Never) -> Slice { everything }
}
