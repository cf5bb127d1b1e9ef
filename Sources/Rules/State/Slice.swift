import Sharing
import Wire

/// The pieces of state a decision was given. What isn't in it doesn't exist.
public struct Slice: Sendable {
    public private(set) var values: [StateKey: StateValue]
    #if DEBUG
        /// The keys that a rule may read; all of them, where `nil`.
        var declared: Set<StateKey>?
    #endif

    public init(_ values: [StateKey: StateValue] = [:]) { self.values = values }

    /// An empty one with room for so many pieces.
    public init(reserving count: Int) {
        values = [:]
        values.reserveCapacity(count)
    }

    public subscript(key: StateKey) -> StateValue? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// What stands under `key`. In a debug build it is an error of ours to read what the rule of the
    /// statement didn't declare.
    public subscript<Object>(key: StateKey.Of<Object>) -> Object? {
        get {
            #if DEBUG
                precondition(
                    declared?.contains(key.untyped) ?? true, "\(key.untyped.text) was not declared")
            #endif
            return values[key.untyped]?.object as? Object
        }
        set { values[key.untyped] = newValue.map { StateValue($0) } }
    }

    /// Lays a decision's changes over what was there.
    public mutating func apply(_ changes: Changes) {
        for (key, value) in changes.values { values[key] = value }
    }
}

/// What an admitted statement changes; `nil` removes.
public struct Changes: Sendable {
    public private(set) var values: [StateKey: StateValue?]

    /// Few statements change more than three pieces: the log, their own and one that they are about.
    init() { values = Dictionary(minimumCapacity: 3) }

    /// What stands under `key` after the statement, where it changes that.
    public subscript<Object>(key: StateKey.Of<Object>) -> Object? {
        values[key.untyped].flatMap { $0?.object as? Object }
    }

    /// All pieces of one family that the statement changes, but not those that it removes.
    public func all<Object: StateObject>(_: Object.Type) -> [(name: StateName, object: Object)] {
        values.compactMap { key, value in
            (value?.object as? Object).map { (key.name, $0) }
        }
    }

    mutating func set<Object>(_ key: StateKey.Of<Object>, _ object: Object?) {
        values[key.untyped] = .some(object.map { StateValue($0) })
    }
}
