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

    /// Rows in columns as wide as they need to be, numbers at the right edge; `nil` without a row. What
    /// is wider than `width` is broken within its cells; where that isn't enough, each row becomes a
    /// paragraph.
    func text(_ elements: [Element], width: Int? = Terminal.width) -> String? {
        guard !elements.isEmpty else { return nil }
        let drawn = columns.compactMap { column in
            column.heading.map { DrawnColumn($0, elements.map(column.cell)) }
        }
        guard let widths = DrawnColumn.widths(of: drawn, within: width) else {
            return DrawnColumn.paragraphs(drawn)
        }
        return (0...elements.count).map { row in
            let cells = zip(drawn, widths).map { $0.lines(row, in: $1) }
            return (0..<(cells.map(\.count).max() ?? 1)).map { number in
                let line = zip(cells, widths).map { cell, width in
                    number < cell.count ? cell[number] : String(repeating: " ", count: width)
                }.joined(separator: "  ")
                return line.trimmed
            }.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}

/// The heading and the cells of a column, as they are put on a terminal.
private struct DrawnColumn {
    private let cells: [String]
    /// How many columns of a terminal each of them takes.
    private let taken: [Int]
    private let isNumeric: Bool

    init(_ heading: String, _ values: [any Shown]) {
        cells = [heading] + values.map(\.words.onOneLine.trimmed)
        taken = cells.map(\.terminalWidth)
        isNumeric = values.allSatisfy { $0 is any BinaryInteger }
    }

    private var width: Int { taken.max() ?? 0 }
    /// Of the longest piece that isn't broken.
    private var least: Int {
        cells.map { cell in cell.pieces.map(\.terminalWidth).max() ?? 0 }.max() ?? 0
    }

    /// Widths with which all columns fit; `nil` where none do. The widest gives way first.
    static func widths(of columns: [DrawnColumn], within limit: Int?) -> [Int]? {
        var widths = columns.map(\.width)
        func isWithin(_ limit: Int) -> Bool {
            widths.reduce(2 * (widths.count - 1), +) <= limit
        }
        guard let limit, !isWithin(limit) else { return widths }
        let least = columns.map(\.least)
        while !isWithin(limit) {
            let wide = widths.indices.filter { widths[$0] > least[$0] }
            guard let widest = wide.max(by: { widths[$0] < widths[$1] }) else { return nil }
            widths[widest] -= 1
        }
        return widths
    }

    /// The cell of `row` in lines of exactly `width`.
    func lines(_ row: Int, in width: Int) -> [String] {
        if taken[row] <= width { return [padded(cells[row], taken[row], to: width)] }
        var lines = [""]
        for piece in cells[row].pieces {
            let line = lines[lines.count - 1]
            if line.isEmpty || (line + piece).trimmed.terminalWidth <= width {
                lines[lines.count - 1] = line + piece
            } else {
                lines.append(piece)
            }
        }
        return lines.map { line in
            let text = line.trimmed
            return padded(text, text.terminalWidth, to: width)
        }
    }

    private func padded(_ text: String, _ taken: Int, to width: Int) -> String {
        let space = String(repeating: " ", count: max(0, width - taken))
        return isNumeric ? space + text : text + space
    }

    /// Each row as lines of headings and cells.
    static func paragraphs(_ columns: [DrawnColumn]) -> String {
        let width = columns.map { $0.cells[0].terminalWidth }.max() ?? 0
        return (1..<(columns.first?.cells.count ?? 1)).map { row in
            columns.filter { !$0.cells[row].isEmpty }.map { column in
                let heading = column.cells[0]
                let space = String(repeating: " ", count: width - heading.terminalWidth)
                return "\(heading)\(space)  \(column.cells[row])"
            }.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}

extension String {
    /// The pieces that a line may be broken between: behind spaces, commas and semicolons.
    fileprivate var pieces: [String] {
        var pieces: [String] = []
        var piece = ""
        for character in self {
            piece.append(character)
            guard [" ", ",", ";"].contains(character) else { continue }
            pieces.append(piece)
            piece = ""
        }
        return piece.isEmpty && !pieces.isEmpty ? pieces : pieces + [piece]
    }

    /// Without spaces at its end.
    fileprivate var trimmed: String {
        guard utf8.last == 0x20 else { return self }
        var end = utf8.endIndex
        while end > utf8.startIndex, utf8[utf8.index(before: end)] == 0x20 {
            end = utf8.index(before: end)
        }
        return String(self[..<end])
    }

    /// How many columns of a terminal it takes.
    var terminalWidth: Int {
        isPlainASCII ? utf8.count : reduce(0) { $0 + $1.terminalWidth }
    }
}

extension Character {
    fileprivate var terminalWidth: Int {
        unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: 0
            default: Self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
            }
        }.max() ?? 0
    }

    /// What East Asian terminals draw over two columns (Unicode Standard Annex 11, W and F), and emoji.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x231a...0x231b, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf,
        0x4e00...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
        0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18aff, 0x1b000...0x1b2fb,
        0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff, 0x20000...0x3fffd,
    ]
}
