import Sharing

/// The rows of a file of separated values (RFC 4180, with any separator).
struct CSVTable {
    struct Row {
        let cells: [String]
        /// Of its first character, from 1 on.
        let line: Int

        var place: ImportRefusal.Place { .init(path: "", line: line) }
    }

    let rows: [Row]
    /// Lines at and behind the one at which a mapping ends.
    var behind: [Row] = []

    /// Cells in a row, and rows in a file. Real exports stay far below.
    static let maximumCells = 512
    static let maximumRows = 200_000

    /// Reads `text`. A cell in quotes may have separators and line ends in it, and quotes doubled. Lines
    /// without anything are left out. Throws a ``Finding`` for a quote that isn't closed, or that stands
    /// inside a cell without quotes around it.
    init(_ text: String, separator: Unicode.Scalar) throws(Finding) {
        var rows: [Row] = []
        var cells: [String] = []
        var cell = String.UnicodeScalarView()
        var line = 1
        var start = 1
        var quoted = Quoted.not
        var last: Unicode.Scalar?
        func finding(_ reason: ImportRefusal.Reason) -> Finding {
            Finding(reason, at: .init(path: "", line: line))
        }
        func endCell() throws(Finding) {
            cells.append(String(cell))
            cell.removeAll()
            quoted = .not
            if cells.count > Self.maximumCells {
                throw finding(.limitExceeded(.cells, limit: Self.maximumCells))
            }
        }
        func endRow() throws(Finding) {
            try endCell()
            let isEmpty = cells.allSatisfy { $0.allSatisfy(\.isWhitespace) }
            if !isEmpty { rows.append(Row(cells: Self.unmarked(cells), line: start)) }
            cells = []
            if rows.count > Self.maximumRows {
                throw finding(.limitExceeded(.rows, limit: Self.maximumRows))
            }
        }
        for scalar in text.unicodeScalars {
            defer { last = scalar }
            let isLineEnd = scalar == "\n" || scalar == "\r"
            if scalar == "\n" && last == "\r" && quoted != .inside { continue }
            if isLineEnd && !(scalar == "\n" && last == "\r") { line += 1 }
            switch quoted {
            case .inside where scalar == "\"": quoted = .maybeOver
            case .inside: cell.append(scalar)
            case .maybeOver where scalar == "\"":
                cell.append(scalar)
                quoted = .inside
            case .not where scalar == "\"" && cell.allSatisfy({ $0 == " " }):
                cell.removeAll()
                quoted = .inside
            case .not, .maybeOver:
                if scalar == separator {
                    try endCell()
                } else if isLineEnd {
                    try endRow()
                    start = line
                } else if quoted == .maybeOver && scalar != " " {
                    throw finding(.malformedRow)
                } else if quoted == .not {
                    cell.append(scalar)
                }
            }
        }
        if quoted == .inside { throw finding(.malformedRow) }
        if !cells.isEmpty || !cell.isEmpty || quoted == .maybeOver { try endRow() }
        self.rows = rows
    }

    /// Some programs put a grave accent before every cell, lest a spreadsheet take it for a number.
    private static func unmarked(_ cells: [String]) -> [String] {
        guard cells.count > 1, cells.allSatisfy({ $0.hasPrefix("`") }) else { return cells }
        return cells.map { String($0.dropFirst()) }
    }

    private enum Quoted {
        case not, inside
        /// Behind a quote that ends the cell, unless another follows.
        case maybeOver
    }
}
