public import Rules
import Synchronization

/// Knows of most new keys that no state stands under them, without a look into the store. Nearly all keys
/// that statements name are new.
///
/// It may take a new key for one that is there. It never takes a key that is there for a new one, as long
/// as its user adds each key before the batch with it is committed, and calls ``forget()`` when another
/// gateway may have committed. Before ``learn()`` has gone through the whole store it takes every key for
/// one that is there; also when there are more keys than it has room for.
public final class StatePresence: Sendable {
    private struct Content {
        /// `nil` where they got too large.
        var keys: GrowingFilter?
        /// Whether every key of the store was added.
        var isWhole = false
        var forgettings = 0
    }

    private let store: any ReadableStore
    private let names: HiddenNames
    private let maximumBytes: Int
    private let content: Mutex<Content>

    private static let readAtOnce = 4096

    /// Takes `maximumBytes` of memory at most, three for a key. Throws ``StoreError``.
    public init(of store: any ReadableStore, maximumBytes: Int) async throws(StoreError) {
        self.store = store
        self.maximumBytes = maximumBytes
        content = Mutex(Content(keys: GrowingFilter(maximumBytes: maximumBytes)))
        names = try await store.vault().names
    }

    /// Those of `keys` under which something may stand.
    public func possible(_ keys: [StateKey]) -> [StateKey] {
        guard !keys.isEmpty, content.withLock({ $0.isWhole }) else { return keys }
        let codes = keys.map(code)
        return content.withLock { content in
            guard content.isWhole, let known = content.keys else { return keys }
            return zip(keys, codes).compactMap { known.mayContain($1) ? $0 : nil }
        }
    }

    /// From here on something may stand under `keys`.
    public func add(_ keys: some Sequence<StateKey>) { add(codes: keys.map(code)) }

    private func add(codes: [Int]) {
        content.withLock { content in
            for code in codes where content.keys?.insert(code) == false {
                (content.keys, content.isWhole) = (nil, false)
            }
        }
    }

    /// Goes through the store, unless that was done. Throws ``StoreError``; then nothing is known, as
    /// before.
    public func learn() async throws(StoreError) {
        let (isDone, forgettings) = content.withLock { ($0.isWhole, $0.forgettings) }
        guard !isDone else { return }
        var last = ""
        while isWanted(forgettings) {
            let texts = try await store.rows.keys(after: last, limit: Self.readAtOnce)
            guard let end = texts.last else { break }
            var keys: [StateKey] = []
            for text in texts {
                guard let key = StateKey(text: text) else {
                    throw .corrupt(.state(text), .malformed)
                }
                keys.append(key)
            }
            add(keys)
            last = end
        }
        var slot: Int64 = -1
        while isWanted(forgettings) {
            let rows = try await store.rows.sealedRows(after: slot, limit: Self.readAtOnce)
            guard let end = rows.last else { break }
            add(codes: rows.map { Self.code(ofHidden: $0.name) })
            slot = end.slot
        }
        content.withLock { content in
            content.isWhole = content.forgettings == forgettings && content.keys != nil
        }
    }

    private func isWanted(_ forgettings: Int) -> Bool {
        content.withLock { $0.forgettings == forgettings && $0.keys != nil }
    }

    /// Forgets all keys, also those that were added: to be called when another gateway may have committed, and
    /// only while no batch is on its way.
    public func forget() {
        content.withLock { content in
            content = Content(
                keys: GrowingFilter(maximumBytes: maximumBytes),
                forgettings: content.forgettings + 1)
        }
    }

    /// Pieces with a public part are found by their key, the others by what stands in its place.
    private func code(_ key: StateKey) -> Int {
        guard !key.family.hasPublicPart else { return KeyFilter.hash(key) }
        return Self.code(ofHidden: names.name(ofState: key.text))
    }

    private static func code(ofHidden name: [UInt8]) -> Int {
        name.prefix(8).reduce(0) { $0 << 8 | Int($1) }
    }
}
