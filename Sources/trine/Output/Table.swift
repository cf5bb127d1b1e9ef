/// Rows under headings, in columns as wide as they need to be.
struct Table {
    private let headings: [String]
    /// Columns whose content stands at their right edge.
    private let numeric: Set<Int>
    private var rows: [[String]] = []

    init(_ headings: [String], numeric: Set<Int> = []) {
        (self.headings, self.numeric) = (headings, numeric)
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            all.map { $0[column].count }.max() ?? 0
        }
        return all.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return numeric.contains(column) ? space + cell : cell + space
            }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
