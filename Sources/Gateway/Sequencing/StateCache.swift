import Rules
import Sharing
import Storage
import Synchronization

/// Decoded state as the batches so far have decided it, also those whose commit isn't over yet: what the
/// next decision is made on. Also known is what doesn't exist.
///
/// It is bounded, and cleared as soon as a batch fails or another gateway commits: from then on
/// everything is read from the store again.
final class StateCache: Sendable {
    private struct Entry {
        /// `nil` for what doesn't exist.
        let value: StateValue?
        /// The batch that decided it; 0 where it was read.
        let batch: Int64
    }

    private struct Content {
        /// What was used since the older half was dropped last, and what was before.
        var young: [StateKey: Entry] = [:]
        var old: [StateKey: Entry] = [:]
        /// The last batch that is in the store.
        var committed: Int64 = 0
        /// Of each read that is under way, the last batch that it is certain to see.
        var reads: [Int: Int64] = [:]
        var nextRead = 0
        var clearings = 0
        /// What stood under the keys that a batch changes which isn't in the store yet, as far as that is
        /// known; the older batch first.
        var before: [(batch: Int64, entries: [StateKey: Entry])] = []

        /// What the store has under `key`, where that is known.
        mutating func stored(_ key: StateKey) -> Entry? {
            guard let entry = self[key] else { return nil }
            if entry.batch <= committed { return entry }
            let older = before.lazy.compactMap { $0.entries[key] }.first
            return older.flatMap { $0.batch <= committed ? $0 : nil }
        }

        subscript(key: StateKey) -> Entry? {
            mutating get {
                if let entry = young[key] { return entry }
                guard let entry = old.removeValue(forKey: key) else { return nil }
                young[key] = entry
                return entry
            }
        }
    }

    /// A read of the store that is under way.
    struct Read {
        fileprivate let number: Int
        fileprivate let clearings: Int
    }

    private let capacity: Int
    private let content = Mutex(Content())
    /// Knows of most keys that aren't in the store that they aren't.
    private let presence: StatePresence?

    /// `capacity` counts pieces of state; the most that are kept are a few more.
    init(capacity: Int, presence: StatePresence? = nil) {
        self.capacity = capacity
        self.presence = presence
    }

    var count: Int { content.withLock { $0.young.count + $0.old.count } }

    /// What is known of `keys` into `slice`; where only what is `stored` is asked for, nothing of batches
    /// that aren't. Returns the keys of which nothing is known.
    func fill(
        _ slice: inout Slice, _ keys: some Sequence<StateKey>, stored: Bool = false
    ) -> [StateKey] {
        let missing = content.withLock { content in
            var missing: [StateKey] = []
            for key in keys {
                if let entry = stored ? content.stored(key) : content[key] {
                    slice[key] = entry.value
                } else {
                    missing.append(key)
                }
            }
            return missing
        }
        return presence?.possible(missing) ?? missing
    }

    /// Takes over what a batch changes, which is decided and not yet committed. Batches are numbered
    /// from 1 on.
    func apply(_ changes: [StateKey: StateValue?], of batch: Int64) {
        presence?.add(changes.keys)
        content.withLock { content in
            var before: [StateKey: Entry] = [:]
            for (key, value) in changes {
                before[key] = content.young[key] ?? content.old[key]
                content.old[key] = nil
                content.young[key] = Entry(value: value, batch: batch)
            }
            content.before.append((batch, before))
            drop(&content)
        }
    }

    /// The batch is in the store, as are those before.
    func committed(_ batch: Int64) {
        content.withLock { content in
            content.committed = batch
            content.before.removeAll { $0.batch <= batch }
        }
    }

    /// Another gateway may have committed: clears this, and forgets which state there is. No batch may be on
    /// its way.
    func forget() {
        clear()
        presence?.forget()
    }

    func clear() {
        content.withLock { content in
            content.young = [:]
            content.old = [:]
            content.before = []
            content.clearings += 1
        }
    }

    // MARK: Reading

    func beginRead() -> Read {
        content.withLock { content in
            content.nextRead += 1
            content.reads[content.nextRead] = content.committed
            return Read(number: content.nextRead, clearings: content.clearings)
        }
    }

    /// Takes over what a read found. What a batch decided since stays: it isn't dropped while a read
    /// is under way that can't have seen it.
    func end(_ read: Read, found slice: Slice, of keys: some Sequence<StateKey>) {
        content.withLock { content in
            content.reads[read.number] = nil
            guard content.clearings == read.clearings else { return }
            for key in keys where content.young[key] == nil && content.old[key] == nil {
                content.young[key] = Entry(value: slice[key], batch: 0)
            }
            drop(&content)
        }
    }

    func abandon(_ read: Read) { content.withLock { $0.reads[read.number] = nil } }

    /// Forgets what wasn't used for long, but nothing that the store doesn't have yet or that a read
    /// under way may have missed.
    private func drop(_ content: inout Content) {
        guard content.young.count >= capacity / 2 else { return }
        let certain = min(content.committed, content.reads.values.min() ?? .max)
        let kept = content.old.filter { $0.value.batch > certain }
        // The memory of the half that goes is that of the next one.
        content.old.removeAll(keepingCapacity: true)
        swap(&content.old, &content.young)
        content.young.merge(kept) { $1 }
    }
}

/// Reads state into a cache. Who asks while a read is under way shares the next one with all others that
/// do.
final class StateReader: Sendable {
    private struct Asked {
        var keys: Set<StateKey> = []
        var waiting: [CheckedContinuation<Result<Void, StoreError>, Never>] = []
        var isReading = false
    }

    private let store: any Store
    private let cache: StateCache
    private let asked = Mutex(Asked())

    init(_ store: any Store, into cache: StateCache) {
        self.store = store
        self.cache = cache
    }

    /// The values of `keys`, as far as they exist. Throws ``StoreError``.
    func slice(of keys: [StateKey]) async throws(StoreError) -> Slice {
        var slice = Slice()
        try await fill(&slice, keys)
        return slice
    }

    /// Puts the values of `keys` into `slice`. Throws ``StoreError``.
    func fill(_ slice: inout Slice, _ keys: [StateKey]) async throws(StoreError) {
        var missing = cache.fill(&slice, keys)
        // What was read can be gone again where the cache was cleared since, or is much too small.
        while !missing.isEmpty {
            try await load(missing)
            missing = cache.fill(&slice, missing)
        }
    }

    /// Reads `keys` into the cache. Throws ``StoreError``.
    func load(_ keys: [StateKey]) async throws(StoreError) {
        let result: Result<Void, StoreError> = await withCheckedContinuation { continuation in
            let begins = asked.withLock { asked in
                asked.keys.formUnion(keys)
                asked.waiting.append(continuation)
                defer { asked.isReading = true }
                return !asked.isReading
            }
            if begins { Task(priority: .sequencing) { await read() } }
        }
        try result.get()
    }

    private func read() async {
        while true {
            let (keys, waiting) = asked.withLock { asked in
                let taken = (asked.keys, asked.waiting)
                asked = Asked(isReading: !asked.waiting.isEmpty)
                return taken
            }
            guard !waiting.isEmpty else { return }
            let read = cache.beginRead()
            let result: Result<Void, StoreError>
            do {
                cache.end(read, found: try await store.state(keys), of: keys)
                result = .success(())
            } catch {
                cache.abandon(read)
                result = .failure(error)
            }
            for continuation in waiting { continuation.resume(returning: result) }
        }
    }
}
