/// The names of rows of the state that the table of names doesn't have yet.
///
/// A value: what somebody took from a writer stays as it was.
struct UnfiledNames: Sendable {
    struct Name: Hashable, Sendable {
        let text: String
        let row: Int64
    }

    /// So many wait before they are filed. With the round that goes on there are half as many more. How far it
    /// came isn't stored: who opens the store anew begins a new one, with all names.
    private let bound: Int
    /// Each is at least twice as long as the one behind it, so they are few.
    private var runs: [SortedNames] = []
    /// Those that are being filed. The table has the first `filed`.
    private var round = SortedNames()
    private var filed = 0
    /// Behind the rows of the round.
    private var roundEnd: Int64
    /// The table has all names of the rows before this.
    private(set) var first: Int64
    /// Behind all rows that there were.
    private(set) var end: Int64

    /// None; the table has the names of all rows before `first`.
    init(bound: Int, first: Int64) {
        self.bound = bound
        self.first = first
        (roundEnd, end) = (first, first)
    }

    /// Those of rows from `end` on, in any order. Each name is one that nothing stands under.
    mutating func add(_ names: [Name]) {
        guard let last = names.map(\.row).max() else { return }
        end = max(end, last + 1)
        var run = SortedNames(names.sorted { $0.text < $1.text })
        while let longer = runs.last, longer.count < 2 * run.count {
            runs.removeLast()
            run = longer.merged(with: run)
        }
        runs.append(run)
    }

    /// Nothing stands under `text` any more. Returns whether it was waiting.
    @discardableResult
    mutating func remove(_ text: String) -> Bool {
        var waited = false
        for number in runs.indices {
            guard let place = runs[number].place(of: text) else { continue }
            runs[number].remove(at: place)
            waited = true
        }
        guard let place = round.place(of: text) else { return waited }
        round.remove(at: place)
        guard place < filed else { return true }
        filed -= 1
        return waited
    }

    /// Nothing stands anywhere; rows go on at `end`.
    mutating func removeAll() {
        self = UnfiledNames(bound: bound, first: end)
    }

    /// The row of `text`; `nil` where only the table can say.
    func row(of text: String) -> Int64? {
        for run in runs.reversed() {
            if let place = run.place(of: text) { return run.rows[place] }
        }
        return round.place(of: text).map { round.rows[$0] }
    }

    /// How many the table doesn't have.
    var waiting: Int { runs.reduce(round.count - filed) { $0 + $1.count } }

    /// All that the table doesn't have, in any order.
    var all: [Name] {
        round.names(filed..<round.count) + runs.flatMap { $0.names(0..<$0.count) }
    }

    /// `names`, which the table has next to each other behind `after`, together with these: the first
    /// `limit` that don't lie behind `last`.
    func merged(
        with names: [Name], after: String, upTo last: String?, limit: Int
    ) -> [Name] {
        ([round] + runs).reduce(names) { found, run in
            let start = run.count(upTo: after)
            let end = last.map { run.count(upTo: $0) } ?? run.count
            guard start < end else { return found }
            let some = run.names(start..<(end - start > limit ? start + limit : end))
            return Array(Self.merged(found, with: some).prefix(limit))
        }
    }

    /// Both in order. Of two with one name that of `newer` counts.
    private static func merged(_ older: [Name], with newer: [Name]) -> [Name] {
        var merged: [Name] = []
        var place = 0
        for name in newer {
            while place < older.count, older[place].text < name.text {
                merged.append(older[place])
                place += 1
            }
            if place < older.count, older[place].text == name.text { place += 1 }
            merged.append(name)
        }
        return merged + older[place...]
    }

    private var mergedRuns: SortedNames {
        runs.reversed().reduce(SortedNames()) { $1.merged(with: $0) }
    }

    /// All that wait, in order. Whoever takes them files them.
    mutating func takeAll() -> [Name] {
        let all = SortedNames(round.names(filed..<round.count)).merged(with: mergedRuns)
        removeAll()
        return all.names(0..<all.count)
    }

    /// The next `count` to file, in order: neighbours, as far as there are some. Whoever takes them files
    /// them.
    mutating func take(_ count: Int) -> [Name] {
        if round.count == 0, waiting >= bound {
            round = mergedRuns
            runs = []
            roundEnd = end
        }
        let names = round.names(filed..<min(round.count, filed + count))
        filed += names.count
        if filed == round.count {
            if filed > 0 { first = roundEnd }
            (round, filed) = (SortedNames(), 0)
        }
        return names
    }
}

/// Names in the order of their bytes, kept in three arrays: there are up to a hundred thousand of them, and each
/// as a string of its own would take three times as much memory. Names are ASCII, so that strings have the
/// same order.
struct SortedNames: Sendable {
    private var bytes: [UInt8] = []
    /// Where each one ends in `bytes`.
    private var ends: [Int] = []
    private(set) var rows: [Int64] = []

    init() {}

    /// They are in order.
    init(_ names: [UnfiledNames.Name]) {
        bytes.reserveCapacity(names.reduce(0) { $0 + $1.text.utf8.count })
        for name in names {
            bytes += name.text.utf8
            ends.append(bytes.count)
            rows.append(name.row)
        }
    }

    var count: Int { rows.count }

    private func range(_ place: Int) -> Range<Int> {
        (place == 0 ? 0 : ends[place - 1])..<ends[place]
    }

    func names(_ places: Range<Int>) -> [UnfiledNames.Name] {
        places.map { place in
            .init(text: String(decoding: bytes[range(place)], as: UTF8.self), row: rows[place])
        }
    }

    func place(of text: String) -> Int? {
        let place = count(before: text, orEqual: false)
        guard place < count, bytes[range(place)].elementsEqual(text.utf8) else { return nil }
        return place
    }

    /// How many there are up to `text`, and with it.
    func count(upTo text: String) -> Int { count(before: text, orEqual: true) }

    private func count(before text: String, orEqual: Bool) -> Int {
        var text = text
        return text.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { bytes in
                var (low, high) = (0, count)
                while low < high {
                    let middle = (low + high) / 2
                    let order = Self.order(
                        UnsafeBufferPointer(rebasing: bytes[range(middle)]), wanted)
                    if order < 0 || orEqual && order == 0 {
                        low = middle + 1
                    } else {
                        high = middle
                    }
                }
                return low
            }
        }
    }

    /// Less than 0 where `one` comes first, 0 where both are the same.
    private static func order(
        _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>
    ) -> Int {
        for (one, other) in zip(one, other) where one != other { return Int(one) - Int(other) }
        return one.count - other.count
    }

    mutating func remove(at place: Int) {
        let range = range(place)
        bytes.removeSubrange(range)
        ends.remove(at: place)
        for later in place..<ends.count { ends[later] -= range.count }
        rows.remove(at: place)
    }

    /// Of two with one name that of `newer` counts.
    func merged(with newer: SortedNames) -> SortedNames {
        var merged = SortedNames()
        merged.bytes.reserveCapacity(bytes.count + newer.bytes.count)
        merged.ends.reserveCapacity(count + newer.count)
        merged.rows.reserveCapacity(count + newer.count)
        bytes.withUnsafeBufferPointer { older in
            newer.bytes.withUnsafeBufferPointer { added in
                var place = 0
                for number in 0..<newer.count {
                    let text = UnsafeBufferPointer(rebasing: added[newer.range(number)])
                    var order = -1
                    while place < count {
                        let known = UnsafeBufferPointer(rebasing: older[range(place)])
                        order = Self.order(known, text)
                        guard order < 0 else { break }
                        merged.append(known, rows[place])
                        place += 1
                    }
                    if place < count, order == 0 { place += 1 }
                    merged.append(text, newer.rows[number])
                }
                while place < count {
                    merged.append(UnsafeBufferPointer(rebasing: older[range(place)]), rows[place])
                    place += 1
                }
            }
        }
        return merged
    }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ row: Int64) {
        bytes.append(contentsOf: text)
        ends.append(bytes.count)
        rows.append(row)
    }
}
