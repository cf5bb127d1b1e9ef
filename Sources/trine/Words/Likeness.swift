/// What somebody may have meant who mistyped a name.
enum Likeness {
    /// `did you mean northbank?`; `nil` where nothing is like it.
    static func hint(_ text: String, among names: [String]) -> String? {
        let near = nearest(text, among: names)
        guard let last = near.last else { return nil }
        let others = near.dropLast().joined(separator: ", ")
        return "did you mean " + (others.isEmpty ? last : "\(others) or \(last)") + "?"
    }

    /// The names that differ least from `text`, up to three, where they differ in little.
    static func nearest(_ text: String, among names: [String]) -> [String] {
        let wanted = Array(text.lowercased().unicodeScalars)
        guard (2...maximumLength).contains(wanted.count) else { return [] }
        let allowed = max(1, wanted.count / 3)
        let near = Set(names).compactMap { name -> (distance: Int, name: String)? in
            let other = Array(name.lowercased().unicodeScalars)
            guard other.count <= maximumLength else { return nil }
            if other.starts(with: wanted) { return (0, name) }
            let distance = distance(wanted, other)
            return distance <= allowed ? (distance, name) : nil
        }.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        guard let best = near.first?.distance else { return [] }
        return near.filter { $0.distance == best }.prefix(3).map(\.name)
    }

    private static let maximumLength = 100

    /// How many letters have to be changed, added, left out, or exchanged with their neighbour.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let isSame = left[row] == right[column]
                var least = min(
                    previous[column] + (isSame ? 0 : 1), previous[column + 1] + 1,
                    current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    least = min(least, before[column - 1] + 1)
                }
                current.append(least)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
