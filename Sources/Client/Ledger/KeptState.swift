import Custody
import Rules
import Sharing
import Wire

/// The state that the entries of a log made, as a participant's view keeps it: in memory what there is
/// little of, in rows on disk what grows with the log.
struct KeptState: StateSource, Sendable {
    private var memory: [StateKey: StateValue]
    /// What changed since it was handed to the rows, of what many entries touch.
    private var changed: [StateKey: StateValue?] = [:]
    var rows = KeptRows()

    init(_ few: [StateRow] = []) {
        memory = Dictionary(few.map { ($0.key, $0.value) }) { $1 }
    }

    /// Of these a log has as many as it has participants that deal with each other, or one.
    private static let few: Set<String> = [
        LogState.family, TypesState.family, ParticipantState.family, KeyState.family,
        HoldsState.family, InvolvementState.family,
    ]

    /// Of these there is one for each statement, record or call, and an entry touches its own.
    private static let touchedOnce: Set<String> = [
        StatementState.family, SourceState.family, CallState.family,
    ]

    /// What stands under a key of the families that are in memory.
    subscript<Object>(key: StateKey.Of<Object>) -> Object? {
        precondition(Self.few.contains(Object.family), "it is on disk")
        return memory[key.untyped]?.object as? Object
    }

    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<StatementState>) -> StatementState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<SourceState>) -> SourceState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<CallState>) -> CallState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<BookState>) -> BookState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<GrantState>) -> GrantState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<RequestState>) -> RequestState? { nil }
    @available(*, unavailable, message: "it is on disk: kept(_:)")
    subscript(key: StateKey.Of<EpochState>) -> EpochState? { nil }

    /// What stands under any key. Throws ``HomeError``.
    func kept<Object>(_ key: StateKey.Of<Object>) throws(HomeError) -> Object? {
        try value(key.untyped)?.object as? Object
    }

    /// What is in memory.
    var few: [StateRow] { memory.map { StateRow(key: $0.key, value: $0.value) } }

    /// All of it. Throws ``HomeError``.
    func all() throws(HomeError) -> [StateKey: StateValue] {
        var all = memory
        for family in StateFamily.all.map(\.name) where !Self.few.contains(family) {
            for (text, bytes) in try rows.values(in: .under(family + "/")) {
                let key = try Self.key(text)
                all[key] = try Self.value(bytes, for: key)
            }
        }
        for (key, value) in changed { all[key] = value }
        return all
    }

    /// The books of `holder`, which are so many pages of rows. Throws ``HomeError``.
    func books(of holder: Handle) throws(HomeError) -> [BookName: BookState] {
        var books: [BookName: BookState] = [:]
        for (text, bytes) in try rows.values(in: .under("\(BookState.family)/\(holder)/")) {
            let key = try Self.key(text)
            guard case .book(holder, let name) = key.name else { continue }
            books[name] = try Self.value(bytes, for: key).object as? BookState
        }
        for (key, value) in changed {
            guard case .book(holder, let name) = key.name else { continue }
            books[name] = value?.object as? BookState
        }
        return books
    }

    /// The statements whose identifiers begin like this. Throws ``HomeError``.
    func statements(
        beginning text: String
    ) throws(HomeError) -> [(jti: JTI, state: StatementState)] {
        var found: [(jti: JTI, state: StatementState)] = []
        for (text, bytes) in try rows.values(in: .under("\(StatementState.family)/\(text)")) {
            guard let key = StateKey(text: text), case .jti(let jti) = key.name,
                let state = try Self.value(bytes, for: key).object as? StatementState
            else { continue }
            found.append((jti, state))
        }
        return found
    }

    private func value(_ key: StateKey) throws(HomeError) -> StateValue? {
        if Self.few.contains(key.family.name) { return memory[key] }
        if let known = changed[key] { return known }
        guard let bytes = try rows.value(key.text) else { return nil }
        return try Self.value(bytes, for: key)
    }

    private static func key(_ text: String) throws(HomeError) -> StateKey {
        guard let key = StateKey(text: text) else { throw .viewDamaged(path: text) }
        return key
    }

    private static func value(_ bytes: [UInt8], for key: StateKey) throws(HomeError) -> StateValue {
        do { return try StateValue(parsing: bytes, for: key) } catch {
            throw .viewDamaged(path: key.text)
        }
    }

    /// Hands what changed to the rows.
    mutating func settle() {
        for (key, value) in changed { rows.set(key.text, value?.bytes) }
        changed = [:]
    }

    // MARK: StateSource

    func values(of keys: [StateKey]) throws(HomeError) -> [StateKey: StateValue] {
        var values: [StateKey: StateValue] = [:]
        for key in keys { values[key] = try value(key) }
        return values
    }

    mutating func apply(_ changes: Changes) throws(HomeError) {
        for (key, value) in changes.values {
            if Self.few.contains(key.family.name) {
                memory[key] = value
            } else if Self.touchedOnce.contains(key.family.name) {
                rows.set(key.text, value?.bytes)
            } else {
                changed[key] = .some(value)
            }
        }
    }
}
