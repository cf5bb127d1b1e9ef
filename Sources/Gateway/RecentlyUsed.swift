import Rules
import Sharing
import Storage
import Synchronization
import Transparency
import Verification
import Wire

/// What was used lately, up to a bound. A hand goes round over all values; where there is no room for a
/// new one, it removes the first that nobody used since it last passed there (the clock algorithm).
struct RecentlyUsed<Key: Hashable, Value> {
    private struct Place {
        let key: Key
        let value: Value
        let cost: Int
        var wasUsed: Bool
    }

    private var numbers: [Key: Int] = [:]
    private var places: [Place] = []
    /// The place that it looks at next.
    private var hand = 0
    private var cost = 0
    private let limit: Int

    /// `limit` is what all values may cost together.
    init(limit: Int) { self.limit = limit }

    subscript(key: Key) -> Value? {
        mutating get {
            guard let number = numbers[key] else { return nil }
            places[number].wasUsed = true
            return places[number].value
        }
    }

    /// What costs more than the limit isn't kept.
    mutating func keep(_ value: Value, cost: Int, under key: Key) {
        remove(key)
        guard cost <= limit else { return }
        while self.cost + cost > limit { evictOne() }
        numbers[key] = places.count
        places.append(Place(key: key, value: value, cost: cost, wasUsed: false))
        self.cost += cost
    }

    private mutating func evictOne() {
        while true {
            if hand >= places.count { hand = 0 }
            guard places[hand].wasUsed else { return remove(places[hand].key) }
            places[hand].wasUsed = false
            hand += 1
        }
    }

    var isEmpty: Bool { places.isEmpty }

    /// The last value takes its place.
    mutating func remove(_ key: Key) {
        guard let number = numbers.removeValue(forKey: key) else { return }
        cost -= places[number].cost
        let last = places.removeLast()
        guard number < places.count else { return }
        places[number] = last
        numbers[last.key] = number
    }

    mutating func removeAll() { self = Self(limit: limit) }
}

/// What of a log never changes, as far as it was read lately: its entries, its full tiles, and where the
/// records of its books stand. Nothing confidential is in here.
final class Unchanging: Sendable {
    private struct Place: Hashable {
        let enterprise: Handle
        let book: BookName
        let range: ClosedRange<Int64>
    }

    private struct Register: Hashable {
        let handles: Set<Handle>
        let keys: Set<Digest<Digested.Key>>
        let decided: [Int64]
    }

    private struct Content {
        var entries = RecentlyUsed<Int64, Statement>(limit: GatewayLimits.cachedEntryBytes)
        /// The widest that was seen of each tile, under the coordinate that it has when it is full.
        var tiles = RecentlyUsed<TileCoordinate, TileNodes>(limit: GatewayLimits.cachedTileBytes)
        var places = RecentlyUsed<Place, [Int64]>(limit: GatewayLimits.cachedEntryBytes)
        var registers = RecentlyUsed<Register, [Int64]>(limit: GatewayLimits.cachedEntryBytes)
        /// What the fields of records hash to: the root of that is what a record signs.
        var fields = RecentlyUsed<Int64, [FieldName: Hash]>(limit: GatewayLimits.cachedEntryBytes)
        /// Entries with their proofs under one checkpoint, the newest that was asked for.
        var proven: [Int64: LoggedStatement] = [:]
        var provenBytes = 0
        var provenUnder: Head?
        /// The size of the log when the registers were made, and when a key changed last.
        var keysChanged: Int64 = 0
    }

    private let store: any Store
    private let content = Mutex(Content())

    init(_ store: any Store) { self.store = store }

    /// The entries at `indices`, in their order. Throws ``StoreError``.
    func entries(at indices: [Int64]) async throws(StoreError) -> [Statement] {
        var found = content.withLock { content in indices.map { content.entries[$0] } }
        let missing = indices.indices.filter { found[$0] == nil }
        guard !missing.isEmpty else { return found.compactMap(\.self) }
        let leaves = try await store.leaves(at: missing.map { indices[$0] })
        for (place, leaf) in zip(missing, leaves) {
            guard let statement = try? Statement(parsing: leaf) else {
                throw .corrupt(.entry(indices[place]), .malformed)
            }
            found[place] = statement
            content.withLock {
                // A statement is in memory as its text, its payload and its claims.
                $0.entries.keep(statement, cost: 4 * leaf.count, under: indices[place])
            }
        }
        return found.compactMap(\.self)
    }

    /// A tile and its subtrees, at least as wide as `coordinate` says; its hashes come from `edge`, where
    /// that is the right edge of the tree that is asked about. Throws ``StoreError``.
    func nodes(
        _ coordinate: TileCoordinate, edge: TileEdge?
    ) async throws(StoreError) -> TileNodes {
        let (level, index) = (coordinate.level, coordinate.index)
        guard let place = try? TileCoordinate(level: level, index: index) else {
            throw .corrupt(.tile(level: level, index: index), .beyondTree)
        }
        if let known = content.withLock({ $0.tiles[place] }), known.width >= coordinate.width {
            return known
        }
        let hashes: [Hash]
        if let edge = edge?.partialTile(level: level, index: index) {
            hashes = edge
        } else {
            hashes = try await store.tile(level: level, index: index)
        }
        return content.withLock { content in
            var nodes = content.tiles[place] ?? TileNodes()
            nodes.grow(to: hashes)
            content.tiles.keep(
                nodes, cost: 2 * TileCoordinate.fullWidth * Hash.byteCount, under: place)
            return nodes
        }
    }

    /// The entries of the records with these numbers, all of which exist, in their order. Throws
    /// ``StoreError``.
    func records(
        of enterprise: Handle, in book: BookName, _ range: ClosedRange<Int64>
    ) async throws(StoreError) -> [(number: Int64, index: Int64)] {
        let place = Place(enterprise: enterprise, book: book, range: range)
        if let known = content.withLock({ $0.places[place] }) {
            return zip(range, known).map { ($0, $1) }
        }
        let found = try await store.records(of: enterprise, in: book, range)
        guard found.map(\.number).elementsEqual(range) else { return found }
        content.withLock {
            $0.places.keep(found.map(\.index), cost: 128 + 8 * found.count, under: place)
        }
        return found
    }

    /// What the fields of the records at `indices` hash to; `nil` unless that is known of all.
    func fieldHashes(of indices: some Collection<Int64>) -> [Int64: [FieldName: Hash]]? {
        content.withLock { content in
            var found: [Int64: [FieldName: Hash]] = [:]
            for index in indices {
                guard let hashes = content.fields[index] else { return nil }
                found[index] = hashes
            }
            return found
        }
    }

    /// Remembers what the fields hash to that the record at `index` commits to.
    func keep(_ fields: SealedFields, of index: Int64) {
        let hashes = Dictionary(
            uniqueKeysWithValues: fields.fields.map { ($0.name, SealedFields.leaf($0)) })
        content.withLock { $0.fields.keep(hashes, cost: 96 * hashes.count, under: index) }
    }

    /// The entries at `indices` with their proofs under `head`, each `nil` where it wasn't made yet.
    func proven(_ indices: [Int64], under head: Head) -> [LoggedStatement?] {
        content.withLock { content in
            guard content.provenUnder == head else { return indices.map { _ in nil } }
            return indices.map { content.proven[$0] }
        }
    }

    /// Remembers entries that were made under `head`, as long as no newer one is asked for.
    func keep(_ entries: [LoggedStatement], under head: Head) {
        guard !entries.isEmpty else { return }
        content.withLock { content in
            if content.provenUnder != head {
                guard content.provenUnder.map({ $0.size <= head.size }) ?? true else { return }
                content.proven = [:]
                content.provenBytes = 0
                content.provenUnder = head
            }
            for entry in entries where content.provenBytes < GatewayLimits.cachedProvenBytes {
                content.proven[entry.index] = entry
                content.provenBytes += 2 * entry.estimatedBytes
            }
        }
    }

    /// The entries that say which keys these are and whose, where nothing of that kind was entered since
    /// they were found: `changed` is the size of the log when something was last.
    func register(
        of handles: Set<Handle>, _ keys: Set<Digest<Digested.Key>>, decided: [Int64],
        changed: Int64,
        find: () async throws(StoreError) -> [Int64]
    ) async throws(StoreError) -> [Int64] {
        let register = Register(handles: handles, keys: keys, decided: decided)
        let known = content.withLock { content -> [Int64]? in
            if content.keysChanged < changed {
                content.registers = RecentlyUsed(limit: GatewayLimits.cachedEntryBytes)
                content.keysChanged = changed
            }
            return content.keysChanged == changed ? content.registers[register] : nil
        }
        if let known { return known }
        let found = try await find()
        content.withLock { content in
            guard content.keysChanged == changed else { return }
            content.registers.keep(
                found, cost: 128 * (handles.count + keys.count) + 8 * found.count, under: register)
        }
        return found
    }
}
