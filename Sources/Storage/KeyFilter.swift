import Rules

/// Which keys may be in a set, in three bytes a key: one that is in it always may, of the others one in
/// ten thousand (a Bloom filter).
struct KeyFilter: Sendable {
    private var bits: [UInt64]
    private static let bitsPerKey = 24
    private static let probes = 6

    /// An empty one with room for so many keys. With more in it it says more often that one may be.
    init(capacity: Int) {
        bits = [UInt64](repeating: 0, count: max(1, capacity * Self.bitsPerKey / 64))
    }

    var byteCount: Int { 8 * bits.count }

    mutating func insert(_ hash: Int) {
        for place in places(of: hash) { bits[place >> 6] |= 1 << UInt64(place & 63) }
    }

    /// What ``mayContain(_:)`` takes. It differs from process to process, so that nobody can choose keys
    /// by it.
    static func hash(_ key: StateKey) -> Int { key.hashValue }

    func mayContain(_ hash: Int) -> Bool {
        places(of: hash).allSatisfy { bits[$0 >> 6] >> UInt64($0 & 63) & 1 == 1 }
    }

    private func places(of hash: Int) -> some Sequence<Int> {
        let first = UInt64(truncatingIfNeeded: UInt32(truncatingIfNeeded: hash))
        let step = UInt64(truncatingIfNeeded: UInt32(truncatingIfNeeded: hash >> 32)) | 1
        let count = UInt64(bits.count) * 64
        return (0..<UInt64(Self.probes)).lazy.map { Int((first &+ $0 &* step) % count) }
    }
}

/// A filter for keys of which nobody knows how many will come.
struct GrowingFilter: Sendable {
    /// Each has twice the room of the one before.
    private var filters: [KeyFilter] = []
    /// How many keys the last one has room for.
    private var room = 0
    private var byteCount = 0
    private let maximumBytes: Int

    private static let firstRoom = 1 << 15

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    func mayContain(_ hash: Int) -> Bool { filters.contains { $0.mayContain(hash) } }

    /// Returns whether there was room.
    mutating func insert(_ hash: Int) -> Bool {
        guard !mayContain(hash) else { return true }
        if room == 0 {
            room = Self.firstRoom << filters.count
            let filter = KeyFilter(capacity: room)
            byteCount += filter.byteCount
            guard byteCount <= maximumBytes else { return false }
            filters.append(filter)
        }
        filters[filters.count - 1].insert(hash)
        room -= 1
        return true
    }
}

/// Which of many runs may have a key. Most keys that are looked for are in none: that is found in as many
/// looks as the number of runs has doubled.
struct RunFilters: Sendable {
    /// Runs that follow each other: twice as many as in the group before.
    private struct Group {
        let first: Int
        /// What any of its runs may have.
        var all: KeyFilter
        var runs: [KeyFilter] = []
    }

    /// Keys that a run has, about.
    private let keysOfRun: Int
    private var groups: [Group] = []
    private(set) var count = 0

    init(keysOfRun: Int) { self.keysOfRun = keysOfRun }

    /// Adds a run with these keys; returns its number, from 0 on.
    mutating func add(_ keys: some Collection<StateKey>) -> Int {
        if groups.last.map({ $0.runs.count == 1 << (groups.count - 1) }) ?? true {
            groups.append(
                Group(first: count, all: KeyFilter(capacity: keysOfRun << groups.count)))
        }
        var run = KeyFilter(capacity: keys.count)
        for key in keys {
            let hash = KeyFilter.hash(key)
            run.insert(hash)
            groups[groups.count - 1].all.insert(hash)
        }
        groups[groups.count - 1].runs.append(run)
        defer { count += 1 }
        return count
    }

    /// The runs that may have `key`, the newest first.
    func runs(mayHave key: StateKey) -> [Int] {
        let hash = KeyFilter.hash(key)
        var found: [Int] = []
        for group in groups.reversed() where group.all.mayContain(hash) {
            for place in group.runs.indices.reversed() where group.runs[place].mayContain(hash) {
                found.append(group.first + place)
            }
        }
        return found
    }
}
