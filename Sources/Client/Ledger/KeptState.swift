import Custody
import Rules
import Sharing
import Wire

/// The state that the entries of a log made, as a participant's view keeps it: in memory what there is
/// little of, in rows on disk what each statement adds to.
struct KeptState: StateSource, Sendable {
    private var memory: [StateKey: StateValue]
    var rows = KeptRows()

    init(_ few: [StateRow] = []) {
        memory = Dictionary(few.map { ($0.key, $0.value) }) { $1 }
    }

    /// Of these there is one for each statement, record or call.
    private static let many: Set<String> = [
        StatementState.family, SourceState.family, CallState.family,
    ]

    /// What stands under a key of the families that are in memory.
    subscript<Object>(key: StateKey.Of<Object>) -> Object? {
        precondition(!Self.many.contains(Object.family), "it is on disk")
        return memory[key.untyped]?.object as? Object
    }

    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<StatementState>) -> StatementState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<SourceState>) -> SourceState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<CallState>) -> CallState? { nil }

    /// What stands under a key of the others. Throws ``HomeError``.
    func kept<Object>(_ key: StateKey.Of<Object>) throws(HomeError) -> Object? {
        try value(key.untyped)?.object as? Object
    }

    /// What is in memory.
    var few: [StateRow] { memory.map { StateRow(key: $0.key, value: $0.value) } }

    /// All of it. Throws ``HomeError``.
    func all() throws(HomeError) -> [StateKey: StateValue] {
        var all = memory
        for family in Self.many {
            for (text, bytes) in try rows.values(under: family + "/") {
                guard let key = StateKey(text: text) else { throw .viewDamaged(path: text) }
                all[key] = try Self.value(bytes, for: key)
            }
        }
        return all
    }

    /// The statements whose identifiers begin like this. Throws ``HomeError``.
    func statements(
        beginning text: String
    ) throws(HomeError) -> [(jti: JTI, state: StatementState)] {
        var found: [(jti: JTI, state: StatementState)] = []
        for (text, bytes) in try rows.values(under: "\(StatementState.family)/\(text)") {
            guard let key = StateKey(text: text), case .jti(let jti) = key.name,
                let state = try Self.value(bytes, for: key).object as? StatementState
            else { continue }
            found.append((jti, state))
        }
        return found
    }

    private func value(_ key: StateKey) throws(HomeError) -> StateValue? {
        guard let bytes = try rows.value(key.text) else { return nil }
        return try Self.value(bytes, for: key)
    }

    private static func value(_ bytes: [UInt8], for key: StateKey) throws(HomeError) -> StateValue {
        do { return try StateValue(parsing: bytes, for: key) } catch {
            throw .viewDamaged(path: key.text)
        }
    }

    // MARK: StateSource

    func values(of keys: [StateKey]) throws(HomeError) -> [StateKey: StateValue] {
        var values: [StateKey: StateValue] = [:]
        for key in keys {
            values[key] = Self.many.contains(key.family.name) ? try value(key) : memory[key]
        }
        return values
    }

    mutating func apply(_ changes: Changes) throws(HomeError) {
        for (key, value) in changes.values {
            if Self.many.contains(key.family.name) {
                rows.set(key.text, value?.bytes)
            } else {
                memory[key] = value
            }
        }
    }
}
