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
}

/// All state in memory: some hundred bytes an entry.
public struct StateInMemory: StateSource, Sendable {
    private var everything = Slice()

    public var all: [StateKey: StateValue] { everything.values }

    public init() {}

    public func values(of keys: [StateKey]) throws(Never) -> [StateKey: StateValue] {
        var values: [StateKey: StateValue] = [:]
        for key in keys { values[key] = everything[key] }
        return values
    }

    public mutating func apply(_ changes: Changes) throws(Never) { everything.apply(changes) }

    public func slice(for candidate: Candidate) throws(Never) -> Slice { everything }
}
