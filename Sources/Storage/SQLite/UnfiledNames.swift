/// The names of rows of the state that the table of names doesn't have yet.
///
/// A value: what somebody took from a writer stays as it was.
struct UnfiledNames: Sendable {
    struct Name: Hashable, Sendable {
        let text: String
        let row: Int64
    }

    /// So many wait before they are filed. With the round that goes on there are half as many more.
    private let bound: Int
    /// In order each. One is longer than the one behind it, so they are few.
    private var runs: [[Name]] = []
    /// In order: those that are being filed. The table has the first `filed`.
    private var round: [Name] = []
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
        var run = names.sorted { $0.text < $1.text }
        while let shorter = runs.last, shorter.count < 2 * run.count {
            runs.removeLast()
            run = shorter.merged(with: run)
        }
        runs.append(run)
    }

    /// Nothing stands under `text` any more.
    mutating func remove(_ text: String) {
        for number in runs.indices {
            if let place = runs[number].place(of: text) { runs[number].remove(at: place) }
        }
        guard let place = round.place(of: text) else { return }
        round.remove(at: place)
        if place < filed { filed -= 1 }
    }

    /// Nothing stands anywhere; rows go on at `end`.
    mutating func removeAll() {
        self = UnfiledNames(bound: bound, first: end)
    }

    /// The row of `text`; `nil` where only the table can say.
    func row(of text: String) -> Int64? {
        for run in runs.reversed() {
            if let place = run.place(of: text) { return run[place].row }
        }
        return round.place(of: text).map { round[$0].row }
    }

    /// All of them, in any order.
    var all: [Name] { Array(round[filed...]) + runs.joined() }

    /// `names`, which the table has next to each other behind `after`, together with these: the first
    /// `limit` that don't lie behind `last`.
    func merged(
        with names: [Name], after: String, upTo last: String?, limit: Int
    ) -> [Name] {
        ([round] + runs).reduce(names) { found, run in
            let start = run.lowerBound { $0.text <= after }
            let end = last.map { last in run.lowerBound { $0.text <= last } } ?? run.count
            guard start < end else { return found }
            return Array(found.merged(with: Array(run[start..<end].prefix(limit))).prefix(limit))
        }
    }

    /// The next `count` to file, in order: neighbours, as far as there are some. Whoever takes them files
    /// them.
    mutating func take(_ count: Int) -> [Name] {
        if round.isEmpty, runs.reduce(0, { $0 + $1.count }) >= bound {
            round = runs.reversed().reduce([]) { $1.merged(with: $0) }
            runs = []
            roundEnd = end
        }
        let names = Array(round[filed...].prefix(count))
        filed += names.count
        if filed == round.count {
            if !round.isEmpty { first = roundEnd }
            (round, filed) = ([], 0)
        }
        return names
    }
}

extension [UnfiledNames.Name] {
    /// How many of the first elements are `before` something.
    fileprivate func lowerBound(_ before: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if before(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate func place(of text: String) -> Int? {
        let place = lowerBound { $0.text < text }
        return place < count && self[place].text == text ? place : nil
    }

    /// Both in order. Of two with one name that of `newer` counts.
    fileprivate func merged(with newer: [Element]) -> [Element] {
        var merged: [Element] = []
        merged.reserveCapacity(count + newer.count)
        var place = 0
        for name in newer {
            while place < count, self[place].text < name.text {
                merged.append(self[place])
                place += 1
            }
            if place < count, self[place].text == name.text { place += 1 }
            merged.append(name)
        }
        merged += self[place...]
        return merged
    }
}
