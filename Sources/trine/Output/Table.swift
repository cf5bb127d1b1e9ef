import Wire

/// A value of each element of a list: a column of the table, members of the JSON object, or both.
struct Column<Element> {
    fileprivate let heading: String?
    fileprivate let cell: (Element) -> any Shown
    fileprivate let members: (Element) -> Members

    /// A column, and the member `member` where one is named.
    init(
        _ heading: String, _ member: String? = nil, _ value: @escaping (Element) -> any Shown
    ) {
        self.heading = heading
        cell = value
        members = { element in member.map { [$0: value(element)] } ?? [:] }
    }

    /// Members that have no column.
    init(members: @escaping (Element) -> Members) {
        heading = nil
        cell = { _ in "" }
        self.members = members
    }
}

/// What is shown of each element of a list: a row under headings, and an object of JSON.
struct Table<Element> {
    let columns: [Column<Element>]

    init(_ columns: [Column<Element>]) { self.columns = columns }

    func json(_ elements: [Element]) -> JSON {
        .array(
            elements.map { element in
                columns.reduce(into: Members()) { object, column in
                    object.merge(column.members(element)) { $1 }
                }.json
            })
    }

    /// Rows in columns as wide as they need to be, numbers at the right edge; `nil` without a row.
    func text(_ elements: [Element]) -> String? {
        guard !elements.isEmpty else { return nil }
        let columns = columns.compactMap { column in
            column.heading.map { Self.column($0, elements.map(column.cell)) }
        }
        return (0...elements.count).map { row in
            let line = columns.map { $0[row] }.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }

    /// The heading and the cells, filled up to one width.
    private static func column(_ heading: String, _ values: [any Shown]) -> [String] {
        let cells = [heading] + values.map(\.words.onOneLine)
        let width = cells.map(\.count).max() ?? 0
        let isNumeric = values.allSatisfy { $0 is any BinaryInteger }
        return cells.map { cell in
            let space = String(repeating: " ", count: width - cell.count)
            return isNumeric ? space + cell : cell + space
        }
    }
}
