import Sharing
import Wire

extension Scope {
    /// As people write it: `invoices 2026-01..2026-12`.
    var words: String {
        switch self {
        case .months(let series, let months):
            months.count == 1
                ? "\(series.rawValue) \(months.lowerBound)"
                : "\(series.rawValue) \(months.lowerBound)..\(months.upperBound)"
        case .records(let ranges): ranges.words
        }
    }
}

extension RecordRange {
    fileprivate var words: String { from == to ? "\(book)#\(from)" : "\(book)#\(from)..\(to)" }
}

extension [RecordRange] {
    /// Few ranges as they are, many only by how much they are.
    var words: String {
        guard count > Self.most, let first = map(\.book.month).min(),
            let last = map(\.book.month).max()
        else { return map(\.words).joined(separator: " ") }
        let records = reduce(0) { $0 + $1.to - $1.from + 1 }
        return "\(records) records in \(Set(map(\.book)).count) books, \(first)..\(last)"
    }

    private static var most: Int { 3 }
}

extension GrantSubject {
    /// Fields with commas between, statements with semicolons.
    var words: String {
        switch self {
        case .fields(let names): names.map(\.text).joined(separator: ",")
        case .statements(let texts): texts.joined(separator: "; ")
        }
    }

    /// How many fields, or statements.
    var count: String {
        switch self {
        case .fields(let names): "\(names.count)"
        case .statements(let texts): counted(texts.count, "statement")
        }
    }

    var json: [String: JSON] {
        switch self {
        case .fields(let names): ["fields": .texts(names.map(\.text))]
        case .statements(let texts):
            ["fields": .null, "right": .string(Right.prove.rawValue), "statements": .texts(texts)]
        }
    }
}
